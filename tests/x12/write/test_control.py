"""Control numbers: never twice, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cleanclaim.errors import InputError, UnreadableFile
from cleanclaim.x12.write import control
from cleanclaim.x12.write.control import HIGHEST, Numbers, take

_TAKER = """
import sys
from pathlib import Path
from cleanclaim.x12.write.control import take
for _ in range(int(sys.argv[2])):
    numbers = take(2, place=Path(sys.argv[1]))
    print(numbers.interchange, numbers.group, numbers.first_set, flush=True)
"""


def _start(place: Path, times: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", _TAKER, str(place), str(times)], stdout=subprocess.PIPE, text=True, env=environment
    )


def test_numbers_run_on(tmp_path: Path) -> None:
    assert take(3, place=tmp_path) == Numbers(1, 1, 1)
    assert take(place=tmp_path) == Numbers(2, 2, 4)
    assert take(place=tmp_path, at_least=900) == Numbers(900, 900, 900)
    assert take(place=tmp_path, at_least=5) == Numbers(901, 901, 901)


def test_the_users_folder_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "not" / "there"))
    take()
    held = json.loads((tmp_path / "not" / "there" / control.FILE).read_text())
    assert held == {"interchange": 1, "group": 1, "set": 1}


def test_processes_at_once_never_get_the_same(tmp_path: Path) -> None:
    running = [_start(tmp_path, 15) for _ in range(4)]
    printed = [process.communicate(timeout=120)[0].split() for process in running]
    numbers = [[int(number) for number in one] for one in printed]
    interchanges = sorted(number for one in numbers for number in one[::3])
    sets = sorted(number for one in numbers for number in one[2::3])
    assert interchanges == list(range(1, 61))
    assert sets == list(range(1, 121, 2))


def test_a_process_that_is_killed_leaves_no_number_to_be_used_again(tmp_path: Path) -> None:
    process = _start(tmp_path, 10_000)
    assert process.stdout is not None
    seen = [process.stdout.readline() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    seen += process.stdout.readlines()
    process.wait(timeout=60)
    last = max(int(line.split()[0]) for line in seen if len(line.split()) == 3)
    assert take(place=tmp_path).interchange > last


def test_a_crash_before_the_new_file_is_there_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take(place=tmp_path)

    def crash(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            take(place=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [control.FILE, control.LOCK]
    assert take(place=tmp_path) == Numbers(2, 2, 2)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"interchange": 1}', '{"interchange": -1, "group": 1, "set": 1}'])
def test_a_damaged_file_is_never_begun_again(tmp_path: Path, text: str) -> None:
    (tmp_path / control.FILE).write_text(text)
    with pytest.raises(UnreadableFile, match="damaged; write in it the last numbers"):
        take(place=tmp_path)
    assert (tmp_path / control.FILE).read_text() == text


def test_numbers_end(tmp_path: Path) -> None:
    (tmp_path / control.FILE).write_text(json.dumps({"interchange": HIGHEST - 1, "group": 1, "set": 1}))
    assert take(place=tmp_path).interchange == HIGHEST
    with pytest.raises(InputError, match="have reached 999999999"):
        take(place=tmp_path)


def test_a_lock_that_is_held_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_WAIT_SECONDS", 0.1)
    with (tmp_path / control.LOCK).open("a") as held:
        assert control._hold(held)
        started = time.monotonic()
        with pytest.raises(UnreadableFile, match="another process has held it"):
            take(place=tmp_path)
        assert time.monotonic() - started >= 0.1
    assert take(place=tmp_path) == Numbers(1, 1, 1)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnreadableFile):
        take(place=tmp_path / "file")
