"""What an 837 says in lists: diagnoses and other codes, providers, reference numbers; made only where asked for.

Rows name their claim and line by segment numbers, as those of an 835 do: ``claim_segment`` is the ``segment`` of a row
of ``claims`` or ``facility_claims``, ``line_segment`` that of ``lines`` or ``facility_lines``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from cleanclaim.x12.files import iter_segments
from cleanclaim.x12.guides import GUIDES
from cleanclaim.x12.stretches import CHUNK_BYTES, Source

_S, _I = pl.String(), pl.Int64()
_PLACE = {"interchange": _I, "transaction": _I, "segment": _I, "offset": _I, "claim_segment": _I, "line_segment": _I}
_PLACE |= {"other_payer": _I}  # the ordinal of the claim's other payer (2320) it stands with, null outside
DIAGNOSES = pl.Schema({**_PLACE, "place": _I, "qualifier": _S, "code": _S, "period": _S, "amount": _S})
_PERSON = {"role": _S, "is_person": pl.Boolean(), "name": _S, "first_name": _S}
PROVIDERS = pl.Schema({**_PLACE, **_PERSON, "id_qualifier": _S, "id": _S, "taxonomy": _S})
REFERENCES = pl.Schema({**_PLACE, "of": _S, "qualifier": _S, "value": _S})
_VERSIONS = [version for guide in GUIDES if guide.kind == "837" for version in guide.versions]
_NO_PROVIDERS = ("IL", "QC", "PR", "40", "41", "GB", "36")  # persons insured, payers, sender and receiver
_MARKS = ("ISA", "ST", "SE", "HL", "CLM", "LX", "SV1", "SV2", "SBR", "NM1")
_MOST_CODES = 12


@dataclass(frozen=True)
class Details:
    """The three tables, one row a code (HI), a provider (NM1 of one) and a reference number (REF).

    ``diagnoses``: ``place`` from 1 within its segment, ``qualifier`` of the code (ABK principal, ABF another, BE value
    code ...), its day or period and its amount as written. ``providers``: ``role`` is NM101 (85 billing, 82 rendering,
    DN referring, 77 service facility ...), ``taxonomy`` that of its PRV or of the billing provider's level.
    ``references``: ``of`` is NM101 of whom the number belongs to, null for a claim's and a line's own. Claim and line
    are null above claims and lines. Empty elements are null.
    """

    diagnoses: pl.DataFrame
    providers: pl.DataFrame
    references: pl.DataFrame


def details(source: Source, *, chunk_bytes: int = CHUNK_BYTES) -> Details:
    """Return diagnoses, providers and references of the 837s (professional and institutional) in an X12 file.

    Raises UnreadableFile for what is not X12 at all. What cannot be read is told by ``read``.

    >>> head = b"GS*HC*A*B*20260401*0930*1*X*005010X222A1~ST*837*0001*005010X222A1~HL*1**20*1~PRV*BI*PXC*225100000X~"
    >>> head += b"NM1*85*2*HILL*****XX*1234567893~REF*EI*1~HL*2*1*22*0~CLM*C1*84***11:B:1~REF*G1*A7~HI*ABK:M5450~"
    >>> found = details(head + b"LX*1~SV1*HC:97110*84*UN*2***1~REF*6R*C1-1~SE*12*0001~GE*1*1~")
    >>> found.diagnoses.select("segment", "claim_segment", "qualifier", "code").rows()
    [(10, 8, 'ABK', 'M5450')]
    >>> found.providers.select("claim_segment", "role", "id", "taxonomy").rows()
    [(None, '85', '1234567893', '225100000X')]
    >>> found.references.select("of", "claim_segment", "line_segment", "qualifier", "value").rows()
    [('85', None, None, 'EI', '1'), (None, 8, None, 'G1', 'A7'), (None, 8, 12, '6R', 'C1-1')]
    """
    parts = list(iter_details(source, chunk_bytes=chunk_bytes))
    tables = ([getattr(part, name) for part in parts] for name in ("diagnoses", "providers", "references"))
    return Details(*map(pl.concat, tables))


def iter_details(source: Source, *, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Details]:
    """Yield the same stretch by stretch, in memory that does not grow with the file."""
    carried = pl.DataFrame(schema=_CARRIED)
    for frame, _ in iter_segments(source, chunk_bytes=chunk_bytes):
        if frame.is_empty():
            yield Details(*(pl.DataFrame(schema=schema) for schema in (DIAGNOSES, PROVIDERS, REFERENCES)))
            continue
        placed = _placed(frame, carried)
        carried = placed.tail(1).select(*_CARRIED)
        own = placed.filter("in_837")
        yield Details(_diagnoses(own), _providers(own), _references(own))


_CARRIED = pl.Schema(
    {f"at_{name}": _I for name in _MARKS}
    | dict.fromkeys(("interchange", "transaction", "others"), _I)
    | dict.fromkeys(("gs_version", "version", "kind", "role", "level_taxonomy"), _S)
)


def _element(place: int) -> pl.Expr:
    text = pl.col("elements").list.get(place, null_on_oob=True).str.strip_chars()
    return pl.when(text != "").then(text)


def _kept(value: pl.Expr, name: str, carried: pl.DataFrame) -> pl.Expr:
    """Return a value as it holds on until the next one; at the beginning, as the stretch before left it."""
    before = carried[name].item() if carried.height else None
    return value.forward_fill().fill_null(pl.lit(before, dtype=_CARRIED[name])).alias(name)


def _placed(frame: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """Return the segments of a stretch with their elements and where they stand."""
    split = frame.with_columns(elements=pl.col("text").str.split(frame["element"][0])).with_columns(name=_element(0))
    name = pl.col("name")
    before = carried.row(0, named=True) if carried.height else dict.fromkeys(_CARRIED)
    found = split.with_columns(
        *(_kept(pl.when(name == mark).then("segment"), f"at_{mark}", carried).fill_null(0) for mark in _MARKS),
        *((name == mark).cum_sum().cast(_I).alias(column) + (before[column] or 0) for mark, column in _COUNTED),
        _kept(pl.when(name == "GS").then(_element(8)), "gs_version", carried),
        _kept(pl.when(name == "NM1").then(_element(1).fill_null("")), "role", carried),
        _kept(pl.when(name == "ST").then(_element(1).fill_null("")), "kind", carried),
        _kept(
            pl.when((name == "PRV") & (_element(1) == "BI")).then(_element(3)).when(name == "HL").then(pl.lit("")),
            "level_taxonomy",
            carried,
        ),
    )
    told = pl.when(name == "ST").then(pl.coalesce(_element(3), "gs_version").fill_null(""))
    found = found.with_columns(_kept(told, "version", carried))
    others = (name == "SBR") & _IN_CLAIM
    # counted within each claim: the count so far, less what it was at the claim's beginning
    counted = others.cum_sum().cast(_I)
    base = pl.when(name == "CLM").then(counted).forward_fill().fill_null(-(before["others"] or 0))
    return found.with_columns(
        others=counted - base,
        in_837=_IN_SET & (pl.col("kind") == "837") & pl.col("version").is_in(_VERSIONS),
    ).with_columns(
        claim_segment=pl.when(_IN_CLAIM).then("at_CLM"),
        line_segment=pl.when(_IN_LINE).then(pl.max_horizontal("at_SV1", "at_SV2")),
        other_payer=pl.when(_IN_CLAIM & (pl.col("at_LX") < pl.col("at_CLM")) & (pl.col("others") > 0)).then("others"),
        of=pl.when(pl.col("at_NM1") > pl.max_horizontal("at_ST", "at_HL", "at_CLM", "at_SBR", "at_LX")).then("role"),
    )


_COUNTED = (("ISA", "interchange"), ("ST", "transaction"))
_IN_SET = pl.col("at_ST") > pl.col("at_SE")
_IN_CLAIM = _IN_SET & (pl.col("at_CLM") > pl.max_horizontal("at_ST", "at_HL"))
_IN_LINE = _IN_CLAIM & (pl.max_horizontal("at_SV1", "at_SV2") > pl.max_horizontal("at_LX", "at_CLM"))


def _diagnoses(own: pl.DataFrame) -> pl.DataFrame:
    codes = own.filter(pl.col("name") == "HI")
    one = pl.col("elements").list.slice(1, _MOST_CODES)
    listed = codes.with_columns(one, place=pl.int_ranges(1, one.list.len() + 1)).explode("elements", "place")
    within = own["component"][0] if own.height else ":"
    parts = listed.filter(pl.col("elements").is_not_null() & (pl.col("elements") != "")).with_columns(
        pl.col("elements").str.split(within)
    )
    return parts.select(
        *_PLACE,
        pl.col("place").cast(_I),
        qualifier=_element(0),
        code=_element(1),
        period=_element(3),
        amount=_element(4),
    ).cast(dict(DIAGNOSES))  # type: ignore[arg-type]


def _providers(own: pl.DataFrame) -> pl.DataFrame:
    is_provider = (pl.col("name") == "NM1") & ~pl.col("role").is_in(_NO_PROVIDERS)
    told = own.filter((pl.col("name") == "PRV") & (pl.col("of").is_not_null()))
    taxonomy = told.select(at_NM1="at_NM1", said=_element(3)).unique("at_NM1", keep="first")
    joined = own.filter(is_provider).join(taxonomy, on="at_NM1", how="left", maintain_order="left")
    of_level = pl.when((pl.col("role") == "85") & (pl.col("level_taxonomy") != "")).then("level_taxonomy")
    return joined.select(
        *_PLACE,
        role=_element(1),
        is_person=_element(2) == "1",
        name=_element(3),
        first_name=_element(4),
        id_qualifier=_element(8),
        id=_element(9),
        taxonomy=pl.coalesce("said", of_level),
    ).cast(dict(PROVIDERS))  # type: ignore[arg-type]


def _references(own: pl.DataFrame) -> pl.DataFrame:
    told = own.filter(pl.col("name") == "REF")
    return told.select(*_PLACE, "of", qualifier=_element(1), value=_element(2)).cast(dict(REFERENCES))  # type: ignore[arg-type]
