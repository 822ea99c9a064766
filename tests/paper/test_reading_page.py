"""The reading page: what it says of a claim, that both sides lead to each other, and that it is one safe page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_files import (
    BILLING,
    DEPENDENT,
    FACILITY_FILE,
    MEDICARE,
    MEDICARE_CLAIM,
    MEDICARE_FILE,
    OTHER_CLAIM,
    OTHER_FILE,
    REMITTANCE,
    REMITTANCE_FILE,
    file,
    lines,
)

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.paper import ClaimFile, reading_parts
from cleanclaim.paper.facts import Part
from cleanclaim.paper.plain_835 import read_835, read_payment
from cleanclaim.paper.plain_837 import read_837


def page(content: bytes, claim: str | None = None) -> str:
    return "".join(reading_parts(content, "day.x12", claim=claim))


class Outline(HTMLParser):
    """Gathers ids, links and tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        told = dict(attrs)
        self.ids += [str(told["id"])] if "id" in told else []
        href = told.get("href")
        if href:
            (self.links if href.startswith("#") else self.outside).append(href.removeprefix("#"))
        self.outside += [str(told["src"])] if "src" in told else []


def facts(parts: list[Part]) -> dict[str, dict[str, str]]:
    return {part.heading: {fact.label: fact.text for fact in part.facts} for part in parts if part.facts}


def rows(parts: list[Part], heading: str) -> list[tuple[str, ...]]:
    return [cells for part in parts if part.heading == heading for cells, _ in part.rows]


def test_a_professional_claim_in_plain_words() -> None:
    (claim,) = ClaimFile(MEDICARE_FILE).claims()
    read = read_837(claim)
    assert read.sentence == "HILL CLINIC asks MEDICARE for $168.00 for 2 lines of care to ADA B ALDER on 2026-03-04."
    assert facts(read.parts) == {
        "Who": {
            "patient": "ADA B ALDER, member number 1AA0A00AA00",
            "patient's address": "2 OAK STREET, CARMEL IN 46032",
            "patient's birth and sex": "born 1945-01-02, female",
            "payer": "MEDICARE, payer's number 12502",
            "plan": "Medicare Part B, pays first",
            "billed by": "HILL CLINIC, NPI 1234567893",
            "referring provider": "JO DOE, NPI 1003000126",
            "rendering provider": "PAT ROE, NPI 1245319599",
            "rendering provider's taxonomy": "225100000X physical therapist",
        },
        "Claim": {
            "claim number": "V100",
            "kind": "first claim",
            "place": "11 office",
            "total charge": "$168.00",
            "provider's signature on file": "yes",
            "assignment": "accepts assignment",
            "benefits assigned to the provider": "yes",
            "release of information": "signed statement on file",
            "onset of the illness": "2026-02-20",
            "prior authorization": "AUTH1",
            "note": "SEEN AT HOME",
        },
    }
    assert rows(read.parts, "Diagnoses") == [
        ("A", "M54.50", "principal diagnosis, ICD-10-CM"),
        ("B", "M25.561", "diagnosis, ICD-10-CM"),
    ]
    assert [(cells[1], cells[2], cells[4:]) for cells in rows(read.parts, "Lines")] == [
        ("2026-03-04", "97110 GP KX", ("2", "A B", "$84.00")),
        ("2026-03-04", "97140 GP", ("2", "B", "$84.00")),
    ]


def test_what_a_replacement_and_another_payer_say() -> None:
    (claim,) = ClaimFile(OTHER_FILE).claims()
    read = read_837(claim)
    assert read.sentence == (
        "HILL CLINIC asks OTHER PLAN for $100.00 for 1 line of care to BEA BIRCH from 2026-03-04 to 2026-03-05. "
        "It replaces an earlier claim."
    )
    told = facts(read.parts)
    assert told["Who"]["patient is the insured's"] == "child"
    assert told["Who"]["place of service"] == "POOL HOUSE, NPI 1003000126"
    assert told["Claim"]["caused by"] == "automobile accident, IN"
    assert told["Claim"]["payer's number of the first claim"] == "ICN100"
    other = told["Another payer"]
    assert (other["payer"], other["other payer paid"]) == ("FIRST PLAN, payer's number P1", "$60.00")
    assert other["adjustment CO 45"].startswith("$15.00, the provider writes it off")


def test_an_institutional_claim_in_plain_words() -> None:
    (claim,) = ClaimFile(FACILITY_FILE).claims()
    told = facts(read_837(claim).parts)["Claim"]
    assert told["bill type"] == "13 hospital outpatient"
    assert (told["occurrence"], told["occurrence span"]) == ("35, 2026-02-21", "74, 2026-03-10 to 2026-03-12")
    assert told["admission"] == "2026-03-01 09:30"
    values = [fact.text for part in read_837(claim).parts for fact in part.facts if fact.label == "value"]
    assert values == ["50, 4", "37, $12.50"]


def test_a_decided_claim_and_its_payment_in_plain_words() -> None:
    first, second = ClaimFile(REMITTANCE_FILE).claims()
    read = read_835(first)
    assert read.sentence == (
        "GOOD PLAN paid $120.00 of $168.00 charged: decided as the first payer. The patient owes $20.00."
    )
    assert [cells[:2] + cells[3:] for cells in rows(read.parts, "Services")] == [
        ("2026-03-04", "97110 GP", "2", "$84.00", "", "$60.00"),
        ("2026-03-04 to 2026-03-05", "97140 GP", "2", "$84.00", "", "$60.00"),
    ]
    assert [(cells[1], cells[3]) for cells in rows(read.parts, "Not paid, and why")] == [
        ("CO 45", "$14.00"),
        ("PR 2", "$10.00"),
        ("N130", ""),
        ("CO 45", "$14.00"),
        ("CO 253", "$10.00"),
    ]
    assert read_835(second).sentence == "GOOD PLAN paid $0.00 of $100.00 charged: denied."
    payment = facts([read_payment(first.around[0])])["Payment"]
    assert payment["paid"] == "$113.00"
    assert payment["provider adjustment WO"] == "$7.00, earlier overpayment kept back, REF1"


@pytest.mark.parametrize("content", [MEDICARE_FILE, OTHER_FILE + MEDICARE_FILE, FACILITY_FILE, REMITTANCE_FILE])
def test_both_sides_lead_to_each_other(content: bytes) -> None:
    text = page(content)
    found = Outline(text)
    assert len(found.ids) == len(set(found.ids))
    assert sorted(set(found.links) - set(found.ids)) == []
    assert found.outside == []
    # every segment of the file is on the page
    shown = {int(n) for n in re.findall(r'class="num"[^>]*>(\d+)<', text)}
    assert sorted(shown) == list(range(1, content.count(b"~") + 1))


def test_several_claims_of_one_insured_stand_by_themselves() -> None:
    second = MEDICARE_CLAIM.replace("V100", "V102")
    text = page(file("837P", BILLING, MEDICARE, MEDICARE_CLAIM, second, DEPENDENT, OTHER_CLAIM))
    found = Outline(text)
    assert len(found.ids) == len(set(found.ids))
    assert sorted(set(found.links) - set(found.ids)) == []
    assert re.findall(r"<h3>Claim (\w+)", text) == ["V100", "V102", "V101"]


def test_one_claim_is_chosen_by_its_number() -> None:
    assert re.findall(r"<h3>Claim (\w+)", page(REMITTANCE_FILE, "V101")) == ["V101"]
    with pytest.raises(InputError, match="no claim in the file has this number"):
        page(REMITTANCE_FILE, "V9")
    with pytest.raises(UnreadableFile):
        page(b"visit_id,code\n")


def test_what_is_not_read_is_named() -> None:
    other = MEDICARE_FILE.replace(b"005010X222A1", b"005010X279A1")
    assert "of the kind 837 005010X279A1 is not read here" in page(other + MEDICARE_FILE)
    assert "A transaction set 837P holds no claim" in page(file("837P", BILLING))
    assert "place could not be read" in page(MEDICARE_FILE.replace(b"IEA*1*", b"IEA*2*"))


def test_what_the_file_says_is_text_and_nothing_else() -> None:
    claim = MEDICARE_CLAIM.replace("SEEN AT HOME", "<script>alert(1)</script><img src=x onerror=y>\u202e")
    text = page(file("837P", BILLING, MEDICARE, claim))
    assert "<img" not in text
    assert text.count("<script") == 1
    assert "\u202e" not in text
    assert "default-src &#39;none&#39;; style-src &#39;sha256-" in text


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(lines(BILLING, MEDICARE, DEPENDENT, OTHER_CLAIM, REMITTANCE)), max_size=40),
    st.text(max_size=8),
)
def test_any_order_of_segments_gives_a_page_with_every_segment(segments: list[str], odd: str) -> None:
    content = file("837P", *(segment if n % 4 else f"{segment}*{odd}" for n, segment in enumerate(segments)))
    found = Outline(page(content))
    assert len(found.ids) == len(set(found.ids))
    assert sorted(set(found.links) - set(found.ids)) == []


def test_the_example_clinics_day() -> None:
    path = Path(__file__).parents[2] / "examples" / "clinic-day" / "claims.837"
    text = page(path.read_bytes())
    assert text.count('<details class="claim"') == 40
    assert len(text) < 700_000
