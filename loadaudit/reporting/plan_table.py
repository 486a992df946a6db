"""The plan on the terminal: what a run sends and with which values, and what it leaves out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.text import Text

from loadaudit.load.sharing import sizes_of
from loadaudit.records import (
    NO_PARAMETERS,
    NOBODY_CAN,
    NOT_SELECTED,
    Exclusion,
    Lane,
    LaneRules,
    Operation,
    Plan,
    PlannedRequest,
    Tried,
)
from loadaudit.reporting import units
from loadaudit.reporting.columns import Cell, Column, lines
from loadaudit.reporting.layout import heading, indented, print_lines
from loadaudit.reporting.shape_words import shape_text
from loadaudit.reporting.wording import LANES

_MANY_WORDS = 1_000
"""Words that may be too few for a load: it sends as much as it can in its time, and the plan does not know how much."""

_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Operations that write or destroy where a run has no clone."""

    where: str
    """URL of the target, or words for the database itself."""
    sent: tuple[Operation, ...]
    held_back: tuple[Operation, ...]
    """They would be sent with --writes and --destructive."""


def print_plan(plan: Plan, console: Console, *, before_preflight: bool = False) -> None:
    """Print planned requests with what they send, then the operations left out by reason.

    Before a preflight, which every run has, what has nothing to send yet is not left out: it is tried first.
    """
    print_lines(lines(_request_columns(), _in_order(plan.requests), console.width, _sent), console)
    _print_lanes(plan, console)
    _print_scenarios(plan, console)
    _print_after_load(plan, console)
    _print_left_out(plan, console, before_preflight=before_preflight)
    _print_tried(plan, console)
    console.print(Text(summary(plan, before_preflight=before_preflight)))
    for note in plan.notes:
        console.print(Text(f"! {note}", style="yellow"))
    if plan.made:
        told = _("! Marks such as %(mark)s stand for what the target makes anew each time; --format json has it.")
        console.print(Text(told % {"mark": plan.made[0].name}, style="yellow"))
    for note in plan.measured:
        told = _("! %(note)s (as measured in this preflight)") % {"note": note}
        console.print(Text(told, style="yellow"))


def _in_order(requests: Iterable[PlannedRequest]) -> list[PlannedRequest]:
    return sorted(requests, key=lambda one: (one.operation_id, one.role))


def print_changes(changes: Changes, console: Console) -> None:
    """Print what would change data where there is no clone, and what the options hold back of it."""
    if not (changes.sent or changes.held_back):
        return
    heading(console, _("Changes data of %(where)s") % {"where": changes.where})
    for operation in changes.sent:
        console.print(indented(f"{operation.id}  {operation.risk}", 2, style="red"))
    if not changes.sent:
        console.print(indented(_("nothing: only reads are sent"), 2))
    if changes.held_back:
        console.print(indented(_("held back:"), 2))
        for operation in changes.held_back:
            console.print(indented(f"{operation.id}  {operation.risk}", 4, style="dim"))
    console.print()


def summary(plan: Plan, *, before_preflight: bool = False) -> str:
    """Return how much is sent, by whom and for how long, in one line."""
    sent = len({request.operation_id for request in plan.requests})
    if plan.duration_s is not None:
        length = _("for %(duration)s") % {"duration": units.duration(plan.duration_s * 1e9)}
    else:
        length = _("until every operation has %(n)s samples, heavy ones fewer, at most %(duration)s") % {
            "n": plan.target_samples,
            "duration": units.duration(plan.max_duration_s * 1e9),
        }
    operations = ngettext("%(n)s operation planned", "%(n)s operations planned", sent) % {"n": units.count(sent)}
    users = ngettext("%(n)s user", "%(n)s users", plan.users) % {"n": units.count(plan.users)}
    failed = {one.operation_id for one in plan.exclusions}
    once = len({one.operation_id for one in plan.alone} - failed)
    alone = _(", %(n)s sent alone only") % {"n": units.count(once)} if once else ""
    open_ = sum(1 for one in plan.exclusions if _is_open(one)) if before_preflight else 0
    alone += _(", %(n)s not known before the preflight") % {"n": units.count(open_)} if open_ else ""
    return _("%(operations)s%(alone)s, %(left)s left out, %(users)s, %(length)s, seed %(seed)s") % {
        "operations": operations,
        "alone": alone,
        "left": units.count(len(plan.exclusions) - open_),
        "users": users,
        "length": length,
        "seed": plan.seed,
    }


def _only_alone(plan: Plan) -> list[str]:
    """Return what is sent by itself, and not behind the load: a login, what works only once."""
    elsewhere = {one.operation_id for one in plan.requests} | {one.operation_id for one in plan.exclusions}
    return sorted({one.operation_id for one in plan.alone} - elsewhere - set(plan.after_load))


def _print_lanes(plan: Plan, console: Console) -> None:
    """Print how each lane is sent, and where weights come from."""
    shape = shape_text(plan.shape)
    lines = [_("light: %(shape)s") % {"shape": shape}] if shape else []
    lines += [lane_text(rules) for rules in plan.lanes]
    if len({one.evened_in for one in plan.requests if one.evened_in}) > 1:
        lines.append(_("light: each category gets the same time of a user, by the times that the load measures"))
    origins = Counter(one.weight_origin for one in plan.requests if one.weight_origin)
    lines += [
        ngettext(
            "%(count)s operation is sent more often: %(origin)s",
            "%(count)s operations are sent more often: %(origin)s",
            count,
        )
        % {"count": units.count(count), "origin": origin}
        for origin, count in sorted(origins.items())
    ]
    lines += _with_few_words(plan.requests)
    if not lines:
        return
    heading(console, _("Lanes and weights"))
    for line in lines:
        console.print(indented(line, 2))
    console.print()


def _with_few_words(requests: Iterable[PlannedRequest]) -> Iterator[str]:
    """Yield which operations share values that no two rows may have alike, if a load may come to their end."""
    shared: dict[tuple[int, str], set[str]] = {}
    for one in (each for each in requests if each.most is None):
        for key, size in sizes_of(one).items():
            if size < _MANY_WORDS:
                shared.setdefault((size, key), set()).add(one.operation_id)
    by_size = dict.fromkeys((size, tuple(sorted(found))) for (size, _key), found in sorted(shared.items()))
    for size, found in [*by_size][:_MOST_SHOWN]:
        more = _(" and %(count)s more") % {"count": units.count(len(found) - 3)} if len(found) > 3 else ""
        yield _(
            "%(operations)s: values for %(count)s requests in all that no row has yet; then the first come again, "
            "and are refused where no two rows may have the same"
        ) % {"operations": ", ".join(found[:3]) + more, "count": units.count(size)}


def lane_text(rules: LaneRules) -> str:
    """Return how the requests of a lane are sent, in one sentence."""
    values = {
        "users": units.count(rules.users),
        "rounds": units.count(rules.rounds or 0),
        "at_once": units.count(rules.at_once or 0),
        "rate": f"{rules.rate_per_s or 0:g}",
        "stretch": units.duration((rules.stretch_s or 0) * 1e9),
        "warm_up": units.count(rules.warm_up_rounds),
    }
    if rules.lane is Lane.HEAVY:
        return _("heavy: each %(rounds)s times, at most %(at_once)s at once, beside the load") % values
    if rules.lane is Lane.HEALTH:
        return (
            _(
                "health: each %(warm_up)s times to warm up, then %(rate)s per second in all, in stretches of "
                "%(stretch)s with and without them; no part of the overall figures"
            )
            % values
        )
    if rules.lane is Lane.CONFLICT:
        return _("conflict: writes to a row, %(at_once)s to the same one at the same moment, behind the load") % values
    if rules.lane is Lane.SPREAD:
        return (
            _("spread: the same writes, %(at_once)s to rows of their own at the same moment, behind the load") % values
        )
    if rules.lane is Lane.CROSSED:
        return (
            _("crossed: writes of two operations to the same tables, %(at_once)s at the same moment, behind the load")
            % values
        )
    return (
        _(
            "warm: exports and slow reads that fill a cache, %(rounds)s times more, before the load, when their "
            "caches are filled anew"
        )
        % values
    )


def _print_scenarios(plan: Plan, console: Console) -> None:
    if not plan.scenarios:
        return
    heading(console, _("Scenarios of the project, beside these"))
    for one in plan.scenarios:
        words = _("%(name)s as %(role)s, weight %(weight)s, %(place)s") % {
            "name": one.name,
            "role": one.role,
            "weight": units.count(one.weight),
            "place": one.place,
        }
        console.print(indented(words, 2))
    console.print()


def _print_after_load(plan: Plan, console: Console) -> None:
    titles = (
        (
            _("Sent alone, behind the load, because it destroys something, ends a session or works only then"),
            plan.after_load,
        ),
        (_("Sent alone, before the load, because it works only once or logs in"), _only_alone(plan)),
    )
    for title, operation_ids in titles:
        requests = [one for one in plan.alone if one.operation_id in operation_ids]
        if not requests:
            continue
        heading(console, title)
        print_lines(lines(_request_columns(), _in_order(requests), console.width, _sent), console)


def _print_tried(plan: Plan, console: Console) -> None:
    """Print what the preflight found, what does not work first."""
    if not plan.tried:
        return
    heading(console, _("Preflight: each operation alone"))
    reasons = {one.operation_id: one.reason for one in plan.exclusions}
    hopeless = _hopeless(plan, reasons)
    gathered = {id_ for ids in hopeless.values() for id_ in ids}
    results = sorted(
        (one for one in plan.tried if one.operation_id not in gathered), key=lambda one: (one.works, one.operation_id)
    )
    below = lambda one: _found(one, reasons.get(one.operation_id) or one.detail)  # noqa: E731
    print_lines(lines(_tried_columns(), results, console.width, below), console)
    for why, operation_ids in hopeless.items():
        console.print(indented(", ".join(operation_ids), 2))
        said = _("none of these %(n)s can succeed, whatever is sent: %(why)s")
        console.print(indented(said % {"n": units.count(len(operation_ids)), "why": why}, 6, style="dim"))
    works = sum(1 for one in plan.tried if one.works)
    console.print(
        Text(_("%(works)s of %(tried)s work") % {"works": units.count(works), "tried": units.count(len(plan.tried))})
    )
    console.print()


def _hopeless(plan: Plan, reasons: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what was tried and that nobody can make succeed, by why, where that is the same for several."""
    found: dict[str, list[str]] = {}
    for one in sorted(plan.tried, key=lambda one: one.operation_id):
        if not one.works and (why := reasons.get(one.operation_id, "").partition(NOBODY_CAN)[2]):
            found.setdefault(why, []).append(one.operation_id)
    return {why: ids for why, ids in found.items() if len(ids) > 1}


def _found(one: Tried, reason: str) -> Cell:
    """Return with what an operation works, or why it does not."""
    if not one.works:
        return _("because: %(reason)s") % {"reason": reason}, ""
    how = ", ".join(part for part in (one.value_origin, one.payload_origin) if part and part != NO_PARAMETERS)
    return _("with %(how)s") % {"how": how} if how else "", "dim"


def _print_left_out(plan: Plan, console: Console, *, before_preflight: bool) -> None:
    """Print what is not sent, by reason; what was tried stands with its reason in the table of the preflight."""
    tried = {one.operation_id for one in plan.tried}
    left_out = [one for one in plan.exclusions if one.operation_id not in tried]
    if not plan.exclusions:
        return
    if before_preflight:
        title = _("Left to the preflight of a run, or plan --preflight; not known before it, because")
        _print_reasons(title, [one for one in left_out if _is_open(one)], console)
        _print_reasons(_("Left out, and why"), [one for one in left_out if not _is_open(one)], console)
        return
    heading(console, _("Left out, and why"))
    if count := len(plan.exclusions) - len(left_out):
        told = ngettext(
            "%(n)s operation that was tried and does not work: why stands with the preflight",
            "%(n)s operations that were tried and do not work: why stands with the preflight",
            count,
        )
        console.print(indented(told % {"n": units.count(count)}, 2))
    _print_by_reason(left_out, console)


def _is_open(one: Exclusion) -> bool:
    """Whether a preflight may still find something to send."""
    return not (one.held_back or one.declared)


def _print_reasons(title: str, exclusions: Iterable[Exclusion], console: Console) -> None:
    if found := [*exclusions]:
        heading(console, title)
        _print_by_reason(found, console)


def _print_by_reason(exclusions: Iterable[Exclusion], console: Console) -> None:
    """Print operations, those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for exclusion in exclusions:
        reasons.setdefault(exclusion.reason, []).append(exclusion.operation_id)
    unasked = len(reasons.pop(NOT_SELECTED, ()))
    for reason, operation_ids in sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        for operation_id in sorted(operation_ids):
            console.print(indented(operation_id, 2))
        console.print(indented(reason, 6, style="dim"))
    if unasked:
        told = ngettext(
            "%(n)s operation left out by --only or --exclude: --format json names it",
            "%(n)s operations left out by --only or --exclude: --format json names them",
            unasked,
        )
        console.print(indented(told % {"n": units.count(unasked)}, 2))
    console.print()


def _request_columns() -> tuple[Column[PlannedRequest], ...]:
    return (
        Column(heading=_("Method"), cell=lambda one: (one.operation_id.partition(" ")[0], "")),
        Column(heading=_("Route"), cell=lambda one: (one.operation_id.partition(" ")[2], ""), least=24),
        Column(heading=_("Role"), cell=lambda one: (one.role, ""), least=10),
        Column(heading=_("Lane"), cell=lambda one: (str(LANES[one.lane]), "")),
        Column(heading=_("Weight"), cell=_weight, is_number=True),
    )


def _weight(one: PlannedRequest) -> Cell:
    return (_("once") if one.lane is Lane.ALONE else units.count(one.weight)), ""


def _tried_columns() -> tuple[Column[Tried], ...]:
    return (
        Column(heading=_("Result"), cell=_result),
        Column(heading=_("Method"), cell=lambda one: (one.operation_id.partition(" ")[0], "")),
        Column(heading=_("Route"), cell=lambda one: (one.operation_id.partition(" ")[2], ""), least=24),
        Column(heading=_("As"), cell=lambda one: (one.role, ""), least=10),
        Column(heading=_("Tries"), cell=lambda one: (units.count(one.tries), ""), is_number=True),
    )


def _result(one: Tried) -> Cell:
    if not one.works:
        return _("does not"), "red"
    if one.uses_rows_up:
        return _("works once a row"), "green"
    return (_("works") if one.repeatable else _("works once")), "green"


def _sent(request: PlannedRequest) -> Cell:
    """Return the path that is sent and where its values and the body are from; empty where the row says it all."""
    origins = [path.origin for path in request.paths if path.origin and path.origin != NO_PARAMETERS]
    told = [", ".join(dict.fromkeys(origins))] if origins else []
    if request.payload is not None and request.payload.origin:
        told.append(_("body: %(origin)s") % {"origin": request.payload.origin})
    if request.kept_because:
        told.append(request.kept_because)
    if request.most is not None:
        told.append(_("%(count)s times in all, as its values come to their end") % {"count": units.count(request.most)})
    if request.once_each:
        told.append(_("each address once, as that uses its row up"))
    if request.paths and (origins or len(request.paths) > 1):
        more = len(request.paths) - 1
        count = _(" and %(count)s more") % {"count": units.count(more)} if more else ""
        told.insert(0, f"{request.paths[0].path}{count}")
    return "; ".join(told), "dim"
