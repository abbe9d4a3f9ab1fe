// What the reader's device and settings ask of the page.

interface Connection {
  saveData?: boolean;
}

/** Data is dear to the reader: pictures of one density, and nothing is fetched before it is wanted. */
export const thrifty = (): boolean => (navigator as { connection?: Connection }).connection?.saveData === true;

/** Pixels of a picture for one of the page, at most two. */
export const density = (): 1 | 2 => (!thrifty() && window.devicePixelRatio > 1 ? 2 : 1);

export const calm = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The panels stand one above the other, and cards come up from below. */
export const isNarrow = (): boolean => window.innerWidth < 768;

/** When what was changed has been shown: a task that follows a frame begins when that frame is painted. */
export const painted = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
