// In a frame of another site a browser may hold back its storage: what is chosen there lasts as long as the page.

export function giveStorage(target: Window): void {
  try {
    void target.localStorage;
  } catch {
    Object.defineProperty(target, "localStorage", { value: new Passing(), configurable: true });
  }
}

export class Passing implements Storage {
  private readonly held = new Map<string, string>();

  get length(): number {
    return this.held.size;
  }

  key(index: number): string | null {
    return [...this.held.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.held.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.held.set(key, value);
  }

  removeItem(key: string): void {
    this.held.delete(key);
  }

  clear(): void {
    this.held.clear();
  }
}
