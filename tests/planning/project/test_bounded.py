"""Code of the project that does not come to its end is ended."""

import contextlib
import io
import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from loadaudit.planning.project import bounded, sources
from loadaudit.planning.project.bounded import TooLongError, called, called_here
from loadaudit.planning.project.registry import Provider
from loadaudit.planning.project.sources import DeclaredError, provided, where
from tests.analysis.factories import USER

HERE = "tests/planning/project/test_bounded.py"


BEGUN = threading.Event()
"""Set when a function is where it does not come to its end."""


class Begun(threading.Thread):
    """Its time begins when its function is there, however late it had its turn."""

    def start(self) -> None:
        """Return when it is."""
        super().start()
        BEGUN.wait(5.0)


class Formatter(logging.Formatter):
    """Called by a handler, which has its lock meanwhile."""

    def format(self, record: logging.LogRecord) -> str:
        """Take nearly all of the time, and handle what ends it."""
        with contextlib.suppress(BaseException):
            for _ in range(10_000):
                pass
        return ""


HANDLER = logging.StreamHandler(io.StringIO())
HANDLER.setFormatter(Formatter())


@pytest.fixture(autouse=True)
def _not_begun() -> None:
    BEGUN.clear()


def loops() -> None:
    """It calls nothing that could end it."""
    BEGUN.set()
    while True:
        pass


def handles_all() -> None:
    """Whatever is raised in it."""
    while True:
        with contextlib.suppress(BaseException):
            loops()


def handles_all_in_a_library() -> None:
    """Where it is nearly always, and where nothing may be held."""
    while True:
        with contextlib.suppress(BaseException):
            BEGUN.set()
            json.dumps([{"a": 1}] * 1000, indent=2)


def handles_all_in_a_callback() -> None:
    """Of a library that has a lock, which others would wait for in vain."""
    while True:
        with contextlib.suppress(BaseException):
            BEGUN.set()
            HANDLER.handle(logging.LogRecord("a", logging.INFO, "", 0, "", None, None))


def waits() -> None:
    """In C."""
    BEGUN.set()
    threading.Event().wait()


def waits_for_a_program() -> None:
    """Which would go on when the run has ended."""
    BEGUN.set()
    subprocess.run(["sleep", "300"], check=True)


@pytest.mark.parametrize(
    ("function", "left_behind"),
    [
        (loops, False),
        (handles_all, True),
        (handles_all_in_a_library, True),
        (handles_all_in_a_callback, True),
        (waits, True),
        (waits_for_a_program, False),
    ],
)
def test_what_does_not_end_is_ended_or_left_behind(
    function: Callable[[], None], left_behind: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With where it was; it leaves the processor to others, and the locks of libraries."""
    # What is left behind takes its connections along, and those of the tests have to stay.
    monkeypatch.setattr(bounded, "connections", {})
    monkeypatch.setattr(threading, "Thread", Begun)
    if left_behind:
        monkeypatch.setattr(bounded, "PATIENCE_S", 0.1)
    call = called(function, 0.1)
    assert isinstance(call.error, TooLongError)
    assert re.fullmatch(rf" \({HERE}:\d+\)", where(call.error, [__file__]))
    assert call.left_behind == left_behind
    deadline_s, idle = time.monotonic() + 5.0, False
    while not idle and time.monotonic() < deadline_s:
        before_s = time.process_time()
        time.sleep(0.1)
        idle = time.process_time() - before_s < 0.05
    assert idle
    assert HANDLER.lock is not None
    assert HANDLER.lock.acquire(timeout=1.0)
    HANDLER.lock.release()


@pytest.mark.skipif(sys.platform != "linux", reason="only there it is known who started a program")
def test_no_program_is_left() -> None:
    """It was started by what was ended."""
    called(waits_for_a_program, 0.1)
    assert not [one for one in psutil.Process().children() if "sleep" in one.cmdline()]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_what_is_raised_comes_back(error: type[BaseException]) -> None:
    """No signal comes to that thread, so that none is taken for what the project itself raised."""

    def raises() -> None:
        raise error

    assert isinstance(called(raises, 5).error, error)


def test_the_process_goes_on_when_the_project_ends_it() -> None:
    """Only in the thread of its code, and only meanwhile."""
    before = os._exit
    call = called(lambda: os._exit(3), 5)
    assert isinstance(call.error, SystemExit)
    assert str(call.error) == "os._exit(3)"
    assert os._exit is before


@pytest.mark.django_db
def test_the_database_is_that_of_the_caller() -> None:
    """Who may be in a transaction, or on a clone."""
    get_user_model().objects.create(username="known")
    assert called(get_user_model().objects.count, 5).values == [1]
    assert get_user_model().objects.count() == 1


@pytest.mark.django_db
def test_what_is_left_behind_keeps_no_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else could write to an SQLite database."""
    monkeypatch.setattr(bounded, "PATIENCE_S", 0.1)
    known = {**connections["default"].settings_dict, "ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "a.db"}
    lent = DatabaseWrapper(known, "default")
    lent.cursor().execute("CREATE TABLE kept (number INTEGER)")
    monkeypatch.setattr(bounded, "connections", {"default": lent})

    def writes() -> None:
        lent.set_autocommit(False)
        lent.cursor().execute("INSERT INTO kept VALUES (1)")
        waits()

    assert called(writes, 0.2).left_behind
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db", timeout=0)) as other:
        other.execute("INSERT INTO kept VALUES (2)")
        assert other.execute("SELECT number FROM kept").fetchall() == [(2,)]


def test_no_time_goes_on_behind_an_import() -> None:
    """The handler and the timer of whoever had them are there again."""
    before, left_s = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0]
    assert called_here(lambda: 5, left_s + 60).values == [5]
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] <= left_s


def test_a_provider_that_loops_is_named_and_not_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next operation with its parameter would wait as long."""
    monkeypatch.setattr(sources, "LONGEST_S", 0.05)
    monkeypatch.setattr(sources, "_STUCK", {})
    calls: list[int] = []

    def endless() -> None:
        calls.append(1)
        while True:
            pass

    provider = Provider(names=("pk",), source=endless, place="loadtests.py:7")
    for _ in range(2):
        with pytest.raises(DeclaredError, match=r"provider of pk at loadtests\.py:7 did not come to its end"):
            provided(provider, USER)
    assert calls == [1]


def test_what_ends_by_itself_does_its_last_steps() -> None:
    """However often it is told to end meanwhile."""
    steps: list[int] = []
    begun, waits, told = threading.Event(), threading.Event(), threading.Event()

    def ends() -> None:
        with contextlib.suppress(TooLongError):
            begun.set()
            while True:
                waits.wait(0.001)
        bounded.let_end()
        waits.set()
        told.wait(5.0)
        steps.extend(range(3))

    thread = threading.Thread(target=ends, daemon=True)
    thread.start()
    assert begun.wait(5.0)
    bounded.tell(thread, TooLongError)
    assert waits.wait(5.0)
    for _ in range(3):
        bounded.tell(thread, TooLongError)
    told.set()
    thread.join(5.0)
    assert steps == [0, 1, 2]


def test_a_library_is_let_do_what_it_does_for_a_while() -> None:
    """It may have taken a lock, and not be where it gives that back yet."""
    ended_s: list[float] = []
    text = " ".join(["a"] * 1_000_000)

    def is_in_a_library() -> None:
        with contextlib.suppress(TooLongError):
            textwrap.fill(text)
        ended_s.append(time.monotonic())

    thread = threading.Thread(target=is_in_a_library, daemon=True)
    thread.start()
    while sys._current_frames()[thread.ident or 0].f_code.co_filename != textwrap.__file__:
        time.sleep(0.001)
    began_s = time.monotonic()
    bounded.tell(thread, TooLongError, 0.05)
    thread.join(5.0)
    assert ended_s[0] - began_s >= 0.05
