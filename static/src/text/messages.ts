// The words of the page: ids of layers/messages, in the language of the page.

export class Messages {
  private readonly texts: Record<string, string>;

  constructor(texts: Record<string, string>) {
    this.texts = texts;
  }

  /** The text of an id with {names} filled in; the id itself where there is none, so that a gap is seen. */
  text(id: string, values: Record<string, string> = {}): string {
    return (this.texts[id] ?? id).replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  }

  /** Take more texts in: those that were not needed at first. */
  add(texts: Record<string, string>): void {
    Object.assign(this.texts, texts);
  }

  has(id: string): boolean {
    return id in this.texts;
  }

  list(id: string): string[] {
    return this.text(id).split("|");
  }
}
