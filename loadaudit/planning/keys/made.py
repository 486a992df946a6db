"""Keys from the models that keep them: those that a model's own methods make and tell once, and those in a column."""

import inspect
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import models, router, transaction
from django.utils import timezone

from loadaudit.inventory.bodies.fields.models import is_required
from loadaudit.inventory.source.relations import choices_of, is_user_model, user_model
from loadaudit.planning.keys.compared import Column
from loadaudit.planning.keys.hashed import columns_of, functions_for
from loadaudit.planning.keys.rights import give_rights, may_lack_rights
from loadaudit.planning.making.fields import plain_value
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.payloads.values import NOTHING, Needs
from loadaudit.records import Identity

_MAKES = re.compile(r"^(?:create|generate|issue|make|new|mint|add)(?:_\w*)?$")
_COLUMN = re.compile(
    r"^(?:(?:api|access|auth|secret|private|raw|client)_?)?(?:key|token|secret|value|uuid)$|^api_?key$"
)
_HELD = re.compile(r"key|token|secret", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"hash|digest|prefix|encrypt|name|type|length", re.IGNORECASE)
_HASHED = re.compile(r"\$|^(?:[0-9a-f]{64}|[0-9a-f]{128})$")
"""As password hashers and digests write it; 40 hexadecimal digits are keys of REST framework."""

_SETS = re.compile(
    r"^(?:set|create|generate|make|new|issue|rotate|regenerate|reset|renew)_\w*(?:key|token|secret|credential)\w*$"
)
"""Methods of a row that give it another key, of which it keeps no more than a hash."""

_STATE = re.compile(
    r"(?:is|was|has_been)?_?(?:api|key|token|account)?_?"
    r"(?:(?P<good>active|activated|enabled|valid)|revoked|disabled|blocked|deleted|expired|inactive)"
)
"""Flags of the row itself; `is_payment_enabled` is about something else."""

_SHORTEST = 16
_MOST_CHOICES = 3
_MOST_ROWS = 2
_MOST_LOOKED_AT = 20
_MOST_IN_COLUMN = 3
_MOST_MODELS = 12
_MOST_HASHES = 4
_MOST_DEPENDENTS = 1000
_NUMBER = 990_001


@dataclass(slots=True, kw_only=True)
class KeyMaker:
    """Makes keys on the clone of one run."""

    fence: Callable[[], AbstractContextManager[object]]
    """Put up around the project's own code."""
    today: date
    identity: Identity
    """Whose the keys are where they belong to somebody."""
    staff: Identity | None = None
    """Whose further keys are, where rights of a user count beside those of the key."""

    def keys_of(self, model: type[models.Model]) -> Iterator[str]:
        """Yield keys of a model: with all rights that there are, those that it makes itself, others. Never raises."""
        known: dict[str, None] = {}
        whole = (self._in_memory, self._with_rights, self._of_whole_rows)
        for find in (*whole, self._by_methods, self._by_row, self._by_hash, self._of_rows):
            # Where a model has a way of its own to make keys, a hash that is put beside it is none.
            if find == self._by_hash and (known or any(_methods(model))):
                continue
            with suppress(Exception):  # managers, defaults and descriptors are the project's own code
                known |= dict.fromkeys(find(model))
        yield from known

    def keys_in(self, column: Column) -> Iterator[str]:
        """Yield values of a column that code looks rows up by, those of the rows first that most others belong to.

        Never raises.
        """
        model, name = column
        known: list[str] = []
        with suppress(Exception), self.fence():
            rows = list(islice(self._good(model), _MOST_LOOKED_AT))
            if not rows and RowMaker(fence=self.fence, today=self.today).make(model, self.identity, {}, [name]):
                rows = list(islice(self._good(model), _MOST_ROWS))
            weights = _dependents(model, [one.pk for one in rows])
            rows.sort(key=lambda one: -weights[one.pk])
            known = [str(value) for one in rows if (value := getattr(one, name)) not in (None, "")]
        yield from dict.fromkeys(known[:_MOST_IN_COLUMN])

    def _in_memory(self, model: type[models.Model]) -> list[str]:
        """Return a new key that the object still has in its column, where the table has a hash of it there."""
        columns = _columns_of_keys(model)
        stored = model._base_manager.values_list(columns[0].attname, flat=True).first() if columns else None
        if stored is None or _HASHED.search(str(stored)) is None:
            return []
        maker = RowMaker(fence=self.fence, today=self.today)
        with suppress(Exception), self.fence():
            if maker.make(model, self.identity, _secret(columns[0]), [columns[0].name]):
                row = maker.last
                if may_lack_rights(model):
                    give_rights(row)
                kept = model._base_manager.get(pk=row.pk)
                known = [(str(getattr(row, one.attname)), str(getattr(kept, one.attname))) for one in columns]
                return [key for key, hashed in known if key != hashed]
        return []

    def _with_rights(self, model: type[models.Model]) -> list[str]:
        """Return new keys that may do all, where rights of a key stand beside it."""
        columns = _columns_of_keys(model)
        found: list[str] = []
        for owner in (self.identity, self.staff) if columns and may_lack_rights(model) else ():
            with suppress(Exception), self.fence():
                before = {*model._base_manager.values_list("pk", flat=True)}
                if owner and self._makes(model, owner, columns[0]):
                    row: Any = model._base_manager.exclude(pk__in=before).get()
                    give_rights(row)
                    found += [str(value) for one in columns if (value := getattr(row, one.attname))]
        return found

    def _of_whole_rows(self, model: type[models.Model]) -> Iterator[str]:
        """Yield new keys with the rows that a key may be good for, of each kind one, where none that is there has them.

        Code that looks a key up beside the tenant of the address finds none that belongs to nobody.
        """
        columns = _columns_of_keys(model)
        links = [one for one in model._meta.concrete_fields if one.is_relation and one.null]
        links = [one for one in links if not is_user_model(one.related_model) and one.related_model is not model]
        lacking = [one for one in links if not model._base_manager.filter(**{f"{one.name}__isnull": False}).exists()]
        rows = {one.name: _first(one.related_model) for one in lacking} if columns else {}
        rows = {name: row for name, row in rows.items() if row is not None}
        kinds = next((one for one in model._meta.concrete_fields if rows and choices_of(one)), None)
        values = [value for value, _ in choices_of(kinds)[:_MOST_CHOICES]] if kinds is not None else [None]
        for value in values if rows else ():
            maker = RowMaker(fence=self.fence, today=self.today)
            chosen = {} if kinds is None else {kinds.name: value}
            if maker.make(model, self.identity, {**_secret(columns[0]), **rows, **chosen}, [columns[0].name]):
                yield str(getattr(maker.last, columns[0].attname))

    def _makes(self, model: type[models.Model], owner: Identity, column: Any) -> bool:
        return RowMaker(fence=self.fence, today=self.today).make(model, owner, _secret(column), [column.name])

    def _by_methods(self, model: type[models.Model]) -> list[str]:
        found = []
        for method in _methods(model):
            for arguments in self._arguments(model, method):
                with suppress(Exception), self.fence(), transaction.atomic(using=router.db_for_write(model)):
                    before = model._base_manager.count()
                    told = _told(method(**arguments))
                    if told and model._base_manager.count() > before:
                        found.append(told)
            if found:
                break
        return found

    def _by_row(self, model: type[models.Model]) -> list[str]:
        """Return a key that only the row knows which has just been made, where its table keeps no more than a hash."""
        maker = RowMaker(fence=self.fence, today=self.today)
        if _columns_of_keys(model) or not maker.make(model, self.identity, {}, ()):
            return []
        row = maker.last
        with suppress(Exception), self.fence():
            if may_lack_rights(model):
                give_rights(row)
            if told := _told(row):
                return [told]
            for set_key in _setters(row):
                wanted = [one for one in inspect.signature(set_key).parameters.values() if one.default is one.empty]
                plain = [secrets.token_urlsafe(_SHORTEST)] if len(wanted) == 1 else []
                told = _told(set_key(*plain)) or next(iter(plain), "")
                row.save()
                if told:
                    return [told]
        return []

    def _by_hash(self, model: type[models.Model]) -> Iterator[str]:
        """Yield keys of rows that have a hash of them, one for each way in which it may be made."""
        for hash_of in islice(functions_for(model), _MOST_HASHES):
            maker, key = RowMaker(fence=self.fence, today=self.today), secrets.token_hex(_SHORTEST)
            with suppress(Exception), self.fence():
                columns = columns_of(model, key, hash_of)
                if maker.make(model, self.identity, columns, columns):
                    if may_lack_rights(model):
                        give_rights(maker.last)
                    yield key

    def _arguments(self, model: type[models.Model], method: Callable[..., Any]) -> Iterator[dict[str, Any]]:
        """Yield what a method may be called with: what it must have, once for each choice of one of them.

        One that takes any keyword may fill the columns of the row itself, or want them.
        """
        try:
            parameters = inspect.signature(method).parameters.values()
        except (TypeError, ValueError):
            return
        columns = {name: one for one in model._meta.concrete_fields for name in (one.name, one.attname)}
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        wanted = [one.name for one in parameters if one.kind in kinds and one.default is inspect.Parameter.empty]
        optional = [
            one.name for one in parameters if one.kind in kinds and one.name in columns and one.name not in wanted
        ]
        yield from self._given(columns, wanted, optional)
        if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters):
            known = {*wanted, *(one.name for one in parameters)}
            more = [one.name for one in model._meta.concrete_fields if _must_be_given(one) and one.name not in known]
            yield from self._given(columns, [*wanted, *more], optional) if more else ()

    def _given(self, columns: Mapping[str, Any], wanted: list[str], optional: list[str]) -> Iterator[dict[str, Any]]:
        given = {name: self._value(columns.get(name), name) for name in wanted}
        if any(value is NOTHING for value in given.values()):
            return
        more = {name: self._optional(columns[name], name) for name in optional}
        more = {name: value for name, value in more.items() if value is not NOTHING}
        chosen = next((name for name in wanted if name in columns and choices_of(columns[name])), "")
        choices = [value for value, _ in choices_of(columns[chosen])[:_MOST_CHOICES]] if chosen else []
        for one in [{**given, chosen: value} for value in choices] or [given]:
            yield one
            if more:
                yield {**one, **more}

    def _optional(self, column: Any, name: str) -> Any:
        """Return what an argument with a default may be: a row, or all words that the model's module has for a list."""
        if column.is_relation and not is_user_model(column.related_model):
            return self._value(column, name)
        words = vars(inspect.getmodule(column.model)).items()
        kinds = [one for key, one in words if isinstance(one, type) and issubclass(one, models.TextChoices)]
        like = [one for one in kinds if one.__name__.lower().endswith(name.lower().removesuffix("s"))]
        return list(like[0].values) if like and name.endswith("s") else NOTHING

    def _value(self, column: Any, name: str) -> Any:
        """Return a value for an argument: that of a column of the name, a row, a user or a text."""
        users: Any = user_model()
        if (column is None and name in ("user", "owner")) or (
            column is not None and is_user_model(column.related_model)
        ):
            row = users._base_manager.filter(pk=self.identity.user_id or None).first()
            return NOTHING if row is None else row.pk if column is not None and name == column.attname else row
        if column is None:
            return "loadaudit" if "name" in name or name in ("label", "title", "description") else NOTHING
        if column.is_relation:
            row = _first(column.related_model)
            return NOTHING if row is None else row.pk if name == column.attname else row
        return plain_value(column, Needs(rows=lambda label, name: [], today=self.today), _NUMBER)

    def _of_rows(self, model: type[models.Model]) -> list[str]:
        columns = _columns_of_keys(model)
        if not columns:
            return []
        with suppress(Exception), self.fence():
            rows = list(islice(self._good(model), _MOST_ROWS))
            if not rows:
                self._makes(model, self.identity, columns[0])
                rows = list(islice(self._good(model), _MOST_ROWS))
            return [str(value) for row in rows for one in columns if (value := getattr(row, one.attname))]
        return []

    def _good(self, model: type[models.Model]) -> Iterator[Any]:
        """Yield rows that nothing speaks against, those of the identity first, then the newest."""
        users = [one for one in model._meta.concrete_fields if is_user_model(one.related_model)]
        rows = [one for one in model._base_manager.order_by("-pk")[:50] if is_good(one)]
        own = [one for one in rows if any(str(getattr(one, each.attname)) == self.identity.user_id for each in users)]
        yield from own
        yield from (one for one in rows if one not in own)


def _first(model: Any) -> Any:
    return model._base_manager.order_by("pk").first()


def _secret(column: Any) -> dict[str, object]:
    """Return a key for a column of texts, without blanks, at which a header would be taken apart."""
    is_text = isinstance(column, (models.CharField, models.TextField)) and not column.choices
    return {column.name: secrets.token_hex(_SHORTEST)[: column.max_length]} if is_text else {}


def _columns_of_keys(model: type[models.Model]) -> list[Any]:
    return [one for one in model._meta.concrete_fields if _COLUMN.match(one.name) and not one.is_relation]


def _dependents(model: type[models.Model], keys: list[Any]) -> Counter[Any]:
    """Return how many rows of other models point to each of some rows, as far as a few models tell."""
    found = Counter[Any]()
    for one in [each for each in model._meta.related_objects if each.one_to_many][:_MOST_MODELS]:
        name, column = one.field.attname, one.field.target_field
        if column.primary_key:
            rows = one.related_model._base_manager.filter(**{f"{one.field.name}__in": keys})
            found.update(rows.values_list(name, flat=True)[:_MOST_DEPENDENTS])
    return found


def _methods(model: type[models.Model]) -> Iterator[Callable[..., Any]]:
    """Yield the methods of a model and its manager that make keys by their name; Django's own do not."""
    for owner in (model._default_manager, model):
        classes = (owner if isinstance(owner, type) else type(owner)).__mro__
        own = [one for one in classes if not one.__module__.startswith("django.")]
        names = dict.fromkeys(name for one in own for name in vars(one) if _MAKES.match(name))
        for name in sorted(names, key=lambda one: ("key" not in one and "token" not in one, one)):
            is_bound = not isinstance(owner, type) or isinstance(inspect.getattr_static(owner, name), classmethod)
            if is_bound and callable(found := getattr(owner, name, None)):
                yield found


def keys_told(model: type[models.Model]) -> dict[str, str]:
    """Give a row of a model new keys by its own method, and return what that tells by name; mostly nothing.

    As `{"access_key": …, "secret": …}`, of which the table keeps the secret's hash alone. Never raises.
    """
    with suppress(Exception):  # managers and methods are the project's own code
        row = next((one for one in model._base_manager.order_by("-pk")[:_MOST_LOOKED_AT] if is_good(one)), None)
        for set_key in _setters(row) if row is not None else ():
            if any(one.default is one.empty for one in inspect.signature(set_key).parameters.values()):
                continue
            told = set_key()
            if isinstance(told, Mapping) and told:
                return {str(name): value for name, value in told.items() if isinstance(value, str)}
    return {}


def _must_be_given(column: Any) -> bool:
    fills = getattr(column, "auto_now", False) or getattr(column, "auto_now_add", False)
    return bool(column.editable and is_required(column) and not fills and not isinstance(column, models.AutoField))


def _told(result: Any) -> str:
    """Return the key that a method has answered with, or empty."""
    parts = result if isinstance(result, tuple) else (result,)
    texts = [one for one in parts if isinstance(one, str) and len(one) >= _SHORTEST]
    if texts:
        return texts[0]
    for one in parts:
        held: Mapping[str, Any] = getattr(one, "__dict__", {})
        known = [each for name, each in held.items() if _COLUMN.match(name.lstrip("_")) and isinstance(each, str)]
        # What an instance has beside its columns is what it does not keep.
        columns = {each.attname for each in one._meta.concrete_fields} if isinstance(one, models.Model) else set()
        known += [
            each
            for name, each in held.items()
            if name not in columns and _HELD.search(name) and not _NOT_PLAIN.search(name) and isinstance(each, str)
        ]
        if found := next((each for each in known if len(each) >= _SHORTEST), ""):
            return found
    return ""


def _setters(row: Any) -> Iterator[Callable[..., Any]]:
    """Yield the methods of a row that give it another key by their name; Django's own do not."""
    own = [one for one in type(row).__mro__ if not one.__module__.startswith("django.")]
    for name in dict.fromkeys(name for one in own for name in vars(one) if _SETS.match(name)):
        if callable(found := getattr(row, name, None)):
            yield found


def is_good(row: Any) -> bool:
    """Whether a key or a code is neither switched off nor revoked and has not expired, as far as its columns tell."""
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        name = column.name.lower()
        if isinstance(column, models.BooleanField) and value is not None:
            if (state := _STATE.fullmatch(name)) and bool(state["good"]) is not bool(value):
                return False
        elif isinstance(column, models.DateTimeField) and value is not None:
            ended = re.search(r"revoked|deleted|disabled", name) is not None
            if ended or (re.search(r"expir|valid_until", name) and value <= timezone.now()):
                return False
    return True
