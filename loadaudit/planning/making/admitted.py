"""Lets a user of the clone be admitted where a project keeps everybody out of whom something is not yet so.

Which row or flag that is nobody says: those are tried that the refused request looked at, and the user's own.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, router, transaction
from django.utils import timezone

from loadaudit.inventory.source.relations import choices_of, user_model
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.making.standing import GOOD, NEVER
from loadaudit.planning.preflight.of_user import rows_of_user
from loadaudit.records import Identity, Trace

Fence = Callable[[], AbstractContextManager[object]]

_MOST = 24
"""Changes that are tried for one user, each with a request."""

_LIKELY = re.compile(
    r"approv|verif|accept|complet|confirm|onboard|terms|agree|consent|must|force|change|expire|first|temp|require|"
    r"block|suspend|pending|setup|enabled|valid|allow",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A row of a user, or a value in one of its rows, that lets the user in."""

    model: type[models.Model]
    owner: str
    """The field that leads to the user; empty for the row of the user itself."""
    column: str = ""
    """Empty: that there is a row is enough."""
    value: object = None

    @property
    def words(self) -> str:
        """What a report says of it."""
        return f"{self.model._meta.label}.{self.column}" if self.column else f"a row of {self.model._meta.label}"

    def given_to(self, identity: Identity, fence: Fence) -> Callable[[], None] | None:
        """Give it to a user; return what takes it back, None where it could not be given. Never raises."""
        with suppress(Exception), fence():  # managers, fields and signals are the project's own
            row = self._row(identity)
            if row is None:
                return self._made(identity)
            if self.column and getattr(row, self.column) != self.value:
                before = getattr(row, self.column)
                self._write(row, self.value)
                return lambda: self._taken_back(row, before, fence)
        return None

    def _row(self, identity: Identity) -> Any:
        rows = self.model._base_manager
        return rows.filter(**{self.owner or "pk": identity.user_id}).order_by("-pk").first()

    def _made(self, identity: Identity) -> Callable[[], None] | None:
        # The fence is up already.
        maker = RowMaker(fence=nullcontext, today=date.today())
        asked = {self.column: self.value} if self.column else {}
        made = bool(self.owner) and maker.make(self.model, identity, asked, (self.owner,))
        tables = {self.model._meta.db_table}
        return (lambda: maker.take_back(tables, "it lets nobody in")) if made else None

    def _write(self, row: Any, value: object) -> None:
        # Past the project's save() and signals, which may send mail or tell other systems.
        with transaction.atomic(using=router.db_for_write(self.model)):
            self.model._base_manager.filter(pk=row.pk).update(**{self.column: value})

    def _taken_back(self, row: Any, before: object, fence: Fence) -> None:
        with suppress(Exception), fence():
            self._write(row, before)


def admissions(identity: Identity, traces: Sequence[Trace | None], fence: Fence) -> Iterator[Admission]:
    """Yield what may let a user in whom requests have kept out: what they looked up of theirs first. Never raises."""
    found: list[Admission] = []
    with suppress(Exception), fence():  # managers and fields are the project's own
        kinds = list(dict.fromkeys((one.model, one.owner) for trace in traces for one in rows_of_user(trace)))
        found += [Admission(model=model, owner=owner) for model, owner in kinds]
        for model, owner in (*kinds, (user_model(), "")):
            row = model._base_manager.filter(**{owner or "pk": identity.user_id}).order_by("-pk").first()
            columns = sorted(model._meta.local_concrete_fields, key=lambda one: not _LIKELY.search(one.name))
            for column in columns:
                found += [
                    Admission(model=model, owner=owner, column=column.name, value=value)
                    for value in _values(column, getattr(row, column.attname, None))
                ]
    yield from found[:_MOST]


def _values(column: Any, value: object) -> Iterator[object]:
    """Yield values of a flag, a moment or a state of a user that it does not have."""
    if column.name in NEVER or column.is_relation or column.primary_key:
        return
    if isinstance(column, models.BooleanField):
        yield not value
    elif isinstance(column, models.DateField) and value is None and column.null:
        yield timezone.now() if isinstance(column, models.DateTimeField) else timezone.now().date()
    elif choices_of(column):
        good = (one for one, label in choices_of(column) if GOOD.search(f"{one} {label}") and one != value)
        yield from list(good)[:2]
