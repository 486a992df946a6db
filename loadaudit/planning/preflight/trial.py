"""Tries operations one by one, each alone, until something works or the budget is spent."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus

import requests

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.build import identity_for, queried
from loadaudit.planning.lanes import alone_timeout_s_of
from loadaudit.planning.making.missing import MissingRows
from loadaudit.planning.patience import Silence
from loadaudit.planning.payloads.bodies import NoRow
from loadaudit.planning.payloads.changes import is_changed
from loadaudit.planning.preflight.after_limits import after_limits
from loadaudit.planning.preflight.asked_states import leads_to_a_row, may_be_of_state
from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.chances import (
    OTHER_IDENTITY,
    WANTS_A_LINK,
    as_unknown,
    ends_bodies,
    is_final,
    is_of_a_guess,
    is_of_a_right_value,
    is_shut,
    may_help,
    may_take_another_body,
    next_address,
    next_of,
    says_more,
    tells_more,
    who_may_help,
)
from loadaudit.planning.preflight.correcting import complained_of, correction, may_name_others_rows
from loadaudit.planning.preflight.further import ROWS_BETWEEN, Breaks, counts_more, may_work_elsewhere, shuts_out
from loadaudit.planning.preflight.guarded import guarded
from loadaudit.planning.preflight.judge import Trial, Try, judged, seen_idle, unanswered, unless_sure
from loadaudit.planning.preflight.makers import Makers
from loadaudit.planning.preflight.of_its_key import RowsOfKeys
from loadaudit.planning.preflight.pools import proven_pool
from loadaudit.planning.preflight.proven import proven_user_first, roles_in_line
from loadaudit.planning.preflight.queries import QUERY_OF_SOURCE
from loadaudit.planning.preflight.repeated import most_of, repeated
from loadaudit.planning.preflight.rows_since import RowsSince
from loadaudit.planning.preflight.script_headers import MOST_BEFORE, as_script
from loadaudit.planning.preflight.shown_to import PagesOfOthers
from loadaudit.planning.preflight.switched import Switches
from loadaudit.planning.preflight.turns import in_the_same_way, in_turn, order_of, shared_out
from loadaudit.planning.preflight.used_up import RowsUsed
from loadaudit.planning.project.contained import contained
from loadaudit.planning.project.sources import DeclaredError
from loadaudit.planning.values import of_the_unknown
from loadaudit.records import ALONE_BIT, Identity, Kind, Operation, Outcome, Payload, PlannedPath, Risk

MOST_TRIES = 12
"""Requests for one operation as one identity."""

TIME_OVER = "the preflight's time was over before its turn; leave others out with --only or --exclude"
INTERRUPTED = "the preflight was interrupted before its turn; let it come to its end"
_NOBODY = "nobody could log in for it: add a user who can to LOADAUDIT['USERS'], or login() to a loadtests.py"

_TURNS = 4
"""Turns after the first, for what did not work: behind one gap of a row there may be another."""

_CORRECTIONS = 3
"""Other values for the same complaint."""
_CORRECTIONS_IN_ALL = 7
_OTHERS = 2
"""Further identities, the staff first, where nobody was turned away."""

_TRIES_OF_OTHERS = 3
"""Requests as each of them."""

_FAILED_NUMBER = ALONE_BIT | 1 << 61
"""Added to a counter for requests without an answer, whose own number nobody knows."""


@dataclass(slots=True, kw_only=True)
class Preflight:
    """The sessions of the identities, and what they have learnt so far."""

    candidates: Mapping[str, Candidates]
    """By role; only those that could log in."""
    identities: Sequence[Identity]
    login_pages: frozenset[str] = frozenset()
    traces_expected: bool = True
    deadline_s: float = float("inf")
    """On the monotonic clock: nothing is tried after it."""
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    """Lets so many seconds pass."""
    stopped: Callable[[], bool] = lambda: False
    """Whether somebody wants it to end; asked before each request."""
    makers: Makers = field(default_factory=Makers)
    missing: MissingRows | None = None
    """Makes rows that no request has made; None where there is no clone."""
    shown: PagesOfOthers = field(default_factory=PagesOfOthers)
    switches: Switches = field(default_factory=Switches)
    used: RowsUsed = field(default_factory=RowsUsed)
    opened: RowsOfKeys = field(default_factory=RowsOfKeys)
    _silence: Silence = field(default_factory=Silence)
    _share_s: float = float("inf")

    def run(self, operations: Iterable[Operation], progress: Callable[[Trial], None]) -> dict[str, Trial]:
        """Try every operation, reads before what changes them, and once more what then found its values."""
        ordered, attempt = sorted(operations, key=order_of), guarded(self.attempt)
        trials, cut, since = dict[str, Trial](), set[str](), RowsSince()
        if self.missing is not None:
            self.switches.watch()
        for operation, until_s in shared_out(ordered, self.clock, lambda: self.deadline_s):
            self._share_s = until_s
            since.trying(operation)
            trials[operation.id] = trial = attempt(operation)
            since.note(trial)
            cut |= {operation.id} if self._takes_too_long() else set()
            progress(trial)
        self._share_s = float("inf")
        helped = self._helped(trials)
        for turn in range(_TURNS):
            for operation in ordered:
                before = trials[operation.id]
                may_now = since.may_work_now(operation, before.best, first=turn == 0)
                is_new = may_now or (turn == 0 and operation.id in cut)
                if before.works or not (operation.id in helped or is_new):
                    continue
                since.trying(operation)
                again = attempt(operation)
                since.note(again)
                # With a row that was not there before, what was said without it counts no more.
                if again.best is not None and (
                    before.best is None or operation.id in helped or again.best.rank < before.best.rank
                ):
                    trials[operation.id] = again.after(before)
                    progress(again)
                elif may_now:
                    trials[operation.id] = before.lacking(again)
            # Only a row that is there shows what else its view asks of it.
            helped = self._helped(trials) if helped else frozenset()
        if self.missing is not None:
            trials = self.missing.settled(trials, self.candidates.values())
        after_limits(self, trials, progress)
        return self.switches.set_apart(trials)

    def _helped(self, trials: dict[str, Trial]) -> frozenset[str]:
        """Make rows for what did not work; return the ids of those operations that may work with them."""
        if self.missing is None or self.over():
            return frozenset()
        making = partial(self._make_missing, trials, self.missing)
        return contained(making, frozenset(), "Not all rows could be made", self.missing.ended)

    def _make_missing(self, trials: dict[str, Trial], missing: MissingRows) -> frozenset[str]:
        failed = [one for one in trials.values() if not one.works]
        some = next(iter(self.candidates.values()), None)
        linked, known = (some.linked, some.understood) if some is not None else ({}, lambda one: one)
        helped = missing.make_for([(known(one.operation), one.best or one.unknown) for one in failed], self.identities)
        pairs = [(one.operation, one.best) for one in failed if one.best is None or one.best.outcome in WANTS_A_LINK]
        helped |= missing.link(pairs, self.identities, linked)
        for one in failed:
            if (why := missing.why_not(one.operation)) and why not in one.reason:
                trials[one.operation.id] = one.because(why)
        for candidates in self.candidates.values() if helped else ():
            candidates.forget_pages()
        for one in trials.values() if helped else ():
            if one.best is not None and missing.may_have_broken(one.operation, one.best) and not self.over():
                self._keep_working(one.operation, one.best, missing)
        return helped

    def _keep_working(self, operation: Operation, best: Try, missing: MissingRows) -> None:
        """Look whether a page that worked does so with what was made; mend what it breaks on, or take that back."""
        again = self.send(operation, candidates := self.candidates[best.identity.role], best.path, None)
        # Without the row all operations that want one are lost, and what it lacks is often an empty column.
        if missing.has_broken(again) and missing.make_for([(operation, again)], self.identities):
            again = self.send(operation, candidates, best.path, None)
        if missing.has_broken(again):
            missing.take_back(operation, again)

    def attempt(self, operation: Operation) -> Trial:
        """Try one operation as the identity that it is meant for, then, when that is denied, as the others."""
        best: Try | None = None
        tries, reason = 0, first if isinstance(first := identity_for(operation, self.identities), str) else ""
        pool, refused = tuple[PlannedPath, ...](), tuple[str, ...]()
        self._make_row(operation)
        turned_away: list[Try] = []
        unknown: Try | None = None
        others, waiting = _OTHERS, self._candidates_for(operation)
        while waiting and not self.over():
            candidates = waiting.pop(next_of([one.identity for one in waiting], best))
            keyed = candidates.identity.keyed
            if not may_help(candidates.identity, best) or (others <= 0 and not keyed):
                continue
            turned = keyed or best is None or best.outcome is Outcome.DENIED or best.was_sent_on or shuts_out(best)
            # An address from which somebody is turned away is there.
            known = [one.path for one in (best, unknown) if one is not None and one.outcome is Outcome.DENIED]
            most = _TRIES_OF_OTHERS if best is None or not may_name_others_rows(best) else MOST_TRIES // 2
            trial = self.attempt_as(operation, candidates, MOST_TRIES if turned else most, known)
            others -= not turned
            tries += trial.tries
            if not reason or tells_more(trial.unknown, unknown):
                reason, unknown = trial.reason or reason, trial.unknown
            if trial.best is not None and trial.best.outcome in OTHER_IDENTITY:
                turned_away.append(trial.best)
            if trial.best is not None and (best is None or says_more(trial.best, best)):
                best, pool, refused = trial.best, trial.pool, trial.refused
            waiting = who_may_help(operation, best, waiting, self.candidates.values()) if best is not None else waiting
        if best is not None and best.outcome is Outcome.DENIED and unknown and unknown.outcome is not Outcome.DENIED:
            # Who was let in says more than who was turned away, even with values of which nobody knows enough.
            best = None
        if best is None:
            is_over = (self.over() and not tries) or (not reason and self._takes_too_long())
            reason = self.why_over() if is_over else reason or _NOBODY
        if best is not None and best.works:
            self.shown.worked(operation, best, self.candidates[best.identity.role])
            self.opened.note(best)
        best, repeatable, in_all = self._repeated(operation, best) if best and best.works else (best, True, None)
        if best is not None and best.works and repeatable and operation.method == "POST":
            self.makers.note(operation, best)
        return Trial(
            operation=operation,
            best=best,
            tries=tries,
            reason=reason if best is None else "",
            unknown=unknown if best is None else None,
            pool=pool,
            repeatable=repeatable,
            most=in_all,
            refused=refused,
            turned_away=tuple(one for one in turned_away if one is not best),
        )

    def _make_row(self, operation: Operation) -> None:
        """Make a row that may be destroyed, where it is known how."""
        found = self.makers.of_rows_for(operation) if operation.risk is Risk.DESTRUCTIVE else None
        if found is None or self.over():
            return
        maker, one = found
        if one.identity.role in self.candidates:
            self.send(maker, self.candidates[one.identity.role], one.path, one.payload)

    def _candidates_for(self, operation: Operation) -> list[Candidates]:
        roles = roles_in_line(operation, self.identities)
        return proven_user_first(operation, [self.candidates[role] for role in roles if role in self.candidates])

    def attempt_as(
        self, operation: Operation, candidates: Candidates, most: int, known: Sequence[PlannedPath]
    ) -> Trial:
        """Try addresses, and for each address bodies, as one identity, with at most so many requests.

        `known` are addresses of which another identity has shown that they are there.
        """
        paths, reason = self._addresses(operation, candidates)
        here = {one.path for one in paths}
        paths = [*paths[:1], *(one for one in known if one.path not in here), *paths[1:]]
        asked = [queried(path, query) for path in paths[:1] for query in candidates.queries(operation)]
        best: Try | None = None
        waiting = in_turn(paths, asked)
        scripts = [asking for each in waiting if (asking := as_script(each)) is not None]
        tries, failed, met, begun, unread = 0, set[str](), False, dict[PlannedPath, Iterator[Try]](), True
        while waiting and tries < most and not self._takes_too_long():
            path = next_address(waiting, best)
            refused = path.origin == QUERY_OF_SOURCE and best is not None and is_shut(best)
            if (path.path in failed and path not in begun) or refused:
                continue
            left = begun.pop(path, None) or self.tries_at(operation, candidates, path)
            breaks = Breaks()
            try:
                for one in left:
                    tries += 1
                    if best is None or counts_more(one, best, path):
                        best = one
                    if one.works or tries >= (MOST_BEFORE if scripts else most):
                        break
                    if (waiting or unread) and breaks.again(one):
                        begun[path] = left
                        waiting.insert(ROWS_BETWEEN, path)
                        break
            except (NoRow, DeclaredError) as missing:
                reason = str(missing)
            if best is not None and (not may_work_elsewhere(best, len(failed)) or is_final(operation, best)):
                break
            if unread:
                # Only now: reading a view for its query takes longer than most reads, which work without.
                queries, unread = candidates.queries_of_source(operation, paths[0].path), False
                waiting[len(asked) + 2 : len(asked) + 2] = queries
                scripts += [asking for each in queries if (asking := as_script(each)) is not None]
            if scripts:
                # Whoever asks for a script's header takes nothing without it.
                waiting, scripts = scripts, []
                continue
            is_unsure = best is not None and is_of_a_guess(best) and not leads_to_a_row(operation, best.path.path)
            of_state = best is not None and may_be_of_state(best) and not is_unsure
            if best and not met and (best.outcome is Outcome.NOT_FOUND or is_unsure or of_state):
                meeting = candidates.paths_meeting(operation, best.answer, best.path.path, of_state=of_state)
                met, waiting = True, [*in_the_same_way(meeting, path), *waiting]
            failed.add(path.path)
        best = unless_sure(best)
        unknown: Try | None = None
        if best is not None and reason and is_of_a_guess(best) and not is_of_a_right_value(best):
            reason, best, unknown = as_unknown(best, reason), None, best
        reading = partial(self.send, operation, candidates, payload=None)
        more, pool = proven_pool(operation, candidates, paths, asked, failed, best, reading, self.over)
        return Trial(
            operation=operation,
            best=best,
            tries=tries + more,
            reason=reason if best is None else "",
            unknown=unknown,
            pool=pool,
            refused=tuple(sorted(failed)) if operation.kind is Kind.READ else (),
        )

    def _addresses(self, operation: Operation, candidates: Candidates) -> tuple[list[PlannedPath], str]:
        paths, reason = self.shown.paths(operation, candidates)
        known = candidates.harvest.some_values(operation.route, [one.name for one in operation.parameters])
        return self.opened.first(operation, candidates.identity, paths), of_the_unknown(operation, known, reason)

    def tries_at(self, operation: Operation, candidates: Candidates, path: PlannedPath) -> Iterator[Try]:
        """Yield a try per body, each followed by those that correct it."""
        for payload in candidates.payloads(operation, path.path):
            for one in self.tries_of(operation, candidates, path, payload):
                yield one
            if not may_take_another_body(operation, one):
                return

    def tries_of(
        self, operation: Operation, candidates: Candidates, path: PlannedPath, payload: Payload | None
    ) -> Iterator[Try]:
        """Yield the try of a body and those that correct it."""
        yield (one := seen_idle(operation, self.send(operation, candidates, path, payload)))
        # Behind a row with a change comes the row as it is.
        yield from () if is_changed(payload) else self.corrected(operation, candidates, one)

    def corrected(self, operation: Operation, candidates: Candidates, one: Try) -> Iterator[Try]:
        """Yield tries that correct one, each what was said of the one before."""
        said = Counter[object]()
        while said.total() < _CORRECTIONS_IN_ALL and not ends_bodies(operation, one):
            # What is said for the first time gets its first answer; where that is what was sent, the next one.
            about, better = complained_of(one), None
            while better is None and said[about] < _CORRECTIONS:
                said[about] += 1
                better = correction(operation, candidates, one, said[about])
            if better is None:
                return
            yield (one := seen_idle(operation, self.send(operation, candidates, *better)))

    def send(self, operation: Operation, candidates: Candidates, path: PlannedPath, payload: Payload | None) -> Try:
        """Send one request; what answers it is fed to the harvest, and switches that it turns are put back."""
        timeout_s, begun_s = alone_timeout_s_of(operation, self._silence.count), self.clock()
        row = self.used.row_before(operation, candidates, path) if self.missing is not None else None
        try:
            answer = candidates.client.send(
                operation.method, path.path, payload, timeout_s=timeout_s, headers=path.headers
            )
        except requests.RequestException as error:
            self.deadline_s += self._silence.note(self.clock() - begun_s)
            kind = "timeout" if isinstance(error, requests.Timeout) else f"broken: {type(error).__name__}"
            return unanswered(operation, candidates.identity, path, payload, _FAILED_NUMBER + self._silence.count, kind)
        route = answer.trace.route if answer.trace is not None else operation.route
        if answer.status < HTTPStatus.BAD_REQUEST:
            # The words of an error, such as its code, are no keys of rows.
            candidates.harvest.feed(route, path.path, answer.content_type, answer.content, answer.location)
            if operation.method not in SAFE_METHODS:
                self.switches.put_back(operation.id, answer.trace)
                for one in self.candidates.values():
                    one.forget_pages(path.path)
        found = judged(
            operation,
            candidates.identity,
            path,
            payload,
            answer,
            traces_expected=self.traces_expected,
            login_pages=self.login_pages,
        )
        return self.used.note(operation, found, row)

    def _repeated(self, operation: Operation, best: Try) -> tuple[Try, bool, int | None]:
        candidates = self.candidates[best.identity.role]
        send = lambda one: self.send(operation, candidates, one.path, one.payload)  # noqa: E731
        correcting, over, days = partial(self.corrected, operation, candidates), self.over, self.used.calendars
        one, again = repeated(operation, best, send, correcting, over, days)
        return one, again, most_of(operation, one, send, self.over) if again else None

    def over(self) -> bool:
        """Whether nothing more is to be sent."""
        return self.clock() > self.deadline_s or self.stopped()

    def _takes_too_long(self) -> bool:
        return self.over() or self.clock() > self._share_s

    def why_over(self) -> str:
        """Return the reason of what was not tried because it was over."""
        return INTERRUPTED if self.stopped() else TIME_OVER
