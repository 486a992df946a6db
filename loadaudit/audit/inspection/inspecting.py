"""Sends the request of an inspection in this process, under the toolbar's panels, and tells what came of it."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import requests
from django.db import connections

from loadaudit.analysis.time_split import PARTS, parts_of
from loadaudit.audit.gates import past_gates
from loadaudit.audit.hosts import at_its_host
from loadaudit.audit.inspection.addresses import at_one_address
from loadaudit.audit.inspection.asked import Assignment
from loadaudit.audit.inspection.figures import figures_of
from loadaudit.audit.inspection.in_process import CONNECT_TO, InboxSink, WsgiAdapter
from loadaudit.audit.inspection.toolbar import Seen
from loadaudit.audit.logins import Logins, without_hopeless
from loadaudit.audit.options import RunOptions, Selection
from loadaudit.audit.places import TOKEN_LIFE_S, Place, credentials, target_facts, token
from loadaudit.audit.preflight import Rehearsal, rehearsal
from loadaudit.audit.stages import make_plan, take_inventory
from loadaudit.audit.traces import TraceDesk
from loadaudit.conf import Config, read_config
from loadaudit.errors import AbortedError, UsageError
from loadaudit.inventory.filters import Filters
from loadaudit.load.correlation import run_tag
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.load.job import Target
from loadaudit.load.receiver import TraceInbox
from loadaudit.planning.identities import ANONYMOUS, Credential, credential_of
from loadaudit.planning.logins.pages import login_paths
from loadaudit.planning.logins.server_side import SessionMaker
from loadaudit.planning.preflight.judge import Trial, Try, detail_of, judged
from loadaudit.probes.server import served_with_probes
from loadaudit.records import (
    InspectedRequest,
    Inspection,
    Operation,
    PanelFigures,
    Payload,
    Plan,
    PlannedPath,
    Risk,
    Sample,
    Trace,
)
from loadaudit.reporting.progress import PlainProgress

_NOBODY = frozenset({"anonymous", "nobody"})
_PAGES_S = 20.0
"""For pages that are fetched for their links, where nothing else leads to an operation."""
_TIMED = 3
"""Requests without the panels, of which the quickest counts."""


def inspected(assignment: Assignment, say: Callable[[str], object]) -> Iterator[Inspection]:
    """Yield the inspection, and with `twice` the one of sending the same request once more.

    Raises UsageError when there is nothing to send, and AbortedError when nobody could log in.
    """
    config, options = read_config(), _options(assignment)
    inventory = take_inventory(config, options.selection)
    operation = next(one for one in inventory.operations if one.id == assignment.operation_id)
    # Other pages may take longer than anybody waits who wants to see one request.
    changes: list[str] = []
    place = _place(assignment, config, options, changes.append)
    place = at_its_host(place, inventory, login_paths(config.login))
    logins = Logins(place=place, inventory=inventory, config=config)
    place = place if assignment.user else without_hopeless(logins)
    place = past_gates(replace(logins, place=place))
    plan = make_plan(config, inventory, tuple(one.identity for one in place.credentials), options)
    _check_sendable(plan, operation)
    observer = PlainProgress(say, verbosity=1)
    with rehearsal(config, options, inventory, place, observer) as rehearsed:
        if rehearsed.failures and assignment.user:
            raise AbortedError(f"{assignment.user} could not log in: {rehearsed.failures[0].detail}")
        yield from _Inspector(assignment, operation, rehearsed, plan, changes).inspections()


class _Inspector:
    """One operation with the sessions that may send it."""

    def __init__(
        self, assignment: Assignment, operation: Operation, rehearsed: Rehearsal, plan: Plan, changes: Sequence[str]
    ) -> None:
        self._assignment = assignment
        self._operation = operation
        self._rehearsed = rehearsed
        self._plan = plan
        failures = (f"{one.role} could not log in: {one.detail}" for one in rehearsed.failures)
        self._notes = (*changes, *failures)
        if assignment.user:
            # Nobody else is tried in place of whom the operator named.
            preflight = rehearsed.preflight
            preflight.identities = list(preflight.identities)[:1]

    def inspections(self) -> Iterator[Inspection]:
        """Yield what came of the request, and of sending it again."""
        asked = self._assignment.request
        trial = self._as_asked(asked) if asked is not None else self._found()
        one = trial.best
        if one is None:
            raise UsageError(
                f"Nothing could be sent for {self._operation.id}: {trial.reason or 'no values are known for it'}.",
                hint="Say what is missing in a loadtests.py: manage.py loadaudit plan --stubs",
            )
        if one.sample.number not in Seen.stats and self._operation.method in SAFE_METHODS:
            # So many were sent since that the panels remember it no longer.
            one = self._send(one)
        if not self._again_is_the_same(one):
            yield self._inspection(one, self._seen(one), one, alone=False, tries=trial.tries)
        else:
            yield self._of_repeats(one, _service_ns(one), trial.tries)
        if self._assignment.twice:
            again = self._send(one)
            yield self._inspection(again, self._seen(again), again, alone=False, tries=1)

    def _of_repeats(self, one: Try, first_ns: int, tries: int) -> Inspection:
        """Return what a process shows that has answered the request before: its time first, then its statements."""
        Seen.on = False
        try:
            # The quickest, because whatever disturbs a request makes it slower.
            timed = min((self._send(one) for _ in range(_TIMED)), key=_service_ns)
        finally:
            Seen.on = True
        seen = self._send(one)
        return replace(self._inspection(seen, self._seen(seen), timed, alone=True, tries=tries), first_ns=first_ns)

    def _again_is_the_same(self, one: Try) -> bool:
        return one.works and self._operation.method in SAFE_METHODS and not self._assignment.twice

    def _found(self) -> Trial:
        """Return what works for the operation as for a run, or the best try of what does not."""
        preflight = self._rehearsed.preflight
        if self._assignment.path:
            preflight.candidates = {
                role: at_one_address(one, self._assignment.path) for role, one in preflight.candidates.items()
            }
        _, trials = self._rehearsed.before_load(self._plan, lambda: False)
        if self._operation.id not in trials:
            _, trials = self._rehearsed.behind_load(self._plan, lambda: False)
        found = trials.get(self._operation.id) or Trial(operation=self._operation, best=None, tries=0)
        if not found.works and self._operation.parameters and not self._assignment.path:
            found = self._after_the_pages(found)
        return found if found.best is not None or not self._assignment.user else self._in_spite_of(found)

    def _after_the_pages(self, trial: Trial) -> Trial:
        """Return what comes of it once the pages that list things have shown what their links lead to."""
        preflight = self._rehearsed.preflight
        preflight.deadline_s = time.monotonic() + _PAGES_S
        pages = [one for one in self._rehearsed.inventory.operations if _is_page(one)]
        preflight.run(pages, lambda page: None)
        preflight.deadline_s = time.monotonic() + _PAGES_S
        again = preflight.attempt(self._operation)
        better = again.best is not None and (trial.best is None or again.best.rank < trial.best.rank)
        return replace(again, tries=again.tries + trial.tries) if better else trial

    def _in_spite_of(self, trial: Trial) -> Trial:
        """Return what comes of sending it as the user who was named, although a run sees no point in it."""
        preflight = self._rehearsed.preflight
        role = preflight.identities[0].role
        paths, reason = preflight.candidates[role].paths(self._operation)
        if not paths:
            return replace(trial, reason=trial.reason or reason)
        payload = next(preflight.candidates[role].payloads(self._operation, paths[0].path), None)
        return Trial(operation=self._operation, best=self._sent(role, paths[0], payload), tries=1)

    def _as_asked(self, asked: InspectedRequest) -> Trial:
        preflight = self._rehearsed.preflight
        identity = next((one for one in preflight.identities if one.role == asked.role), None)
        identity = identity or next(iter(preflight.identities), ANONYMOUS)
        path = PlannedPath(path=asked.path, origin=asked.origin, headers=asked.headers)
        return Trial(operation=self._operation, best=self._sent(identity.role, path, asked.payload), tries=1)

    def _send(self, one: Try) -> Try:
        return self._sent(one.identity.role, one.path, one.payload)

    def _sent(self, role: str, path: PlannedPath, payload: Payload | None) -> Try:
        preflight = self._rehearsed.preflight
        candidates = preflight.candidates.get(role) or preflight.candidates[ANONYMOUS.role]
        try:
            answer = candidates.client.send(self._operation.method, path.path, payload, headers=path.headers)
        except requests.RequestException as error:
            raise AbortedError(f"{self._operation.id} at {path.path} had no answer: {error}") from error
        return judged(self._operation, candidates.identity, path, payload, answer, login_pages=preflight.login_pages)

    def _seen(self, one: Try) -> PanelFigures:
        stats = Seen.stats.get(one.answer.number) if one.answer is not None else None
        return figures_of(stats, analyze=self._assignment.isolated) if stats else PanelFigures()

    def _inspection(self, one: Try, seen: PanelFigures, timed: Try, *, alone: bool, tries: int) -> Inspection:
        trace = one.trace
        exception = trace.exception if trace is not None else None
        return Inspection(
            request=InspectedRequest(
                operation_id=self._operation.id,
                method=self._operation.method,
                path=one.path.path,
                role=one.identity.role,
                username=one.identity.username,
                payload=one.payload,
                origin=one.path.origin,
                headers=one.path.headers,
            ),
            view=trace.view if trace is not None and trace.view else self._operation.view,
            outcome=one.outcome,
            detail=detail_of(one),
            status=one.sample.status,
            body_bytes=one.sample.body_bytes,
            service_ns=_service_ns(timed),
            parts=_parts(timed.sample, timed.trace),
            alone=alone,
            tries=tries,
            panels=seen,
            traceback=exception.traceback if exception is not None else "",
            notes=self._notes,
        )


def _is_page(one: Operation) -> bool:
    return one.method == "GET" and one.risk is Risk.SAFE and not one.parameters


def _service_ns(one: Try) -> int:
    return one.trace.service_ns if one.trace is not None else 0


def _parts(sample: Sample, trace: Trace | None) -> Mapping[str, int]:
    """Return the time inside the server alone, split; within one process there is nothing before or behind it."""
    if trace is None:
        return {}
    inside = sample._replace(start_ns=trace.start_ns, response_ns=trace.service_ns, new_connection=False)
    return {name: value for name, value in zip(PARTS, parts_of(inside, trace), strict=True) if value}


def _options(assignment: Assignment) -> RunOptions:
    return RunOptions(
        selection=Selection(filters=Filters(ids=(assignment.operation_id,)), include_admin=assignment.include_admin),
        isolate=assignment.isolated,
        writes=assignment.writes,
        destructive=assignment.destructive,
        anonymous=assignment.user in _NOBODY,
    )


def _check_sendable(plan: Plan, operation: Operation) -> None:
    """Raise UsageError when a run would hold the operation back."""
    reason = next((one.reason for one in plan.exclusions if one.operation_id == operation.id and one.held_back), "")
    if reason:
        raise UsageError(
            f"{operation.id} is held back: {reason}",
            hint="What a run does not send is not inspected either; see: manage.py loadaudit plan",
        )


def _place(assignment: Assignment, config: Config, options: RunOptions, tell: Callable[[str], None]) -> Place:
    """Return this process as the place that requests go to.

    `tell` is called with a sentence where another application than the project's own answers them.
    """
    spec, inbox = assignment.server, TraceInbox()
    application = served_with_probes(spec, InboxSink(inbox), tell)
    found = _credentials(assignment, config, options)
    connections.close_all()
    return Place(
        folder=Path(assignment.folder),
        target=Target(
            base_url=f"http://{spec.host}",
            connect_to=CONNECT_TO,
            present_https=spec.present_https,
            **target_facts(config),
        ),
        token=token(spec.token_key, spec.run_id, TOKEN_LIFE_S),
        tag=run_tag(spec.run_id),
        credentials=tuple(found),
        inbox=inbox,
        desk=TraceDesk(inbox),
        sessions=SessionMaker(nullcontext),
        mail_folder=spec.fence.mail_folder if spec.fence is not None else None,
        adapter_for=lambda address: WsgiAdapter(application, address),
        prepare=nullcontext if assignment.isolated else None,
    )


def _credentials(assignment: Assignment, config: Config, options: RunOptions) -> Sequence[Credential]:
    """Return whom a run would act as, or the one user that was asked for. Raises UsageError when there is none."""
    found = credentials(config, options, isolated=assignment.isolated)
    wanted = assignment.user
    if not wanted or options.anonymous:
        return found
    named = [one for one in found if wanted in (one.identity.username, one.identity.role)]
    if named:
        return named[:1]
    other = credential_of(wanted)
    if other is None and assignment.request is not None:
        # A run makes users of its own, which a new clone does not have.
        return found
    if other is None:
        known = ", ".join(f"{one.identity.username} ({one.identity.role})" for one in found)
        raise UsageError(
            f"--user {wanted}: there is no such user.",
            hint=f"A run would act as {known or 'nobody'}; any user of the database may be named, or anonymous.",
        )
    return [other]
