"""The SIC2004 values that peers were judged by are held back: nothing here may load them.

They come packaged with other software. Only the 200 stations that every participant was given may
be read, from the shared data; whoever sees the rest cannot be measured by it any more.
"""

import re
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
ROOMS = ("benchmarks", "tests", "layers", "mapserver")
READ = {".py", ".pyi", ".r", ".rmd", ".qmd", ".ipynb", ".sh", ".toml", ".yaml", ".yml", ".cfg"}
READ |= {".json", ".jl", ".m", ".sql", ".txt", ".md", ""}

PACKAGED = r"sic_?(?:2004|97)"
SPLIT = r"sic[._](?:val|pred|full|obs|grid|test|truth|joker)\b"
SOURCES = r"gstat|intamap|sic2004|sic97"
FETCH = (
    r"urlopen|urlretrieve|download\.file|download_file|read_url|requests\.get|httpx\.get|fetch_\w+|"
    r"curl\b|wget\b|https?://"
)

HELD = {
    "a packaged data set is loaded": rf"\bdata\s*\(\s*[\"']?{PACKAGED}",
    "a packaged data set is named": rf"[\"']{PACKAGED}[\"']\s*(?:,\s*)?package\s*=",
    "one half of a packaged data set is used": SPLIT,
    "a package with data is attached": rf"\b(?:library|require|requireNamespace|importr)\s*\("
    rf"\s*[\"']?(?:{SOURCES})\b[^\n]*(?:\n[^\n]*){{0,40}}?\bdata\s*\(",
    "data are taken out of a package": rf"\b(?:{SOURCES})\s*:::?\s*[\"']?\w*sic|"
    rf"\bdata\s*\([^)\n]*package\s*=\s*[\"'](?:{SOURCES})[\"']",
    "a package with data is imported": r"^\s*(?:import|from)\s+(?:sic2004|sic97|intamap)\b",
    "a package with data is installed": rf"\b(?:install\.packages|pip3?\s+install|uv\s+(?:add|pip)|"
    rf"conda\s+install|apt(?:-get)?\s+install)\b[^\n]*\b(?:r-cran-)?(?:{SOURCES})\b",
    "a package is opened for its data": rf"\b(?:{SOURCES})/data/|"
    rf"{PACKAGED}\.(?:rda|rdata|rds|zip|tar|tgz)\b|R/(?:\w+-)*library/(?:{SOURCES})\b",
    "it is downloaded": rf"(?:{FETCH})[^\n]*(?:{PACKAGED}|\bgstat\b|\bintamap\b)|"
    rf"(?:{PACKAGED})[^\n]*(?:{FETCH})",
}
HELD_PATTERNS = {
    why: re.compile(pattern, re.IGNORECASE | re.MULTILINE) for why, pattern in HELD.items()
}


def held(text: str) -> list[str]:
    """Return what a text does that it may not, with the line it does it in."""
    found = []
    for why, pattern in HELD_PATTERNS.items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"line {line}: {why}: {match.group().strip()[:80]!r}")
    return found


def texts(root: Path) -> list[tuple[str, str]]:
    """Name and text of every file of the rooms that could load something, but for this one."""
    found = []
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if (
                not path.is_file()
                or "__pycache__" in path.parts
                or path.name == Path(__file__).name
            ):
                continue
            if path.suffix.lower() in READ:
                text = path.read_text(encoding="utf-8", errors="replace")
                found.append((path.relative_to(root).as_posix(), text))
    return found


def test_nothing_loads_the_values_that_are_held_back() -> None:
    looked = texts(REPO)
    names = {name for name, _ in looked}
    # the scan sees what it should see
    assert {"benchmarks/__main__.py", "tests/conftest.py", "layers/geo.py"} <= names
    assert len(looked) > 200
    assert [f"{name}, {what}" for name, text in looked for what in held(text)] == []


SAMPLES = [
    "data(sic2004)",
    "data('sic2004')",
    'utils::data( "sic97" )',
    "data(sic2004, package = 'gstat')",
    'data(list = "sic2004", package = "gstat")',
    "truth <- sic.val$dayx",
    "krige(dayx ~ 1, ~x + y, sic.train, sic.pred)",
    "frame = table['sic_val']",
    "library(gstat)\nlibrary(sp)\n\ndata(meuse)",
    "require('gstat'); data(sic2004)",
    "gstat = importr('gstat')\nr('data(sic2004)')",
    "gstat::sic.val",
    "intamap:::sicdata",
    "import sic2004",
    "from intamap import data",
    "install.packages('gstat')",
    "subprocess.run('apt-get install r-cran-gstat', shell=True)",
    "pip install sic2004",
    "pyreadr.read_r('gstat/data/sic2004.rda')",
    "open('/usr/lib/R/site-library/gstat/data/Rdata.rdb')",
    "urlopen('https://example.org/sic2004/output.csv')",
    "wget https://example.org/SIC2004.zip",
    "requests.get(BASE + 'gstat.tar.gz')",
    "URL = 'https://example.org/sic97.dat'",
    "pd.read_csv('http://example.org/SIC2004_joker.csv')",
    "fetch_openml('sic2004')",
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_line_that_loads_them_is_caught(sample, tmp_path) -> None:
    assert held(sample)
    for room in ROOMS:
        (tmp_path / room / "deep").mkdir(parents=True)
    (tmp_path / "benchmarks" / "deep" / "peers.R").write_text(f"# peers\n{sample}\n")
    (tmp_path / "layers" / "deep" / "notes.md").write_text(f"As in:\n\n    {sample}\n")
    caught = [name for name, text in texts(tmp_path) if held(text)]
    assert caught == ["benchmarks/deep/peers.R", "layers/deep/notes.md"]


@pytest.mark.parametrize(
    "plain",
    [
        'SIC = REPO.parent / "shared" / "data" / "sic2004" / "stations_200.csv"',
        "Pooled from gamma dose rate: 11 days of the 200 given SIC2004 stations",
        "def test_the_routine_day_of_sic2004_is_as_good_as_the_best_peers_left_one_out() -> None:",
        "data(stations)",
        "basic.validate(sic)",
        "import gstools  # a peer that brings no data",
        "urlopen('http://127.0.0.1:8080/layers/dose-rate/current.json')",
        "gstat and PyKrige are peers of the benchmarks",
    ],
)
def test_what_is_given_to_everybody_may_be_read_and_named(plain) -> None:
    assert held(plain) == []


def test_a_line_is_named_where_it_stands() -> None:
    assert held("a\nb\n  data(sic2004)\n") == [
        "line 3: a packaged data set is loaded: 'data(sic2004'"
    ]
