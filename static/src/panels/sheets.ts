// Panels that open beside the map, one at a time: focus goes in when one opens and back when it closes.
import { element, icon } from "../dom.ts";
import type { Words } from "../words.ts";

export class Sheets {
  private readonly root: HTMLElement;
  private readonly parts = new Map<string, { title: string; body: HTMLElement }>();
  private readonly heading = element("h2", { tabindex: "-1" });
  private shown: string | null = null;
  private opener: HTMLElement | null = null;
  onClosed: (name: string) => void = () => undefined;

  constructor(root: HTMLElement, words: Words) {
    this.root = root;
    const close = element("button", { type: "button", class: "tool close", "aria-label": words.text("card.close") }, icon("close"));
    close.addEventListener("click", () => this.close());
    root.append(element("header", {}, this.heading, close));
  }

  /** Make a panel and give the element that holds what it says. */
  add(name: string, title: string): HTMLElement {
    const body = element("div", { class: `sheet-body ${name}`, hidden: true });
    this.parts.set(name, { title, body });
    this.root.append(body);
    return body;
  }

  isOpen(name: string): boolean {
    return this.shown === name;
  }

  toggle(name: string, opener: HTMLElement): void {
    if (this.shown === name) this.close();
    else this.open(name, opener);
  }

  /** Open a panel; without an opener, nobody pressed anything and focus stays where it is. */
  open(name: string, opener: HTMLElement | null): void {
    const before = this.shown;
    this.opener?.setAttribute("aria-expanded", "false");
    this.opener = opener;
    this.shown = name;
    if (before) this.onClosed(before);
    const { title } = this.parts.get(name)!;
    for (const [each, { body }] of this.parts) body.hidden = each !== name;
    this.heading.textContent = title;
    this.root.setAttribute("aria-label", title);
    this.root.hidden = false;
    this.settle(true);
    opener?.setAttribute("aria-expanded", "true");
    if (opener) this.heading.focus();
  }

  close(): void {
    const { shown } = this;
    if (!shown) return;
    const within = this.root.contains(document.activeElement);
    this.shown = null;
    this.root.hidden = true;
    this.settle(false);
    this.opener?.setAttribute("aria-expanded", "false");
    if (within) this.opener?.focus();
    this.opener = null;
    this.onClosed(shown);
  }

  /** The legend shares the column: while something is chosen there, it steps back. */
  private settle(open: boolean): void {
    document.getElementById("legend")?.classList.toggle("stepped-back", open);
  }
}
