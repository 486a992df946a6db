"""Code of the project that does not come to its end is ended."""

import threading
import time

import pytest

from loadaudit.planning.project import sources
from loadaudit.planning.project.bounded import TooLongError, at_most
from loadaudit.planning.project.registry import Provider
from loadaudit.planning.project.sources import DeclaredError, provided
from tests.analysis.factories import USER


def loop(seconds: float) -> None:
    """Go on for ever, or for so long."""
    with at_most(seconds):
        while True:
            pass


def test_a_loop_is_ended() -> None:
    """It calls nothing that could end it."""
    with pytest.raises(TooLongError):
        loop(0.05)


def test_what_is_quick_is_left_alone() -> None:
    """And nothing comes later."""
    with at_most(0.02):
        pass
    deadline_s = time.monotonic() + 0.06
    while time.monotonic() < deadline_s:
        pass


def test_another_thread_is_left_alone() -> None:
    """Only the one that is in the block gets the exception."""
    ended: list[bool] = []

    def work() -> None:
        with pytest.raises(TooLongError):
            loop(0.02)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        pass
    assert ended == [True]


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
