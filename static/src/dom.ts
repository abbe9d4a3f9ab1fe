// Elements made of text, never of markup.

type Child = Node | string | null | undefined | false;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(name: string, attributes: Record<string, string> = {}, ...children: Node[]): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const PATHS: Record<string, string> = {
  about: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7.8h.01M12 11.5v5",
  layers: "M12 3 2.5 8.2 12 13.4l9.5-5.2zM4 12.2l-1.5.9L12 18.2l9.5-5.1-1.5-.9M4 16.6l-1.5.9 9.5 5.1 9.5-5.1-1.5-.9",
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  back: "M15 5 8 12l7 7",
  forward: "m9 5 7 7-7 7",
  close: "M6 6l12 12M18 6 6 18",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  list: "M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01",
  compare: "M12 3v18M9 7H4v10h5M15 7h5v10h-5",
  keep: "M12 3v12M7.5 7.5 12 3l4.5 4.5M5 12v8h14v-8",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  down: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
  link: "M10 13a5 5 0 0 0 7.5.5l3-3a5 5 0 0 0-7-7l-1.7 1.7M14 11a5 5 0 0 0-7.5-.5l-3 3a5 5 0 0 0 7 7l1.7-1.7",
};

export function icon(name: string): SVGElement {
  const shape = svg("path", { d: PATHS[name] ?? "" });
  return svg("svg", { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true", focusable: "false" }, shape);
}

export function iconButton(name: string, label: string, onPress: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: "tool", "aria-label": label, title: label }, icon(name));
  made.addEventListener("click", onPress);
  return made;
}

/** A colour from the configuration, given by CSSOM: the policy allows no style attribute. */
export function coloured<E extends HTMLElement | SVGElement>(made: E, colour: string): E {
  made.style.setProperty("--colour", colour);
  return made;
}
