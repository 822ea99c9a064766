"""The page: money, facets, each finding with its proof; whatever a claim holds stays text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser

import pytest
from reported import EXAMPLE, FORMULA, RUN, SCRIPT, clinic_day, hostile, many

from cleanclaim import app
from cleanclaim.engine.finding_proof import Proofs
from cleanclaim.engine.report import Report
from cleanclaim.reports import page
from cleanclaim.reports.entries import gravest_entries
from cleanclaim.reports.totals import facets, totals

VOID = ("meta", "input", "br", "link")


class Outline(HTMLParser):
    """The elements of a page, and its text without style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script") and data.strip():
            self.texts.append((self.open[-1], " ".join(data.split())))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def html(report: Report) -> str:
    return "".join(page.html_parts(report, RUN))


def said(report: Report) -> str:
    return " ".join(text for _, text in Outline(html(report)).texts)


def test_every_element_is_closed_and_headings_go_down_one_step() -> None:
    outline = Outline(html(clinic_day()))
    assert outline.open == []
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_page_needs_nothing_from_elsewhere() -> None:
    outline = Outline(html(clinic_day()))
    assert outline.all("link") + outline.all("img") + outline.all("iframe") == []
    assert [list(attributes) for attributes in outline.all("script")] == [[]]
    assert [attributes for _, attributes in outline.elements if "style" in attributes or "onclick" in attributes] == []


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else() -> None:
    text = html(clinic_day())
    meta = next(m for m in Outline(text).all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    hashes = []
    for tag in ("style", "script"):
        found = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert found is not None
        hashes.append(base64.b64encode(hashlib.sha256(found[1].encode()).digest()))
    assert meta["content"] == (
        f"default-src 'none'; style-src 'sha256-{hashes[0].decode()}'; script-src 'sha256-{hashes[1].decode()}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_money_comes_first_and_charges_stay_apart() -> None:
    texts = Outline(html(clinic_day())).texts
    start = texts.index(("dt", "At fee schedule prices"))
    assert texts[start : start + 9] == [
        ("dt", "At fee schedule prices"),
        ("dd", "$65.41"),
        ("dd", "what the fee schedule allows for the units at fault in 3 findings"),
        ("dt", "Charges of findings without a price"),
        ("dd", "$1,819.00"),
        ("dd", "19 findings: what was asked, not what would be lost; never added to the prices"),
        ("dt", "Findings"),
        ("dd", "25"),
        ("dd", "3 of them without an amount"),
    ]
    assert "$1,884.41" not in said(clinic_day())


def test_the_parts_of_each_facet_add_up_to_the_whole() -> None:
    whole = totals(clinic_day())
    assert [facet.name for facet in facets(clinic_day())] == ["severity", "who", "payer", "clinician", "rule"]
    for facet in facets(clinic_day()):
        parts = [part for _, part in facet.parts]
        assert sum(part.count for part in parts) == whole.count == 25
        assert sum(part.fee_cents for part in parts) == whole.fee_cents == 6541
        assert sum(part.charge_cents for part in parts) == whole.charge_cents == 181_900
        assert sum(part.without for part in parts) == whole.without == 3


def test_each_finding_bears_the_parts_that_its_buttons_choose() -> None:
    outline = Outline(html(clinic_day()))
    buttons = {b["data-part"] for b in outline.all("button") if b.get("class", "").startswith("facet")}  # type: ignore[union-attr]
    findings = [attributes for attributes in outline.all("article") if "data-parts" in attributes]
    assert len(findings) == 25
    for finding in findings:
        parts = str(finding["data-parts"]).split()
        assert [part[0] for part in parts] == ["s", "w", "p", "c", "r"]
        assert set(parts) <= buttons


def test_a_finding_has_its_place_its_sides_its_source_and_its_proof() -> None:
    texts = [text for _, text in Outline(html(clinic_day())).texts]
    first = texts.index("U101: More timed units than the day's minutes allow")
    entry = texts[first : texts.index("Whole quarter hours first: 97110 1 (5 left), 97530 1 (2 left).") + 1]
    assert entry[1:3] == ["$60.00", "charged"]
    assert entry[3] == "claim C115 · visit V115 · 2026-03-17 · MEDICARE PART B"
    for words in (
        "3 units billed for 37 minutes",
        "2 units: 1 x 97110, 1 x 97530",
        "Lower the units to what the documented minutes allow",
        "biller; with the treatment note at hand",
        f"{EXAMPLE / 'claims.837'}, {next(m['place'] for m in clinic_day().messages() if m['rule'] == 'U101')}",
        "Medicare Claims Processing Manual (Pub. 100-04), ch. 5, sec. 20.2.C",
        "From minutes to units",
        "Timed minutes of the 15-minute codes: 97110 20 + 97530 17 = 37.",
        "23 to 37 minutes are 2 units; the total is 37.",
    ):
        assert words in entry, words


def test_sources_are_links() -> None:
    links = [attributes for attributes in Outline(html(clinic_day())).all("a") if attributes.get("rel")]
    assert links
    assert {str(link["href"]).partition("://")[0] for link in links} == {"https"}
    assert {link["rel"] for link in links} == {"noreferrer"}


def test_the_page_tells_what_was_not_checked_what_was_read_and_how() -> None:
    text = said(clinic_day())
    assert "Not checked, and why" in text
    assert "1 row of payer PRAIRIE MUTUAL: it is not mapped" in text
    assert "Every place was read." in text
    assert "Written 2026-03-20 17:05 UTC Command cleanclaim check claims.837" in text
    assert "ncci_family 2024-07-01" in text


def test_a_report_without_findings_says_so() -> None:
    text = said(app.check({"visits": []}, as_of=RUN.as_of))
    assert "No findings." in text
    assert "nothing was found" in text
    assert "no finding has a price" in text


def test_whatever_a_claim_holds_stays_text() -> None:
    text = html(hostile())
    assert text.count("<script") == 1
    assert f"claim {SCRIPT} " in said(hostile())
    assert FORMULA in said(hostile())
    assert "C1\\u202e\\x07" in text
    assert not set(text) & set("\u202e\x07")


def test_patients_are_never_shown() -> None:
    patients = {line.split(",")[2] for line in (EXAMPLE / "minutes.csv").read_text().splitlines()[1:]}
    assert "EX0000101" in patients
    words = set(re.findall(r"\w+", html(clinic_day())))
    assert {patient for patient in patients if patient in words} == set()
    assert "PATIENT-" not in html(hostile())


def test_findings_beyond_the_first_stand_in_a_table_and_those_beyond_these_only_in_the_totals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page, "DETAILED", 3)
    monkeypatch.setattr(page, "LISTED", 5)
    outline = Outline(html(many(7)))
    assert [str(a["data-cents"]) for a in outline.all("article")] == ["6", "5", "4"]
    assert [a["data-cents"] for a in outline.all("tr") if "data-cents" in a] == ["3", "2"]
    text = " ".join(text for _, text in outline.texts)
    assert "This page lists 5 of 7 findings" in text
    assert "The first 3 have their explanation and proof; the other 2 stand in the table below them." in text
    assert "$0.21" in text


def test_ten_thousand_findings_make_a_page_that_opens() -> None:
    text = html(many(10_500))
    assert text.count("<article ") == 1_000
    assert len(re.findall("<tr [^>]*data-parts", text)) == 9_000
    assert len(text) < 5_000_000


def test_what_is_kept_for_proofs_does_not_grow_with_the_findings() -> None:
    files = [str(EXAMPLE / name) for name in ("claims.837", "minutes.csv")]
    few = app.check(files, config=EXAMPLE / "cleanclaim.toml", as_of=RUN.as_of, proofs=2, partition_rows=10)
    assert few.findings.height == 25
    assert few.evidence is not None
    gravest = list(gravest_entries(few, 2))
    assert [entry.message["rule"] for entry in gravest] == ["P102", "D202"]
    assert few.evidence.lines["person_day_key"].n_unique() == 2
    assert all(Proofs(few.evidence).of(entry.row) for entry in gravest)
