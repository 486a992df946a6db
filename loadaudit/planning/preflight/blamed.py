"""What in a body an operator has to look at: the fields that an answer speaks of, else those that the view reads."""

from collections.abc import Iterable

from loadaudit.planning.control import Answer
from loadaudit.planning.preflight.allow_lists import allow_lists_in
from loadaudit.planning.preflight.amended import sent_values
from loadaudit.planning.preflight.beside import named_in
from loadaudit.planning.preflight.corrections import complaints
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.said import said_of
from loadaudit.records import BodyKind, Operation

BY_A_BODY = "body() in a loadtests.py says what it takes"

_MOST = 5


def blamed(operation: Operation, best: Try) -> str:
    """Say which fields of the body were missed or not taken, or which there are, and what the operator may do."""
    payload = best.payload
    sent = sent_values(payload, set()) if payload is not None and payload.kind is not BodyKind.OTHER else {}
    found = complaints(best.answer, sent)
    missed = _listed(one.field for one in found if one.missing)
    unwanted = _listed(one.field for one in found if one.unwanted)
    # What an answer tells of something else than what was sent, such as the form as HTML, is no field of it.
    files = [one.field for one in payload.uploads] if payload is not None else []
    known = {*sent, *files, *(one.name for one in operation.body.fields)}
    refused = _listed(one.field for one in found if not (one.missing or one.unwanted) and one.field in known)
    if not found:
        refused = _listed(name for name in sent if _speaks_of(name, best.answer))
    told = [
        *([f"it misses {missed}, of which nothing tells a value that is right"] if missed else []),
        *([f"it does not take what was made up for {refused}"] if refused else []),
        *([f"it wants no {unwanted}"] if unwanted else []),
    ]
    if not told and (read := _listed(one.name for one in operation.body.fields)):
        told = [f"its answer names no field; its code reads {read}"]
    if not told:
        told = ["neither its answer nor its code names a field that it wants"]
    if lists := allow_lists_in(said_of(best.answer)) if best.answer is not None else ():
        told.append(f"goes by {' and '.join(lists)}, which has to list it in the settings of the run")
    return f"{' and '.join(told)}: {BY_A_BODY}"


def _speaks_of(name: str, answer: Answer | None) -> bool:
    """Whether the sentence of an error has the name of a field."""
    return answer is not None and named_in(name, said_of(answer)) is not None


def read_by(operation: Operation) -> str:
    """Return in brackets which fields the view of an operation reads, empty where none is known."""
    names = _listed(one.name for one in operation.body.fields)
    return f" (it reads {names})" if names else ""


def _listed(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
    return ", ".join(known[:_MOST]) + more
