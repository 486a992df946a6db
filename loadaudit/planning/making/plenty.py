"""Numbers in rows that are too low for what a view does: a balance, a stock, the seats that are left."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import models

from loadaudit.planning.making.breaking import either_end, read_last
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.said import said_of
from loadaudit.records import Outcome

_TOO_LITTLE = re.compile(
    r"\binsufficient\b|\bnot enough\b|\btoo (?:low|few|little)\b|\bmust be at least\b|\bminimum\b|\bexceed(?:s|ed)?\b"
    r"|\bout of stock\b|\bsold out\b|\bonly \d+ \b|\bmore than (?:the |your )?(?:available|balance|stock|remaining)"
    r"|\bno (?:\w+ ){0,2}(?:left|available|remaining)\b|\b(?:fully booked|is full|run out)\b",
    re.IGNORECASE,
)
_OF_PLENTY = re.compile(
    r"balance|stock|quantity|qty|available|credit|points|seats|capacity|remaining|inventory|funds|units|places|limit|max"
    r"|quota|allowance|allocated",
    re.IGNORECASE,
)
"""Columns that may be meant where an error names none."""

_REFUSED = frozenset({Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SOFT_FAILURE, Outcome.SERVER_ERROR})
_ENOUGH = 10_000
_NUMBERS = (models.IntegerField, models.DecimalField, models.FloatField)


def too_low(best: Try | None) -> Iterator[tuple[Any, dict[str, object]]]:
    """Yield rows of the tables read last with the columns that a refusal says are too low, and numbers that are not.

    Reads the database.
    """
    if best is None or best.works or best.answer is None or not (best.outcome in _REFUSED or best.left_early):
        return
    said = f"{said_of(best.answer)} {_raised(best)}"
    if not _TOO_LITTLE.search(said):
        return
    words = {*re.findall(r"[a-z]+", said.lower())}
    columns = {model: [one for one in model._meta.local_concrete_fields if _counts(one)] for model in read_last(best)}
    named = {model: [one for one in held if _is_named(one, words)] for model, held in columns.items()}
    likely = {model: [one for one in held if _OF_PLENTY.search(one.name)] for model, held in columns.items()}
    for model, held in (named if any(named.values()) else likely).items():
        for row in either_end(model) if held else ():
            values: dict[str, object] = {
                one.name: enough for one in held if (getattr(row, one.attname) or 0) < (enough := _enough(one))
            }
            if values:
                yield row, values


def _raised(best: Try) -> str:
    """Return the words of an exception and of its class: `NotEnoughCreditsError` says `Not Enough Credits`."""
    exception = best.trace.exception if best.trace is not None else None
    if exception is None:
        return ""
    name = exception.type.rpartition(".")[2].removesuffix("Error").removesuffix("Exception")
    return f"{re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', name)} {exception.message}"


def _counts(column: Any) -> bool:
    return isinstance(column, _NUMBERS) and not (column.primary_key or column.is_relation or column.choices)


def _is_named(column: Any, words: set[str]) -> bool:
    """Whether an error speaks of a column: `Balance is too low` of `wallet_balance` as well."""
    parts = [one for one in column.name.lower().split("_") if one not in ("is", "max", "min", "total", "current")]
    return any(one in words or f"{one}s" in words for one in parts if len(one) > 2)


def _enough(column: Any) -> int | Decimal:
    """Return a large number that the column takes."""
    most = [one for one in column.validators if getattr(one, "code", "") == "max_value"]
    limits = [one.limit_value for one in most if not callable(one.limit_value)]
    if isinstance(column, models.DecimalField):
        places = (column.max_digits or 12) - (column.decimal_places or 0)
        return min([Decimal(_ENOUGH), Decimal(10**places - 1), *map(Decimal, limits)])
    return int(min([_ENOUGH, *limits]))
