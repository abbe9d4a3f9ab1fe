// On paper the map is what it is on the screen, smaller.

const PAPER_PX = { width: 775, height: 590 }; // what print.css leaves for it: 205 x 156 mm

/** By how much a map of a size on the screen is smaller on paper. */
export function paperZoom(size: { width: number; height: number }): number {
  return Math.min(1, PAPER_PX.width / size.width, PAPER_PX.height / size.height);
}

export function fitPaper(map: HTMLElement): void {
  const measure = (): void => {
    const size = { width: window.innerWidth, height: window.innerHeight };
    map.style.setProperty("--print-width", `${size.width}px`);
    map.style.setProperty("--print-height", `${size.height}px`);
    map.style.setProperty("--print-zoom", paperZoom(size).toFixed(4));
  };
  measure();
  window.addEventListener("resize", measure);
  // Nobody can unfold paper: the legend and what borders do not mean are open there.
  let folded: HTMLDetailsElement[] = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll<HTMLDetailsElement>("#legend details:not([open])")];
    for (const each of folded) each.open = true;
  });
  window.addEventListener("afterprint", () => folded.forEach((each) => (each.open = false)));
}
