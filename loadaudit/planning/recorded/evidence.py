"""Which values of a request name rows that were there when a test sent it: by what its view looked up and read.

Nothing is asked of a database for it: a query of ours would count in a test that counts them.
"""

import contextlib
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from django.db.models.signals import post_init, post_save

from loadaudit.analysis.effects import WRITES
from loadaudit.inventory.source.relations import choices_of
from loadaudit.planning.payloads.words import in_snake_case
from loadaudit.planning.recorded.redaction import is_secret, row_mark
from loadaudit.planning.rows import tables_of_sessions

Column = tuple[str, str]
"""Label of a model and the name of one of its fields, `pk` included."""

_COMPARED = re.compile(
    r"[\"`](?P<table>\w+)[\"`]\.[\"`](?P<column>\w+)[\"`](?:::\w+)? (?:=|IN) ?(?P<values>%s|\(%s(?:, %s)*\))"
)
_PLACE = "%s"
_MOST_STATEMENTS = 200
_MOST_KNOWN = 20_000
_MOST_INSTANCES = 2_000
_SHORTEST, _SHORTEST_CERTAIN = 3, 2
"""Letters of a text that names a row by itself, without a statement that compares it, and where it is in an address or
an account's name: those may be as short as people like.
"""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Evidence:
    """What is known of the rows of the tests, and what the request of this moment has done with them."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Column, None]] = {}
        self._read: list[models.Model] = []
        self._made: list[models.Model] = []
        self._statements: list[tuple[str, Any]] = []
        self._listens = False
        self._found: tuple[dict[str, set[Column]], dict[str, set[Column]]] | None = None

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Take note of rows that are saved, until the block ends."""
        post_save.connect(self._saved, weak=False, dispatch_uid=id(self))
        # Many rows made at once send no signal.
        original = models.QuerySet.bulk_create

        def bulk_create(rows: Any, *args: Any, **options: Any) -> Any:
            made = original(rows, *args, **options)
            with contextlib.suppress(Exception):
                for one in made:
                    self._saved(one, created=True)
            return made

        models.QuerySet.bulk_create = bulk_create  # type: ignore[method-assign,assignment]
        try:
            yield
        finally:
            models.QuerySet.bulk_create = original  # type: ignore[method-assign]
            post_save.disconnect(dispatch_uid=id(self))

    @contextlib.contextmanager
    def of_request(self) -> Iterator[None]:
        """Take note of the look-ups of a request and the rows that it reads; those of the one before are forgotten."""
        if self._listens:
            # An application within another one, as of static files, answers the same request.
            yield
            return
        self._keep(*self._made)
        self._read, self._made, self._statements, self._found = [], [], [], None
        wrapped = [one.execute_wrappers for one in connections.all(initialized_only=True)]
        for wrappers in wrapped:
            wrappers.append(self._executed)
        post_init.connect(self._begun, weak=False, dispatch_uid=id(self))
        self._listens = True
        try:
            yield
        finally:
            self._listens = False
            post_init.disconnect(dispatch_uid=id(self))
            for wrappers in wrapped:
                with contextlib.suppress(ValueError):
                    wrappers.remove(self._executed)

    @property
    def has_written(self) -> bool:
        """Whether the request of this moment has changed rows, of sessions apart."""
        tables = (WRITES.match(sql) for sql, _ in self._statements)
        return any(table is not None and table["table"] not in tables_of_sessions() for table in tables)

    def bound(self, value: Any, name: str = "", *, of_path: bool = False) -> Any:
        """Return a value of a request with marks in the place of what names a row; secrets stay to be taken out."""
        if self._found is None:
            self._found = self._compared(), self._columns_read()
        compared, read = self._found
        return _bound(value, name, lambda one, called: self._column(one, called, compared, read, of_path=of_path))

    def _column(
        self,
        value: Any,
        name: str,
        compared: Mapping[str, set[Column]],
        read: Mapping[str, set[Column]],
        *,
        of_path: bool,
    ) -> Column | None:
        text = str(value)
        there, known = read.get(text, set()), self._known.get(text, {})
        found = [one for one in compared.get(text, ()) if one in there or one in known]
        is_certain = of_path or any(map(_is_name_of_account, {*there, *known}))
        shortest = _SHORTEST_CERTAIN if is_certain else _SHORTEST
        if not found and len(text) >= shortest and not text.isdigit():
            # A column of the row's own is sent back as it was; whoever names another one calls it otherwise.
            found = [one for one in there if of_path or (_tells_one(one) and name != one[1])]
            # A text that only happens to stand in some row as well may be a new one for another, but no UUID does.
            sure = (one for one in known if one[1] == "pk" or _UUID.fullmatch(text) or _means(name, one))
            found += [one for one in sure if _tells_one(one)]
        if text.isdigit() and not of_path:
            # Numbers of anything are keys of some rows.
            found = [one for one in found if _agree(name, one[0])]
        found = sorted(set(found))
        named = [one for one in found if _agree(name, one[0])]
        return found[0] if len(found) == 1 else named[0] if len({label for label, _ in named}) == 1 else None

    def _compared(self) -> dict[str, set[Column]]:
        """Return the columns that the statements of the request compared with values, by these as texts."""
        found: dict[str, set[Column]] = {}
        for sql, params in self._statements:
            for match in _COMPARED.finditer(sql):
                first = sql.count(_PLACE, 0, match.start("values"))
                column = _columns().get((match["table"], match["column"]))
                if column is not None:
                    for value in params[first : first + match["values"].count(_PLACE)]:
                        found.setdefault(_as_text(value), set()).add(column)
        return found

    def _columns_read(self) -> dict[str, set[Column]]:
        """Return the columns of rows that the request has read, by what they hold; what it made was not there."""
        made, found = set(map(id, self._made)), dict[str, set[Column]]()
        for one in self._read:
            for column, text in _values_of(one) if not one._state.adding and id(one) not in made else ():
                found.setdefault(text, set()).add(column)
        return found

    def _saved(self, instance: models.Model, created: bool = False, **_: Any) -> None:
        if self._listens:
            if created:
                self._made.append(instance)
            return
        self._keep(instance)

    def _keep(self, *instances: models.Model) -> None:
        for one in instances if len(self._known) < _MOST_KNOWN else ():
            # Values of a project's own fields may do anything, and recording must never make a test fail.
            with contextlib.suppress(Exception):
                for column, text in _values_of(one):
                    self._known.setdefault(text, {})[column] = None

    def _begun(self, instance: models.Model, **_: Any) -> None:
        if len(self._read) < _MOST_INSTANCES:
            self._read.append(instance)

    def _executed(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and params and len(self._statements) < _MOST_STATEMENTS and isinstance(params, (list, tuple)):
            self._statements.append((sql, tuple(params)))
        return execute(sql, params, many, context)


def _bound(value: Any, name: str, column_of: Callable[[Any, str], Column | None]) -> Any:
    if isinstance(value, dict):
        return {key: _bound(entry, str(key), column_of) for key, entry in value.items()}
    if isinstance(value, list):
        return [_bound(entry, name, column_of) for entry in value]
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "" or is_secret(name):
        return value
    column = column_of(value, name)
    return row_mark(*column, is_number=isinstance(value, int)) if column is not None else value


def _values_of(instance: models.Model) -> Iterator[tuple[Column, str]]:
    held = instance.__dict__
    for column, attribute in _attributes(type(instance)):
        if (value := held.get(attribute)) not in (None, ""):
            yield column, _as_text(value)


@lru_cache(maxsize=1024)
def _attributes(model: type[models.Model]) -> tuple[tuple[Column, str], ...]:
    """Return the columns of a model by which somebody may look for its rows, and the attributes that hold them."""
    if model._meta.proxy or model._meta.abstract:
        return ()
    fields = [one for one in model._meta.concrete_fields if not (one.is_relation or choices_of(one))]
    wanted = [one for one in fields if isinstance(one, _LOOKED_UP) and not is_secret(one.name)]
    return tuple(((model._meta.label, "pk" if one.primary_key else one.name), one.attname) for one in wanted)


_LOOKED_UP = (
    *(models.CharField, models.UUIDField, models.IntegerField, models.AutoField, models.DateField),
    models.GenericIPAddressField,
)


@lru_cache(maxsize=1)
def _columns() -> dict[tuple[str, str], Column]:
    """Return the columns of all tables; a foreign key means the key of the row that it leads to."""
    found: dict[tuple[str, str], Column] = {}
    for model in apps.get_models():
        fields: Any = model._meta.local_concrete_fields
        for one in fields:
            target = one.target_field if one.is_relation else one
            owner = target.model._meta.label
            found[model._meta.db_table, one.column] = owner, "pk" if target.primary_key else target.name
    return found


@lru_cache(maxsize=4096)
def _tells_one(column: Column) -> bool:
    """Whether no two rows have the same value in a column."""
    meta = apps.get_model(column[0])._meta
    field = meta.pk if column[1] == "pk" else meta.get_field(column[1])
    return bool(field.unique) or isinstance(field, models.UUIDField)


def _is_name_of_account(column: Column) -> bool:
    """Whether a column is the one by which accounts are called."""
    try:
        model = get_user_model()
    except ImproperlyConfigured:  # a project may do without users of Django's
        return False
    return column == (model._meta.label, model.USERNAME_FIELD)


def _agree(name: str, label: str) -> bool:
    """Whether a name is that of a model's key: `box_id`, `box`, `from_box`, `ids`."""
    plain = in_snake_case(name.replace("-", "_"))
    words = re.sub(r"(_?(id|pk|uuid|key))?s?$", "", plain)
    return plain in ("id", "pk", "ids", "pks", "uuid") or words.replace("_", "").endswith(
        label.rpartition(".")[2].lower()
    )


def _means(name: str, column: Column) -> bool:
    """Whether a name is that of a model, or of one of its columns that is not everybody's."""
    return _agree(name, column[0]) or (name == column[1] and name not in ("name", "title", "code"))


def _as_text(value: Any) -> str:
    """Return a value of a column as a request writes it: SQLite has UUIDs without their hyphens."""
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{32}", value):
        return str(uuid.UUID(value))
    return str(value)
