"""Claims sent again: frequency and control number, at their place, and nothing else."""

from __future__ import annotations

import pytest
from plain_rewrite import STYLES, Plain, Style, written

from cleanclaim.errors import InputError
from cleanclaim.x12 import read, totals
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write import resubmit

LF = Style(between="\n", trailing=b"\n")


@pytest.mark.parametrize("style", STYLES, ids=range(len(STYLES)))
@pytest.mark.parametrize("void", [False, True], ids=["replaced", "void"])
@pytest.mark.parametrize("institutional", [False, True], ids=["837P", "837I"])
def test_a_claim_gets_frequency_and_control_number(style: Style, void: bool, institutional: bool) -> None:
    content = written(style, institutional=institutional)
    plain = Plain.of(content, style)
    number = plain.numbers("CLM", style)[0]
    out = b"".join(resubmit(content, {number: "ICN-9001"}, void=void, chunk_bytes=300))
    assert totals(out)["problems"] == []
    table = "facility_claims" if institutional else "claims"
    before, after = read(content)[table], read(out)[table]
    assert after.select("frequency", "original_reference").row(0) == ("8" if void else "7", "ICN-9001")
    # the bill type ends in the frequency
    places = ["segment", "offset", "frequency", "original_reference", *(["bill_type"] if institutional else [])]
    assert after.drop(places).equals(before.drop(places))
    assert after[1:]["frequency"].to_list() == before[1:]["frequency"].to_list()
    texts, added = Plain.of(out, style).texts, number + (1 if institutional else 0)
    swap = str.maketrans("*:", style.element + style.component)
    assert texts[added].decode() == "REF*F8*ICN-9001".translate(swap)
    claim = "CLM*V200*204***13:A:#**A*Y*Y" if institutional else "CLM*V100*228***11:B:#*Y*A*Y*Y"
    changed = [claim.replace("#", "8" if void else "7"), "SE*23*0001" if institutional else "SE*28*0001"]
    told = [text.decode() for n, text in enumerate(texts) if n != added and text not in plain.texts]
    assert told == [text.translate(swap) for text in changed]


def test_a_control_number_that_is_there_is_replaced() -> None:
    content = (
        written(LF).replace(b"1*Y*A*Y*Y~\n", b"7*Y*A*Y*Y~\nREF*G1*A~\nREF*F8*OLD~\n", 1).replace(b"SE*27", b"SE*29")
    )
    out = b"".join(resubmit(content, {12: "NEW"}))
    assert out == content.replace(b"REF*F8*OLD", b"REF*F8*NEW")


def test_what_is_written_keeps_the_order_of_segments() -> None:
    content = written(LF)
    out = b"".join(resubmit(content, {12: "9001", 24: "9002"}))
    told = [validate(one, [1]).problems.select("segment", "code", "message").rows() for one in (content, out)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({13: "9001"}, "segment 13 is not a claim (CLM) of this file"),
        ({1300: "9001"}, "segment 1300 is not a claim (CLM) of this file"),
        ({12: " "}, "the claim of segment 12 has no control number of the payer"),
    ],
)
def test_what_cannot_be_sent_again(claims: dict[int, str], message: str) -> None:
    with pytest.raises(InputError) as raised:
        list(resubmit(written(LF), claims))
    assert message in str(raised.value)
