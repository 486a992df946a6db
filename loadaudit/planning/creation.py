"""In which order rows were made, where neither a time nor a key that is counted up tells."""

from django.db import connections, models, router
from django.db.models.expressions import OrderBy, RawSQL


def by_creation(model: type[models.Model], *, newest: bool = False) -> "OrderBy | str":
    """Return an order of a model's rows by their keys, or as they came where these are of chance.

    A key of chance puts rows that a run makes anywhere among the others, at another place in each run of one seed.
    SQLite numbers rows as they come, and an UPDATE leaves them where they are; in PostgreSQL it moves them.
    """
    plain = "-pk" if newest else "pk"
    options = model._meta.concrete_model._meta if model._meta.concrete_model is not None else model._meta
    key = options.pk
    while isinstance(key, models.ForeignKey):
        key = key.target_field
    is_of_chance = isinstance(key, models.UUIDField) and options.managed
    connection = connections[router.db_for_read(model)]
    if not is_of_chance or connection.vendor != "sqlite":
        return plain
    place = RawSQL(f"{connection.ops.quote_name(options.db_table)}.rowid", ())
    return OrderBy(place, descending=newest)
