"""Writes generated claims as one 837P interchange (005010X222A1), by whole columns."""

from __future__ import annotations

import polars as pl

CLAIMS_A_TRANSACTION = 1000
_CLAIM = ("billing_npi", "claim_id", "sequence", "frequency")
_TAXONOMIES = {"PT": "225100000X", "OT": "225X00000X", "SLP": "235Z00000X", "DC": "111N00000X", "PTA": "225200000X"}
_FAMILY = ("ALDERMAN", "BIRCHALL", "CEDARS", "HAZELTON", "LARCHER", "MAPLETON", "ROWANTREE", "WILLOWS")
_GIVEN = ("ADELINE", "BENEDICT", "CORA", "DESMOND", "ELEANOR", "FINN", "GAIL")
_HEADER = (
    f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{'CLINIC':<15}*ZZ*{'CLEARINGHOUSE':<15}*260401*0930*^*00501*000000001*0*P*:",
    "GS*HC*CLINIC*CLEARINGHOUSE*20260401*0930*1*X*005010X222A1",
)
_OPENING = (
    "NM1*41*2*CLINIC*****46*C100",
    "PER*IC*BILLING OFFICE*TE*3175550100",
    "NM1*40*2*CLEARINGHOUSE*****46*H200",
)
_BILLING = 'HL*{}**20*1~PRV*BI*PXC*261QR0400X~NM1*85*2*MAIN STREET THERAPY*****XX*{}~N3*12 MAIN STREET~N4*CARMEL*IN*460321234~REF*EI*123456789'  # fmt: skip  # noqa: E501


def write_837(rows: pl.DataFrame) -> bytes:
    """Return the billed rows of professional claims, under the documented CSV names, as an 837P file.

    A claim's lines keep their order; modifiers past the fourth, minutes and times have no place in it. The file is sent
    on the last day on which one of the claims was received.

    >>> from datetime import date
    >>> row = {"claim_id": "C1", "patient_id": "P1", "payer": "MEDICARE", "dos": date(2026, 3, 4), "code": "97110",
    ...        "received": date(2026, 3, 9), "modifiers": "GP", "units": "2", "charge": "124.00",
    ...        "claim_charge": "124.00", "place_of_service": "11", "diagnoses": "M54.50", "pointers": "1",
    ...        "rendering_npi": "1245319599", "billing_npi": "1234567893",
    ...        "credential": "PT", "referring_npi": None, "sequence": "P", "frequency": "1", "original_reference": None,
    ...        "dos_end": None}
    >>> write_837(pl.DataFrame([row])).count(b"~SV1*HC:97110:GP*124.00*UN*2***1~")
    1
    """
    sent = rows["received"].max()
    billed = rows.filter(pl.col("charge").is_not_null() | pl.col("units").is_not_null())
    lines = billed.with_columns(
        _number=pl.int_range(1, pl.len() + 1).over(_CLAIM), _place=pl.int_range(pl.len())
    ).with_columns(line=_line())
    claims = (
        lines.group_by(_CLAIM, maintain_order=True)
        .agg(pl.all().exclude(*_CLAIM, "line").first(), lines=pl.col("line").str.join("~"))
        .sort("billing_npi", "_place", maintain_order=True)
        .with_columns(_transaction=pl.int_range(pl.len()) // CLAIMS_A_TRANSACTION)
    )
    first_of_billing = pl.col("billing_npi") != pl.col("billing_npi").shift(fill_value="")
    claims = claims.with_columns(_opens=first_of_billing | (pl.col("_transaction") != pl.col("_transaction").shift()))
    claims = claims.with_columns(pl.col("_opens").fill_null(True))
    ordinal = pl.int_range(1, pl.len() + 1) + pl.col("_opens").cum_sum()
    claims = claims.with_columns(_level=ordinal.over("_transaction"))
    claims = claims.with_columns(_billing=pl.when("_opens").then(pl.col("_level") - 1).forward_fill())
    texts = claims.select("_transaction", text=_claim()).group_by("_transaction", maintain_order=True)
    parts = list(_HEADER)
    bodies = texts.agg(pl.col("text").str.join("~"))["text"].to_list()
    for number, body in enumerate(bodies, start=1):
        inner = [
            f"ST*837*{number:04d}*005010X222A1",
            f"BHT*0019*00*B{number:06d}*{sent:%Y%m%d}*0930*CH",
            *_OPENING,
            body,
        ]
        segments = len(inner) + body.count("~") + 1
        parts += [*inner, f"SE*{segments}*{number:04d}"]
    return "~".join([*parts, f"GE*{len(bodies)}*1", "IEA*1*000000001", ""]).encode("ascii")


def _line() -> pl.Expr:
    modifiers = pl.col("modifiers").fill_null("").str.split(" ").list.head(4).list.join(":")
    procedure = pl.concat_str(
        pl.lit("HC"), "code", pl.when(modifiers != "").then(modifiers), separator=":", ignore_nulls=True
    )
    pointers = pl.col("pointers").str.replace_all(" ", ":").fill_null("")
    day = pl.col("dos").dt.to_string("%Y%m%d")
    ends = pl.col("dos_end").cast(pl.Date).dt.to_string("%Y%m%d")
    dates = pl.when(ends.is_null()).then("D8*" + day).otherwise(pl.format("RD8*{}-{}", day, ends))
    return pl.format(
        "LX*{}~SV1*{}*{}*UN*{}***{}~DTP*472*{}",
        "_number",
        procedure,
        pl.col("charge").fill_null(""),
        pl.col("units").fill_null(""),
        pointers,
        dates,
    )


def _claim() -> pl.Expr:
    key = pl.col("patient_id").hash(seed=7)
    coded = pl.col("diagnoses").fill_null("").str.replace_all(".", "", literal=True).str.split(" ").list.head(12)
    further = pl.concat_str(
        pl.lit("*ABF:") + coded.list.slice(1).list.join("*ABF:"),
    )
    diagnoses = pl.when(pl.col("diagnoses").is_not_null()).then(
        pl.format("HI*ABK:{}{}", coded.list.first(), pl.when(coded.list.len() > 1).then(further).otherwise(pl.lit("")))
    )
    taxonomy = pl.col("credential").replace_strict(_TAXONOMIES, default=None)
    payer = pl.col("payer")
    parts = [
        pl.when("_opens").then(pl.format(_BILLING, "_billing", "billing_npi")),
        pl.format("HL*{}*{}*22*0", "_level", "_billing"),
        pl.format("SBR*{}*18*******{}", "sequence", _indicator(payer)),
        pl.format("NM1*IL*1*{}*{}****MI*{}", _one_of(_FAMILY, key), _one_of(_GIVEN, key), "patient_id"),
        pl.format("N3*{} NORTH OAK LANE", key % 9000 + 1000),
        pl.format("N4*INDIANAPOLIS*IN*46{}", key % 900 + 100),
        pl.format("DMG*D8*19{}0{}15*{}", key % 60 + 30, key % 9 + 1, _one_of(("F", "M"), key // 7)),
        pl.format("NM1*PR*2*{}*****PI*{}", payer, payer),
        pl.format("CLM*{}*{}***{}:B:{}*Y*A*Y*Y", "claim_id", "claim_charge", "place_of_service", "frequency"),
        pl.format("REF*F8*{}", "original_reference"),
        diagnoses,
        pl.format("NM1*DN*1*LARCHER*HUGO****XX*{}", "referring_npi"),
        pl.format("NM1*82*1*BIRCHALL*CORA****XX*{}", "rendering_npi"),
        pl.format("PRV*PE*PXC*{}", taxonomy),
        pl.col("lines"),
    ]
    return pl.concat_str(parts, separator="~", ignore_nulls=True)


def _one_of(values: tuple[str, ...], key: pl.Expr) -> pl.Expr:
    return (key % len(values)).replace_strict(range(len(values)), values, return_dtype=pl.String)


def _indicator(payer: pl.Expr) -> pl.Expr:
    return (
        pl.when(payer.str.starts_with("MEDICARE")).then(pl.lit("MB"))
        .when(payer.str.contains("WC")).then(pl.lit("WC"))
        .when(payer.str.contains("MEDICAID")).then(pl.lit("MC"))
        .otherwise(pl.lit("CI"))
    )  # fmt: skip
