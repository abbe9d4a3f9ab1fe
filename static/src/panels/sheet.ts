// A panel that opens and closes: focus goes in when it opens and back when it closes.
import { element, icon } from "../dom.ts";
import type { Words } from "../words.ts";

export class Sheet {
  readonly body = element("div", { class: "sheet-body" });
  private readonly root: HTMLElement;
  onToggle: (open: boolean) => void = () => undefined;
  private opener: HTMLElement | null = null;

  constructor(root: HTMLElement, title: string, words: Words) {
    this.root = root;
    const close = element("button", { type: "button", class: "tool close", "aria-label": words.text("card.close") }, icon("close"));
    close.addEventListener("click", () => this.close());
    const heading = element("h2", { tabindex: "-1" }, title);
    root.append(element("header", {}, heading, close), this.body);
  }

  toggle(opener: HTMLElement): void {
    if (this.root.hidden) this.open(opener);
    else this.close();
  }

  open(opener: HTMLElement): void {
    this.opener = opener;
    this.root.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    this.onToggle(true);
    this.root.querySelector("h2")!.focus();
  }

  close(): void {
    if (this.root.hidden) return;
    this.root.hidden = true;
    this.onToggle(false);
    this.opener?.setAttribute("aria-expanded", "false");
    this.opener?.focus();
  }
}
