// A picture that did not come is asked for again: a server that draws many at once refuses the rest for a moment.
const PAUSES_MS = [1000, 3000, 9000];

/** Wait before asking again, the first try being 0; false where it was tried often enough. */
export async function pause(tries: number): Promise<boolean> {
  const pauseMs = PAUSES_MS[tries];
  if (pauseMs === undefined) return false;
  await wait(pauseMs);
  return true;
}

/** Wait for about so long: not all at the same moment, for that is what they were refused for. */
export async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms * (0.75 + Math.random() / 2)));
}
