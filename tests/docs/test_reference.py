"""The pages of reference say what the code says."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from layers import exchange, kinds
from layers.catalog import DEFAULT_CATALOG, read
from mapserver import settings
from mapserver.app import create_app
from mapserver.cli import main
from mapserver.documents import assets
from mapserver.services.site import Site

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs"
PAGES = sorted([*REPO.glob("*.md"), *DOCS.rglob("*.md")])


def table(page: str, heading: str = "# ") -> dict[str, list[str]]:
    """Return the rows of the tables below a heading by the words of their first cell."""
    text = (DOCS / "reference" / page).read_text("utf-8")
    text = text[text.index(heading) :].split("\n## ")[0] if heading != "# " else text
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip(" |") for cell in row] for row in rows]
    return {word: row for row in cells for word in re.findall(r"`([^`]+)`", row[0])}


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(command, info_name=name)
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            found = command.get_command(context, word)
            assert found
            if not found.hidden:
                yield from commands(found, f"{name} {word}")
    else:
        yield name, command


def test_every_setting_is_there_with_its_variable_and_default() -> None:
    said = table("settings.md")
    assert len([word for word in said if word.startswith("--")]) == len(settings.KNOBS)
    for knob in settings.KNOBS:
        row = said["--" + knob.name.replace("_", "-")]
        assert row[1] == f"`KYZYLKUM_{knob.name.upper()}`"
        switch = isinstance(knob.default, bool)
        value = ("off", "on")[knob.default] if switch else knob.default
        assert row[2] == ("empty" if value == "" else f"`{value}`")
        assert row[3] == knob.help


def test_every_command_is_there_with_every_option() -> None:
    text = (DOCS / "reference" / "commands.md").read_text("utf-8")
    parts = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", text, re.MULTILINE))
    known = dict(commands(main, "mapserver"))
    assert set(parts) == set(known)
    for name, command in known.items():
        if name == "mapserver serve":
            continue
        options = {o for p in command.params if isinstance(p, click.Option) for o in p.opts}
        assert options <= set(re.findall(r"`(--[a-z-]+)`", parts[name])), name
        described = [p for p in command.params if isinstance(p, click.Option)]
        assert all(p.help for p in described), f"{name}: an option without a word of help"


def test_every_address_is_there_and_no_other(tmp_path: Path) -> None:
    site = Site.__new__(Site)  # the addresses do not hang on what is served
    app = create_app(site)
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    text = (DOCS / "reference" / "addresses.md").read_text("utf-8")
    said = set(re.findall(r"`(/[^`]*)`", text))
    assert rules <= said
    assert {word for word in said if "<" in word} <= rules


def test_every_format_is_there_with_its_options() -> None:
    said = table("formats.md")
    assert set(exchange.ADAPTERS) <= set(said)
    for adapter in exchange.ADAPTERS.values():
        options = {option + ("NAME" if option == "column." else "") for option in adapter.options}
        assert options == set(re.findall(r"`([^`]+)`", said[adapter.id][2])), adapter.id


def test_every_layer_and_kind_is_there() -> None:
    said = table("layers.md", "## Built in")
    found = read(DEFAULT_CATALOG, assets.read().palettes())
    for layer in found.layers:
        assert said[layer.id][1] == layer.kind
        assert re.findall(r"`([^`]+)`", said[layer.id][2]) == [style.id for style in layer.styles]
    assert set(kinds.KINDS) == set(table("layers.md", "## Kinds"))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(REPO).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def test_every_page_is_reached_from_the_index() -> None:
    for folder, index in (
        (DOCS, DOCS / "index.md"),
        (DOCS / "decisions", DOCS / "decisions" / "README.md"),
    ):
        text = index.read_text("utf-8")
        for page in folder.glob("*.md"):
            assert page == index or f"({page.name})" in text, page.name


def test_the_architecture_names_every_room_and_its_rung() -> None:
    text = (DOCS / "architecture.md").read_text("utf-8")
    rooms = dict(re.findall(r"^\| `((?:layers|mapserver)/\w+)` \| (.+) \|$", text, re.MULTILINE))
    there = {
        f"{package}/{path.stem}"
        for package in ("layers", "mapserver")
        for path in (REPO / package).iterdir()
        if (path / "__init__.py").is_file() or path.suffix == ".py"
    }
    there = {room for room in there if not room.split("/")[1].startswith("__")}
    assert set(rooms) == there
    ladder = text[text.index("## The ladder") : text.index("## The rooms")]
    contract = (REPO / "pyproject.toml").read_text("utf-8")
    for package in ("layers", "mapserver"):
        part = contract[contract.index(f'name = "The ladder of {package}"') :]
        rungs = re.search(r"layers = \[(.*?)\n\]", part, re.DOTALL)
        assert rungs
        for name in re.findall(r"\w+", rungs[1]):
            assert re.search(rf"\b{name}\b", ladder), name


def test_every_package_that_the_browser_gets_is_named_in_the_notice() -> None:
    notice = (REPO / "NOTICE").read_text("utf-8")
    licences = next((REPO / "static" / "dist").glob("licences-*.txt")).read_text("utf-8")
    carried = re.findall(r"\A(\S+)\n|\n\n\n(\S+)\n\n", licences)
    names = [name for pair in carried for name in pair if name and not name.startswith("-")]
    assert "leaflet" in names
    for name in names:
        assert name in notice, name
