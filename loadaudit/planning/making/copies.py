"""Copies of rows on the clone, as they were before a write used them up, so that a load has more than a few."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import models, router, transaction

from loadaudit.inventory.source.relations import choices_of, is_user_model
from loadaudit.planning.copied import SAME, made_like
from loadaudit.planning.rows_before import RowsBefore

_MOST_CHILDREN = 20
"""Of one kind that are copied with a row, such as the lines of an order."""

_MOST_LEVELS = 2
"""Rows above one another that are copied for the one below them."""

_MAY_DIFFER = (models.CharField, models.TextField, models.IntegerField, models.DateField)


class NotCopied(Exception):
    """A row cannot be there twice."""


@dataclass(slots=True, kw_only=True)
class RowCopies:
    """Makes copies past the project's own save() and signals, and knows how many there are."""

    fence: Callable[[], AbstractContextManager[object]]
    before: RowsBefore
    """Which rows were there before the run: what it has made itself hangs on no copy."""
    _made: Counter[str] = field(default_factory=Counter)
    _number: int = 0
    _depth: int = 0

    def of(self, row: Any, count: int, *, whole: bool) -> list[Any]:
        """Return so many copies of a row, `whole` with what hangs on it; none where it cannot be there twice.

        Never raises: columns and managers may be the project's own. A user is not copied: who logs in is found once.
        """
        if is_user_model(type(row)):
            return []
        try:
            with self.fence(), transaction.atomic(using=router.db_for_write(type(row))):
                found = [self._copied(row, whole=whole) for _ in range(count)]
        except Exception:
            return []
        self._made[row._meta.label] += len(found)
        return found

    def notes(self) -> tuple[str, ...]:
        """Say how many copies there are, if any."""
        if not self._made:
            return ()
        shown = ", ".join(f"{label} ({count})" for label, count in sorted(self._made.items()))
        return (f"Rows were copied on the clone for writes that use one up each: {shown}.",)

    def _copied(self, row: Any, *, whole: bool) -> Any:
        apart = frozenset(_told_apart(type(row)))
        copy = made_like(row, lambda one: self._value(one, row) if one.unique or one in apart else SAME, {})
        for one in row._meta.many_to_many if whole else ():
            if one.remote_field.through._meta.auto_created:
                getattr(copy, one.name).set(getattr(row, one.name).all())
        for link in row._meta.related_objects if whole else ():
            self._copy_children(row, copy, link)
        return copy

    def _copy_children(self, row: Any, copy: Any, link: Any) -> None:
        if not link.one_to_many or is_user_model(link.related_model):
            return
        key = link.field.target_field.attname
        children = link.related_model._base_manager.filter(**{link.field.attname: getattr(row, key)}).order_by("pk")
        is_own = not self.before.has(type(row), row.pk)
        for child in children[:_MOST_CHILDREN]:
            if is_own or self.before.has(type(child), child.pk):
                given = {link.field.attname: getattr(copy, key)}
                made_like(child, partial(self._unless_same, child), given)

    def _unless_same(self, row: Any, column: Any) -> object:
        return self._value(column, row) if column.unique else SAME

    def _parent(self, column: Any, row: Any) -> object:
        """Return the key of a copy of what a row is the only one of, as of the order of an invoice."""
        parent = getattr(row, column.name)
        if is_user_model(column.related_model) or self._depth >= _MOST_LEVELS:
            raise NotCopied(column.name)
        self._depth += 1
        try:
            return getattr(self._copied(parent, whole=False), column.target_field.attname)
        finally:
            self._depth -= 1

    def _value(self, column: Any, row: Any) -> object:
        """Return what a copy has where no two rows have the same."""
        self._number += 1
        value = getattr(row, column.attname)
        if value is None:
            return None
        if column.null and (not column.is_relation or is_user_model(column.related_model)):
            return None
        if column.is_relation:
            return self._parent(column, row)
        if column.has_default() and callable(column.default):
            return column.get_default()
        if isinstance(column, models.DateField):
            # What is to come stays so.
            return value + timedelta(days=self._number)
        if isinstance(column, models.IntegerField):
            highest = type(row)._base_manager.aggregate(most=models.Max(column.name))["most"]
            return int(highest) + 1
        if isinstance(column, (models.CharField, models.TextField)):
            if isinstance(column, models.EmailField):
                return f"copy{self._number}.{value}"
            end = f"-{self._number}"
            return f"{str(value)[: (column.max_length or 200) - len(end)]}{end}"
        raise NotCopied(column.name)


def _told_apart(model: Any) -> Iterator[Any]:
    """Yield a column of each set that is unique together, another value of which makes room for one row more.

    Where all of them are links, it is one to a row that may be copied, too.
    """
    meta = model._meta
    constraints = (one for one in meta.constraints if isinstance(one, models.UniqueConstraint))
    sets = [*meta.unique_together, *(one.fields for one in constraints)]
    for names in sets:
        columns = [meta.get_field(name) for name in names]
        plain = (one for one in columns if isinstance(one, _MAY_DIFFER) and not choices_of(one))
        links = (one for one in columns if one.is_relation and not is_user_model(one.related_model))
        yield from [*plain, *links][:1]
