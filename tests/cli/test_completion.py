"""What a Tab offers: rules, payers, words of options; in every shell, at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cleanclaim.cli import completion, options
from cleanclaim.codes import payers
from cleanclaim.engine import report
from cleanclaim.engine.named import SEVERITIES
from cleanclaim.rules import all_rules

ROOT = Path(__file__).parents[2]
SHELLS = ("bash", "zsh", "fish", "powershell")


def test_what_is_read_as_text_is_what_the_program_has() -> None:
    assert sorted(completion._rules()) == [(rule.id, rule.name) for rule in all_rules()]
    assert [path.stem for path in completion._packs()] == [pack.id for pack in payers.packs()]
    assert options.SEVERITIES == SEVERITIES
    assert options.GROUPS == report.GROUPS


def test_rules_in_a_list_with_commas() -> None:
    assert [word for word, _ in completion.rules("u10,P10")] == [
        f"u10,{rule.id}" for rule in all_rules() if rule.id.startswith("P10")
    ]
    letters = sorted({rule.id[0] for rule in all_rules()})
    assert [word for word, _ in completion.rules("D,")][: len(letters)] == [f"D,{letter}" for letter in letters]


def test_payers_of_the_configuration_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    packs = [(pack.id, "payer pack") for pack in payers.packs()]
    assert completion.payers("") == packs
    Path("cleanclaim.toml").write_text('[payers."Acme Health"]\npack = "commercial"\n')
    assert completion.payers("") == [("Acme Health", "in cleanclaim.toml"), *packs]
    assert completion.payers("acme") == [("Acme Health", "in cleanclaim.toml")]
    for broken in ("[payers", "payers = 3", "\x00"):
        Path("cleanclaim.toml").write_text(broken)
        assert completion.payers("") == packs


def complete(shell: str, line: str) -> str:
    words = line.split(" ")
    asked = {
        "_CLEANCLAIM_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1],
    }
    heavy = "{'polars', 'numpy', 'pyarrow', 'jinja2', 'xlsxwriter', 'python_calamine'}"
    program = (
        "import atexit, sys; sys.argv = ['cleanclaim']\n"
        f"atexit.register(lambda: print(sorted({heavy} & set(sys.modules)), file=sys.stderr))\n"
        "from cleanclaim.cli.main import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **asked},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == "[]\n"
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_is_answered_and_nothing_heavy_is_loaded(shell: str) -> None:
    assert "U101" in complete(shell, "cleanclaim check --select U10")
    assert "M101" not in complete(shell, "cleanclaim check --select U10")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cleanclaim check --format js", "json\njsonl\n"),
        ("cleanclaim check --severity d", "denial\n"),
        ("cleanclaim check --group-by cl", "clinician\nclaim\n"),
        ("cleanclaim check --payer wc-c", "wc-california\n"),
        ("cleanclaim rule U101", "U101\n"),
        ("cleanclaim payers show wc-c", "wc-california\n"),
    ],
)
def test_words_of_options(line: str, expected: str) -> None:
    assert complete("bash", line) == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_is_shown(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cleanclaim.cli.main", "--show-completion", shell],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"complete_{'pwsh' if shell == 'pwsh' else shell}" in done.stdout


def script_of(shell: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "cleanclaim", "--show-completion", shell],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


@pytest.mark.parametrize(("shell", "reads"), [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
def test_the_shell_can_read_its_script(shell: str, reads: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script_of(shell))
    done = subprocess.run([shell, reads, str(tmp_path / "script")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


TYPED = [
    (["ch"], ["check"]),
    (["check", "--fo"], ["--format", "--force"]),
    (["check", "--format", "js"], ["json", "jsonl"]),
    (["check", "--format", "=", "js"], ["json", "jsonl"]),
    (["check", "--format", "="], ["text", "json", "jsonl", "html", "csv", "xlsx", "sarif"]),
    (["rule", "U101"], ["U101"]),
    (["check", "--payer", "Ac"], ["Acme\\ Health"]),
    (["units", "97530", "=", "24", "--by", "OT"], ["OT", "OTA", "OT+OTA"]),
    (["x12", "v"], ["validate"]),
]


@pytest.mark.parametrize(("words", "offered"), TYPED, ids=[" ".join(words) for words, _ in TYPED])
def test_a_tab_in_bash(words: list[str], offered: list[str], tmp_path: Path) -> None:
    """The script as bash runs it: its function, with the words as bash divides them."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    (tmp_path / "cleanclaim.toml").write_text('[payers."Acme Health"]\npack = "commercial"\n')
    (tmp_path / "cleanclaim").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cleanclaim "$@"\n')
    (tmp_path / "cleanclaim").chmod(0o755)
    (tmp_path / "script").write_text(script_of("bash"))
    program = (
        'source ./script; COMP_WORDS=(cleanclaim "$@"); COMP_CWORD=$#; '
        "_cleanclaim_completion cleanclaim; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(
        ["bash", "-c", program, "bash", *words],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout.splitlines(), done.stderr) == (offered, "")
