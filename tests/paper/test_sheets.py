"""The PDF: every text in its box, the same bytes for the same claims, laid over a form, and nothing else in it."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from paper_files import FACILITY_FILE, MEDICARE_FILE, OTHER_FILE

from cleanclaim.errors import CleanclaimError, InputError, UnreadableFile
from cleanclaim.paper import alignment_pdf, overlay_pdf, print_claims
from cleanclaim.paper.sheet import HEIGHT, where

pypdf = pytest.importorskip("pypdf")
canvas = pytest.importorskip("reportlab.pdfgen.canvas")

Text = tuple[float, float, str]


def texts(pdf: bytes, page: int = 0) -> list[Text]:
    """Return the texts of a page, with the points from the left and top edge at which each begins."""
    found: list[Text] = []

    def visit(text: str, _: object, matrix: list[float], *__: object) -> None:
        if text.strip():
            found.append((round(matrix[4], 2), round(HEIGHT - matrix[5], 2), text.strip()))

    pypdf.PdfReader(io.BytesIO(pdf)).pages[page].extract_text(visitor_text=visit)
    return found


def blank(path: Path, width: float = 612, height: float = 792, words: str = "BLANK FORM") -> Path:
    sheet = canvas.Canvas(str(path), pagesize=(width, height), invariant=1)
    sheet.drawString(100, height / 2, words)
    sheet.showPage()
    sheet.save()
    return path


@pytest.mark.parametrize("content", [MEDICARE_FILE, OTHER_FILE, FACILITY_FILE])
@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.1, -0.05)])
def test_every_text_stands_where_its_box_is(content: bytes, offset: tuple[float, float]) -> None:
    printed = print_claims(content)
    wanted = []
    for mark in printed.pages[0].marks:
        x, y = where(printed.form, mark.field, mark.row, mark.text)
        wanted.append((round(x + offset[0] * 72, 2), round(y + offset[1] * 72, 2), mark.text))
    found = texts(overlay_pdf(printed, offset=offset))
    assert _close(found, wanted)


def _close(found: list[Text], wanted: list[Text]) -> bool:
    """True where the same texts stand within a twentieth of a point."""
    pairs = zip(sorted(found, key=_by_place), sorted(wanted, key=_by_place), strict=True)
    return all(a[2] == b[2] and abs(a[0] - b[0]) < 0.05 and abs(a[1] - b[1]) < 0.05 for a, b in pairs)


def _by_place(text: Text) -> tuple[int, int]:
    return round(text[1]), round(text[0])


def test_the_charge_stands_right_and_its_cents_after_a_space() -> None:
    found = {text: (x, y) for x, y, text in texts(overlay_pdf(print_claims(MEDICARE_FILE)))}
    left = 0.28 * 72
    assert found["84 00"] == pytest.approx((left + 52 * 7.2, 45 * 12 + 2 * 12 + 9.5), abs=0.01)
    assert found["168 00"] == pytest.approx((left + (50 + 3) * 7.2, 57 * 12 + 9.5), abs=0.01)


def test_the_same_claims_give_the_same_bytes_without_a_day_or_a_name_in_them(tmp_path: Path) -> None:
    printed, form = print_claims(MEDICARE_FILE), blank(tmp_path / "blank.pdf")
    for pdf, again in (
        (overlay_pdf(printed), overlay_pdf(printed)),
        (overlay_pdf(printed, blank=form), overlay_pdf(printed, blank=form)),
    ):
        assert pdf == again
        told = pypdf.PdfReader(io.BytesIO(pdf)).metadata or {}
        words = " ".join(str(value) for value in told.values())
        assert "ALDER" not in words
        assert "V100" not in words
        assert "2026" not in words


def test_data_lie_over_the_users_own_form_on_every_page(tmp_path: Path) -> None:
    printed = print_claims(MEDICARE_FILE + OTHER_FILE)
    pdf = overlay_pdf(printed, blank=blank(tmp_path / "blank.pdf"))
    pages = [[text for _, _, text in texts(pdf, number)] for number in (0, 1)]
    assert [("BLANK FORM" in page, "V100" in page, "V101" in page) for page in pages] == [
        (True, True, False),
        (True, False, True),
    ]


def test_forms_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    printed = print_claims(MEDICARE_FILE)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing")
    writer = pypdf.PdfWriter(clone_from=blank(tmp_path / "open.pdf"))
    writer.encrypt("secret")
    writer.write(tmp_path / "locked.pdf")
    wrong = {
        "nowhere.pdf": "check the path",
        "broken.pdf": "not a PDF that can be read",
        "locked.pdf": "locked with a password",
        str(blank(tmp_path / "a4.pdf", 595, 842)): "8.26 by 11.69 inch, not letter paper",
    }
    for name, message in wrong.items():
        with pytest.raises(UnreadableFile, match=message):
            overlay_pdf(printed, blank=tmp_path / name)


def test_the_alignment_page_has_a_mark_in_every_box() -> None:
    page = texts(alignment_pdf("cms1500", offset=(0.05, 0.0)))
    assert sum(text == "24D" for _, _, text in page) == 6
    assert sum(text == "XXX" for _, _, text in page) == 2
    assert "ALIGNMENT  X 0.05  Y 0.00 INCH" in [text for _, _, text in page]
    assert sum(text == "44" for _, _, text in texts(alignment_pdf("ub04"))) == 22
    with pytest.raises(InputError, match="between -1 and 1 inch"):
        alignment_pdf("ub04", offset=(2.0, 0.0))


@pytest.mark.parametrize("package", ["reportlab", "pypdf"])
def test_what_is_not_installed_is_named_with_what_to_install(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed, form = print_claims(MEDICARE_FILE), blank(tmp_path / "blank.pdf")
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CleanclaimError, match=rf'{package} is not installed.*pip install "cleanclaim\[paper\]"'):
        overlay_pdf(printed, blank=form)
