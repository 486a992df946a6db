"""Another file where an upload was refused: as the code that opens it reads it, then as the answer says."""

from collections.abc import Mapping
from typing import Any

from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.corrections import complaints
from loadaudit.planning.preflight.files_as_read import as_read
from loadaudit.planning.preflight.judge import Try
from loadaudit.planning.preflight.media_types import body_as_typed
from loadaudit.planning.preflight.pictures_asked import with_picture
from loadaudit.planning.preflight.said import said_of, sentences_of
from loadaudit.planning.preflight.table_columns import with_columns
from loadaudit.planning.preflight.told_columns import Correction, with_told_columns
from loadaudit.records import Operation, Outcome, Payload

_LONGEST = 3000
_REFUSED = frozenset({Outcome.CLIENT_ERROR, Outcome.INVALID, Outcome.SERVER_ERROR, Outcome.SOFT_FAILURE})


def file_as_asked(
    operation: Operation,
    candidates: Candidates,
    one: Try,
    sent: Mapping[str, Any],
    variant: int,
    correction: Correction,
) -> Payload | None:
    """Return a body with files as the code reads them, or as the answer to others asks; None where neither tells.

    A body may be a file itself, of the type that is asked for. `correction` is what corrects other bodies.
    """
    needs = candidates.needs_of(operation, {}, variant - 1)
    if (typed := body_as_typed(operation, one, needs)) is not None:
        return typed
    if one.payload is None or not one.payload.uploads or not (one.outcome in _REFUSED or one.left_early):
        return None
    if one.answer is None or _lacks_a_value(one, sent):
        return None
    if (made := as_read(operation, one.path.path, one.payload, needs)) is not None:
        return made
    if (told := with_told_columns(operation, candidates, one, variant, correction)) is not None:
        return told
    said = " ".join(_sentences(one, sent))[:_LONGEST]
    table = with_columns(one.payload, one.answer, said, needs)
    return table or with_picture(operation, one.path.path, one.payload, said)


def _lacks_a_value(one: Try, sent: Mapping[str, Any]) -> bool:
    """Whether something else than a file is refused, and no file is."""
    files = {each.field for each in one.payload.uploads} if one.payload is not None else set()
    named = {each.field for each in complaints(one.answer, sent)}
    return bool(named & set(sent)) and not named & files


def _sentences(one: Try, sent: Mapping[str, Any]) -> list[str]:
    """Return what an answer says, of which a form's page may say more beside its fields."""
    if one.answer is None:
        return []
    told = [each.said for each in complaints(one.answer, sent) if each.said]
    texts = [] if told else sentences_of(one.answer)
    return [*dict.fromkeys([*told, *(texts or [said_of(one.answer)])])]
