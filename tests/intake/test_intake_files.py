"""Delimited files from bytes to SERVICES: kinds, encodings, headers, mappings, batches, and that no row is lost."""

from __future__ import annotations

import gzip
import os
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from cleanclaim import intake
from cleanclaim.claims.schema import SERVICES, UNREADABLE
from cleanclaim.errors import CleanclaimError, ConfigError, InputError, UnreadableFile, UnsupportedFile

HEADER = "visit_id,patient_id,dos,code,modifiers,units,minutes\n"
HEADERLESS = (
    "the header has no column code and none for dos and none for patient_id, visit_id or claim_id; `cleanclaim init`"
    " finds them under headers of your own, or name a mapping file (shipped: extract)"
)
ROW = "V1,P1,2026-03-04,97530,GP,1,15\n"


def written(folder: Path, content: bytes | str, name: str = "day.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def accounted(batch: intake.Batch) -> bool:
    return batch.rows_read == batch.services.height + batch.rows_left_out + batch.rows_merged


def test_a_row_of_every_documented_column(tmp_path: Path) -> None:
    row = {
        "visit_id": "V1",
        "claim_id": "C1",
        "patient_id": "P1",
        "payer": "Medicare",
        "payer_id": "01112",
        "dos": "03/04/2026",
        "dos_end": "3/5/2026",
        "discipline": "PT",
        "setting": "Outpatient Hospital",
        "place_of_service": "22",
        "bill_type": "0131",
        "code": "97530",
        "modifiers": "GP KX",
        "units": "2",
        "minutes": "24",
        "by": "pta",
        "start": "09:00",
        "stop": "9:24 AM",
        "charge": "$120.50",
        "diagnoses": "M54.50;R26.2",
        "rendering_npi": "1245319599",
        "credential": "pt",
        "referring_npi": "1003000126",
        "attending_npi": "1003000126.0",
        "revenue_code": "420",
        "occurrence_codes": "11=3/1/2026; 35:20260302",
        "received": "20260311",
        "ytd_pt_slp": "1,000",
        "ytd_ot": "0",
        "abn_on_file": "no",
        "plan_of_care": "Y",
        "claim_form": "institutional",
        "claim_charge": "120.50",
        "sequence": "P",
        "frequency": "1",
        "original_reference": "X9",
        "billing_npi": "1234567893",
        "taxonomy": "225100000x",
        "allowed": "60.10",
        "line_number": "1",
        "mac": "1112",
        "locality": "5",
        "pointers": "AB",
    }
    batch = intake.read([written(tmp_path, ",".join(row) + "\n" + ",".join(f'"{v}"' for v in row.values()) + "\n")])
    assert batch.unreadable.rows() == []
    assert batch.notes == ()
    assert batch.services.schema == SERVICES.schema
    assert batch.services.row(0, named=True) == {
        **dict.fromkeys(SERVICES.schema),
        "row": 0,
        "file_id": 0,
        "source_line": 2,
        "claim_id": "C1",
        "visit_id": "V1",
        "line_number": 1,
        "patient_id": "P1",
        "payer": "Medicare",
        "payer_id": "01112",
        "sequence": "P",
        "claim_form": "institutional",
        "setting": "outpatient_hospital",
        "dos": date(2026, 3, 4),
        "dos_end": date(2026, 3, 5),
        "received": date(2026, 3, 11),
        "place_of_service": "22",
        "bill_type": "131",
        "frequency": "1",
        "original_reference": "X9",
        "code": "97530",
        "modifier_1": "GP",
        "modifier_2": "KX",
        "modifier_count": 2,
        "units": 2.0,
        "billed": True,
        "minutes": 24,
        "by": "PTA",
        "start_minute": 540,
        "stop_minute": 564,
        "charge_cents": 12050,
        "allowed_given_cents": 6010,
        "claim_charge_cents": 12050,
        "diagnoses": "M54.50 R26.2",
        "pointers": "1 2",
        "rendering_npi": "1245319599",
        "billing_npi": "1234567893",
        "referring_npi": "1003000126",
        "attending_npi": "1003000126",
        "occurrence_codes": "11:2026-03-01 35:2026-03-02",
        "credential": "PT",
        "taxonomy": "225100000X",
        "stated_discipline": "GP",
        "revenue_code": "0420",
        "ytd_pt_slp_cents": 100000,
        "ytd_ot_cents": 0,
        "abn_on_file": False,
        "plan_of_care": True,
        "mac": "01112",
        "locality": "05",
        "carries_minutes": True,
        "carries_times": True,
        "carries_diagnoses": True,
        "carries_referring": True,
        "carries_pointers": True,
        "carries_attending": True,
        "carries_occurrences": True,
        "carries_revenue": True,
        "carries_original": True,
    }


def test_what_the_columns_hold_is_said_of_every_row(tmp_path: Path) -> None:
    batch = intake.read([written(tmp_path, "claim_id,dos,code,units\nC1,2026-03-04,97530,1\n")])
    held = batch.services.select(pl.col("^carries_.*$"), "modifier_count", "minutes").row(0)
    assert held == (False,) * 9 + (None, None)


@pytest.mark.parametrize("text", [HEADER, HEADER + "\n,,,,,,\n"])
def test_a_file_without_service_lines_says_so(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    assert intake.read([path]).notes == (f"{path}: no service lines in it",)
    assert intake.read([written(tmp_path, HEADER + ROW)]).notes == ()


def test_a_file_without_service_lines_says_so_beside_a_claim_file(tmp_path: Path) -> None:
    claims = written(tmp_path, "claim_id,patient_id,dos,code,units\nC1,P1,2026-03-04,97530,1\n", "claims.csv")
    minutes = written(tmp_path, HEADER, "minutes.csv")
    assert intake.read([claims, minutes]).notes[0] == f"{minutes}: no service lines in it"


def test_lines_are_those_of_the_file_and_faults_name_its_own_headers(tmp_path: Path) -> None:
    text = (
        'Visit ID;DOS;CPT;Minutes;note\nV1;2026-03-04;97530;15;"two\nlines"\n\n;;;;\n'
        "V1;2026-03-04;97110;-3;\nV1;2026-03-04;97110\nV1;02/30/2026;97112;8;\n"
    )
    mapping = written(tmp_path, '[columns]\ncode = "CPT"\n', "m.toml")
    batch = intake.read([written(tmp_path, text)], mapping=mapping)
    assert batch.services.select("source_line", "code", "minutes", "carries_minutes").rows() == [
        (2, "97530", 15, True),
        (6, "97110", None, None),
    ]
    assert batch.unreadable.schema == UNREADABLE.schema
    assert batch.unreadable.drop("message").rows() == [
        (0, 6, "Minutes", None),
        (0, 7, None, None),
        (0, 8, "DOS", None),
    ]
    assert (batch.rows_read, batch.rows_left_out) == (4, 2)
    assert batch.notes == (f"{tmp_path}/day.csv: columns not read: note",)
    assert accounted(batch)


@pytest.mark.parametrize(
    ("codec", "mark", "note"),
    [
        ("utf-8", b"", None),
        ("utf-8", b"\xef\xbb\xbf", None),
        ("utf-16-le", b"\xff\xfe", "read as UTF-16"),
        ("utf-16-be", b"\xfe\xff", "read as UTF-16"),
        ("cp1252", b"", "not UTF-8; read as Windows-1252"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path: Path, codec: str, mark: bytes, note: str | None, ends: str) -> None:
    text = (HEADER + ROW.replace("P1", "Núñez–7") + ROW).replace("\n", ends)
    path = written(tmp_path, mark + text.encode(codec))
    batch = intake.read([path])
    assert batch.services.select("patient_id", "source_line").rows() == [("Núñez–7", 2), ("P1", 3)]
    assert batch.notes == (() if note is None else (f"{path}: {note}",))


def test_lone_carriage_returns_end_lines_where_nothing_else_does(tmp_path: Path) -> None:
    batch = intake.read([written(tmp_path, (HEADER + ROW + ROW).replace("\n", "\r"))])
    assert batch.services["source_line"].to_list() == [2, 3]


def test_bytes_that_windows_1252_leaves_open_are_kept_as_a_sign(tmp_path: Path) -> None:
    batch = intake.read([written(tmp_path, (HEADER + ROW).encode().replace(b"P1", b"P\x81\xff"))])
    assert batch.services["patient_id"].to_list() == ["P\ufffdÿ"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    batch = intake.read([written(tmp_path, (HEADER + ROW).replace(",", delimiter))])
    assert batch.services.select("code", "modifier_1", "units").row(0) == ("97530", "GP", 1.0)


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", UnreadableFile, "the file is empty; export it again"),
        (
            b"PK\x03\x04rest",
            UnreadableFile,
            "the archive is damaged or cut off; export or pack it again",
        ),
        (b"%PDF-1.7", UnsupportedFile, "this is a PDF, which is not read; export the report as CSV"),
        (gzip.compress(b"x"), UnsupportedFile, "this is a gzip archive, which is not read; unpack it first"),
        (b"\x7fELF\x00\x00", UnsupportedFile, "this is not a text file; give a CSV, JSON or X12 file"),
        (
            (HEADER + ROW).encode() + b" " * 5000 + b"\0",
            UnsupportedFile,
            "NUL bytes show that this is not text, or was cut off; export it again",
        ),
        (b" \n\n ", UnreadableFile, "no header line; the first line must name the columns"),
        (b'{"visits": [', UnreadableFile, "not JSON at line 1, column 13: Expecting value"),
        (
            b"visit,day,cpt\n",
            UnreadableFile,
            HEADERLESS,
        ),
        (b"dos,Code,code,visit_id\n", UnreadableFile, "the column Code stands twice; rename or remove one"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, error: type[CleanclaimError], says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(error) as caught:
        intake.read([path])
    assert str(caught.value) == f"{path}: {says}"


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no file in it that is read; name an 837, CSV, JSON or Excel file"):
        intake.read([tmp_path])
    with pytest.raises(UnreadableFile, match="no such file; check the path"):
        intake.read([tmp_path / "absent.csv"])
    with pytest.raises(InputError, match="paths: name at least one file"):
        intake.read([])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    child = os.fork()
    if child == 0:
        path.write_text(HEADER + ROW)
        os._exit(0)
    batch = intake.read([path])
    os.waitpid(child, 0)
    assert batch.services["code"].to_list() == ["97530"]


def test_a_header_repeated_among_the_rows_is_skipped_and_told(tmp_path: Path) -> None:
    other = ROW.replace("V1", "V2")
    batch = intake.read([written(tmp_path, HEADER + ROW + HEADER + ",,,,,,\n" + HEADER + other)])
    assert batch.services["visit_id"].to_list() == ["V1", "V2"]
    assert batch.unreadable.height == 0
    assert batch.notes == (f"{tmp_path}/day.csv: the header is repeated in lines 3, 5; skipped",)
    assert (batch.rows_read, batch.rows_left_out) == (2, 0)


def test_a_header_alone_gives_no_rows(tmp_path: Path) -> None:
    batch = intake.read([written(tmp_path, HEADER)])
    assert (batch.services.height, batch.unreadable.height, batch.rows_read) == (0, 0, 0)
    assert batch.services.schema == SERVICES.schema


def test_the_default_payer_goes_to_rows_that_name_none(tmp_path: Path) -> None:
    path = written(tmp_path, "visit_id,dos,code,payer\nV1,2026-03-04,97530,aetna\nV2,2026-03-04,97530,\n")
    assert intake.read([path], default_payer="medicare").services["payer"].to_list() == ["aetna", "medicare"]


def test_rows_are_numbered_through_files_and_batches(tmp_path: Path) -> None:
    one = written(tmp_path, HEADER + ROW * 3 + "V1,P1,x,97530,GP,1,15\n", "one.csv")
    two = written(tmp_path, HEADER + ROW * 2, "two.csv")
    whole = intake.read([one, two])
    assert whole.services.select("row", "file_id").rows() == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)]
    assert whole.files == (str(one), str(two))
    parts = list(intake.batches([one, two], rows=2))
    assert [part.services.height for part in parts] == [3, 2]
    rows = pl.concat(part.services["row"] for part in parts)
    assert rows.n_unique() == 5
    assert sum(part.rows_read for part in parts) == whole.rows_read == 6
    assert pl.concat(part.unreadable for part in parts).equals(whole.unreadable)


def test_batches_of_a_long_file_hold_what_one_read_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleanclaim.intake.encoding.utf8_pieces.__defaults__", (512,))
    text = HEADER + "".join(f'V{n},P{n // 3},2026-03-04,97530,"GP,59",1,{n % 1500}\n' for n in range(400))
    path = written(tmp_path, text)
    parts = list(intake.batches([path], rows=50))
    whole = intake.read([path])
    assert len(parts) == 8
    assert pl.concat(part.services for part in parts).drop("row").equals(whole.services.drop("row"))
    assert all(accounted(part) for part in parts)
    assert whole.services["source_line"].to_list() == list(range(2, 402))


def test_the_shipped_extract_mapping(tmp_path: Path) -> None:
    text = (
        "record_id,visit_date,cpt,cpt_modifier,units,charge_amount,clinic_id,patient_id,case_id,visit_id,therapist_id,"
        "insurance_type_id,note_type\n"
        '81,2026-03-04 00:00:00,97530,"GP,KX",2,120.0000,4,P9,77,V5,JD,MCB,DN\n'
    )
    path = written(tmp_path, text)
    batch = intake.read([path], mapping="extract")
    columns = (
        *("visit_id", "patient_id", "payer", "dos", "code", "units", "modifier_1", "modifier_2"),
        *("rendering_npi", "charge_cents", "carries_minutes"),
    )
    assert batch.services.select(columns).row(0) == (
        *("V5", "P9", "MCB", date(2026, 3, 4), "97530", 2.0, "GP", "KX"),
        *("JD", 12000, False),
    )
    assert batch.notes == (f"{path}: columns not read: record_id, clinic_id, case_id, note_type",)


def test_a_mapping_with_its_own_dates_and_separator(tmp_path: Path) -> None:
    mapping = written(
        tmp_path,
        '[columns]\ncode = ["CPT", "HCPCS"]\nvisit_id = "Enc#"\nclaim_id = "Enc#"\n'
        '[values.modifiers]\nseparator = "+"\n[values.dates]\nformat = "%d.%m.%Y"\n',
        "m.toml",
    )
    path = written(tmp_path, "HCPCS,enc#,dos,modifiers\n97530,7,04.03.2026,GP+59\n97530,7,03/04/2026,GP\n")
    batch = intake.read([path], mapping=str(mapping))
    assert batch.services.select("visit_id", "claim_id", "dos", "modifier_1", "modifier_2").rows() == [
        ("7", "7", date(2026, 3, 4), "GP", "59")
    ]
    assert batch.unreadable["message"].to_list() == ["'03/04/2026' is not a date written %d.%m.%Y; the row is left out"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[columns", "mapping: {0} is not TOML: Expected ']' at the end of a table declaration (at end of document)"),
        ("[columns]\ncpt = 'x'", "columns.cpt: {0}: no such field; the fields are "),
        ("[columns]\ncode = 5", "columns.code: {0}: give a header, or a list of headers, as text"),
        ("[columns]\ncode = []", "columns.code: {0}: give a header, or a list of headers, as text"),
        ("columns = 3", "columns: {0}: write [columns] as a table"),
        ("[colums]", "colums: {0}: no such key; known are columns, values"),
        ("[values.modifiers]\nseparator = ''", "values.modifiers.separator: {0}: give the text between two modifiers"),
        ("[values.dates]\nformat = '%x'", "values.dates.format: {0}: write the format with %Y (or %y), %m (or %b)"),
        ("[values.units]", "values.units: {0}: no such key; known are dates, modifiers"),
    ],
)
def test_mapping_files_that_are_wrong_name_the_key(tmp_path: Path, text: str, says: str) -> None:
    mapping = written(tmp_path, text, "m.toml")
    with pytest.raises(ConfigError) as caught:
        intake.read([written(tmp_path, HEADER)], mapping=mapping)
    assert str(caught.value).startswith(says.format(mapping))


def test_a_mapping_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no mapping file webp and no shipped mapping of that name \(extract\)"):
        intake.read([written(tmp_path, HEADER)], mapping="webp")


def test_no_message_shows_a_cell_that_could_name_a_person(tmp_path: Path) -> None:
    row = ",".join(["V1", "P1", "Jane Doe", "Jane Doe", "Jane Doe", "Jane Doe", "1EG4TE5MK73"])
    batch = intake.read([written(tmp_path, f"{HEADER}{row}\n")])
    said = " ".join(batch.unreadable["message"])
    assert batch.unreadable.height == 5
    assert "Jane" not in said
    assert "1EG4" not in said
