"""Small files in the layouts that CMS publishes, with rows of our own, and what a folder holds."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

PTP_HEADING = (
    "CPT only copyright 2025.\t\t\t\t\t\t\n"
    "Column1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
NOTICE = '"A notice of several lines, with a registered sign\xae.\n\nSecond paragraph, with a comma."'

PtpRow = tuple[str, str, str, str, str]


def ptp(rows: Iterable[PtpRow], heading: str = PTP_HEADING) -> str:
    """Pair edits: column one, column two, effective, deletion, indicator."""
    lines = (f"{a}\t{b}\t\t{start}\t{end}\t{indicator}\tOwn words\n" for a, b, start, end, indicator in rows)
    return (heading + "".join(lines)).replace("\n", "\r\n")


PARTS: tuple[tuple[PtpRow, ...], ...] = (
    (
        ("0001A", "97530", "20220101", "20231231", "1"),
        ("29125", "97760", "20200101", "*", "1"),
        ("11042", "64450", "20200101", "*", "1"),
    ),
    (("92507", "97530", "19960101", "*", "1"), ("92526", "97530", "20100101", "*", "1")),
    (
        ("97140", "97530", "20000701", "20191231", "1"),
        ("97530", "97116", "19960101", "19960101", "9"),
        ("97530", "97140", "20261001", "*", "1"),
        ("97530", "97750", "20201001", "*", "1"),
    ),
    (("98940", "97140", "19970701", "*", "1"), ("G0283", "97014", "20030401", "*", "0")),
)


def ptp_name(number: int, version: str = "v323r0", setting: str = "pra") -> str:
    """The official name of a file of pair edits."""
    return f"cci{setting}-{version}-f{number}.txt"


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    """An archive with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def ptp_zips(folder: Path, version: str = "v323r0", setting: str = "pra",
             parts: Sequence[Sequence[PtpRow]] = PARTS) -> list[Path]:  # fmt: skip
    """The four archives of a quarter."""
    return [
        zipped(
            folder / f"edits-cci{setting}-{version}-f{number}.zip",
            {ptp_name(number, version, setting): ptp(rows), "readme.pdf": b"%PDF-1.4"},
        )
        for number, rows in enumerate(parts, 1)
    ]


def mue(rows: Iterable[tuple[str, int, int]], services: str = "Practitioner") -> bytes:
    """Unit maximums: code, units, indicator."""
    words = {1: "1 Line Edit", 2: "2 Date of Service Edit: Policy", 3: "3 Date of Service Edit: Clinical"}
    heading = f'"HCPCS/\nCPT Code",{services} Services MUE Values,MUE Adjudication Indicator,MUE Rationale'
    lines = [f"{code},{units},{words[mai]},Own words" for code, units, mai in rows]
    return "\r\n".join([f"{NOTICE},,,", heading, *lines, ""]).encode("cp1252")


def pprrvu(year: int, month: str, rows: Iterable[tuple[str, str, str, float, float, float, str]]) -> str:
    """Relative values: code, modifier, status, work, practice expense, malpractice, multiple-procedure indicator."""
    priced = year > 2025
    wide = 32 if priced else 31
    above = (",,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,"
             "BILAT,ASST,CO-,TEAM" + (",PRIC" if priced else "")
             + ",ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT")  # fmt: skip
    used = ",,,,NOT USED" + "," * (wide - 10) + "PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED"
    heading = ("HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,"
               "OP,OP,PROC,SURG,SURG,SURG,SURG" + (",IND" if priced else "")
               + ",BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT")  # fmt: skip
    title = f",,{year} National Physician Fee Schedule Relative Value File {month} Release" + "," * (wide - 3)
    lines = []
    for code, mod, status, work, pe, mp, mult in rows:
        cells = [code, mod, "own words, no descriptor", status, "", f"{work:.2f}", f"{pe:.2f}", "NA", f"{pe:.2f}", "NA",
                 f"{mp:.2f}", "0.00", "0.00", "7", "XXX", "0.00", "0.00", "0.00", mult, "0", "0", "0", "0",
                 *(["9"] if priced else []), "", "33.4009", "09", "0", "99", "0.00", "0.00", "0.00"]  # fmt: skip
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    blank = "," * (wide - 1)
    return "\r\n".join([title, blank, used, _widened(above, wide), heading, *lines, ""])


def _widened(line: str, wide: int) -> str:
    assert line.count(",") == wide - 1, (line.count(","), wide)
    return line


def gpci(year: int, rows: Iterable[tuple[str, str, str, str, float, float, float]], stars: str = "***") -> str:
    """Indices: contractor, state, locality, name, work, practice expense, malpractice."""
    title = f"ADDENDUM E. FINAL CY {year} GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE AND MEDICARE LOCALITY,,,,,,"
    heading = (f"Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
               f"{year} PW GPCI (with 1.0 Floor){stars},{year} PE GPCI,{year} MP GPCI")  # fmt: skip
    lines = [f'{mac},{state},{locality},"{name}",{w},{p},{m}' for mac, state, locality, name, w, p, m in rows]
    return "\n".join([title, ",,,,,,", heading, *lines, ",,,,,,", "* A footnote.,,,,,,", ""])


def aoc(rows: Iterable[tuple[str, str, int, str, str]]) -> str:
    """Add-on code edits: add-on, primary, type, effective and deletion as year and day of the year."""
    heading = ("Add_On_Code\tAOC_Del_Dt_Julian\tPrimary_Code\tPrimary_Code_Del_Dt_Julian\tAOC_Edit_Type\t"
               "AOC_Edit_Eff_Dt_Julian\tAOC_Edit_Del_Dt_Julian\tSpecial_Instruction_Notes")  # fmt: skip
    lines = [f"{addon}\t0000000\t{base}\t0000000\t{kind}\t{first}\t{last}\t" for addon, base, kind, first, last in rows]
    return "\r\n".join([heading, *lines, ""])


def icd10(rows: Iterable[tuple[str, int]]) -> str:
    """The order file of diagnosis codes: code, billable."""
    lines = [
        f"{n:05d} {code:<7} {billable} {'short words':<60} long words" for n, (code, billable) in enumerate(rows, 1)
    ]
    return "\n".join([*lines, ""])


def workbook(rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook with one sheet."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    table = book.add_worksheet()
    for number, row in enumerate(rows):
        table.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def tree(folder: Path) -> dict[str, str]:
    """The content of every file under a folder; empty where it is not there."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }
