"""The pages of reference say what the code says."""

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from layers import exchange, kinds, units
from layers.catalog import DEFAULT_CATALOG, parse, read
from layers.catalog.covariates import MOST
from layers.exchange import csv_table, limits, quakes_csv, stations_csv
from layers.files import MEDIA_TYPES
from layers.kinds import raster_datasets, raster_files, raster_mosaic
from layers.model import CatalogDefinition, FeedDefinition, LayerDefinition, StyleDefinition
from layers.refresh import aligning
from mapserver import errors, params, settings
from mapserver.app import create_app
from mapserver.cli import main
from mapserver.documents import assets
from mapserver.services import observations
from mapserver.services.site import Site

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs"
PAGES = sorted([*REPO.glob("*.md"), *DOCS.rglob("*.md")])


def words(cell: str) -> list[str]:
    """Return what stands in backquotes."""
    return re.findall(r"`([^`]+)`", cell)


def table_rows(page: str, start: str) -> list[list[str]]:
    """Return the rows of the first table of a page that stands at or below ``start``."""
    text = (DOCS / "reference" / page).read_text("utf-8")
    found = re.search(r"^\|.*\n\|[-|]+\n((?:\|.*\n)+)", text[text.index(start) :], re.MULTILINE)
    assert found, f"{page} has no table below {start}"
    lines = found[1].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def table(page: str, start: str = "# ") -> dict[str, list[str]]:
    """Return the rows of that table by each of the words in their first cell."""
    return {word: row for row in table_rows(page, start) for word in words(row[0])}


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
    assert len(said) == len(settings.KNOBS)
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
        assert f"\n{command.help}\n" in parts[name], name
        options = [p for p in command.params if isinstance(p, click.Option)]
        if name == "mapserver serve":
            assert [p.name for p in options] == [knob.name for knob in settings.KNOBS]
            continue
        said = {
            (tuple(re.findall(r"`(--[a-z-]+)`", first)), second)
            for first, second in re.findall(r"^\| (`--.+) \| (.+) \|$", parts[name], re.MULTILINE)
        }
        assert said == {((*p.opts, *p.secondary_opts), p.help) for p in options}, name


def test_every_address_is_there_and_no_other() -> None:
    site = Site.__new__(Site)  # the addresses do not hang on what is served
    object.__setattr__(site, "settings", settings.read({}))
    rules = {rule.rule for rule in create_app(site).url_map.iter_rules()}
    assert set(table("addresses.md", "| address")) == rules


def test_every_error_and_every_query_key_is_there() -> None:
    statuses = {
        int(word)
        for row in table_rows("addresses.md", "## Errors")
        for word in re.findall(r"\d{3}", row[0])
    }
    app_answers = {401, 404, 405, 414}
    assert statuses == {a.status for a in errors.ANSWERS.values() if a.status != 500} | app_answers
    filters = {key for spec in kinds.KINDS.values() for key in spec.filters}
    assert set(table("addresses.md", "## Tiles")) == {*params.TILE_KEYS, "fade", "lang", *filters}
    assert set(table("addresses.md", "## Sending observations")) == set(observations.KEYS)
    assert set(table("addresses.md", "## Files")) == {f".{suffix}" for suffix in MEDIA_TYPES}


def test_every_format_is_there_with_its_options() -> None:
    said = table("formats.md", "| format |")
    assert set(said) == set(exchange.ADAPTERS)
    for adapter in exchange.ADAPTERS.values():
        options = {option + ("NAME" if option == "column." else "") for option in adapter.options}
        assert options == set(words(said[adapter.id][2])), adapter.id


def test_every_name_of_a_column_is_there() -> None:
    makers = {"observations": csv_table, "stations": stations_csv, "earthquakes": quakes_csv}
    said = {
        (maker, words(row[0])[0], tuple(words(row[1])))
        for row in table_rows("formats.md", "| column |")
        for maker in row[2].split(", ")
    }
    assert said == {
        (maker, name, tuple(aliases))
        for maker, module in makers.items()
        for name, aliases in module._ALIASES.items()
    }
    assert f"\n{','.join(csv_table.HEADER)}\n" in (DOCS / "reference" / "formats.md").read_text()


def test_every_unit_and_limit_is_there() -> None:
    said = {row[0].strip("`"): row for row in table_rows("formats.md", "## Quantities and units")}
    assert set(said) == set(units.QUANTITIES)
    for quantity in units.QUANTITIES.values():
        known = words(said[quantity.id][1]) + words(said[quantity.id][2])
        assert known[0] == quantity.unit
        assert set(known) == set(units.CONVERSIONS[quantity.id])
    numbers = {
        int(row[1].split()[0].replace(",", "")) for row in table_rows("formats.md", "## Limits")
    }
    assert numbers == {
        settings.read({}).max_upload_mb,
        limits.MAX_ROWS,
        limits.MAX_LINE_CHARS,
        limits.MAX_FEATURES,
        limits.MAX_VERTICES,
        raster_datasets.LARGEST_CELLS,
        raster_datasets.MOST_BANDS,
        limits.MAX_BLOCK_BYTES,
        raster_files.MOST_FILES,
        raster_mosaic.FILES_A_TILE,
        aligning.MOST_TIMES,
    }
    assert aligning.LARGEST_ALIGNED == raster_datasets.LARGEST_CELLS
    assert raster_datasets.MOST_OPEN == raster_mosaic.FILES_A_TILE


def test_every_layer_and_kind_is_there() -> None:
    said = table("layers.md", "## Built in")
    found = read(DEFAULT_CATALOG, assets.read().palettes())
    assert {layer.id for layer in found.layers} == {row[0].strip("`") for row in said.values()}
    for layer in found.layers:
        assert said[layer.id][1] == layer.kind
        assert words(said[layer.id][2]) == [style.id for style in layer.styles]
    said = table("layers.md", "## Kinds")
    assert set(said) == set(kinds.KINDS)
    for name, spec in kinds.KINDS.items():
        may = ("collection", "covariates", "relative_to", "presets")
        assert words(said[name][2]) == [key for key in spec.needs if key not in may]
        assert words(said[name][3]) == list(spec.measures)
        assert {*words(said[name][4])} == set(spec.symbols)
        assert words(said[name][4])[0] == spec.symbol


def test_every_key_of_a_catalogue_is_there() -> None:
    def keys(of: type, **named: str | None) -> set[str]:
        names = {field.name for field in dataclasses.fields(of)}
        return {named.get(name, name) or "" for name in names} - {""}

    of_kinds = {key for spec in kinds.KINDS.values() for key in spec.options}
    for heading, known in {
        "the catalogue": keys(CatalogDefinition, layers="layer", feeds="feed"),
        "a layer": keys(LayerDefinition, styles="style", paths="path", options=None) | of_kinds,
        "a style": keys(StyleDefinition, palette="ramp", preset=None),
        "a feed": keys(FeedDefinition),
    }.items():
        rows = table_rows("layers.md", f"## Keys of {heading}")
        assert {word for row in rows for word in words(row[0])} == known, heading
    assert f"up to {MOST} layers" in table("layers.md", "## Keys of a layer")["covariates"][1]
    palettes = assets.read().palettes()
    assert set(words(table("layers.md", "## Keys of a style")["ramp"][1])) == set(palettes)


def test_the_feed_of_the_reference_is_understood() -> None:
    page = (DOCS / "reference" / "layers.md").read_text("utf-8")
    example = re.search(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert example
    entries = tomllib.loads(DEFAULT_CATALOG.read_text("utf-8")) | tomllib.loads(example[1])
    (feed,) = parse(entries, DEFAULT_CATALOG, assets.read().palettes()).feeds
    assert feed.collection in {"earthquakes"}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(REPO).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", text):
        if target.startswith(("http://", "https://")):
            continue
        there = page.parent / target if target else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text("utf-8"), re.MULTILINE)
            known = {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}
            assert anchor in known, f"{target}#{anchor}"


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
    ladder = re.search(r"^mapserver (.*\n)layers ((?:.*\n)+?)```", text, re.MULTILINE)
    assert ladder
    contracts = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))
    for contract in contracts["tool"]["importlinter"]["contracts"]:
        package = contract.get("containers", [""])[0]
        if package:
            drawn = ladder[1].split(">") if package == "mapserver" else ladder[2].splitlines()
            rungs = [re.findall(r"\w+", rung) for rung in drawn]
            assert rungs == [re.findall(r"\w+", rung) for rung in contract["layers"]], package


def test_every_package_that_the_browser_gets_is_named_in_the_notice() -> None:
    notice = (REPO / "NOTICE").read_text("utf-8")
    licences = next((REPO / "static" / "dist").glob("licences-*.txt")).read_text("utf-8")
    carried = re.findall(r"\A(\S+)\n|\n\n\n(\S+)\n\n", licences)
    names = [name for pair in carried for name in pair if name and not name.startswith("-")]
    assert "leaflet" in names
    for name in names:
        assert name in notice, name
