"""One run from the inventory to the finished run file."""

import os
import platform
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.db import connections

from loadaudit.analysis.analyse import analyse
from loadaudit.analysis.result import Analysis
from loadaudit.audit.addresses import Addresses
from loadaudit.audit.counting import counted
from loadaudit.audit.engines import engine_for
from loadaudit.audit.entered import entered
from loadaudit.audit.explaining import note_servers
from loadaudit.audit.greeting import greeted
from loadaudit.audit.interrupts import Interruption, Interrupts
from loadaudit.audit.logins import Logins, broken, check_identities, check_logins, log_in_users
from loadaudit.audit.options import Observer, RunOptions
from loadaudit.audit.outgoing import outgoing_notes
from loadaudit.audit.places import Place, embedded
from loadaudit.audit.preflight import Rehearsal, rehearsal
from loadaudit.audit.recording import COMPLETED, INTERRUPTED, LoadResult, Recording
from loadaudit.audit.remote import remote
from loadaudit.audit.revision import revision_facts
from loadaudit.audit.scenarios import ScenarioLoad, declared_scenarios
from loadaudit.audit.sent_alone import record, telling
from loadaudit.audit.sessions import SessionKeeper
from loadaudit.audit.stages import make_plan, selected, take_inventory
from loadaudit.audit.thresholds import check_scopes
from loadaudit.audit.workspace import own_process, workspace
from loadaudit.conf import Config
from loadaudit.errors import AbortedError, LoadauditError, UsageError
from loadaudit.load.job import Job, VirtualUser
from loadaudit.load.locust.engine import check_installed
from loadaudit.load.signing import KNOWN
from loadaudit.load.users import rates_of, users_of
from loadaudit.planning.entrance import public_url
from loadaudit.planning.logins.pages import login_paths
from loadaudit.planning.preflight.judge import Trial
from loadaudit.planning.project.registry import REGISTRY
from loadaudit.planning.project.watch import unhurried
from loadaudit.planning.weights import fitted, room_of
from loadaudit.probes.series import SeriesSampler
from loadaudit.records import NOT_SELECTED, Inventory, Lane, Plan, RunInfo
from loadaudit.runfile import folder as runs_folder
from loadaudit.runfile.reader import RunFile
from loadaudit.runfile.writer import RunWriter

_NO_LOAD = "There was no load: nothing of what was chosen works for many users, again and again."


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRun:
    """A run file with its analysis."""

    path: Path
    analysis: Analysis
    aborted: AbortedError | None = None
    """Why the run ended before its time; what was recorded until then is in the file."""


def run(config: Config, options: RunOptions, observer: Observer) -> FinishedRun:
    """Make a run and return its file and analysis.

    Raises UsageError or UnsafeError before anything was sent, and AbortedError when nothing could be recorded.
    """
    if options.load_workers is not None:
        check_installed()
    with Interrupts() as interrupts:
        inventory, info = begun(config, options, observer)
        return _run(config, options, observer, inventory, info, interrupts)


def begun(config: Config, options: RunOptions, observer: Observer) -> tuple[Inventory, RunInfo]:
    """Return the inventory and what identifies a new run. Raises UsageError when it cannot begin."""
    _check_platform(options)
    if options.label:
        runs_folder.check_label(options.label)
    observer.phase("Reading the URLconf")
    inventory = take_inventory(config, options.selection)
    selected(inventory, options.selection)
    thresholds = tuple(dict.fromkeys((*config.thresholds, *options.thresholds)))
    check_scopes(thresholds, inventory.operations)
    runs_folder.prepare(config.runs_dir)
    wall_s = time.time()
    run_id = runs_folder.new_run_id(wall_s)
    info = RunInfo(
        id=run_id,
        label=options.label or run_id,
        started_at=datetime.fromtimestamp(wall_s).astimezone().isoformat(timespec="seconds"),
        target=public_url(options.target) or "embedded",
        users=options.users,
        seed=options.seed,
        duration_s=options.load_s,
        note=options.note,
        thresholds=thresholds,
        environment=revision_facts(),
    )
    return inventory, info


def _run(
    config: Config,
    options: RunOptions,
    observer: Observer,
    inventory: Inventory,
    info: RunInfo,
    interrupts: Interrupts,
) -> FinishedRun:
    path = runs_folder.path_of(config.runs_dir, info.id)
    with ExitStack() as stack:
        place_stack = stack.enter_context(ExitStack())
        place = place_stack.enter_context(place_of(config, options, info.id, observer))
        observer.phase("Planning")
        place = entered(place, inventory, config)
        plan = make_plan(config, inventory, tuple(one.identity for one in place.credentials), options)
        _check_sendable(plan)
        info = replace(info, environment={**info.environment, **environment_of(place, config)})
        writer = stack.enter_context(RunWriter(path, info))
        writer.add_inventory(inventory)
        rehearsed = place_stack.enter_context(rehearsal(config, options, inventory, place, observer))
        writer.add_logins((*broken(place.gone_round), *rehearsed.failures))
        aborted, result = _check_identities(place, rehearsed), None
        if options.preflight and aborted is None:
            plan = fitted(_sent_alone(rehearsed.before_load, plan, writer, interrupts))
        loads = bool(plan.requests or plan.scenarios)
        users = users_of(plan) if loads and not interrupts.asked else ()
        if not loads:
            plan = replace(plan, notes=(*plan.notes, _NO_LOAD))
        writer.add_plan(plan)
        _note_conditions(writer, observer, inventory, plan, users, place)
        if loads and aborted is None and not interrupts.asked:
            # The load's figures count the sessions of the database server; none of them is to be of this process.
            connections.close_all()
            with place.server.under_load() if place.server is not None else nullcontext(), unhurried():
                aborted, result = _measure(config, options, observer, inventory, plan, users, place, writer, interrupts)
        if aborted is None and not interrupts.asked:
            with _sending(interrupts):
                # Before writes change the rows.
                tries = rehearsed.once_more(result.failing, lambda: interrupts.asked) if result is not None else []
                tries += rehearsed.at_once(lambda: interrupts.asked)
            record(writer, tries)
            for note in rehearsed.notes:
                writer.add_message(note)
        if aborted is None and not interrupts.asked:
            plan = _sent_alone(rehearsed.behind_load, plan, writer, interrupts)
            writer.add_plan(plan)
        for note in rehearsed.rows_made():
            writer.add_message(note)
        # The server goes before the analysis, which would otherwise compete with it for nothing.
        place_stack.close()
        for text in place.late_messages:
            writer.add_message(text)
        observer.phase("Analysing")
        reason = INTERRUPTED if interrupts.asked else COMPLETED
        info = ended(info, aborted, result, reason)
        return finished(path, writer, info, config, aborted, detailed=options.detailed)


def _sent_alone(
    send: Callable[[Plan, Callable[[], bool]], tuple[Plan, Mapping[str, Trial]]],
    plan: Plan,
    writer: RunWriter,
    interrupts: Interrupts,
) -> Plan:
    """Send operations one at a time, store what came of them, and return the plan that is left.

    An interrupt ends it before the next request.
    """
    with _sending(interrupts):
        plan, trials = send(plan, lambda: interrupts.asked)
    record(writer, telling(trials.values()))
    return plan


@contextmanager
def _sending(interrupts: Interrupts) -> Iterator[None]:
    """Let an interrupt wait for the request under way."""
    interrupts.loading = True
    try:
        yield
    finally:
        interrupts.loading = False


def _check_identities(place: Place, rehearsed: Rehearsal) -> AbortedError | None:
    try:
        check_identities(place.credentials, rehearsed.failures)
    except AbortedError as error:
        return error
    return None


@contextmanager
def place_of(config: Config, options: RunOptions, run_id: str, observer: Observer) -> Iterator[Place]:
    """Yield where a run goes, the embedded server on a clone or a remote target, and clear it away afterwards."""
    with workspace() as folder:
        if options.target:
            with remote(config, options, run_id, folder) as place:
                yield place
        else:
            with embedded(config, options, run_id, folder, observer) as place:
                yield place


def _measure(
    config: Config,
    options: RunOptions,
    observer: Observer,
    inventory: Inventory,
    plan: Plan,
    users: tuple[VirtualUser, ...],
    place: Place,
    writer: RunWriter,
    interrupts: Interrupts,
) -> tuple[AbortedError | None, LoadResult | None]:
    """Log in and drive the load; an abort is returned, so that what was recorded is still analysed."""
    try:
        observer.phase("Logging in")
        logins = Logins(place=place, inventory=inventory, config=config)
        logged_in = log_in_users(users, logins, observer, login_vus=options.login_vus)
        writer.add_logins(logged_in.attempts)
        for note in logged_in.notes:
            writer.add_message(note)
        check_logins(users, logged_in)
        rate, scripted_rate = rates_of(plan)
        whole = Job(
            target=place.target,
            token=place.token,
            tag=place.tag,
            requests=plan.requests,
            users=logged_in.users,
            think_time_s=plan.think_time_s,
            seed=plan.seed,
            epoch_ns=time.monotonic_ns(),
            lasts_s=plan.limit_s,
            lanes=plan.lanes,
            shape=replace(plan.shape, rate=rate),
            scripted_rate=scripted_rate,
            room=room_of(plan),
            signatures=KNOWN.all(),
        )
        job, scripts, notes = _with_scenarios(whole, plan, inventory, place)
        for note in notes:
            writer.add_message(note)
            observer.note(note)
        in_words = _load_in_words(job, scripts, plan)
        with engine_for(job, scripts, options.load_workers, place, writer, observer) as (engine, job, scripts):
            if place.inbox is not None:
                place.inbox.epoch_ns = job.epoch_ns
            observer.phase(in_words)
            observer.load_begins({one.id: one.category for one in inventory.operations}, plan)
            keeper = SessionKeeper(job, logins, writer, observer)
            with SeriesSampler(place.probes, writer, epoch_ns=job.epoch_ns):
                result = Recording(job, plan, place, writer, observer, interrupts, keeper, scripts).drive(engine)
            note_servers(place, writer)
    except Interruption as interruption:
        return interruption.error, None
    except AbortedError as error:
        return error, None
    if result.reason.startswith("aborted: "):
        return AbortedError(result.reason.removeprefix("aborted: "), hint="What was recorded is kept."), result
    return None, result


def finished(
    path: Path,
    writer: RunWriter,
    info: RunInfo,
    config: Config,
    aborted: AbortedError | None,
    *,
    detailed: bool = False,
) -> FinishedRun:
    """Return the run with its analysis, and close its file."""
    writer.update_info(info)
    with RunFile(path) as recorded:
        for note in outgoing_notes(recorded.outgoing()):
            writer.add_message(note)
        analysis = analyse(recorded, slow_ms=config.slow_ms, detailed=detailed)
    total = analysis.coverage.total
    info = replace(
        info,
        request_count=analysis.reported.sent,
        operation_count=total.operations,
        succeeded_count=total.succeeded,
    )
    writer.finish(info)
    return FinishedRun(path=path, analysis=replace(analysis, info=info), aborted=aborted)


def ended(info: RunInfo, aborted: AbortedError | None, result: LoadResult | None, reason: str) -> RunInfo:
    """Return the run with its end; `reason` is that of a run without a load."""
    reason = f"aborted: {aborted.message}" if aborted is not None else (result.reason if result else reason)
    return replace(
        info,
        finished_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        finish_reason=reason,
        load_ns=result.load_ns if result else 0,
        dropped_count=result.dropped if result else 0,
        request_count=result.request_count if result else 0,
    )


def _check_sendable(plan: Plan) -> None:
    """Raise UsageError when nothing may be sent, neither by the load nor before or behind it."""
    if plan.requests or plan.scenarios or plan.alone or not all(one.held_back for one in plan.exclusions):
        return
    reasons = sorted({one.reason for one in plan.exclusions} - {NOT_SELECTED}) or [NOT_SELECTED]
    raise UsageError(
        f"There is nothing to send: every operation is left out. Reasons: {'; '.join(reasons[:3])}",
        hint="See all of them with: manage.py loadaudit plan",
    )


def _with_scenarios(
    job: Job, plan: Plan, inventory: Inventory, place: Place
) -> tuple[Job, ScenarioLoad | None, list[str]]:
    """Let the project greet its users, and take those that go through scenarios out of the job."""
    if not (plan.scenarios or REGISTRY.on_login):
        return job, None, []
    addresses = Addresses(inventory.operations)
    usernames = {one.identity.role: one.identity.username for one in place.credentials}
    users, notes = greeted(job, job.users, addresses, usernames, REGISTRY.on_login)
    planned = tuple(one for one in users if one.positions)
    scenarios, _ = declared_scenarios([one.identity for one in place.credentials])
    scripts = ScenarioLoad(
        job=job,
        users=[one for one in users if one not in planned],
        scenarios=scenarios,
        addresses=addresses,
        usernames=usernames,
    )
    return replace(job, users=planned), scripts if plan.scenarios else None, notes


def _load_in_words(job: Job, scripts: ScenarioLoad | None, plan: Plan) -> str:
    light = sum(one.lane is Lane.LIGHT for one in job.users)
    text = f"Load: {counted(light, 'virtual user')}, {counted(len(plan.requests), 'operation')}"
    for lane in (Lane.HEAVY, Lane.HEALTH):
        if of_lane := sum(one.lane is lane for one in job.users):
            text += f"; {of_lane} more in the {lane} lane"
    if scripts is None:
        return text
    return f"{text}; {len(scripts.users)} more in {counted(len(scripts.scenarios), 'scenario')}"


def _note_conditions(
    writer: RunWriter,
    observer: Observer,
    inventory: Inventory,
    plan: Plan,
    users: tuple[VirtualUser, ...],
    place: Place,
) -> None:
    missing = sorted({request.role for request in plan.requests} - {user.role for user in users})
    notes = [*inventory.notes, *plan.notes, *plan.measured, *place.messages]
    notes += [f"No virtual user was left for the role {role!r}: its operations need more --users." for role in missing]
    if not place.credentials:
        notes.append(
            "Nobody logged in, so operations behind a login cannot be shown to work. Unless --anonymous was meant: "
            "name users in LOADAUDIT['USERS'] and the login page in LOADAUDIT['LOGIN']."
        )
    for note in notes:
        writer.add_message(note)
        observer.note(note)


def environment_of(place: Place, config: Config) -> dict[str, str]:
    """Return under which conditions a run is made."""
    try:
        own = version("loadaudit")
    except PackageNotFoundError:
        own = "not installed"
    return {
        "loadaudit": own,
        "host": socket.gethostname(),
        "process": own_process(),
        "login pages": " ".join(login_paths(config.login)),
        "system": f"{platform.system()} {platform.release()}, {os.cpu_count()} CPUs",
        **place.facts,
    }


def _check_platform(options: RunOptions) -> None:
    if sys.platform == "win32" and not options.target:
        raise LoadauditError(
            "The embedded server is gunicorn, which does not run on Windows.",
            hint="Run against a server elsewhere with --target, or under WSL. All other commands work here.",
        )
