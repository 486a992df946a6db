"""Makes rows on the clone for models that have none, through the model itself, where no request has made one."""

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, models, router, transaction

from loadaudit.inventory.bodies.fields.models import pattern_of
from loadaudit.inventory.source.relations import is_of_app, is_user_model, user_model
from loadaudit.load.correlation import control_number
from loadaudit.planning.making.alternatives import (
    columns_at_fault,
    in_agreement,
    left_empty,
    other_value,
    said_of,
    told_value,
)
from loadaudit.planning.making.asked_columns import as_columns, first_meeting, of_parents
from loadaudit.planning.making.checked import obey_checks
from loadaudit.planning.making.fields import Fill, fields_of, filled_by_itself, plain_value
from loadaudit.planning.making.files import make_file
from loadaudit.planning.making.kinds import of_a_kind, own_kind
from loadaudit.planning.making.limited import asked_of_rows, first_free, is_taken
from loadaudit.planning.making.of_users import free_user, of_anything, user_of
from loadaudit.planning.making.translated import language_of_pages, row_of_texts, texts_of
from loadaudit.planning.payloads.matching import text_matching
from loadaudit.planning.payloads.values import NOTHING, Needs
from loadaudit.planning.rows import leads_to_users, own_and_others, reachable_rows
from loadaudit.records import Identity

MOST_ROWS = 200
_MOST_LINKS = 3
_DEPTH = 4
_LONGEST = 200
_ROUNDS = 5
"""Tries to answer what the model's own validation says."""

_FIRST_NUMBER = 900_000
"""Of the numbers that make texts unique; the control plane's own requests begin at 1."""

_NONE: frozenset[str] = frozenset()
_NEVER = frozenset({"django.contrib.admin", "django.contrib.contenttypes", "django.contrib.sessions"})


class NotMade(Exception):
    """A row could not be made; the text says why."""


@dataclass(slots=True, kw_only=True)
class RowMaker:
    """Makes rows for one run, and knows which."""

    fence: Callable[[], AbstractContextManager[object]]
    """Put up around the project's own code: validators, save() and signals."""
    today: date
    patterns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Label of a model and name of a column → what an address takes of it: a row with another value has none."""
    made: dict[str, int] = field(default_factory=dict)
    """Label of a model → how many rows."""
    refused: dict[str, str] = field(default_factory=dict)
    """Label of a model → why none could be made."""
    rewritten: set[str] = field(default_factory=set)
    """Texts that were made, and which rows have no longer because the project's code could not read them."""
    files: int = 0
    """How many files were made that rows name."""
    _fresh: list[models.Model] = field(default_factory=list)
    """Rows of the transaction that is open."""
    _lost: dict[tuple[type[models.Model], str], tuple[int, Exception]] = field(default_factory=dict)
    """Of the row that is being made, which links found no row and how deep below it, and why: to look again at each of
    several ways, and in each of their rounds, would take all ways of all of them together."""
    _rows: list[models.Model] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_NUMBER))

    def make(
        self, model: type[models.Model], identity: Identity, asked: Mapping[str, object], named: Collection[str]
    ) -> bool:
        """Make a row that meets what is asked of it and whose named columns are not empty; tell whether there is one.

        What belongs to a user belongs to the identity's. Never raises.
        """
        label = model._meta.label
        if label in self.refused or sum(self.made.values()) >= MOST_ROWS or not _may_be_made(model):
            return False
        self._begin()
        try:
            with self.fence(), transaction.atomic(using=router.db_for_write(model)):
                self._row(model, identity, asked, frozenset(named), 0)
        except Exception as error:  # validators, save() and signals are the project's own code
            self.refused[label] = f"{type(error).__name__}: {said_of(error)}"[:_LONGEST]
            return False
        self._count_fresh()
        return True

    def _begin(self) -> None:
        self._fresh.clear()
        self._lost.clear()

    def _count_fresh(self) -> None:
        for one in self._fresh:
            self.made[one._meta.label] = self.made.get(one._meta.label, 0) + 1
        self._rows += self._fresh

    def next_number(self) -> int:
        """Return the number that tells the next value from all others of the run."""
        return control_number(next(self._numbers))

    def values_for(self, model: type[models.Model], names: Collection[str], identity: Identity) -> dict[str, object]:
        """Return values for columns of a model, rows that a link may point to among them. Never raises."""
        columns = [model._meta.get_field(name) for name in names]
        self._begin()
        try:
            with self.fence(), transaction.atomic(using=router.db_for_write(model)):
                found = {one.name: self._value(one, identity, 0, 0, must=True) for one in columns}
        except Exception:  # validators, save() and signals are the project's own code
            return {}
        self._count_fresh()
        return {name: value for name, value in found.items() if value is not NOTHING}

    @property
    def tables(self) -> frozenset[str]:
        """The tables that have rows of the run's own making."""
        return frozenset(one._meta.db_table for one in self._rows)

    @property
    def own(self) -> Sequence[models.Model]:
        """The rows of the run's own making that are there."""
        return tuple(self._rows)

    @property
    def last(self) -> Any:
        """The row that was made last, as the project's own code has left it."""
        return self._rows[-1]

    def take_back(self, tables: Collection[str], why: str) -> None:
        """Delete what was made in these tables, and make no more there, for a reason. Never raises."""
        for row in [one for one in reversed(self._rows) if one._meta.db_table in tables]:
            label = row._meta.label
            with suppress(Exception), self.fence(), transaction.atomic(using=router.db_for_write(type(row))):
                type(row)._base_manager.filter(pk=row.pk).delete()
            self._rows.remove(row)
            self.refused |= dict.fromkeys((label, *(one._meta.label for one in row._meta.parents)), why)
            self.made[label] -= 1
            if not self.made[label]:
                del self.made[label]

    def make_file(self, path: str) -> bool:
        """Make a file that a row names and no storage has; tell whether there is one now. Never raises."""
        try:
            with self.fence():
                made = make_file(path)
        except Exception:  # a storage may be the project's own code
            return False
        self.files += made
        return made

    def notes(self) -> tuple[str, ...]:
        """Say what was made, if anything was."""
        found = []
        if count := sum(self.made.values()):
            shown = ", ".join(f"{label} ({number})" for label, number in sorted(self.made.items()))
            rows = "1 row was" if count == 1 else f"{count} rows were"
            found.append(f"{rows} made on the clone for operations that found none they could use: {shown}.")
        if self.files:
            files = "1 file was" if self.files == 1 else f"{self.files} files were"
            found.append(f"{files} made in the run that rows name and the storage does not have.")
        return tuple(found)

    def _row(
        self,
        model: type[models.Model],
        identity: Identity,
        asked: Mapping[str, object],
        named: frozenset[str],
        depth: int,
    ) -> Any:
        """Return a new row. Raises NotMade or whatever the project's code raises."""
        model = of_a_kind(model)
        fixed, filled = as_columns(model, asked)
        before = len(self._fresh)
        if (whose := row_of_texts(model)) is not None and whose.name not in fixed and depth < _DEPTH:
            return self._text(whose, identity, fixed, depth)
        for link, of_parent in of_parents(model, asked).items():
            if link not in fixed:
                fixed |= self._parent(model._meta.get_field(link), identity, of_parent, depth)
        # What a form may leave out the model's own code may want, or one of several that exclude each other.
        ways: list[tuple[frozenset[str], Fill]] = [(_NONE, "needed"), (_NONE, "plain"), (_NONE, "every")]
        while ways:
            more, fill = ways.pop(0)
            try:
                with transaction.atomic(using=router.db_for_write(model)):
                    row = self._saved(model, identity, fixed, named | filled | more, depth, fill)
                break
            except Exception as error:
                del self._fresh[before:]
                optional = _optional_links(model, fixed, named)
                if fill == "every" and _may_lack_a_link(error, optional):
                    ways = [(frozenset({name}), "needed") for name in optional]
                    ways += [(frozenset({name}), "plain") for name in optional]
                if not ways:
                    raise
        self._fresh.append(row)
        return row

    def _text(self, whose: Any, identity: Identity, fixed: Mapping[str, Any], depth: int) -> Any:
        """Return a text of a new row that it belongs to, with these values."""
        owner = self._row(whose.related_model, identity, {}, _NONE, depth + 1)
        row = whose.model._base_manager.get(**{whose.name: owner.pk})
        for name, value in fixed.items():
            setattr(row, name, value)
        row.save()
        self._fresh.append(row)
        return row

    def _saved(
        self,
        model: type[models.Model],
        identity: Identity,
        fixed: Mapping[str, Any],
        named: frozenset[str],
        depth: int,
        fill: Fill,
    ) -> Any:
        given = of_anything(model, identity) | own_kind(model)
        not_open = {*fixed, *given, *(filled_by_itself(model) - named)}
        wanted = [one for one in fields_of(model, named, fill) if one.name not in not_open]
        values = {
            one.name: self._value(one, identity, depth, 0, must=one.name in named or not one.null) for one in wanted
        }
        values = {**given, **{name: one for name, one in values.items() if one is not NOTHING}, **fixed}
        with language_of_pages():
            row: Any = model(**{**values, **in_agreement(model, values, fixed)})
            for text in texts_of(model):
                if (value := self._value(text, identity, depth, 0, must=True)) is not NOTHING:
                    setattr(row, text.name, value)
        obey_checks(row, fixed)
        for variant in range(1, _ROUNDS + 1):
            try:
                row.full_clean(exclude=left_empty(row, fixed))
                break
            except ValidationError as error:
                if variant == _ROUNDS or not self._mended(row, error, fixed, identity, depth, variant):
                    raise
            except DatabaseError:
                raise
            except Exception:
                # A manager that wants to know the tenant first tells nothing of what is unique: the table does.
                row.full_clean(exclude=left_empty(row, fixed), validate_unique=False, validate_constraints=False)
                break
        added = getattr(model, "add_root", None)
        if added is not None and not row.pk:
            # A tree of treebeard takes new nodes through this method only.
            row = added(instance=row)
        else:
            row.save()
        for relation in model._meta.many_to_many:
            through: Any = relation.remote_field.through
            if not relation.blank and through._meta.auto_created:
                getattr(row, relation.name).add(self._related(relation, identity, depth, must=True))
        return row

    def _mended(
        self, row: Any, error: ValidationError, fixed: Mapping[str, Any], identity: Identity, depth: int, variant: int
    ) -> bool:
        """Give columns that the model's validation did not take another value; tell whether there was any."""
        said = getattr(error, "error_dict", {NON_FIELD_ERRORS: ()})
        names = [one.name for one in row._meta.get_fields() if one.name in said and one.name not in fixed]
        if not names:
            return self._mended_as_a_whole(row, columns_at_fault(row, error, fixed), identity, depth, variant)
        for name in names:
            column = row._meta.get_field(name)
            value = told_value(row, column, said[name])
            if value is NOTHING:
                value = self._value(column, identity, depth, variant, must=True)
            if value is NOTHING:
                return False
            setattr(row, name, value)
        return bool(names)

    def _mended_as_a_whole(
        self, row: Any, columns: Sequence[Any], identity: Identity, depth: int, variant: int
    ) -> bool:
        """Give one of the columns, in turn, another value that is there, or let it point to a new row."""
        for column in [columns[(turn + variant - 1) % len(columns)] for turn in range(len(columns))]:
            value = other_value(row, column, (variant - 1) // len(columns) + 1)
            if value is NOTHING and column.is_relation and column.related_model is not column.model:
                with suppress(NotMade):
                    value = self._new(column, identity, depth)
            if value is not NOTHING:
                setattr(row, column.name, value)
                return True
        return False

    def _value(self, column: Any, identity: Identity, depth: int, variant: int, *, must: bool) -> Any:
        if column.is_relation:
            return self._related(column, identity, depth, must=must)
        invalid = frozenset({column.name}) if variant else frozenset()
        needs = Needs(rows=lambda label, name: [], today=self.today, variant=variant, invalid=invalid)
        number = self.next_number()
        value = plain_value(column, needs, number)
        pattern = self.patterns.get((column.model._meta.label, column.name), "") or pattern_of(column.validators)
        if not pattern or not isinstance(value, str) or re.fullmatch(pattern, value):
            return value
        made = text_matching(pattern, number)
        return made if made and len(made) <= (column.max_length or len(made)) else value

    def _related(self, column: Any, identity: Identity, depth: int, *, must: bool) -> Any:
        """Return a row that a column may point to: one of the identity's own, another, or a new one."""
        related = column.related_model
        if is_user_model(related):
            user = user_of(identity)
            if user is not None and not (column.unique and is_taken(column, user)):
                return user
            if column.unique and must and (user := free_user(column)) is not None:
                return user
        own, others = _rows_of(related, identity)
        # A row below somebody else's is no row of the identity's.
        wants_own = must and leads_to_users(related) and not own
        if (row := first_free(column, own if wants_own else own or others)) is not None:
            return row
        if not must or related is column.model:
            return NOTHING
        try:
            return self._new(column, identity, depth)
        except Exception:
            if (row := first_free(column, others)) is None:
                raise
            return row

    def _parent(self, column: Any, identity: Identity, asked: Mapping[str, object], depth: int) -> dict[str, Any]:
        """Return a row that meets what is asked of what a row belongs to, by the column; empty where none can be."""
        related = column.related_model
        keys = [key for rows in _rows_of(related, identity) for (key,) in rows]
        row = first_meeting(related, keys, asked)
        if row is None and depth < _DEPTH and _may_be_made(related):
            row = self._row(related, identity, asked, _NONE, depth + 1)
        return {column.name: row} if row is not None else {}

    def _new(self, column: Any, identity: Identity, depth: int) -> Any:
        """Return a new row for a column to point to. Raises NotMade or whatever the project's code raises."""
        related, asked = column.related_model, asked_of_rows(column)
        before, link = len(self._fresh), (column.related_model, str(asked))
        if link in self._lost and depth >= self._lost[link][0]:
            raise self._lost[link][1]
        try:
            if depth >= _DEPTH or not _may_be_made(related):
                raise NotMade(f"there is no row of {related._meta.label} for its {column.name}")
            with transaction.atomic(using=router.db_for_write(related)):
                return self._row(related, identity, asked, _NONE, depth + 1)
        except Exception as error:
            del self._fresh[before:]
            self._lost[link] = depth, error
            raise


def _rows_of(model: type[models.Model], identity: Identity) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return keys of the identity's own rows and of others; none of users, and none where the manager refuses."""
    if is_user_model(model):
        return [], []
    try:
        with transaction.atomic(using=router.db_for_read(model)):
            return own_and_others(model, (), ["pk"], identity)
    except Exception:  # a manager is the project's own code and may raise anything
        return [], []


def _may_lack_a_link(error: Exception, optional: Collection[str]) -> bool:
    """Whether columns are right but not how they go together, or a model's own `save()` or a signal breaks on them."""
    if not isinstance(error, ValidationError):
        return not isinstance(error, NotMade)
    accused = set(getattr(error, "error_dict", ())) - {NON_FIELD_ERRORS}
    return not accused or (len(accused) > 1 and bool(accused & {*optional}))


def _optional_links(model: type[models.Model], fixed: Collection[str], named: Collection[str]) -> list[str]:
    """Return the columns that may point to a row, of which a constraint may want one and no more."""
    links = [one for one in model._meta.concrete_fields if one.is_relation and one.null]
    return [one.name for one in links if one.name not in fixed and one.name not in named][:_MOST_LINKS]


def is_missing(model: type[models.Model], identity: Identity, having: Mapping[str, object]) -> bool:
    """Whether an identity can reach no row that meets the look-ups; a manager that refuses to tell has some."""
    try:
        if having:
            return not model._default_manager.filter(**having).exists()
        return not reachable_rows(model, (), ["pk"], identity)
    except Exception:  # a manager is the project's own code and may raise anything
        return False


def _may_be_made(model: type[models.Model]) -> bool:
    options = model._meta
    is_no_users = not issubclass(model, user_model())
    return bool(options.managed and not options.swapped and is_no_users and not is_of_app(model, _NEVER))
