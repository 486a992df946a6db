"""Lets the project greet its users: calls its `on_login` functions with each session of the load and the preflight."""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from loadaudit.audit.addresses import Addresses
from loadaudit.audit.places import Place
from loadaudit.audit.scenarios import without_database
from loadaudit.load.job import Job, VirtualUser
from loadaudit.load.script import NoAnswerInTime, OutOfTime, ScriptUser
from loadaudit.load.signing import KNOWN
from loadaudit.load.transport import Transport
from loadaudit.planning.control import ControlClient
from loadaudit.planning.project.bounded import TooLongError, called
from loadaudit.planning.project.registry import DEFAULT_TIMEOUT_S, REGISTRY, name_of
from loadaudit.planning.project.sources import described, finished, own_files, where
from loadaudit.records import Inventory, Sample

_AT_ONCE = 4
"""Users that are greeted at a time, each of whom a function may keep too long."""

OnLogin = Callable[[Any], object]


@dataclass(slots=True, kw_only=True)
class Greeting:
    """The functions, and what is known of them."""

    job: Job
    addresses: Addresses
    usernames: Mapping[str, str]
    functions: Sequence[OnLogin]
    timeout_s: float = DEFAULT_TIMEOUT_S
    most_late: int = _AT_ONCE
    """How often one may take too long before it is called no more."""
    late: list[OnLogin] = field(default_factory=list)
    """Each as often as it took too long."""
    notes: list[str] = field(default_factory=list)

    def greet(self, virtual: VirtualUser) -> VirtualUser:
        """Return the user with the session that the functions leave it."""
        if not virtual.watched:
            return virtual
        transport = Transport(self.job, virtual, keep_bodies=True, beside=True)
        user = ScriptUser(
            role=virtual.role,
            username=self.usernames.get(virtual.role, ""),
            transport=transport,
            epoch_ns=self.job.epoch_ns,
            address=self.addresses.address,
            operation_of=self.addresses.operation_of,
            record=_forget,
            stop=threading.Event(),
            random=random.Random(f"on_login:{self.job.seed}:{virtual.index}"),
            think_time_s=self.job.think_time_s,
        )
        session = virtual.session
        for function in self.functions:
            if self.late.count(function) >= self.most_late:
                self._say(f"{_named(function)} was called with no other user after it had taken too long.")
                continue
            self._call(function, user)
            if user.left_behind:
                # Its thread may be in the middle of a request.
                return replace(virtual, session=session)
            session = transport.session()
        transport.close()
        return replace(virtual, session=session)

    def greet_session(self, client: ControlClient, vu: int, role: str) -> None:
        """Call the functions with a session that has just begun beside the load, and let it go on as they leave it."""
        if self.functions:
            virtual = VirtualUser(index=vu, role=role, positions=(), session=client.session(), watched=True)
            client.adopt(self.greet(virtual).session)

    def _say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _call(self, function: OnLogin, user: ScriptUser) -> None:
        def greeting() -> None:
            with without_database():
                finished(function(user))

        user.deadline_s, user.refused = time.monotonic() + self.timeout_s, 0
        call = called(greeting, self.timeout_s)
        user.left_behind = call.left_behind
        if isinstance(call.error, TooLongError | OutOfTime | NoAnswerInTime):
            self.late.append(function)
            place = where(call.error, own_files(function))
            self._say(f"{_named(function)} took longer than {self.timeout_s:g} s{place}")
        elif call.error is not None:
            self._say(f"{_named(function)} failed: {described(call.error, own_files(function))}")


def greeting_before_load(place: Place, inventory: Inventory, seed: int) -> Greeting:
    """Return what greets the sessions of a preflight, one after the other: who is late once is so for all."""
    job = Job(
        target=place.target,
        token=place.token,
        tag=place.tag,
        requests=(),
        users=(),
        think_time_s=0.1,
        seed=seed,
        epoch_ns=time.monotonic_ns(),
        signatures=KNOWN.all(),
    )
    return Greeting(
        job=job,
        addresses=Addresses(inventory.operations),
        usernames={one.identity.role: one.identity.username for one in place.credentials},
        functions=tuple(REGISTRY.on_login),
        most_late=1,
    )


def greeted(
    job: Job,
    users: Sequence[VirtualUser],
    addresses: Addresses,
    usernames: Mapping[str, str],
    functions: Sequence[OnLogin],
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> tuple[tuple[VirtualUser, ...], list[str]]:
    """Call the project's `on_login` functions with each user; return the users with their sessions, and what failed.

    Their requests are sent before the load and are no part of it.
    """
    if not functions:
        return tuple(users), []
    greeting = Greeting(job=job, addresses=addresses, usernames=usernames, functions=functions, timeout_s=timeout_s)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(greeting.greet, users)), greeting.notes


def _named(function: OnLogin) -> str:
    return f"on_login {name_of(function)}"


def _forget(sample: Sample, summary: str) -> None:
    """Keep nothing of a request."""
