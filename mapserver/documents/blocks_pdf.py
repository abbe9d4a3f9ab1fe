"""A document on paper: A4, its fonts embedded, its text to be searched and copied."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from mapserver.documents.blocks import MARKS, Block, Document, Facts, Figure, Table, Text, Tone
from mapserver.documents.drawing import COLOURS, Circle, Drawing, Label, Line

FONTS = {"": "inter-regular.ttf", "B": "inter-bold.ttf"}
FAMILY = "Inter"
MARGIN_MM, WIDTH_MM = 16.0, 178.0
SIZES = {"title": 20.0, "heading": 13.0, "text": 9.0, "table": 7.6, "small": 6.4}
POINT_MM = 25.4 / 72
WHITE = (255, 255, 255)
_TONES: dict[str, tuple[int, int, int]] = {
    "hit": (150, 30, 30), "possible": (150, 90, 0), "clear": (20, 100, 60),
    "missing": (90, 90, 90), "note": (90, 96, 106), "notice": (120, 70, 0), "strong": (24, 28, 34),
}  # fmt: skip


class _Paper(FPDF):
    """Pages with the document's footer."""

    said = ""

    def footer(self) -> None:
        """Write what the page is of, and its number."""
        self.set_y(-12)
        self.set_font(FAMILY, "", SIZES["small"])
        self.set_text_color(*COLOURS["quiet"])
        self.cell(WIDTH_MM - 20, 5, self.said)
        self.cell(20, 5, f"{self.page_no()} / {{nb}}", align=Align.R)


def pdf(documents: Sequence[Document], fonts: Path, made: datetime) -> bytes:
    """Return documents as one PDF, each from a new page on.

    Parameters
    ----------
    fonts : Path
        The folder with the fonts of printed documents.
    made : datetime
        The moment that the file says it was made at.
    """
    paper = _Paper(format="A4")
    paper.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    paper.set_auto_page_break(True, 16)
    for style, name in FONTS.items():
        paper.add_font(FAMILY, style, fonts / name)
    paper.set_creation_date(made.astimezone(UTC))
    paper.set_lang(documents[0].language)
    paper.set_title(", ".join(document.title for document in documents))
    for document in documents:
        paper.add_page()  # which ends the page before, with what that one is of
        paper.said = document.footer
        _document(paper, document)
    return bytes(paper.output())


def _document(paper: _Paper, document: Document) -> None:
    _words(paper, document.kicker, "text", COLOURS["quiet"])
    _words(paper, document.title, "title", COLOURS["ink"], "B")
    for notice in document.notice:
        _words(paper, notice, "text", _TONES["notice"], "B")
    for section in document.sections:
        if section.title:
            _room(paper, max([50.0, *(22 + _size(b)[1] for b in section.blocks[:1])]))
            paper.ln(3)
            paper.start_section(section.title)
            _words(paper, section.title, "heading", COLOURS["ink"], "B")
        for block in section.blocks:
            _block(paper, block)


def _room(paper: _Paper, height_mm: float) -> None:
    """Begin a page where less than this is left down to the edge of the paper."""
    if paper.get_y() + height_mm > paper.h:
        paper.add_page()


def _size(block: Block) -> tuple[float, float]:
    """Return millimetres a unit of a drawing, and how high it is; 0 of what is none."""
    if not isinstance(block, Figure):
        return 0.0, 0.0
    scale = min(0.34, WIDTH_MM / block.drawing.width)
    return scale, block.drawing.height * scale


def _words(
    paper: _Paper, words: str, size: str, colour: tuple[int, int, int], style: str = ""
) -> None:
    paper.set_font(FAMILY, style, SIZES[size])
    paper.set_text_color(*colour)
    height = SIZES[size] * POINT_MM * 1.35
    paper.multi_cell(WIDTH_MM, height, words, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(1)


def _block(paper: _Paper, block: Block) -> None:
    if isinstance(block, Text):
        colour = _TONES.get(block.tone, COLOURS["ink"])
        style = "B" if block.tone in ("hit", "strong") else ""
        _words(paper, _marked(block.tone, block.words), "text", colour, style)
    elif isinstance(block, Facts):
        _facts(paper, block)
    elif isinstance(block, Table):
        _table(paper, block)
    elif isinstance(block, Figure):
        _figure(paper, block)


def _marked(tone: Tone, words: str) -> str:
    return f"{MARKS[tone]} {words}" if tone in MARKS else words


def _facts(paper: _Paper, facts: Facts) -> None:
    height = SIZES["text"] * POINT_MM * 1.35
    for name, fact in facts.pairs:
        paper.set_font(FAMILY, "", SIZES["text"])
        paper.set_text_color(*COLOURS["quiet"])
        _room(paper, 30)
        top = paper.get_y()
        paper.multi_cell(56, height, name, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        below = paper.get_y()
        paper.set_xy(MARGIN_MM + 58, top)
        paper.set_text_color(*COLOURS["ink"])
        paper.multi_cell(
            WIDTH_MM - 58, height, fact, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        paper.set_y(max(below, paper.get_y()))
    paper.ln(2)


def _table(paper: _Paper, table: Table) -> None:
    if table.caption:
        _room(paper, 50)
        _words(paper, table.caption, "text", COLOURS["ink"], "B")
    paper.set_font(FAMILY, "", SIZES["table"])
    paper.set_text_color(*COLOURS["ink"])
    paper.set_draw_color(*COLOURS["line"])
    paper.set_fill_color(*WHITE)  # what a drawing filled its circles with would fill cells
    paper.set_line_width(0.15)
    widths = table.widths or tuple(1.0 for _ in table.header)
    with paper.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=tuple(widths),
        width=int(WIDTH_MM),
        line_height=SIZES["table"] * POINT_MM * 1.3,
        headings_style=FontFace(emphasis="", color=COLOURS["quiet"], fill_color=WHITE),
        text_align=tuple(Align.R if number else Align.L for number in table.numbers),
        padding=(0.7, 1.2),
    ) as rows:
        head = rows.row()
        for word in table.header:
            head.cell(word)
        for each in table.rows:
            row = rows.row()
            for cell in each:
                words = _marked(cell.tone, cell.words)
                colour = _TONES.get(cell.tone, COLOURS["ink"])
                small = f"\n{cell.small}" if cell.small else ""
                row.cell(words + small, style=FontFace(color=colour, fill_color=WHITE))
    paper.ln(2)


def _figure(paper: _Paper, figure: Figure) -> None:
    scale, height = _size(figure)
    _room(paper, height + 26)
    left, top = paper.get_x(), paper.get_y()
    _draw(paper, figure.drawing, left, top, scale)
    paper.set_xy(left, top + height + 1)
    _words(paper, figure.caption, "small", COLOURS["quiet"])


def _draw(paper: _Paper, drawing: Drawing, left: float, top: float, scale: float) -> None:
    paper.set_draw_color(*COLOURS["line"])
    paper.set_line_width(0.2)
    with paper.rect_clip(left, top, drawing.width * scale, drawing.height * scale):
        for shape in drawing.shapes:
            colour = COLOURS[shape.colour]
            if isinstance(shape, Label):
                paper.set_font(FAMILY, "", shape.size * scale / POINT_MM)
                paper.set_text_color(*colour)
                words = paper.get_string_width(shape.words)
                shift = {"start": 0.0, "middle": words / 2, "end": words}[shape.anchor]
                paper.text(left + shape.x * scale - shift, top + shape.y * scale, shape.words)
                continue
            paper.set_draw_color(*colour)
            paper.set_line_width(shape.width * scale)
            if shape.dash:
                dash, gap = shape.dash[0] * scale, shape.dash[1] * scale
                paper.set_dash_pattern(dash=dash, gap=gap)
            if isinstance(shape, Line):
                points = [(left + x * scale, top + y * scale) for x, y in shape.points]
                (paper.polygon if shape.closed else paper.polyline)(points)
            elif isinstance(shape, Circle):
                paper.set_fill_color(*colour)
                paper.circle(
                    left + shape.x * scale, top + shape.y * scale, shape.radius * scale,
                    style="DF" if shape.filled else "D",
                )  # fmt: skip
            if shape.dash:
                paper.set_dash_pattern()
