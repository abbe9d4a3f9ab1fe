// In a frame of another site a browser may hold back its storage: then nothing is kept from one visit to the next.

export function giveStorage(target: Window): void {
  try {
    void target.localStorage;
  } catch {
    const none = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
    Object.defineProperty(target, "localStorage", { value: none, configurable: true });
  }
}
