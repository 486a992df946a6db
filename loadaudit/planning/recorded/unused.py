"""Notes of a plan on requests that the project's tests have sent and that a run does not."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from loadaudit.errors import RAISED
from loadaudit.planning.payloads.values import Needs
from loadaudit.planning.project.sources import has_declared_body
from loadaudit.planning.recorded.rebinding import unused
from loadaudit.planning.recorded.store import Recorded
from loadaudit.records import Operation

_MOST_NAMED = 5


def notes_on_unused(
    recorded: Mapping[str, Sequence[Recorded]],
    operations: Mapping[str, Operation],
    by_logins: Collection[str],
    needs_of: Callable[[Operation], Needs],
) -> Iterator[str]:
    """Yield a note for each reason why recorded bodies are not sent, with the operations that it is true of.

    `operations` are all that there are by their ids; `needs_of` tells the rows of whom an operation is planned for.
    """
    found: dict[str, list[str]] = {}
    for id_, entries in recorded.items():
        if any(one.values is not None for one in entries):
            why = _why(operations.get(id_), id_, entries, by_logins, needs_of)
            found.setdefault(why, []).append(id_)
    for why, ids in found.items():
        if why:
            more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
            yield f"What tests sent is not used for {', '.join(ids[:_MOST_NAMED])}{more}: {why}."


def _why(
    operation: Operation | None,
    id_: str,
    entries: Sequence[Recorded],
    by_logins: Collection[str],
    needs_of: Callable[[Operation], Needs],
) -> str:
    if operation is None:
        return "no such operation is there any more; record again"
    if id_ in by_logins:
        return "it takes passwords, which only the run's own logins send"
    if has_declared_body(operation):
        return "the project declares its body"
    try:
        return unused(operation, entries, needs_of(operation))
    except RAISED:  # managers and fields are the project's own code; the plan says elsewhere what it raises
        return ""
