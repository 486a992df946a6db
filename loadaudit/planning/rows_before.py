"""Which rows were there before a run sent anything: those that it makes itself show what no row of the project does."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models

OF_THE_RUN = ", made by the run"
"""End of the origin of rows that the run made itself."""

_MOST_KEYS = 1000
"""Of a model whose keys are in no order; with more rows than that, the few of the run's own are not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsBefore:
    """Keys of the rows of each model, by its label: the highest where they are counted up, else all of them."""

    highest: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, frozenset[object]] = field(default_factory=dict)

    def has(self, model: type[models.Model], key: object) -> bool:
        """Whether a row was there before; what is not known counts as if it was."""
        label = model._meta.concrete_model._meta.label if model._meta.concrete_model else model._meta.label
        if label in self.highest and isinstance(key, int):
            return key <= self.highest[label]
        return label not in self.keys or key in self.keys[label]


def rows_there() -> RowsBefore:
    """Return which rows are there now, of all models. Never raises."""
    highest: dict[str, int] = {}
    keys: dict[str, frozenset[object]] = {}
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        try:
            found = _keys_of(model)
        except Exception:  # a table may be missing, and the field of a key may be the project's own
            continue
        if isinstance(found, int):
            highest[model._meta.label] = found
        elif found is not None:
            keys[model._meta.label] = found
    return RowsBefore(highest=highest, keys=keys)


def _keys_of(model: type[models.Model]) -> int | frozenset[object] | None:
    keys = model._base_manager.order_by("-pk").values_list("pk", flat=True)
    if isinstance(highest := keys.first(), int):
        return highest
    found = list(keys[: _MOST_KEYS + 1])
    return frozenset(found) if len(found) <= _MOST_KEYS else None
