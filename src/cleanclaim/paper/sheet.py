"""Pages of a form as PDF: the data alone, or laid over a blank form that the user has.

The form itself is not drawn: its art is its publisher's, and payers read data off sheets bought preprinted in ink that
their scanners do not see. Text is 10-point Courier, its characters a tenth of an inch apart, so that each stands in
its column. The PDF holds no day, no name of a file and no data but what is printed; the same claims give the same
bytes.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile
from cleanclaim.paper.fill import Mark, Printed
from cleanclaim.paper.form import Field, Form, form

if TYPE_CHECKING:
    import os

POINTS = 72.0
WIDTH, HEIGHT = 612.0, 792.0
"""Letter paper, in points."""
_FONT, _SIZE = "Courier", 10
_PITCH = POINTS / 10
_SPACING = _PITCH - 0.6 * _SIZE  # Courier's characters are six tenths of their size wide
_LINE = POINTS / 6
_BASELINE = 9.5  # below the top of a line
_MOST_OFFSET = 1.0
_TOLERANCE = 9.0  # points by which a blank form may differ from letter paper
_ROUNDING = 3

Place = tuple[float, float]


def overlay_pdf(printed: Printed, *, blank: str | os.PathLike[str] | None = None, offset: Place = (0.0, 0.0)) -> bytes:
    """Return the pages as PDF, laid over the first page of ``blank`` where one is given.

    ``offset`` moves everything to the right and down, in inches, at most one. Raises CleanclaimError where the extra
    ``paper`` is not installed, InputError for an offset, UnreadableFile for a blank form that cannot be used.

    >>> from cleanclaim.paper.fill import print_claims
    >>> file = b"ST*837*1*005010X222A1~BHT*0019*00*1~HL*1**20*1~HL*2*1*22*0~CLM*V1*84~SE*6*1~"
    >>> overlay_pdf(print_claims(file))[:5]
    b'%PDF-'
    """
    canvas = _Canvas(printed.form, offset, f"{printed.form.title}: data")
    for page in printed.pages:
        for mark in page.marks:
            canvas.mark(mark)
        canvas.turn()
    return canvas.pdf() if blank is None else _laid_over(canvas.pdf(), Path(blank))


def alignment_pdf(name: str, *, offset: Place = (0.0, 0.0)) -> bytes:
    """Return a page to set the printer by: a mark in every box of a form, as long as its text may be, and a ruler.

    Printed on the form, or on plain paper held against it, it shows how far ``--offset-x`` and ``--offset-y`` must
    move the text. Raises as ``overlay_pdf``, and InputError for a form of another name.

    >>> alignment_pdf("ub04") == alignment_pdf("ub04")
    True
    """
    own = form(name)
    canvas = _Canvas(own, offset, f"{own.title}: alignment")
    # of boxes that begin in one place the first is drawn: the others are parts of it
    boxes = {(box.line, box.column): (key, box) for key, box in reversed(own.fields.items())}
    for key, box in boxes.values():
        for row in range(own.rows if key.startswith("line_") else 1):
            canvas.box(box, row)
    for line, column, text in own.corners:
        canvas.text(line, column, text)
    canvas.text(*own.note, f"ALIGNMENT  X {offset[0]:.2f}  Y {offset[1]:.2f} INCH")
    canvas.ruler()
    canvas.turn()
    return canvas.pdf()


def where(own: Form, box: Field, row: int, text: str) -> tuple[float, float]:
    """Return where the first character of a text begins: points from the left and the top edge, at its baseline.

    >>> own = form("cms1500")
    >>> [round(points, 2) for points in where(own, own.fields["line_charge"], 1, "84 00")]
    [394.56, 573.5]
    """
    shift = {"L": 0.0, "R": float(box.width - len(text)), "C": float((box.width - len(text)) // 2)}[box.align]
    x = own.left * POINTS + (box.column - 1 + shift) * _PITCH
    y = own.top * POINTS + (box.line - 1 + own.step * row) * _LINE + _BASELINE
    return x, y


class _Canvas:
    """Pages of a form that are drawn; the same marks give the same bytes."""

    def __init__(self, own: Form, offset: Place, title: str) -> None:
        if any(not -_MOST_OFFSET <= shift <= _MOST_OFFSET for shift in offset):
            raise InputError(f"must lie between -{_MOST_OFFSET:g} and {_MOST_OFFSET:g} inch", field="offset")
        try:
            from reportlab.pdfgen.canvas import Canvas
        except ImportError:
            raise _missing("reportlab") from None
        self._form = own
        self._right, self._down = (shift * POINTS for shift in offset)
        self._stream = io.BytesIO()
        self._canvas: Any = Canvas(self._stream, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("")
        self._canvas.setSubject("")
        self._canvas.setCreator("cleanclaim")

    def mark(self, mark: Mark) -> None:
        """Draw a text in its box."""
        self._write(*where(self._form, mark.field, mark.row, mark.text), mark.text)

    def text(self, line: int, column: float, text: str) -> None:
        """Draw a text at a line and column."""
        self.mark(Mark(Field("", "", line, column, len(text), "L", True), 0, text))

    def box(self, box: Field, row: int) -> None:
        """Draw the corners of a box, and its item's number as far as it fits, else an X."""
        x, y = where(self._form, box, row, "X" * box.width)
        left, bottom = x + self._right, HEIGHT - y - self._down - (_LINE - _BASELINE)
        right, top = left + box.width * _PITCH, bottom + _LINE
        for corner_x, inward in ((left, 2.0), (right, -2.0)):
            for corner_y, upward in ((bottom, 2.0), (top, -2.0)):
                self._canvas.setLineWidth(0.4)
                self._canvas.line(corner_x, corner_y, corner_x + inward, corner_y)
                self._canvas.line(corner_x, corner_y, corner_x, corner_y + upward)
        label = box.item if len(box.item) <= box.width else "X"
        self._write(x, y, label)

    def ruler(self) -> None:
        """Draw tenths of an inch along the left and top edge, for the length that text must be moved."""
        self._canvas.setLineWidth(0.3)
        for tenth in range(1, 85):
            at = tenth * POINTS / 10 + self._right
            self._canvas.line(at, HEIGHT, at, HEIGHT - (5.0 if tenth % 10 == 0 else 2.5))
        for tenth in range(1, 110):
            at = HEIGHT - tenth * POINTS / 10 - self._down
            self._canvas.line(0, at, 5.0 if tenth % 10 == 0 else 2.5, at)

    def turn(self) -> None:
        """End the page."""
        self._canvas.showPage()

    def pdf(self) -> bytes:
        """Return what was drawn."""
        self._canvas.save()
        return self._stream.getvalue()

    def _write(self, x: float, y: float, text: str) -> None:
        line = self._canvas.beginText(round(x + self._right, _ROUNDING), round(HEIGHT - y - self._down, _ROUNDING))
        line.setFont(_FONT, _SIZE)
        line.setCharSpace(_SPACING)
        line.textOut(text)
        self._canvas.drawText(line)


def _missing(package: str) -> CleanclaimError:
    return CleanclaimError(f'{package} is not installed, which paper forms need: pip install "cleanclaim[paper]"')


def _laid_over(data: bytes, blank: Path) -> bytes:
    """Return the pages of ``data``, each over the first page of a blank form."""
    try:
        from pypdf import PdfReader, PdfWriter
        from pypdf.errors import PyPdfError
    except ImportError:
        raise _missing("pypdf") from None
    try:
        content = blank.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{blank}: {(error.strerror or 'it cannot be read').lower()}; check the path") from None
    # a broken PDF raises whatever its reader stumbles on
    try:
        sheets = PdfReader(io.BytesIO(content))
        if sheets.is_encrypted:
            raise UnreadableFile(f"{blank}: is locked with a password; save it without one")
        paper = sheets.pages[0].mediabox
        width, height = float(paper.width), float(paper.height)
        writer = PdfWriter()
        writer.metadata = None
        if abs(width - WIDTH) <= _TOLERANCE and abs(height - HEIGHT) <= _TOLERANCE:
            writer.append(PdfReader(io.BytesIO(data)))
            for page in writer.pages:
                page.merge_page(sheets.pages[0], over=False)
            return _bytes(writer)
    except UnreadableFile:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        NotImplementedError,
        RecursionError,
        OSError,
    ) as error:
        raise UnreadableFile(f"{blank}: not a PDF that can be read ({type(error).__name__})") from None
    raise UnreadableFile(f"{blank}: its first page is {width / 72:.2f} by {height / 72:.2f} inch, not letter paper")


def _bytes(writer: Any) -> bytes:
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
