"""Pages in a browser that are watched: what they ask, complain of, and how accessible they are."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Response

from layers import messages

STATIC = Path(__file__).resolve().parents[2] / "static"
AXE = STATIC / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW = (1440, 900), (390, 844)
# Said once the page tries, which it does at rest: no complaint of a test that blocks them itself.
BLOCKED = "Service Worker registration blocked by Playwright"

# What a strict policy refuses, and how much the page moved what was already there.
WATCH = """
window.refused = [];
window.shifted = 0;
window.moved = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    window.shifted += entry.value;
    for (const {node} of entry.sources) window.moved.push(String(node?.outerHTML).slice(0, 80));
  }
}).observe({type: "layout-shift", buffered: true});
"""


def text(name: str, language: str = "en", **values: object) -> str:
    """What the page says under a name of the catalogues."""
    return messages.text(name, language, **values)


def tool(page: Page, name: str) -> Locator:
    """The button of an English page that a name of the catalogues stands on."""
    return page.get_by_role("button", name=text(name), exact=True)


@dataclass
class Visit:
    """An opened page with all that it asked for and complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until the map shows its stations and nothing more is on its way."""
        self.page.wait_for_selector("button.station", timeout=60_000)
        self.page.wait_for_load_state("networkidle")

    def go(self, address: str) -> None:
        """Open another state of the page as if it were opened first."""
        self.page.goto("about:blank")
        self.page.goto(address)
        self.settle()

    def fail(self, url: str, why: str | None) -> None:
        # A stale answer that is renewed in the background, a stream that is left behind and a
        # picture that is no longer wanted are reported as aborted.
        if why != "net::ERR_ABORTED":
            self.complaints.append(f"{url}: {why}")

    def check(self) -> None:
        """Nothing foreign was asked for, nothing was refused, nothing was complained of."""
        assert self.complaints == [], self.complaints
        assert self.page.evaluate("window.refused") == []
        foreign = [url for url in self.asked if not url.startswith((self.url, "data:", "blob:"))]
        assert foreign == []

    def axe(self) -> None:
        """No rule of WCAG 2.2 AA and no good practice is broken in this state."""
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        options = json.dumps({"runOnly": {"type": "tag", "values": RULES}})
        found: Any = self.page.evaluate(f"axe.run(document, {options})")
        told = [
            (each["id"], node["html"][:160], re.sub(r"\s+", " ", node["failureSummary"])[:240])
            for each in found["violations"]
            for node in each["nodes"]
        ]
        assert told == [], told

    def fits(self) -> bool:
        """Whether the page scrolls in no direction that it should not."""
        return bool(self.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"))


def visit(
    browser: Browser,
    url: str,
    path: str = "/en",
    size: tuple[int, int] = WIDE,
    **options: Any,
) -> Visit:
    """Open a page of a server, and watch it from its first byte."""
    chosen = {"reduced_motion": "reduce", "accept_downloads": True, **options}
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **chosen)
    page.add_init_script(WATCH)
    made = Visit(page, url)
    page.on(
        "console",
        lambda said: (
            made.complaints.append(said.text)
            if said.type in ("error", "warning") and said.text != BLOCKED
            else None
        ),
    )
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    page.on("requestfailed", lambda failed: made.fail(failed.url, failed.failure))
    page.on("request", lambda request: made.asked.append(request.url))
    page.on("response", lambda answer: made.answers.append(answer))
    page.goto(url + path)
    made.settle()
    return made
