"""Sends what is planned alone, before the load and behind it, and records what came of it."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain

from loadaudit.audit.counting import counted
from loadaudit.audit.disposables import CandidatesFor, behind_others, throw_away, wants_own_account
from loadaudit.audit.failing import FailingPaths, sent_once_more
from loadaudit.audit.greeting import greeting_before_load
from loadaudit.audit.in_steps import in_steps
from loadaudit.audit.logins import Logins
from loadaudit.audit.meetings import Meeting, rows_are_locked
from loadaudit.audit.options import Observer, RunOptions
from loadaudit.audit.own_logins import OwnLogin, confirmed_at, logged_in_at
from loadaudit.audit.participants import Nobody, candidates_maker, opened
from loadaudit.audit.places import Place
from loadaudit.audit.stages import plan_options, selected, with_shape
from loadaudit.audit.warm import is_worth_repeating, sent_again
from loadaudit.conf import Config
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.build import held_back, with_rows_chosen
from loadaudit.planning.control import ControlClient
from loadaudit.planning.disposable import needs_disposable
from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.logins.kept import KeptSession
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.pages import login_paths
from loadaudit.planning.logins.ways import sent_by_logins
from loadaudit.planning.making.copies import RowCopies
from loadaudit.planning.making.links import LinkMaker
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.meanings import meanings_of, patterns_of
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.chances import may_work_behind
from loadaudit.planning.preflight.fitting import made_fit
from loadaudit.planning.preflight.forms_by_put import FORM_BY_PUT
from loadaudit.planning.preflight.judge import Trial, Try, judged
from loadaudit.planning.preflight.settle import OWN_LOGIN, closed, of_their_method, settled
from loadaudit.planning.preflight.trial import Preflight
from loadaudit.planning.preflight.used_up import RowsUsed
from loadaudit.planning.project.contained import contained
from loadaudit.planning.values import fill
from loadaudit.records import (
    BodyKind,
    Identity,
    Inventory,
    LoginAttempt,
    Operation,
    Plan,
    PlannedPath,
    Risk,
)

_NONE: Mapping[str, Trial] = {}

BUDGET_S = 120.0
"""Time for everything that is sent before the load, and as much again behind it, in small projects."""

BUDGET_OF_ONE_S = 2.0
"""Time for each operation where there are more: one takes a fraction of it, and none is left out for being last."""

_LOGINS_COST = 4
"""So much longer than another operation takes one that needs an account and a login of its own."""

_ONCE_MORE_BUDGET_S = 20.0
"""Time for reads that failed under load, sent again alone."""

_NO_LOGIN = (
    "it takes passwords, and wrong ones lock users out; the run's own logins do not lead there: "
    "a @scenario in a loadtests.py sends it with those of an account that may be locked"
)

_FORMS = frozenset({BodyKind.FORM, BodyKind.MULTIPART})

_FIRST_VU = 62_000
"""Numbers of virtual users that no load has, for source addresses of the preflight's own."""


@dataclass(slots=True, kw_only=True)
class Rehearsal:
    """The preflight of one run with its sessions, which stay open until what destroys was sent, too."""

    config: Config
    options: RunOptions
    inventory: Inventory
    place: Place
    logins: Logins
    """How users log in; it may ask pages to find that out, which is done once."""
    observer: Observer
    preflight: Preflight
    candidates_for: CandidatesFor
    passwords: Set[str] = frozenset()
    """Those of all whom anything was sent as, also of who was thrown away."""
    sessions: Mapping[str, KeptSession]
    """By role, of those that log in."""
    by_logins: frozenset[str] = frozenset()
    """Ids of operations that take the passwords of accounts, which only logins of the run send."""
    logged_in: tuple[OwnLogin, ...] = ()
    failures: tuple[LoginAttempt, ...] = ()
    """Logins of identities that could not prove who they are."""
    notes: list[str] = field(default_factory=list)
    """What could not be sent, for the run file."""
    ended: list[str] = field(default_factory=list)
    """What was given up because something raised."""
    _before: Mapping[str, Trial] = field(default_factory=dict)
    """What came of what was tried before the load."""

    def before_load(self, plan: Plan, stopped: Callable[[], bool]) -> tuple[Plan, Mapping[str, Trial]]:
        """Try what the load is to send, until `stopped`; return the plan that this leaves."""
        self.preflight.stopped = stopped
        operations = [one for one in self._sendable() if one.risk is not Risk.DESTRUCTIVE and not needs_disposable(one)]
        logins = contained(self._logins, _NONE, "What takes passwords was not looked at", self.ended)
        trials = self._try(operations, f"Preflight: {counted(len(operations), 'operation')}, each alone")
        trials = {**trials, **logins, **self._also_shown(trials)}
        fitting = partial(made_fit, trials, self.preflight)
        trials = contained(fitting, trials, "Not all operations were made fit for the load", self.ended)
        warming = partial(self._warm, trials.values())
        trials = {**trials, **contained(warming, _NONE, "What fills caches was not sent again", self.ended)}
        self._before = trials
        identities = (*(one.identity for one in self.place.credentials), ANONYMOUS)
        found = settled(plan, self.inventory.operations, trials, identities)
        found = with_rows_chosen(found, self.options.hot_rows, before=plan)
        return with_shape(self.config, self.options, found, self.inventory.operations), trials

    def behind_load(self, plan: Plan, stopped: Callable[[], bool]) -> tuple[Plan, Mapping[str, Trial]]:
        """Try what destroys something, until `stopped`; return the plan with what came of it."""
        self.preflight.stopped = stopped
        sendable = list(self._sendable())
        ending = [one for one in sendable if needs_disposable(one) or wants_own_account(self._before.get(one.id))]
        trials: dict[str, Trial] = {}
        if ending:
            # Before what destroys rows, which may be those of sessions and users.
            plan, thrown = self._throw_away(plan, ending)
            trials |= thrown
        operations = [one for one in sendable if one.risk is Risk.DESTRUCTIVE and not needs_disposable(one)]
        if operations:
            found = self._try(operations, f"Destructive operations: {len(operations)}, each alone")
            own = [one.operation for one in found.values() if wants_own_account(one)]
            plan, thrown = self._throw_away(plan, own) if own else (plan, {})
            trials |= {**found, **{id_: one for id_, one in thrown.items() if one.works}}
        if trials:
            trials |= contained(
                partial(self._once_more, trials), _NONE, "What failed was not all tried again", self.ended
            )
        return closed(plan, trials), trials

    def rows_made(self) -> tuple[str, ...]:
        """Say which rows and files the run made itself on its clone, and which rows it changed, if any."""
        missing = self.preflight.missing
        found = (*missing.notes(), *self.preflight.switches.notes()) if missing is not None else ()
        return (*found, *self.preflight.used.notes(), *self.ended)

    def _once_more(self, since: Mapping[str, Trial]) -> Mapping[str, Trial]:
        """Try again what failed before the load and may work now: what counts as destructive makes rows, too."""
        failed = [one for id_, one in self._before.items() if not one.works and id_ not in since]
        again = [one.operation for one in failed if may_work_behind(one, since.values())]
        if not again or self.preflight.stopped():
            return {}
        found = self._try(again, f"What failed before, once more: {len(again)}", since.values())
        return {id_: trial.after(self._before[id_]) for id_, trial in found.items() if trial.works}

    def _logins(self) -> Mapping[str, Trial]:
        """Return what logins have shown of the operations that take passwords; what they tell is kept for others."""
        found: dict[str, Trial] = {}
        options = plan_options(self.config, self.options, selected(self.inventory, self.options.selection))
        identities = {one.role: one for one in self.preflight.identities}
        for operation in (one for one in self.inventory.operations if one.id in self.by_logins):
            if held_back(operation, options):
                continue
            best = self._shown_by(operation, self._known_logins())
            if best is None and operation.method == "POST":
                there = chain(
                    logged_in_at(operation, self.logins, self.sessions, self.preflight.over),
                    () if operation.parameters else confirmed_at(operation.route, self.sessions, identities),
                )
                best = self._shown_by(operation, map(self._fed, there))
            if best is not None:
                found[operation.id] = Trial(operation=operation, best=best, tries=1)
            else:
                reason = FORM_BY_PUT if self._is_form_by_put(operation) else self._no_login(operation)
                found[operation.id] = Trial(operation=operation, best=None, tries=0, reason=reason)
        return found

    def _no_login(self, operation: Operation) -> str:
        """Say why no login of the run has shown an operation to work: it may have failed there itself."""
        ways = self.logins.ways
        asked = {*ways.paths[:1], *(one.path for one in ways.tokens)}
        failed = [one.detail for one in self.place.gone_round]
        if failed and not operation.parameters and fill(operation.route, {}) in asked:
            return f"it takes passwords, and the run's own login got no further: {failed[0]}"
        return _NO_LOGIN

    def _also_shown(self, trials: Mapping[str, Trial]) -> Mapping[str, Trial]:
        """Return what did not work alone and what a login of the run has shown to work."""
        failed = [one.operation for one in trials.values() if not one.works]
        known = self._known_logins()
        shown = ((one, self._shown_by(one, known)) for one in failed)
        return {one.id: Trial(operation=one, best=best, tries=1) for one, best in shown if best is not None}

    def _known_logins(self) -> list[OwnLogin]:
        identities = {one.role: one for one in self.preflight.identities}
        return [*self.logged_in, *confirmed_at("", self.sessions, identities)]

    def _shown_by(self, operation: Operation, logins: Iterable[OwnLogin]) -> Try | None:
        return next(filter(None, (self._shown(operation, one) for one in logins)), None)

    def _fed(self, login: OwnLogin) -> OwnLogin:
        """Keep what the answer to a login tells, such as tokens that something else wants to have."""
        answer = login.answer
        own = self.preflight.candidates.get(login.identity.role, self.preflight.candidates[ANONYMOUS.role])
        own.harvest.feed("", login.path, answer.content_type, answer.content)
        return login

    def _is_form_by_put(self, operation: Operation) -> bool:
        """Whether an operation would put what its view takes as a form, by all that is known of the address."""
        kinds = {one.body.kind for one in self.inventory.operations if one.route == operation.route}
        return operation.method == "PUT" and BodyKind.JSON not in kinds and bool(kinds & _FORMS)

    def _shown(self, operation: Operation, login: OwnLogin) -> Try | None:
        """Return the request of a login as a try of the operation, if it is one and worked."""
        trace = login.answer.trace
        if trace is None or operation.id != f"POST {trace.route}":
            return None
        path = PlannedPath(path=login.path, origin=OWN_LOGIN)
        one = judged(operation, login.identity, path, None, login.answer, login_pages=self.preflight.login_pages)
        return one if one.works else None

    def once_more(self, failing: FailingPaths, stopped: Callable[[], bool]) -> list[Try]:
        """Send reads that failed under load for some addresses again, each alone; return what came of them."""
        if not failing.mixed() or not self.options.preflight or stopped():
            return []
        self.observer.phase(f"Reads that failed for some addresses, once more alone: {len(failing.mixed())}")
        found = sent_once_more(
            failing,
            {one.id: one for one in self.inventory.operations},
            {one.role: one for one in self.preflight.identities},
            self._tab,
            login_pages=self.preflight.login_pages,
            deadline_s=time.monotonic() + _ONCE_MORE_BUDGET_S,
            stopped=stopped,
        )
        return list(found)

    def at_once(self, stopped: Callable[[], bool]) -> list[Try]:
        """Send writes at the same moment, where they may undo or wait for each other; return what came of them."""
        meeting = Meeting(
            opened=self._tab,
            observer=self.observer,
            login_pages=self.preflight.login_pages,
            stopped=stopped,
            rows_are_locked=rows_are_locked(self.place),
        )
        meets = partial(meeting.of, self._before.values())
        found: list[Try] = contained(meets, [], "Not all writes were sent at once", self.ended)
        self.notes += meeting.notes
        return found

    def _warm(self, trials: Iterable[Trial]) -> Mapping[str, Trial]:
        """Return the trials of exports and of what filled a cache with what came of sending them again."""
        repeated = [one for one in trials if is_worth_repeating(one) and one.best is not None]
        if not repeated or self.preflight.stopped():
            return {}
        self.observer.phase(f"Exports and cached reads once more, warm: {len(repeated)}")
        deadline_s = time.monotonic() + BUDGET_S
        found = {}
        for trial in repeated:
            assert trial.best is not None
            again = sent_again(
                trial,
                self.preflight.candidates[trial.best.identity.role].client,
                login_pages=self.preflight.login_pages,
                deadline_s=deadline_s,
                stopped=self.preflight.stopped,
            )
            found[trial.operation.id] = replace(trial, again=tuple(again))
        return found

    def _tab(self, identity: Identity) -> ControlClient:
        """Return a new client that goes on with the session of an identity."""
        client = self.place.visitor(_FIRST_VU)
        if identity.role in self.sessions:
            client.adopt(self.sessions[identity.role].session())
        return client

    def _throw_away(self, plan: Plan, operations: Sequence[Operation]) -> tuple[Plan, Mapping[str, Trial]]:
        """Send what ends sessions and changes accounts, each as an identity of its own."""
        self.observer.phase(f"Logouts and account changes: {len(operations)}, each as an identity to throw away")
        self.preflight.deadline_s = time.monotonic() + _budget_s(len(operations) * _LOGINS_COST)
        pace = Pace(say=self.observer.phase)
        thrown = throw_away(operations, self.logins, self.preflight, self.candidates_for, pace, self._before.values())
        given = self._before.values(), self.logins, self.preflight, self.candidates_for, pace
        thrown = contained(partial(behind_others, thrown, *given), thrown, "Not all was sent behind others", self.ended)
        sent = (id_ for id_, one in thrown.trials.items() if one != self._before.get(id_))
        identities, disposable = (*plan.identities, *thrown.identities), tuple(dict.fromkeys((*plan.disposable, *sent)))
        return replace(plan, identities=identities, disposable=disposable), thrown.trials

    def _sendable(self) -> Iterator[Operation]:
        options = plan_options(self.config, self.options, selected(self.inventory, self.options.selection))
        return (
            one for one in self.inventory.operations if not held_back(one, options) and one.id not in self.by_logins
        )

    def _try(self, operations: Sequence[Operation], phase: str, since: Iterable[Trial] = ()) -> Mapping[str, Trial]:
        self.observer.phase(phase)
        self.preflight.deadline_s = time.monotonic() + _budget_s(len(operations))
        done: set[str] = set()

        def progress(trial: Trial) -> None:
            done.add(trial.operation.id)
            self.observer.step(len(done), len(operations))

        trials = of_their_method(self.preflight.run(operations, progress))
        known, new = (*self._before.values(), *since), partial(self.place.visitor, _FIRST_VU)
        given = trials, known, self.preflight, self.place.sessions, new
        return {**trials, **contained(partial(in_steps, *given), _NONE, "Not all was sent in steps", self.ended)}


@contextmanager
def rehearsal(
    config: Config, options: RunOptions, inventory: Inventory, place: Place, observer: Observer
) -> Iterator[Rehearsal]:
    """Open a session for each identity, and close them all at the end."""
    patterns = patterns_of(inventory.operations)
    rows = RowMaker(fence=place.prepare, today=date.today(), patterns=patterns) if place.prepare is not None else None
    meanings = meanings_of(inventory.operations)
    passwords = {one.password for one in place.credentials}
    candidates_for = candidates_maker(config, inventory, place, meanings, rows, passwords)
    candidates: dict[str, Candidates] = {}
    sessions: dict[str, KeptSession] = {}
    failures: list[LoginAttempt] = []
    logged_in: list[OwnLogin] = []
    logins, pace = Logins(place=place, inventory=inventory, config=config), Pace(say=observer.phase)
    greeting = greeting_before_load(place, inventory, options.seed)
    with ExitStack() as stack:
        for number, credential in enumerate((*place.credentials, None)):
            client: Nobody | KeptSession = Nobody(lambda: place.visitor(_FIRST_VU))
            if credential is not None:
                session, tried = opened(_FIRST_VU + number, credential, logins, pace, greeting)
                if session is None:
                    failures += tried.attempts
                    observer.logged_in(tried.attempt)
                    continue
                client = sessions[credential.identity.role] = session
                logged_in += [
                    OwnLogin(identity=credential.identity, path=one.path, answer=one.answer) for one in tried.sent
                ]
            stack.callback(client.close)
            identity = credential.identity if credential is not None else ANONYMOUS
            own = candidates[identity.role] = candidates_for(
                identity, client, credential.password if credential else ""
            )
            for login in logged_in:
                if login.identity == identity:
                    # It may have told a token that something else wants to have.
                    own.harvest.feed("", login.path, login.answer.content_type, login.answer.content)
        identities = [*(one.identity for one in place.credentials), ANONYMOUS]
        preflight = Preflight(
            candidates=candidates,
            identities=[one for one in identities if one.role in candidates],
            login_pages=frozenset(login_paths(config.login)),
            missing=_missing(rows, meanings),
            used=RowsUsed(copies=RowCopies(fence=rows.fence, before=own.before) if rows is not None else None),
        )
        yield Rehearsal(
            config=config,
            options=options,
            inventory=inventory,
            place=place,
            logins=logins,
            observer=observer,
            preflight=preflight,
            candidates_for=candidates_for,
            passwords=passwords,
            sessions=sessions,
            by_logins=sent_by_logins(config, inventory.operations),
            logged_in=tuple(logged_in),
            failures=tuple(failures),
            ended=greeting.notes,
        )


def _missing(rows: RowMaker | None, meanings: Mapping[str, tuple[str, str]]) -> MissingRows | None:
    """Return what makes rows and links on the clone; nothing where there is none."""
    if rows is None:
        return None
    links = LinkMaker(fence=rows.fence, index=RouteIndex.from_urlconf(None))
    return MissingRows(rows=rows, links=links, meanings=meanings)


def _budget_s(operations: int) -> float:
    return max(BUDGET_S, operations * BUDGET_OF_ONE_S)
