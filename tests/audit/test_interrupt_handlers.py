"""A first signal ends the load cleanly, a second aborts."""

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from loadaudit.audit.interrupts import Interrupts
from loadaudit.errors import AbortedError, ExitCode

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def handled() -> Iterator[None]:
    """Give each signal a handler, because the tests may run where one is ignored, as under nohup."""
    former = [signal.signal(number, signal.default_int_handler) for number in SIGNALS]
    yield
    for number, handler in zip(SIGNALS, former, strict=True):
        signal.signal(number, handler)


def test_ignored_signal_stays_ignored() -> None:
    """Whoever started the run under nohup wants it to outlive the terminal."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interrupts() as interrupts:
        interrupts.loading = True
        signal.raise_signal(signal.SIGHUP)
        assert not interrupts.asked


@pytest.mark.parametrize("number", SIGNALS)
def test_first_signal_during_the_load_is_a_wish(number: signal.Signals) -> None:
    """The load ends and is reported."""
    with Interrupts() as interrupts:
        interrupts.loading = True
        signal.raise_signal(number)
        assert interrupts.asked


@pytest.mark.parametrize(("loaded", "said"), [(False, "before the load was under way"), (True, "behind the load")])
def test_a_signal_outside_of_the_load_tells_whether_there_was_one(*, loaded: bool, said: str) -> None:
    """What was recorded can be reported without sending it all again."""

    def asked() -> None:
        with Interrupts() as interrupts:
            interrupts.loaded = loaded
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(AbortedError, match=said) as caught:
        asked()
    assert ("loadaudit report" in caught.value.hint) is loaded


def test_second_signal_aborts() -> None:
    """Whoever asks twice does not want to wait."""

    def asked_twice() -> None:
        with Interrupts() as interrupts:
            interrupts.loading = True
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(AbortedError, match="twice") as caught:
        asked_twice()
    assert caught.value.exit_code == ExitCode.ABORTED
    assert "loadaudit runs" in caught.value.hint


@pytest.mark.parametrize("number", SIGNALS)
def test_signal_before_the_load_aborts_at_once(number: signal.Signals) -> None:
    """There is nothing to report yet."""
    interrupts = Interrupts()
    with pytest.raises(AbortedError, match="before the load"), interrupts:
        signal.raise_signal(number)
    assert not interrupts.asked


def test_handlers_are_restored() -> None:
    """After the run the process reacts as before."""
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_handlers_are_restored_after_an_abort() -> None:
    """An abort leaves through the same door."""
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(AbortedError), Interrupts():
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_outside_the_main_thread_nothing_is_installed() -> None:
    """Python allows no handlers there."""
    failures: list[BaseException] = []

    def enter() -> None:
        try:
            with Interrupts():
                pass
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert failures == []


class Dying:
    """An object whose destructor a signal falls into."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def test_abort_that_python_drops_is_raised_again() -> None:
    """What a destructor raises, Python only prints; the run must end all the same."""

    def dropped() -> None:
        with Interrupts():
            dying = Dying()
            del dying
            time.sleep(20)

    began_s = time.monotonic()
    with pytest.raises(AbortedError, match="before the load"):
        dropped()
    assert time.monotonic() - began_s < 10


def test_abort_that_other_code_swallows_comes_out_before_the_load() -> None:
    """A project's bare `except` does not turn a run that was to end into one that loads for minutes."""

    def swallowed() -> None:
        with Interrupts() as interrupts:
            with contextlib.suppress(BaseException):
                signal.raise_signal(signal.SIGINT)
            interrupts.loading = True

    with pytest.raises(AbortedError, match="before the load"):
        swallowed()


def test_abort_waits_for_the_machinery_of_imports() -> None:
    """There an exception would be dropped with a weak reference's callback, or leave a file open."""
    importing: dict[str, object] = {"signal": signal}
    code = compile("signal.raise_signal(signal.SIGINT)\npassed = True", "<frozen importlib._bootstrap>", "exec")

    def waits() -> None:
        with Interrupts():
            exec(code, importing)
            time.sleep(20)

    with pytest.raises(AbortedError, match="before the load"):
        waits()
    assert importing["passed"]


def test_what_else_python_drops_is_told_as_before() -> None:
    """The hook is ours for the time of the run only, and passes on what is not ours."""
    told: list[object] = []
    former, sys.unraisablehook = sys.unraisablehook, told.append
    try:
        with Interrupts():
            sys.unraisablehook(SimpleNamespace(exc_value=ValueError()))
        assert len(told) == 1
        assert sys.unraisablehook == told.append
    finally:
        sys.unraisablehook = former
