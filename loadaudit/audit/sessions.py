"""Keeps the virtual users' sessions alive during the load: looks at doubtful ones, and logs in again."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import requests

from loadaudit.audit.logins import Logins
from loadaudit.audit.options import Observer
from loadaudit.errors import named
from loadaudit.load.job import Job
from loadaudit.load.sessions import ASK, END, KEEP, RENEWED, Doubt, Verdict
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn, log_in
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.proving import looked_at
from loadaudit.records import Lane, LoginCause, LostSession, Operation, Trace
from loadaudit.runfile.writer import RunWriter

_PATIENCE_S = 30.0
"""How long logins beside the load wait for rate limits: it may be over before."""

_BUDGET_S = 30.0
"""Time for looking at every session once more behind the load."""


class SessionKeeper:
    """Answers the doubts of one load; `doubt` and `watch` return at once, the work is done in a thread of its own.

    One at a time: a login costs the server CPU that the other virtual users are measured with.
    """

    def __init__(self, job: Job, logins: Logins, writer: RunWriter, observer: Observer) -> None:
        self._logins = logins
        self._writer = writer
        self._observer = observer
        credentials = {one.identity.role: one for one in logins.place.credentials}
        self._users: Mapping[int, Credential] = {
            user.index: credentials[user.role] for user in job.users if user.watched and user.role in credentials
        }
        watched = [user for user in job.users if user.index in self._users]
        # The users of other lanes are through with their few requests long before the load ends.
        self._of_load = {user.index for user in watched if user.lane is Lane.LIGHT} or set(self._users)
        self._operations: Mapping[str, Operation] = {one.id: one for one in logins.inventory.operations}
        self._pace = Pace(say=observer.note, patience_s=_PATIENCE_S)
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._tell: Callable[[Verdict], None] = lambda verdict: None
        self._ended: dict[int, str] = {}
        self._shows_user: set[str] = set()
        """Operations of which a trace has shown a user."""
        self._asked: set[tuple[int, str]] = set()
        self._last: dict[int, Doubt] = {}
        self._waiting: dict[int, Doubt] = {}
        """Those whose turn has not come yet."""
        self._stopping = threading.Event()

    def start(self, tell: Callable[[Verdict], None]) -> None:
        """Answer through `tell` from now on."""
        self._tell = tell

    def doubt(self, doubt: Doubt) -> None:
        """Take what a virtual user says about its session."""
        if doubt.vu not in self._users:
            return
        if not doubt.sign:
            self._last[doubt.vu] = doubt
        else:
            self._waiting[doubt.vu] = doubt
            if not self._stopping.is_set():
                self._pool.submit(self._answer, doubt)

    def watch(self, traces: Iterable[Trace]) -> None:
        """Look for traces that do not show the user that their virtual user is."""
        for trace in traces:
            vu = (trace.number >> 32) - 1
            credential = self._users.get(vu)
            if credential is None:
                continue
            operation_id = f"{trace.method} {trace.route}"
            if trace.user_id and trace.user_id == (credential.identity.user_id or trace.user_id):
                self._shows_user.add(operation_id)
            elif (sign := self._sign(trace, operation_id)) and (vu, operation_id) not in self._asked:
                self._asked.add((vu, operation_id))
                self._tell(Verdict(vu=vu, word=ASK, number=trace.number, sign=sign))

    @property
    def problem(self) -> str:
        """Why the load cannot go on, or empty: more than half of the sessions are gone for good."""
        ended = self._of_load & self._ended.keys()
        if 2 * len(ended) <= len(self._of_load):
            return ""
        details = "; ".join(dict.fromkeys(self._ended.values()))
        return (
            f"{len(ended)} of {len(self._of_load)} virtual users lost their session and could not log in again: "
            f"{details}"
        )

    def finish(self) -> None:
        """Look at every session once more, so that nobody's last requests count with a dead one."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        deadline_s = time.monotonic() + _BUDGET_S
        unseen = 0
        for doubt in (self._last | self._waiting).values():
            if time.monotonic() > deadline_s:
                unseen += 1
            elif not self._alive(doubt):
                sign = f"{doubt.sign}, and nobody had logged in again" if doubt.sign else "it was dead"
                self._lost(doubt, f"{sign} when the load had ended", regained=False, pause_ns=0)
        if unseen:
            self._writer.add_message(f"{unseen} sessions were not looked at behind the load: there was no time left.")

    def _sign(self, trace: Trace, operation_id: str) -> str:
        if trace.user_id:
            return f"its trace shows user {trace.user_id}"
        operation = self._operations.get(operation_id)
        needs = operation is not None and (operation.access.login or operation.access.is_raised)
        if trace.view_ran and (operation_id in self._shows_user or needs):
            return "its trace shows no user"
        return "it was turned away, and its trace shows no user" if trace.denied else ""

    def _answer(self, doubt: Doubt) -> None:
        """Look whether a session is alive, else log in again, and tell the virtual user."""
        self._waiting.pop(doubt.vu, None)
        try:
            if self._alive(doubt):
                self._tell(Verdict(vu=doubt.vu, word=KEEP))
                return
            begin_ns = time.monotonic_ns()
            result = self._log_in(doubt.vu)
            pause_ns = time.monotonic_ns() - begin_ns
        except Exception as error:  # a virtual user must never wait for an answer that does not come
            self._end(doubt.vu, f"{named(error)}")
            return
        self._writer.add_logins(result.attempts)
        for attempt in result.attempts:
            self._observer.logged_in(attempt)
        regained = result.attempt.proven
        self._lost(doubt, doubt.sign, regained=regained, pause_ns=pause_ns)
        if regained:
            self._asked = {one for one in self._asked if one[0] != doubt.vu}
            self._tell(Verdict(vu=doubt.vu, word=RENEWED, session=result.session))
        else:
            self._end(doubt.vu, result.attempt.detail)

    def _alive(self, doubt: Doubt) -> bool:
        """Whether a trace shows the user with the very session that is doubted."""
        credential = self._users[doubt.vu]
        proof = self._logins.proof_for(credential)
        if proof is None:
            # Nothing could show it; only the end of the load is not taken for a loss.
            return not doubt.sign
        client = self._logins.place.client(doubt.vu)
        try:
            client.adopt(doubt.session)
            step = looked_at(client, credential, proof, self._logins.ways.api)
            return step.cause in (LoginCause.NONE, LoginCause.EXCEPTION)
        except requests.RequestException:
            # A server that does not answer says nothing about a session.
            return True
        finally:
            client.close()

    def _log_in(self, vu: int) -> LoggedIn:
        credential = self._users[vu]
        client = self._logins.place.client(vu)
        try:
            proof = self._logins.proof_for(credential)
            return log_in(client, vu, credential, self._logins.ways, proof, self._pace, after_loss=True)
        finally:
            client.close()

    def _lost(self, doubt: Doubt, sign: str, *, regained: bool, pause_ns: int) -> None:
        lost = LostSession(
            vu=doubt.vu,
            role=self._users[doubt.vu].identity.role,
            number=doubt.number,
            operation_id=doubt.operation_id,
            sign=sign,
            regained=regained,
            pause_ns=pause_ns,
        )
        self._writer.add_lost_sessions([lost])

    def _end(self, vu: int, detail: str) -> None:
        self._ended[vu] = detail
        self._tell(Verdict(vu=vu, word=END))
