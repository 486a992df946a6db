"""Runs the project's scenarios beside the planned load, in threads of the command: their code needs Django's URL names.

Each virtual user is a thread with a PycURL handle of its own, as in the load workers. Scenarios send requests only;
database access is refused, because the command may be configured with another database than the target has.
"""

import contextlib
import inspect
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from django.db import connections
from django.db.utils import InterfaceError

from loadaudit.audit.addresses import Addresses
from loadaudit.audit.courses import Course, chosen, courses_of
from loadaudit.load.correlation import read_summary
from loadaudit.load.job import Job, VirtualUser
from loadaudit.load.pacing import at_work_from
from loadaudit.load.schedule import Allowance
from loadaudit.load.script import NoAnswerInTime, OutOfTime, ScriptUser, Stopped
from loadaudit.load.transport import Transport
from loadaudit.load.turns import elapsed_s
from loadaudit.planning.identities import ANONYMOUS, main_identity
from loadaudit.planning.project.bounded import Held, end_programs, hold, let_end, tell
from loadaudit.planning.project.exits import without_exit
from loadaudit.planning.project.registry import REGISTRY, Scenario
from loadaudit.planning.project.sources import described, finished, own_files, where, where_now
from loadaudit.records import Identity, Sample, Trace

_GRACE_S = 5.0
"""How long the end of the load is waited for."""

_LOOK_S = 0.05
"""How often it is looked whether all have ended."""

_PATIENCE_S = 2.0
"""How long what is out of time is waited for: first for its request, then for it to end when it was told to."""

T = TypeVar("T")


class Ended(Protocol):
    """Takes how a time through has ended."""

    def __call__(self, sent: int, *, claimed: int, late: bool) -> None:
        """Note how many requests it sent, how many waited for an arrival, and whether it ran out of its time."""


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One virtual user's time through a scenario."""

    course: Course
    virtual: VirtualUser
    user: ScriptUser
    thread: threading.Thread
    begun_s: float
    """On the monotonic clock."""
    told: bool = False
    """Whether it was told that its time is over."""

    def so_far(self, place: str) -> str:
        """Return how long it has gone on, and where it is, to go on with in a sentence."""
        return f": one had gone on for {time.monotonic() - self.begun_s:.0f} s{place}"

    def place(self) -> str:
        """Return where it is, in brackets."""
        return where_now(self.thread.ident or 0, own_files(self.course.scenario.function))


@dataclass(slots=True, kw_only=True)
class ScenarioLoad:
    """The virtual users of the scenarios. `start`, then `take` again and again, then `stop`."""

    job: Job
    users: Sequence[VirtualUser]
    scenarios: Sequence[Scenario]
    addresses: Addresses
    usernames: Mapping[str, str]
    """By role."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _samples: deque[Sample] = field(default_factory=deque)
    _traces: deque[Trace] = field(default_factory=deque)
    _allowance: Allowance | None = None
    """Where the load has a rate."""
    _courses: list[Course] = field(default_factory=list)
    _turns: dict[int, _Turn] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Start the virtual users."""
        roles = Counter(one.role for one in self.users)
        self._courses = courses_of(self.scenarios, roles.__getitem__, self.job.lasts_s)
        self._allowance = Allowance(self.job) if self.job.scripted_rate is not None else None
        for user in self.users:
            self._let_go(user)

    def _let_go(self, user: VirtualUser) -> None:
        thread = threading.Thread(target=self._run, args=(user,), daemon=True, name=f"scenario-{user.index}")
        self._threads.append(thread)
        thread.start()

    @property
    def alive(self) -> bool:
        """Whether some virtual user still goes on."""
        return any(thread.is_alive() for thread in self._threads)

    def dropped(self) -> int:
        """Return how many requests of the scenarios' rate have not begun: no virtual user or no scenario was free."""
        return self._allowance.dropped(elapsed_s(self.job)) if self._allowance is not None else 0

    def take(self) -> tuple[list[Sample], list[Trace]]:
        """Return what has come in since the last call; end what takes longer than it may."""
        now_s = time.monotonic()
        for turn in [] if self._stop.is_set() else list(self._turns.values()):
            over_s = now_s - turn.user.deadline_s
            if turn.user.held or over_s > 2 * _PATIENCE_S:
                self._leave_behind(turn)
            elif over_s > _PATIENCE_S and not turn.told:
                turn.told = True
                tell(turn.thread, OutOfTime)
        return _emptied(self._samples), _emptied(self._traces)

    def _leave_behind(self, turn: _Turn) -> None:
        """Let another thread go on for a virtual user whose own waits in C, or handles whatever is raised in it."""
        error = turn.course.out_of_time(turn.place())
        with self._lock:
            if self._turns.get(turn.virtual.index) is not turn:
                return
            del self._turns[turn.virtual.index]
            self._ended(turn, error)
        self._threads.remove(turn.thread)
        _hold(turn)
        self._let_go(turn.virtual)

    def stop(self) -> list[str]:
        """Let each virtual user end its request, and return a sentence about each scenario."""
        self._stop.set()
        self._join()
        for turn in list(self._turns.values()):
            place = turn.place()
            turn.course.cut_off, turn.course.forced = turn.so_far(place), f"one had to be stopped then{place}"
            if not turn.user.held:
                tell(turn.thread, Stopped)
        self._join()
        for turn in list(self._turns.values()):
            turn.course.forced = f"one did not end then and was left behind{turn.place()}"
            _hold(turn)
        return [course.note(self._courses) for course in self._courses]

    def _join(self) -> None:
        deadline_s = time.monotonic() + _GRACE_S
        while time.monotonic() < deadline_s:
            held = {turn.thread for turn in list(self._turns.values()) if turn.user.held}
            rest = [thread for thread in self._threads if thread.is_alive() and thread not in held]
            if not rest:
                return
            rest[0].join(_LOOK_S)

    def _run(self, virtual: VirtualUser) -> None:
        chance = random.Random(f"scenario:{self.job.seed}:{virtual.index}")
        transport = Transport(self.job, virtual, keep_bodies=True)
        user = ScriptUser(
            role=virtual.role,
            username=self.usernames.get(virtual.role, ""),
            transport=transport,
            epoch_ns=self.job.epoch_ns,
            address=self.addresses.address,
            operation_of=self.addresses.operation_of,
            record=self._record,
            stop=self._stop,
            random=chance,
            think_time_s=self.job.think_time_s,
        )
        try:
            with contextlib.suppress(Stopped), without_exit(), without_database(), contextlib.closing(transport):
                for ended in self._turns_of(virtual, user):
                    course = self._begin(virtual.role, chance)
                    before, user.deadline_s = user.sent, float("inf")
                    if course is not None:
                        self._once(course, user, virtual)
                    elif self._all_stopped(virtual.role):
                        return
                    late = time.monotonic() >= user.deadline_s
                    ended(user.sent - before, claimed=user.claimed, late=late)
        except (OutOfTime, Held):
            let_end()
            # It came when the turn was just over. One that is still listed is left behind by `take`.
            if virtual.index not in self._turns and not user.left_behind:
                self._let_go(virtual)
        finally:
            let_end()
            end_programs(threading.current_thread())

    def _turns_of(self, virtual: VirtualUser, user: ScriptUser) -> Iterator[Ended]:
        """Yield each time that a virtual user is to begin; what is yielded takes how many requests it then sent."""
        if self._allowance is not None:
            user.next_due_s = self._next_due_s
            while (begin := self._allowance.next_begin(elapsed_s(self.job))) is not None:
                due_s, taken = begin
                user.pause(max(0.0, due_s - elapsed_s(self.job)))
                user.allowed, user.claimed = user.sent + taken, 0
                yield partial(self._allowance.ended, taken)
            return
        user.pause()
        while (from_s := self._at_work_from(virtual)) is not None:
            user.pause(max(0.0, from_s - elapsed_s(self.job)))
            yield _no_count
            user.pause()

    def _next_due_s(self) -> float | None:
        """Take an arrival for one more request of a time through; return in how many seconds it is due."""
        now_s = elapsed_s(self.job)
        due_s = self._allowance.next_one(now_s) if self._allowance is not None else None
        return max(0.0, due_s - now_s) if due_s is not None else None

    def _at_work_from(self, virtual: VirtualUser) -> float | None:
        ramp, now_s = self.job.shape.users, elapsed_s(self.job)
        return now_s if ramp is None else at_work_from(ramp, virtual.rank, now_s)

    def _begin(self, role: str, chance: random.Random) -> Course | None:
        with self._lock:
            course = chosen(self._courses, role, chance, time.monotonic())
            if course is not None:
                course.under_way += 1
                course.begun += 1
            return course

    def _all_stopped(self, role: str) -> bool:
        return all(one.stopped for one in self._courses if one.scenario.role == role)

    def _once(self, course: Course, user: ScriptUser, virtual: VirtualUser) -> None:
        begun_s, before, error = time.monotonic(), user.sent, ""
        user.deadline_s, user.refused = begun_s + course.timeout_s, 0
        turn = _Turn(course=course, virtual=virtual, user=user, thread=threading.current_thread(), begun_s=begun_s)
        self._turns[virtual.index] = turn
        try:
            made = finished(course.scenario.function(user))
            error = "" if user.sent > before else "it sent no request"
            if inspect.isgenerator(made):
                error += ", because it is a generator: write it without yield"
        except Stopped as end:
            course.cut_off = turn.so_far(where(end, own_files(course.scenario.function)))
            raise
        except (OutOfTime, NoAnswerInTime) as failure:
            error = course.out_of_time(where(failure, own_files(course.scenario.function)))
        except BaseException as failure:  # a scenario is the project's own code, which may even call sys.exit()
            error = described(failure, own_files(course.scenario.function))
        finally:
            with self._lock:
                if self._turns.get(virtual.index) is turn:
                    del self._turns[virtual.index]
                    self._ended(turn, error)
        if user.left_behind:
            raise Stopped

    def _ended(self, turn: _Turn, error: str) -> None:
        turn.course.under_way -= 1
        if not self._stop.is_set():
            now_s = time.monotonic()
            turn.course.ended(error, late_s=now_s if now_s >= turn.user.deadline_s else None)

    def _record(self, sample: Sample, summary: str) -> None:
        self._samples.append(sample)
        method = sample.operation_id.partition(" ")[0]
        trace = read_summary(summary, number=sample.number, method=method, status=sample.status) if summary else None
        if trace is not None:
            self._traces.append(trace)


def declared_scenarios(identities: Sequence[Identity]) -> tuple[list[Scenario], list[str]]:
    """Return the project's scenarios, each with a role that takes part, and why others are left out."""
    main = main_identity(identities).role
    roles = list(dict.fromkeys([*(one.role for one in identities), ANONYMOUS.role]))
    found, notes = [], []
    for one in REGISTRY.scenarios:
        role = one.role or main
        if role in roles:
            found.append(replace(one, role=role))
        else:
            notes.append(
                f"Scenario {one.name} ({one.place}) is left out: nobody takes part as {role!r}. "
                f"Roles: {', '.join(roles)}."
            )
    return found, notes


def _hold(turn: _Turn) -> None:
    """Let what does not end send nothing and compute nothing any more."""
    turn.user.left_behind = True
    if not turn.user.held:
        hold(turn.thread)


def _no_count(sent: int, *, claimed: int, late: bool) -> None:
    """Count nothing where there is no rate to keep to."""


@contextlib.contextmanager
def without_database() -> Iterator[None]:
    """Refuse database connections of this thread, whose connection objects are its own."""
    refused = [connections[alias] for alias in connections]
    for connection in refused:
        connection.connect = partial(_refuse, connection.alias)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for connection in refused:
            vars(connection).pop("connect", None)


def _refuse(alias: str) -> None:
    raise InterfaceError(f"a scenario may not use the database {alias!r}: it sends requests; rows come from provide()")


def _emptied(waiting: deque[T]) -> list[T]:
    return [waiting.popleft() for _ in range(len(waiting))]
