"""What the fence held back, or saw leave, during the load: notes for the end of a run, made from its traces."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from loadaudit.records import UNANSWERED

_SHOWN = 5

Attempts = Iterable[tuple[str, str, tuple[str, ...]]]
"""Method, route and attempts of each request that made some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of attempt: how its texts begin, and how a sentence about it is put together."""

    prefix: str
    verb: str
    advice: str


_KINDS = (
    _Kind(
        prefix="refused redis ",
        verb="asked Redis for what reaches beyond the run, which was refused",
        advice="Leave them out with --exclude, or run against the real Redis with --no-isolate.",
    ),
    _Kind(
        prefix="refused to delete ",
        verb="tried to delete the folder that the project stands in, which was refused",
        advice="A row names it, or names none; leave them out with --exclude.",
    ),
    _Kind(prefix="refused ", verb="tried to connect elsewhere", advice="Allow it with {options}."),
    _Kind(
        prefix=UNANSWERED,
        verb="asked a service to which nothing could connect",
        advice="Start it for the run, or leave them out with --exclude.",
    ),
    _Kind(prefix="mail", verb="sent mail, which was thrown away", advice=""),
    _Kind(prefix="started: ", verb="started programs, which are not fenced", advice=""),
)


def outgoing_notes(attempts: Attempts) -> list[str]:
    """Return a sentence for each kind of attempt, with the operations and how often each tried."""
    counts: dict[_Kind, Counter[tuple[str, str]]] = {}
    for method, route, texts in attempts:
        operation = f"{method} {route}" if route else f"{method} (no route)"
        for text in texts:
            kind = next((one for one in _KINDS if text.startswith(one.prefix)), None)
            if kind is not None:
                counts.setdefault(kind, Counter())[operation, text.removeprefix(kind.prefix)] += 1
    return [_sentence(kind, counts[kind]) for kind in _KINDS if kind in counts]


def _sentence(kind: _Kind, counts: Counter[tuple[str, str]]) -> str:
    operations = {operation for operation, _ in counts}
    shown = [
        f"{operation} → {goal} ({count}×)" if goal else f"{operation} ({count}×)"
        for (operation, goal), count in counts.most_common(_SHOWN)
    ]
    more = f", and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else ""
    number = f"{len(operations)} operation{'s' if len(operations) > 1 else ''}"
    hosts = sorted({_host(goal) for _, goal in counts})
    advice = kind.advice.format(options=" ".join(f"--allow-outgoing {host}" for host in hosts))
    return f"{number} {kind.verb}: {', '.join(shown)}{more}.{f' {advice}' if advice else ''}"


def _host(goal: str) -> str:
    """Return what opens a goal: its host; on loopback, where all but a few ports are open, with its port."""
    host, _, _ = goal.rpartition(":") if not goal.endswith("]") else (goal, "", "")
    host = host or goal
    local = host == "localhost" or host.startswith(("127.", "[::1]"))
    return goal if local else host.strip("[]")
