"""The plan on the terminal: what a run sends and with which values, and what it leaves out and why."""

from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from loadaudit.records import Plan, PlannedRequest
from loadaudit.reporting import units
from loadaudit.reporting.terminal import heading, indented, plain_table


def print_plan(plan: Plan, console: Console) -> None:
    """Print a row per planned request, then the operations left out by reason."""
    shown = plain_table()
    shown.add_column(_("Operation"), overflow="fold", ratio=3)
    shown.add_column(_("Role"), overflow="fold")
    shown.add_column(_("Sent path"), overflow="fold", ratio=2)
    shown.add_column(_("Values from"), overflow="fold", ratio=2)
    for request in sorted(plan.requests, key=lambda one: (one.operation_id, one.role)):
        shown.add_row(
            Text(request.operation_id), Text(request.role), Text(_path(request)), Text(_origin(request), style="dim")
        )
    console.print(shown)
    console.print()
    _print_left_out(plan, console)
    console.print(Text(summary(plan)))
    for note in plan.notes:
        console.print(Text(f"! {note}", style="yellow"))


def summary(plan: Plan) -> str:
    """Return how much is sent, by whom and for how long, in one line."""
    sent = len({request.operation_id for request in plan.requests})
    if plan.duration_s is not None:
        length = _("for %(duration)s") % {"duration": units.duration(plan.duration_s * 1e9)}
    else:
        length = _("until every light operation has %(n)s samples, at most %(duration)s") % {
            "n": plan.target_samples,
            "duration": units.duration(plan.max_duration_s * 1e9),
        }
    return _("%(sent)s operations planned, %(left)s left out, %(users)s users, %(length)s, seed %(seed)s") % {
        "sent": units.count(sent),
        "left": units.count(len(plan.exclusions)),
        "users": units.count(plan.users),
        "length": length,
        "seed": plan.seed,
    }


def _print_left_out(plan: Plan, console: Console) -> None:
    if not plan.exclusions:
        return
    heading(console, _("Left out, and why"))
    reasons: dict[str, list[str]] = {}
    for exclusion in plan.exclusions:
        reasons.setdefault(exclusion.reason, []).append(exclusion.operation_id)
    for reason, operation_ids in sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        for operation_id in sorted(operation_ids):
            console.print(indented(operation_id, 2))
        console.print(indented(reason, 6, style="dim"))
    console.print()


def _path(request: PlannedRequest) -> str:
    if not request.paths:
        return units.NONE
    more = len(request.paths) - 1
    return request.paths[0].path + (_(" and %(count)s more") % {"count": units.count(more)} if more else "")


def _origin(request: PlannedRequest) -> str:
    return ", ".join(dict.fromkeys(path.origin for path in request.paths if path.origin))
