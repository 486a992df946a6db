"""Code of the project that raises, ends the process or never ends costs what it was called for, and nothing else."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

import pytest

from loadaudit.conf import Config
from loadaudit.errors import UNREADABLE, AbortedError, named
from loadaudit.inventory.build import build_inventory
from loadaudit.inventory.source.relations import choices_of
from loadaudit.inventory.urlconf.login_pages import login_addresses
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning import build
from loadaudit.planning.build import PlanOptions, build_plan
from loadaudit.planning.harvest import match_of
from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.making.changes import RowChanges
from loadaudit.planning.preflight.view_code import layers_of
from loadaudit.planning.project.contained import blamed, contained, folder_kept
from loadaudit.planning.project.exits import Exited, threads_left, without_exit
from loadaudit.planning.project.logs import without_broken_handlers
from loadaudit.planning.project.watch import unhurried, watched
from loadaudit.records import Access, Inventory, Operation
from tests.analysis.factories import operation
from tests.inventory.urls_raising import Held, SilentError, Touchy

RAISING = "tests.inventory.urls_raising"
ROUTES = "/touchy/", "/decorated/"
HERE = "tests/planning/project/test_contained.py"


def raises() -> NoReturn:
    """What code of the project does."""
    raise SilentError


def test_the_inventory_lists_what_cannot_be_looked_at() -> None:
    """Each fact that raises is lowered, and said."""
    found = build_inventory(Config(), urlconf=RAISING)
    routes = {one.route for one in found.operations}
    assert {"/touchy/", "/decorated/", "/described/", "/asking/", "/created/", "/<raising:word>/"} <= routes
    assert {one.app for one in found.operations if one.route == "/touchy/"} == {"tests"}


@pytest.mark.urls(RAISING)
def test_addresses_that_converters_raise_on_lead_nowhere() -> None:
    """Neither where one is looked up nor where one is made."""
    index = RouteIndex.from_urlconf(None)
    assert match_of("/word/", index) == ("", {})
    # Django itself can make none where it looks at each view.
    assert login_addresses() == ()


@pytest.mark.urls(RAISING)
def test_a_plan_goes_on_behind_an_operation_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says where it was."""
    planned = build._plan_one

    def planning(one: Operation, *given: object) -> object:
        if one.route == ROUTES[0]:
            raises()
        return planned(one, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(build, "_plan_one", planning)
    inventory = Inventory(operations=tuple(operation(f"GET {route}", access=Access()) for route in ROUTES))
    plan = build_plan(inventory, [ANONYMOUS], RouteIndex.from_urlconf(None), PlanOptions())
    assert [one.operation_id for one in plan.requests] == [f"GET {ROUTES[1]}"]
    assert f"the project's code raised SilentError: {UNREADABLE} ({HERE}:" in plan.exclusions[0].reason


def test_what_is_contained_is_noted_once() -> None:
    """What the user has to know goes on."""
    notes: list[str] = []
    assert [contained(raises, 1, "Nothing was found", notes) for _ in range(2)] == [1, 1]
    assert len(notes) == 1
    assert notes[0].startswith("Nothing was found: the project's code raised SilentError")

    def aborts() -> NoReturn:
        raise AbortedError("lost")

    with pytest.raises(AbortedError):
        contained(aborts, None, "", notes)


def test_whose_code_is_to_blame() -> None:
    """Where none of the project's and of no package was at work, loadaudit has a defect to report."""
    assert blamed(KeyError("a")).startswith("loadaudit itself broke at it, which is a defect to report: KeyError: 'a'")
    assert named(SilentError()) == f"SilentError: {UNREADABLE}"


def test_the_end_of_the_process_is_an_exception_like_any_other() -> None:
    """Also for who waits for SystemExit; only in this thread, and only meanwhile."""
    before = sys.exit, os._exit
    elsewhere: list[BaseException] = []

    def ends() -> None:
        try:
            sys.exit(7)
        except SystemExit as end:
            elsewhere.append(end)

    with without_exit():
        with pytest.raises(Exception, match=r"sys\.exit\(5\)") as caught:
            sys.exit(5)
        with without_exit(), pytest.raises(Exited):
            os._exit(3)
        with pytest.raises(SystemExit):
            sys.exit()
        thread = threading.Thread(target=ends)
        thread.start()
        thread.join()
    assert caught.value.code == 5  # type: ignore[attr-defined]
    assert [type(one) for one in elsewhere] == [SystemExit]
    assert (sys.exit, os._exit) == before


def _sleeps() -> str:
    time.sleep(60)
    return "slept"


def test_what_does_not_end_is_ended_and_gets_less_time_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever of the project's was called, and from wherever in loadaudit; timers and handlers are as before."""
    before = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0] > 0
    monkeypatch.setattr("loadaudit.planning.project.watch._AGAIN_S", 0.0)
    notes: list[str] = []
    begun_s = time.monotonic()
    with watched(longest_s=0.02, every_s=0.01):
        assert [contained(_sleeps, "", "It", notes) for _ in range(2)] == ["", ""]
        with unhurried():
            assert contained(lambda: time.sleep(0.05), None, "It", notes) is None
        monkeypatch.setattr("loadaudit.planning.project.watch._IMPORTING", __file__)
        assert contained(lambda: time.sleep(0.05), None, "It", []) is None
        assert len(notes) == 2
    assert time.monotonic() - begun_s < 10
    assert f"it did not come to its end within 0.02 s ({HERE}:" in notes[0]
    assert (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[0] > 0) == before


def test_threads_that_go_on_are_not_waited_for() -> None:
    """Python would, at its end; daemons and those from before are nobody's business."""
    over, before = threading.Event(), threading.enumerate()
    threads = [threading.Thread(target=over.wait, daemon=daemon) for daemon in (False, True)]
    for one in threads:
        one.start()
    try:
        assert threads_left(before, 0.01) == threads[:1]
        assert threads_left(threading.enumerate(), 0.01) == []
    finally:
        over.set()
    assert threads_left(before, 5.0) == []


def test_the_working_folder_is_kept(tmp_path: Path) -> None:
    """The runs folder is found from there."""
    before = Path.cwd()
    with folder_kept():
        os.chdir(tmp_path)
    assert Path.cwd() == before


def test_handlers_of_logging_that_raise_are_nobodys_end() -> None:
    """The libraries that send requests log between any two of them."""

    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> NoReturn:
            raise SilentError

    logger = logging.getLogger("tests.broken")
    logger.addHandler(handler := Broken())
    try:
        with without_broken_handlers():
            logger.warning("a")
        with pytest.raises(SilentError):
            logger.warning("a")
    finally:
        logger.removeHandler(handler)


def test_what_objects_of_the_project_refuse_to_tell_counts_as_not_there() -> None:
    """Choices, columns of rows, and what views and decorators hold."""

    class Column:
        flatchoices = property(lambda self: raises())

    class Row:
        name = property(lambda self: raises())

    assert choices_of(Column()) == []
    assert list(layers_of(Touchy())) == list(layers_of(Held)) == []
    changes = RowChanges(fence=without_exit, told="")
    assert not changes.make(Row(), {"name": "a"}, "GET /")
