"""Signals as exceptions or notes, and what the system refuses as messages."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest

from tunewright.artifacts import write_text
from tunewright.cli import main
from tunewright.refusals import FIXES, as_os_errors, refusal
from tunewright.signals import HANDLED, Signalled, signals_noted, signals_raise


@pytest.mark.parametrize("number", HANDLED)
def test_a_signal_is_an_exception_or_a_note_and_the_old_handlers_come_back(number: int) -> None:
    before = [signal.getsignal(each) for each in HANDLED]
    with pytest.raises(Signalled) as caught, signals_raise():
        with signals_noted() as noted:
            os.kill(os.getpid(), number)
        assert noted.number == number
        os.kill(os.getpid(), number)
    assert caught.value.number == number
    assert [signal.getsignal(each) for each in HANDLED] == before


def test_a_signal_that_is_ignored_on_purpose_stays_so() -> None:
    """As nohup and a shell's & have it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with signals_raise():
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", FIXES)
def test_a_refusal_is_a_message_with_the_file_and_no_traceback(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At the one place where artifacts are written; a full disk itself names no file."""
    monkeypatch.chdir(tmp_path)

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    monkeypatch.setattr(main, "app", lambda: write_text(tmp_path / "metrics" / "train.json", "{}"))
    with pytest.raises(SystemExit) as caught:
        main.main()
    assert caught.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith("error: metrics/train.json: cannot be written or read: ")
    assert os.strerror(number) in told and "fix: " in told
    assert list((tmp_path / "metrics").iterdir()) == [], "nothing half-written stays"


def test_any_other_answer_of_the_system_is_a_defect() -> None:
    assert refusal(OSError(errno.EBADF, "Bad file descriptor")) is None


def test_other_errors_of_the_libraries_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes differ"), as_os_errors(tmp_path):
        raise RuntimeError("shapes differ")
