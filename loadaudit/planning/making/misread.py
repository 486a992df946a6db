"""Texts of made rows that the project's own code reads as numbers or days, by what Python says where it cannot."""

import re
from datetime import date
from typing import Any

from django.db import models, router, transaction

from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.preflight.judge import Try

_MISREAD = re.compile(
    r"(?:could not convert string to float|invalid literal for int\(\) with base \d+|(?P<day>Invalid isoformat string))"
    r": (?P<quote>['\"])(?P<text>.+?)(?P=quote)"
)


def written_as_read(best: Try | None, maker: RowMaker) -> bool:
    """Write numbers or days into rows of the run's own where a view broke on reading their text as such.

    Tell whether that has been done for this text, for whatever operation. Never raises.
    """
    exception = best.trace.exception if best is not None and best.trace is not None else None
    match = _MISREAD.search(exception.message) if exception is not None else None
    if match is None:
        return False
    text = match["text"]
    if text not in maker.rewritten:
        value = date.today().isoformat() if match["day"] else "1"
        # All that have it, and not the first alone.
        written = [_written(row, text, value, maker) for row in maker.own]
        maker.rewritten |= {text} if any(written) else set()
    return text in maker.rewritten


def _written(row: Any, text: str, value: str, maker: RowMaker) -> bool:
    columns = (one for one in row._meta.concrete_fields if isinstance(one, (models.CharField, models.TextField)))
    # A list of numbers is taken apart before it is read; a letter stands in any text, and says nothing of it.
    apart = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    values = {
        one.attname: value
        for one in columns
        if not one.primary_key and apart.search(str(getattr(row, one.attname) or ""))
    }
    if not values:
        return False
    try:
        # Past the project's save() and signals, which have seen the row.
        with maker.fence(), transaction.atomic(using=router.db_for_write(type(row))):
            type(row)._base_manager.filter(pk=row.pk).update(**values)
    except Exception:  # managers and fields are the project's own code
        return False
    for name in values:
        setattr(row, name, value)
    return True
