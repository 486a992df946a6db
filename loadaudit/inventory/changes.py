"""What is different between two inventories of one project: operations added, removed, moved, changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields

from loadaudit.records import Inventory, Operation
from loadaudit.runfile.codec import to_plain

# An id is what the comparison goes by; a file that grew in other places moves lines and changes no fact.
_NO_FACTS = frozenset({"id", "method", "route", "pattern", "file", "line"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFact:
    """One fact of an operation, before and now, as plain values."""

    name: str
    """Name of the fact; of a nested one the way to it, such as `access.login`."""
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedOperation:
    """An operation that both inventories have, with other facts."""

    id: str
    facts: tuple[ChangedFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOperation:
    """The only operation of a view with this method, now under another route."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All differences, in the order of the inventories."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
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
    moved = _moved(removed, added)
    left = {one.before for one in moved} | {one.after for one in moved}
    changed = [ChangedOperation(id=id_, facts=_facts(old[id_], one)) for id_, one in new.items() if id_ in old]
    return Changes(
        added=tuple(one.id for one in added if one.id not in left),
        removed=tuple(one.id for one in removed if one.id not in left),
        moved=moved,
        changed=tuple(one for one in changed if one.facts),
    )


def _moved(removed: list[Operation], added: list[Operation]) -> tuple[MovedOperation, ...]:
    """Pair what is gone with what is new by view and method, where each pair can be only one."""
    gone, came = Counter(map(_key, removed)), Counter(map(_key, added))
    homes = {_key(one): one.id for one in added}
    return tuple(
        MovedOperation(before=one.id, after=homes[_key(one)])
        for one in removed
        if gone[_key(one)] == 1 and came[_key(one)] == 1
    )


def _key(operation: Operation) -> tuple[str, str]:
    return operation.method, operation.view


def _facts(before: Operation, after: Operation) -> tuple[ChangedFact, ...]:
    if before == after:
        return ()
    names = [one.name for one in fields(Operation) if one.name not in _NO_FACTS]
    return tuple(
        fact
        for name in names
        for fact in _compared(name, to_plain(getattr(before, name)), to_plain(getattr(after, name)))
    )


def _compared(name: str, before: object, after: object) -> list[ChangedFact]:
    if before == after:
        return []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = dict.fromkeys((*before, *after))
        return [fact for key in keys for fact in _compared(f"{name}.{key}", before.get(key), after.get(key))]
    return [ChangedFact(name=name, before=before, after=after)]
