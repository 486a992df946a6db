"""Changes of rows on the clone that may let operations work, and are taken back where they do not."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.db import models, router, transaction


@dataclass(slots=True, kw_only=True, eq=False)
class _Change:
    row: Any
    before: Mapping[str, object]
    operations: set[str]
    """For which it was made."""


@dataclass(slots=True, kw_only=True)
class RowChanges:
    """What was changed in one run, past the project's own save() and signals."""

    fence: Callable[[], AbstractContextManager[object]]
    """Put up around the project's own code: fields and routers."""
    told: str
    """What a note says before the columns that were changed."""
    _made: list[_Change] = field(default_factory=list)

    def make(self, row: Any, values: Mapping[str, object], operation_id: str) -> bool:
        """Give columns of a row other values; tell whether it has them. Never raises."""
        try:
            before = {name: getattr(row, name) for name in values}
        except Exception:  # columns may be the project's own code, and what they lead to may be gone
            return False
        if not self._write(row, values):
            return False
        self._made.append(_Change(row=row, before=before, operations={operation_id}))
        return True

    def make_or_count(self, row: Any, values: Mapping[str, object], operation_id: str) -> bool:
        """Give a row other values, or none, where another operation has had it changed; tell whether it was changed."""
        return self.make(row, values, operation_id) if values else self.counts_for(row, operation_id)

    def counts_for(self, row: Any, operation_id: str) -> bool:
        """Whether a row was changed in the run, which then is for this operation, too."""
        like = [one for one in self._made if _is_same(one.row, row)]
        for one in like:
            one.operations.add(operation_id)
        return bool(like)

    def counts_for_any(self, model: type[models.Model], operation_id: str) -> bool:
        """Whether some row of a model was changed in the run, which then is for this operation, too."""
        like = [one for one in self._made if isinstance(one.row, model)]
        for one in like:
            one.operations.add(operation_id)
        return bool(like)

    def concerns(self, tables: Collection[str], operation_id: str) -> bool:
        """Whether rows of some tables were changed in the run, which then is for this operation, too."""
        like = [one for one in self._made if one.row._meta.db_table in tables]
        for one in like:
            one.operations.add(operation_id)
        return bool(like)

    def has_changed_for(self, operation_id: str) -> bool:
        """Whether some row was changed for an operation."""
        return any(operation_id in one.operations for one in self._made)

    def has_changed(self, row: Any) -> bool:
        """Whether a row was changed in the run, for whatever operation."""
        return any(_is_same(one.row, row) for one in self._made)

    @property
    def tables(self) -> frozenset[str]:
        """The tables that have rows which the run has changed."""
        return frozenset(one.row._meta.db_table for one in self._made)

    def take_back(self, closed: Collection[str], tables: Collection[str] = ()) -> None:
        """Undo, the last first, what has helped none of its operations, and all of some tables. Never raises."""
        for one in reversed(self._made[:]):
            if one.operations <= {*closed} or one.row._meta.db_table in tables:
                self._write(one.row, one.before)
                self._made.remove(one)

    def notes(self) -> tuple[str, ...]:
        """Say what was changed, if anything was."""
        if not self._made:
            return ()
        shown = sorted({f"{one.row._meta.label}.{name}" for one in self._made for name in one.before})
        return (f"{self.told}: {', '.join(shown)}.",)

    def _write(self, row: Any, values: Mapping[str, object]) -> bool:
        with suppress(Exception), self.fence():
            return write_past(type(row), row.pk, {name: stored(row, name, value) for name, value in values.items()})
        return False


def write_past(model: type[models.Model], key: object, values: Mapping[str, object]) -> bool:
    """Write columns of a row past the project's own save() and signals; tell whether it is there. Never raises."""
    with suppress(Exception), transaction.atomic(using=router.db_for_write(model)):
        return bool(model._base_manager.filter(pk=key).update(**values))
    return False


def _is_same(one: Any, other: Any) -> bool:
    """Whether two are one row: how a model compares its rows is the project's own code."""
    return type(one) is type(other) and bool(one.pk == other.pk)


def stored(row: Any, name: str, value: object) -> object:
    """Return what a column takes: of a new file its name, once it is in the storage, which only `save()` cares for."""
    if not isinstance(value, ContentFile):
        return value
    field = row._meta.get_field(name)
    return field.storage.save(field.generate_filename(row, value.name), value)
