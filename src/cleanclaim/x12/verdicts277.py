"""What a 277CA decides: each level's own statuses, and those of the levels that a claim stands in."""

from __future__ import annotations

import polars as pl

REJECTS = ("A3", "A4", "A6", "A7", "A8")
_LEVELS = ("source", "receiver", "provider")  # from the outermost one


def verdicts(trackings: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """Return the trackings of 277CA sets with what was decided on each.

    ``rejected``: its own statuses reject it, or those of a level that it stands in; null where none says anything of
    it. ``rejected_at`` is the outermost level that does (source, receiver, provider, claim), ``status`` are the
    categories and codes of its own statuses, else of that level, ``told_on`` their last day, and ``batch`` is the trace
    that the receiver's level names (BHT03 of the 837). A status rejects by category A3, A4, A6, A7 or A8, or by the
    action U. Source: X12 005010X214; claim status category codes.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~GS*HN*A*B*20260401*0930*1*X*005010X214~ST*277*1*005010X214~"
    >>> top = b"HL*1**20*1~TRN*1*9~HL*2*1*21*1~TRN*2*B1~STC*A1:19*20260401*WQ~"
    >>> clinic = b"HL*3*2*19*1~NM1*85*2*C*****XX*1234567893~TRN*1*0~STC*A3:496:85*20260401*U~HL*4*3*PT~TRN*2*V1~"
    >>> from cleanclaim import x12
    >>> file = x12.read(isa + top + clinic + b"SE*13*1~GE*1*1~IEA*1*000000001~")
    >>> found = verdicts(file["trackings"], file["statuses"])
    >>> found.select("level", "trace", "rejected", "rejected_at", "status").rows()[1:]
    [('receiver', 'B1', False, None, 'A1:19'), ('provider', '0', True, 'provider', 'A3:496'), \
('claim', 'V1', True, 'provider', 'A3:496')]
    """
    told = _told(statuses)
    own = trackings.join(told, left_on="segment", right_on="tracking_segment", how="left", maintain_order="left")
    above = own.select("segment", "no", "said", "day")
    for level in _LEVELS:
        renamed = above.rename({name: f"{level}_{name}" for name in ("no", "said", "day")})
        own = own.join(renamed, left_on=f"{level}_segment", right_on="segment", how="left", maintain_order="left")
    batches = trackings.select(receiver_segment="segment", batch="trace")
    return (
        own.join(batches, on="receiver_segment", how="left", maintain_order="left")
        .with_columns(rejected_at=_first(*(pl.when(f"{name}_no").then(pl.lit(name)) for name in _LEVELS), _OWN))
        .with_columns(
            rejected=pl.when(pl.col("rejected_at").is_not_null()).then(True).otherwise("no"),
            status=_first("said", *_of_above("said")),
            told_on=_first("day", *_of_above("day")),
        )
        .select(*trackings.columns, "rejected", "rejected_at", "status", "told_on", "batch")
    )


_OWN = pl.when("no").then("level")


def _first(*choices: pl.Expr | str) -> pl.Expr:
    return pl.coalesce(*choices)


def _of_above(name: str) -> list[pl.Expr]:
    """Return what the outermost level that rejects says."""
    return [pl.when(pl.col("rejected_at") == level).then(f"{level}_{name}") for level in _LEVELS]


def _told(statuses: pl.DataFrame) -> pl.DataFrame:
    """Return, for each tracking, whether its own statuses reject it, what they say and when."""
    return (
        statuses.filter(pl.col("service_segment").is_null())
        .with_columns(
            no=pl.col("category").is_in(REJECTS) | pl.col("action").eq_missing(pl.lit("U")),
            said=pl.concat_str("category", "status", separator=":", ignore_nulls=True),
        )
        .group_by("tracking_segment", maintain_order=True)
        .agg(no=pl.col("no").any(), said=pl.col("said").drop_nulls().str.join(" "), day=pl.col("day").max())
    )
