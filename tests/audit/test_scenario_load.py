"""Virtual users in scenarios, against a server that counts: weights, limits, and what does not end."""

import contextlib
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, cast

import pytest

from loadaudit.audit import courses, scenarios
from loadaudit.audit.addresses import Addresses
from loadaudit.audit.scenarios import ScenarioLoad
from loadaudit.load.script import OutOfTime, ScriptUser
from loadaudit.planning.project.registry import Scenario
from loadaudit.records import Ramp, Shape, Stage, steady
from tests.load.builders import Answering, Site, job, serving, user

Function = Callable[[ScriptUser], object]


class Plain:
    """Addresses that are paths already."""

    def address(self, view: str, kwargs: Mapping[str, object]) -> str:
        """Return the path."""
        return view

    def operation_of(self, method: str, path: str) -> str:
        """Return method and path."""
        return f"{method} {path}"


def gone_through(
    site: Site,
    seconds: float,
    *scenarios: Scenario,
    users: int = 3,
    enough: Callable[[], bool] = lambda: True,
    **changes: Any,
) -> list[str]:
    """Let virtual users go through scenarios for so long, and return what is said about each; changes of the job.

    On a busy machine it takes longer, until it is `enough`.
    """
    load = ScenarioLoad(
        job=job(site.base_url, epoch_ns=time.monotonic_ns(), **changes),
        users=[user(n, positions=(), rank=n) for n in range(users)],
        scenarios=scenarios,
        addresses=cast(Addresses, Plain()),
        usernames={},
    )
    load.start()
    end_s = time.monotonic() + seconds
    while load.alive and (time.monotonic() < end_s or (not enough() and time.monotonic() < end_s + 60.0)):
        load.take()
        time.sleep(0.02)
    return load.stop()


def of(function: Function, **changes: Any) -> Scenario:
    """Return a scenario of the owner."""
    name = getattr(function, "__name__", "partial")
    return Scenario(**{"name": name, "function": function, "role": "owner", "place": "x.py:1", **changes})


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(scenarios, "_GRACE_S", 0.1)
    monkeypatch.setattr(scenarios, "_PATIENCE_S", 0.1)
    shut = threading.Lock()
    with shut:
        monkeypatch.setitem(vars(sys.modules[__name__]), "_shut", shut)
        yield


def test_what_loops_without_a_request_is_ended_with_its_line() -> None:
    """The rest goes on."""
    went: list[int] = []

    def loops(who: ScriptUser) -> None:
        while True:
            pass

    def goes_on(who: ScriptUser) -> None:
        who.get("/a/", expect=200)
        went.append(1)

    with serving({}) as site:
        looping, other = gone_through(site, 1.0, of(loops, timeout_s=0.05), of(goes_on))
    assert "it took longer than its timeout_s of 0.05 s (tests/audit/test_scenario_load.py:" in looping
    assert "not to the end" not in other
    assert went


def test_what_does_not_say_how_long_it_takes_leaves_half_of_the_load_to_the_others() -> None:
    """With one virtual user, and also where several begin at once: one of them is left to the others."""
    went: list[int] = []

    def loops(who: ScriptUser) -> None:
        while True:
            who.get("/late/")

    def never_answers(request: Answering) -> None:
        request.site.released.wait(10)

    for users in (1, 2):
        went.clear()
        with serving({"/late/": never_answers}) as site:
            looping, other = gone_through(
                site,
                0.8,
                of(loops, weight=10**9),
                of(partial(_goes_on, went)),
                users=users,
                lasts_s=0.8,
                enough=lambda: bool(went),
            )
        assert (
            "not to the end: it took longer than 0.4 s, half of the load, which it has without a timeout_s (" in looping
        )
        assert "not to the end" not in other
        assert went


def swallows(who: ScriptUser) -> None:
    """Go on after each failure."""
    while True:
        with contextlib.suppress(Exception):
            who.get("/a/")


def swallows_all(who: ScriptUser) -> None:
    """And after what is to end it."""
    while True:
        with contextlib.suppress(BaseException):
            who.get("/a/")


def pauses_for_ever(who: ScriptUser) -> None:
    """And does not even ask for a request."""
    while True:
        with contextlib.suppress(BaseException):
            who.pause(0.01)


def computes_for_ever(who: ScriptUser) -> None:
    """And calls nothing of a virtual user's."""
    while True:
        with contextlib.suppress(BaseException):
            "".join(map(str, range(50)))


_shut = threading.Lock()
"""Opens when a test is over."""


def waits(who: ScriptUser) -> None:
    """Be in C."""
    _shut.acquire(timeout=60.0)


ENDLESS = (swallows, swallows_all, pauses_for_ever, computes_for_ever, waits)


def noting(function: Function, begun: set[Function]) -> Function:
    """Return a function that notes that it has begun."""

    def noted(who: ScriptUser) -> None:
        begun.add(function)
        function(who)

    return noted


def test_what_handles_all_that_is_raised_is_ended_as_well() -> None:
    """A loop that goes on after each failure, whether it may handle what ends it or not, and a call that waits in C."""
    went: list[int] = []
    held = [of(one, timeout_s=0.05, max_concurrency=1) for one in ENDLESS]
    with serving({}) as site:
        *notes, other = gone_through(
            site, 1.5, *held, of(partial(_goes_on, went)), users=len(held), enough=lambda: len(went) > 1
        )
    for note in notes:
        assert "not to the end: it took longer than its timeout_s of 0.05 s (tests/audit/test_scenario_load.py:" in note
    assert "not to the end" not in other
    assert len(went) > 1
    assert _is_idle()


def test_what_does_not_end_with_the_load_is_named_and_takes_nothing_from_what_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The analysis is done by the same process."""
    # So long for what does end: its request and the loops share a processor.
    monkeypatch.setattr(scenarios, "_GRACE_S", 0.5)
    begun: set[Function] = set()
    endless = [of(noting(one, begun), max_concurrency=1) for one in ENDLESS]
    with serving({}) as site:
        notes = gone_through(site, 0.4, *endless, users=len(endless), enough=lambda: begun == set(ENDLESS))
    at = r"\(tests/audit/test_scenario_load\.py:\d+\)"
    for note in notes:
        assert re.search(rf"none came to its end before that of the load: one had gone on for \d+ s {at}", note)
    # The first lets pass what ends it; of the others some do where that falls between their statements.
    forced = rf"; one (had to be stopped then|did not end then and was left behind) {at}\."
    assert [bool(re.search(forced, note)) for note in (notes[0], notes[-1])] == [False, True]
    assert _is_idle()


def _is_idle() -> bool:
    """Whether nothing of this process computes any more, soon."""
    deadline_s = time.monotonic() + 3.0
    while time.monotonic() < deadline_s:
        before_s = time.process_time()
        time.sleep(0.1)
        if time.process_time() - before_s < 0.05:
            return True
    return False


def test_what_is_told_just_behind_its_end_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread cannot know that the turn is over when the word arrives."""
    went: list[int] = []
    end = ScenarioLoad._ended

    def told(load: ScenarioLoad, turn: Any, error: str) -> None:
        end(load, turn, error)
        if len(went) == 1:
            raise OutOfTime

    monkeypatch.setattr(ScenarioLoad, "_ended", told)
    with serving({}) as site:
        (note,) = gone_through(site, 0.8, of(partial(_goes_on, went)), users=1)
    assert len(went) > 1
    assert "not to the end" not in note


def test_what_would_only_begin_when_it_is_waited_for_says_so() -> None:
    """It sends nothing, and nobody would see why."""

    async def later(who: ScriptUser) -> None:
        who.get("/a/")

    def yields(who: ScriptUser) -> Iterator[object]:
        yield who.get("/a/")

    with serving({}) as site:
        first, second = gone_through(site, 2.0, of(later), of(yields), users=1, think_time_s=0.001)
    assert "write it without async" in first
    assert "it is a generator: write it without yield" in second


def test_what_exits_ends_itself_alone() -> None:
    """As any other failure of its code does."""
    went: list[int] = []

    def exits(who: ScriptUser) -> None:
        sys.exit(3)

    with serving({}) as site:
        note, other = gone_through(site, 0.6, of(exits), of(partial(_goes_on, went)), users=1)
    assert "0 times through, 5 not to the end: SystemExit: sys.exit(3) (tests/audit/test_scenario_load.py:" in note
    assert "not to the end" not in other
    assert went


def _goes_on(went: list[int], who: ScriptUser) -> None:
    who.get("/b/", expect=200)
    went.append(1)


def test_at_most_so_many_are_in_it_at_once() -> None:
    """The other virtual users wait, or go through others."""
    inside, most, lock = 0, 0, threading.Lock()

    def narrow(who: ScriptUser) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        who.get("/a/")
        time.sleep(0.01)
        with lock:
            inside -= 1

    with serving({}) as site:
        gone_through(site, 0.4, of(narrow, max_concurrency=2), users=5)
    assert most == 2


def test_requests_keep_to_the_part_of_a_rate() -> None:
    """About sixteen at 10 per second, however many virtual users and requests of a time through there are."""
    sent: list[float] = []

    def thrice(who: ScriptUser) -> None:
        for _ in range(3):
            who.get("/a/", expect=200)
            sent.append(time.monotonic())

    with serving({}) as site:
        # Long enough for one more time through than is looked at, as other work on the machine may delay one.
        gone_through(site, 1.6, of(thrice), users=2, scripted_rate=steady(10.0))
    # Each has arrivals for as many requests as those before it sent, and any more wait for one of their own.
    begins = sent[::3]
    assert len(begins) <= 6
    assert begins[3] - begins[0] >= 0.5


def test_a_growing_load_takes_virtual_users_in() -> None:
    """Of three the second begins when the level is above 1, the third never."""
    seen: dict[int, float] = {}

    def once(who: ScriptUser) -> None:
        seen.setdefault(threading.get_ident(), time.monotonic())
        who.get("/a/")

    shape = Shape(users=Ramp(start=0.5, stages=(Stage(duration_s=0.8, target=2.0),)))
    begun_s = time.monotonic()
    with serving({}) as site:
        gone_through(site, 0.7, of(once), shape=shape)
    first_s, second_s = sorted(seen.values())
    assert first_s - begun_s < second_s - begun_s
    assert second_s - begun_s >= 0.8 / 3


def test_weights_say_how_often() -> None:
    """Nine to one, and both come."""
    chosen: Counter[str] = Counter()

    def often(who: ScriptUser) -> None:
        who.get("/a/")
        chosen["often"] += 1

    def seldom(who: ScriptUser) -> None:
        who.get("/b/")
        chosen["seldom"] += 1

    with serving({}) as site:
        gone_through(site, 1.0, of(often, weight=9), of(seldom))
    assert chosen["often"] > 3 * chosen["seldom"] > 0


def test_one_whose_turn_never_came_is_told_from_one_that_did_not_end() -> None:
    """More time, users or weight help the one; a shorter scenario the other."""

    def often(who: ScriptUser) -> None:
        who.get("/a/")

    def never(who: ScriptUser) -> None:
        who.get("/b/")

    with serving({}) as site:
        _, note = gone_through(site, 0.1, of(often, weight=10**9), of(never), users=1)
    assert note == f"Scenario never (x.py:1): 0 times through, because {courses.NEVER_BEGUN}."


def test_an_unexpected_status_ends_it_there() -> None:
    """With the line of the request."""
    later: list[int] = []

    def strict(who: ScriptUser) -> None:
        who.get("/a/", expect={201, 202})
        later.append(1)

    with serving({}) as site:
        (note,) = gone_through(site, 0.5, of(strict))
    assert "GET /a/ answered 200, expected 201 or 202 (tests/audit/test_scenario_load.py:" in note
    assert later == []


def test_a_poll_has_an_end() -> None:
    """Whatever the condition."""

    def waits(who: ScriptUser) -> None:
        who.poll("/a/", until=lambda answer: False, every_s=0.01, within_s=0.05)

    with serving({}) as site:
        (note,) = gone_through(site, 0.5, of(waits))
    assert "did not come to what was waited for within 0.05 s" in note
