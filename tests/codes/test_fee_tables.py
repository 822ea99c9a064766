"""A contract's file of fees and the fields that say what a payer pays: read whole, or refused with the line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cleanclaim.codes import payers
from cleanclaim.codes.payers.fee_tables import fee_table
from cleanclaim.codes.payers.own import examine_file
from cleanclaim.config import Config
from cleanclaim.errors import ConfigError


def written(tmp_path: Path, *rows: str, header: str = "code,modifier,cents,from,to") -> Path:
    path = tmp_path / "acme.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_fees_with_dates_and_modifiers(tmp_path: Path) -> None:
    path = written(tmp_path, "97530,,4100,2025-01-01,2025-12-31", "97530,,4200,2026-01-01,", "g0283,cq,900,,", ",,,,")
    assert fee_table(path).rows() == [
        ("97530", None, 4100, date(2025, 1, 1), date(2025, 12, 31)),
        ("97530", None, 4200, date(2026, 1, 1), None),
        ("G0283", "CQ", 900, None, None),
    ]


def test_only_code_and_cents_are_needed_and_other_columns_are_not_read(tmp_path: Path) -> None:
    assert fee_table(written(tmp_path, "97530,4100,ours", header="\ufeffCode, Cents ,remark")).rows() == [
        ("97530", None, 4100, None, None)
    ]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert fee_table(written(tmp_path, "97530,,4100,,"))["fee_cents"].to_list() == [4100]
    assert fee_table(written(tmp_path, "97530,,42000,,"))["fee_cents"].to_list() == [42000]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["9753,,4100,,"], 'line 2: "9753" is no procedure code'),
        (["97530,GPX,4100,,"], 'line 2: "GPX" is no modifier of two letters or digits; leave it empty for any'),
        (["97530,,41.05,,"], 'line 2: "41.05" is no amount in whole cents, such as 4105 for $41.05'),
        (["97530,,-5,,"], 'line 2: "-5" is no amount in whole cents, such as 4105 for $41.05'),
        (["97530,,4100,01/01/2026,"], 'line 2: from is "01/01/2026", no date written YYYY-MM-DD'),
        (["97530,,4100,,2026-02-30"], 'line 2: to is "2026-02-30", no date written YYYY-MM-DD'),
        (["97530,,4100,2026-02-01,2026-01-31"], "line 2: it ends on 2026-01-31, before it begins on 2026-02-01"),
        (
            ["97530,,4100,,2026-01-31", "97530,CQ,1,,", "97530,,4200,2026-01-31,"],
            "lines 2 and 4 both hold for 97530 on 2026-01-31",
        ),
        (["97530,CQ,1,,", "97530,CQ,1,,"], "lines 2 and 3 both hold for 97530 CQ on 0001-01-01"),
        ([], "no fee stands in it"),
    ],
)
def test_a_file_that_cannot_be_used_names_the_line(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fee_table(written(tmp_path, *rows))
    assert caught.value.message == f"acme.csv: {message}"


def test_a_file_without_its_columns_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no column cents; the columns are code, modifier, cents, from, to"):
        fee_table(written(tmp_path, header="code,price"))
    with pytest.raises(ConfigError, match="no such file"):
        fee_table(tmp_path / "nowhere.csv")


def config(tmp_path: Path, fields: str) -> Config:
    place = tmp_path / "cleanclaim.toml"
    place.write_text(f'[payers.Acme]\npack = "commercial"\n{fields}\n')
    return Config.load(place)


def test_a_table_of_fees_is_the_basis_by_being_named(tmp_path: Path) -> None:
    written(tmp_path, "97530,,4100,,")
    pack = config(tmp_path, 'fee_table = "acme.csv"').pack_of("Acme")
    day = date(2026, 3, 4)
    assert [pack.on(name, day).value for name in ("fee_basis", "fee_table")] == [  # type: ignore[union-attr]
        "fee_table",
        str(tmp_path / "acme.csv"),
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ('fee_table = "acme.csv"', "payers.Acme.fee_table"),
        ('fee_basis = "fee_table"', "fee_table says no amount without fee_table; write fee_table too"),
        ('fee_basis = "percent_of_medicare"', "percent_of_medicare says no amount without fee_percent"),
        ('fee_basis = "per_visit"', "per_visit says no amount without visit_rate"),
        ('fee_basis = "per_diem"\nvisit_rate = 95.555', "expected dollars with at most two decimals, not 95.555"),
        ("fee_year = 24", "expected a whole number from 1992 to 2199, not 24"),
        ('fee_basis = "capitation"', '"capitation" is not one of medicare_fee_schedule, percent_of_medicare'),
    ],
)
def test_a_basis_without_its_amount_is_refused(tmp_path: Path, fields: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, fields)
    assert message in str(caught.value)


def test_amounts_are_shown_in_dollars(tmp_path: Path) -> None:
    pack = config(tmp_path, 'fee_basis = "per_visit"\nvisit_rate = 95.5').pack_of("Acme")
    page = payers.page(pack, date(2026, 3, 4))
    assert [entry["value"] for entry in page["fields"] if entry["field"] == "visit_rate"] == ["95.50"]
    assert payers.pack_table(pack).filter(field="visit_rate")["value"].to_list() == ["95.50"]
    assert "fee_percent" not in {entry["field"] for entry in page["not_known"]}


def test_a_pack_of_ones_own_is_checked_with_its_table_of_fees(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    source = '{ document = "contract", section = "p. 3" }'
    path.write_text(
        f'id = "acme"\nname = "Acme"\n[[fee_table]]\nvalue = "acme.csv"\nstanding = "V"\nsource = {source}\n'
    )
    assert [problem.field for problem in examine_file(path)[1]] == ["fee_table[0].value"]
    written(tmp_path, "97530,,4100,,")
    pack, problems = examine_file(path)
    assert (problems, pack.fields["fee_basis"][0].value) == ([], "fee_table")
    path.write_text(
        f'id = "acme"\nname = "Acme"\n[[fee_basis]]\nvalue = "per_visit"\nstanding = "V"\nsource = {source}\n'
    )
    assert [problem.field for problem in examine_file(path)[1]] == ["fee_basis"]
