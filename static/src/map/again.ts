// A picture that did not come is asked for again: a server that draws many at once refuses the rest for a moment.
const PAUSES_MS = [1000, 3000, 9000];

/** Ask again in a while, the first try being 0; false where it was tried often enough. */
export function later(tries: number, ask: () => void): boolean {
  const pause = PAUSES_MS[tries];
  if (pause === undefined) return false;
  // Not all at the same moment: that is what they were refused for.
  setTimeout(ask, pause * (0.75 + Math.random() / 2));
  return true;
}
