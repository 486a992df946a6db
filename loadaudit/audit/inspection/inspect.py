"""`loadaudit inspect` from the operator's words to what was found, in a process that has the debug toolbar."""

import secrets
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import connections

from loadaudit.audit.inspection.asked import Assignment, InspectOptions
from loadaudit.audit.inspection.choosing import meant
from loadaudit.audit.inspection.kept import keep, kept
from loadaudit.audit.inspection.process import carried_out
from loadaudit.audit.inspection.recorded import slowest_request
from loadaudit.audit.inspection.toolbar import check_installed
from loadaudit.audit.interrupts import Interrupts
from loadaudit.audit.options import Observer, RunOptions, Selection
from loadaudit.audit.places import prepared, spec_of
from loadaudit.audit.stages import take_inventory
from loadaudit.audit.workspace import workspace
from loadaudit.conf import Config, settings_module
from loadaudit.errors import UsageError
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.presentation import present
from loadaudit.planning.safety import check_embedded
from loadaudit.records import InspectedRequest, Inspection, Operation
from loadaudit.runfile import folder as runs_folder
from loadaudit.runfile.addresses import Addresses, is_hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What an inspection found."""

    inspection: Inspection
    before: Inspection | None = None
    """Of the same request at another time, to compare with; None without `repeat`."""
    notes: tuple[str, ...] = ()


def inspect(config: Config, options: InspectOptions, observer: Observer) -> Inspected:
    """Send one request under the toolbar's panels and return what it did; it is kept for the next `repeat`.

    Raises UsageError or UnsafeError before anything was sent, and AbortedError when the process could not go on.
    """
    check_installed()
    if options.slowest and options.repeat:
        raise UsageError("--slowest and --repeat name two different requests.", hint="Leave one of them out.")
    with Interrupts():
        observer.phase("Reading the URLconf")
        inventory = take_inventory(config, Selection(include_admin=options.include_admin))
        operation, path = meant(options.operation, inventory.operations, RouteIndex.from_urlconf(None).route_for)
        before = kept(config.runs_dir, operation.id) if options.repeat else None
        request = _request(config, options, operation, before)
        if request is not None and is_hidden(request.path.partition("?")[0]):
            # The key in it is kept nowhere.
            request = None
        elif request is not None and _lacks_its_body(request):
            # Only bodies of the load are in a plan, and no secrets; another one that works is found as for a run.
            path, request = request.path, None
        found, notes = _sent(config, options, observer, operation, path, request, twice=options.repeat and not before)
        addresses = Addresses()
        addresses.know(inventory.operations)
        found = tuple(replace(one, request=addresses.inspected(one.request)) for one in found)
        inspection = found[-1]
        keep(config.runs_dir, inspection)
    return Inspected(inspection=inspection, before=before or (found[0] if len(found) > 1 else None), notes=notes)


def _lacks_its_body(request: InspectedRequest) -> bool:
    if request.payload is None:
        return request.method not in SAFE_METHODS
    return is_hidden(request.payload.document, *(one.value for one in request.payload.pairs))


def _request(
    config: Config, options: InspectOptions, operation: Operation, before: Inspection | None
) -> InspectedRequest | None:
    """Return exactly what is to be sent, or None for what works first."""
    if options.slowest:
        return slowest_request(config.runs_dir, options.run, operation)
    return before.request if before is not None else None


def _sent(
    config: Config,
    options: InspectOptions,
    observer: Observer,
    operation: Operation,
    path: str,
    request: InspectedRequest | None,
    *,
    twice: bool,
) -> tuple[Sequence[Inspection], tuple[str, ...]]:
    """Put the project on its clone, let the process of its own send the request, and clear away."""
    check_embedded(settings.DATABASES, settings_module(), config)
    run_options = RunOptions(isolate=options.isolate, allow_outgoing=options.allow_outgoing, anonymous=True)
    runs_folder.prepare(config.runs_dir)
    run_id = runs_folder.new_run_id(time.time())
    late: list[str] = []
    with workspace() as folder, ExitStack() as stack:
        ready = prepared(config, run_options, run_id, folder, observer, stack, late.append)
        presentation = present()
        # The process of its own works with the clones now.
        connections.close_all()
        assignment = Assignment(
            server=spec_of(run_id, secrets.token_urlsafe(32), "", presentation, ready),
            folder=str(folder),
            operation_id=operation.id,
            user=options.user or _user_of(request),
            request=request,
            path=path,
            twice=twice,
            include_admin=options.include_admin,
            isolated=options.isolate,
            writes=options.writes,
            destructive=options.destructive,
        )
        found = carried_out(assignment, observer.phase)
        if ready.fence is not None:
            ready.fence.remember()
    return found, (*ready.messages, *late)


def _user_of(request: InspectedRequest | None) -> str:
    if request is None:
        return ""
    return request.username or request.role
