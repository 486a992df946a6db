"""What is different between two inventories of one project: operations added, removed, moved, changed."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, fields

from loadaudit.records import Inventory, Operation
from loadaudit.runfile.codec import to_plain

# An id is what the comparison goes by; a file that grew in other places moves lines and changes no fact.
_NO_FACTS = frozenset({"id", "method", "route", "pattern", "file", "line"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFact:
    """One fact of an operation, before and now, as plain values."""

    name: str
    """Name of the fact; of a nested one the way to it, such as `access.login` or `body.fields.title.required`."""
    before: object
    """None where there was no such fact."""
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedOperation:
    """An operation that both inventories have, with other facts."""

    id: str
    facts: tuple[ChangedFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOperation:
    """An operation whose view answers the same method under another route."""

    before: str
    after: str
    facts: tuple[ChangedFact, ...] = ()
    """What changed besides, the parameters of the route included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All differences, in the order of the inventories."""

    added: tuple[Operation, ...] = ()
    removed: tuple[Operation, ...] = ()
    moved: tuple[MovedOperation, ...] = ()
    changed: tuple[ChangedOperation, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved or self.changed)


def changes_between(before: Inventory, after: Inventory) -> Changes:
    """Return what is different in `after`; a mere move of source lines is no difference."""
    old = {one.id: one for one in before.operations}
    new = {one.id: one for one in after.operations}
    removed = [one for id_, one in old.items() if id_ not in new]
    added = [one for id_, one in new.items() if id_ not in old]
    pairs = _pairs(removed, added)
    paired = {one.id for pair in pairs for one in pair}
    changed = [ChangedOperation(id=id_, facts=_facts(old[id_], one)) for id_, one in new.items() if id_ in old]
    return Changes(
        added=tuple(one for one in added if one.id not in paired),
        removed=tuple(one for one in removed if one.id not in paired),
        moved=tuple(MovedOperation(before=one.id, after=home.id, facts=_facts(one, home)) for one, home in pairs),
        changed=tuple(one for one in changed if one.facts),
    )


def _pairs(removed: list[Operation], added: list[Operation]) -> list[tuple[Operation, Operation]]:
    """Pair what is gone with what is new of the same view and method, where only one pair is possible.

    A view under several routes, such as the list and the rows of a viewset, is told apart by its URL name first,
    then by the parameters of the route.
    """
    keys: tuple[Callable[[Operation], Hashable], ...] = (
        lambda one: (one.method, one.view, one.name.rpartition(":")[2], _parameter_names(one)),
        lambda one: (one.method, one.view, _parameter_names(one)),
        lambda one: (one.method, one.view),
    )
    found: list[tuple[Operation, Operation]] = []
    for key in keys:
        taken = {one.id for pair in found for one in pair}
        gone, came = (_alone([one for one in side if one.id not in taken], key) for side in (removed, added))
        found += [(one, came[value]) for value, one in gone.items() if value in came]
    order = {one.id: position for position, one in enumerate(removed)}
    return sorted(found, key=lambda pair: order[pair[0].id])


def _alone(operations: list[Operation], key: Callable[[Operation], Hashable]) -> dict[Hashable, Operation]:
    """Return the operations that share their key with no other."""
    groups: dict[Hashable, list[Operation]] = {}
    for one in operations:
        groups.setdefault(key(one), []).append(one)
    return {value: group[0] for value, group in groups.items() if len(group) == 1}


def _parameter_names(operation: Operation) -> tuple[str, ...]:
    return tuple(one.name for one in operation.parameters)


def _facts(before: Operation, after: Operation) -> tuple[ChangedFact, ...]:
    names = [one.name for one in fields(Operation) if one.name not in _NO_FACTS]
    return tuple(
        fact
        for name in names
        if getattr(before, name) != getattr(after, name)
        for fact in _compared(name, to_plain(getattr(before, name)), to_plain(getattr(after, name)))
    )


def _compared(name: str, before: object, after: object) -> Iterator[ChangedFact]:
    if before == after or (name.endswith(".choices") and _are_reordered(before, after)):
        return
    left, right = _by_name(before), _by_name(after)
    if left is None or right is None:
        yield ChangedFact(name=name, before=before, after=after)
        return
    for key in dict.fromkeys((*left, *right)):
        yield from _compared(f"{name}.{key}", left.get(key), right.get(key))


def _are_reordered(before: object, after: object) -> bool:
    """Whether two lists hold the same: a project that makes choices of a set has them in another order each time."""
    return isinstance(before, list) and isinstance(after, list) and sorted(map(str, before)) == sorted(map(str, after))


def _by_name(value: object) -> Mapping[str, object] | None:
    """Return an object, or a list of objects with names of their own, as a dictionary."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, list) or not all(isinstance(one, Mapping) and "name" in one for one in value):
        return None
    named = {str(one["name"]): one for one in value}
    return named if len(named) == len(value) else None
