"""What an exception says about single fields of a body."""

import re
from collections.abc import Iterable, Iterator

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.complaint import Complaint

SEVERAL = ".MultipleObjectsReturned"
"""Ends the name of what Django raises where a view wants one row and a value finds more."""

_MISSING_KEY = re.compile(r"^'([\w-]+)'$|^\"?'([\w-]+)'\"?$")


def from_exception(answer: Answer, sent: Iterable[str]) -> Iterator[Complaint]:
    """Yield the key that was not there, or all that was sent where a value of it finds several rows instead of one."""
    exception = answer.trace.exception if answer.trace is not None else None
    if exception is None:
        return
    if exception.type.endswith(SEVERAL):
        yield from (Complaint(field=name, choice=True) for name in sent)
    match = _MISSING_KEY.match(exception.message.strip()) if exception.type.endswith("KeyError") else None
    if match:
        yield Complaint(field=match[1] or match[2], missing=True)
