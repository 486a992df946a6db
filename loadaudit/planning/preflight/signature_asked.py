"""Signatures that the code behind an address checks, for what it refused without one."""

from http import HTTPStatus

from loadaudit.planning.preflight.candidates import Candidates
from loadaudit.planning.preflight.judge import Try
from loadaudit.records import Operation


def signature_asked(operation: Operation, candidates: Candidates, one: Try) -> tuple[str, ...]:
    """Return the lines that sign what was refused and was not signed, where the code behind it checks that."""
    if one.answer is None or one.answer.status < HTTPStatus.BAD_REQUEST or one.works:
        return ()
    others = (each.path for each in candidates.paths(operation)[0])
    lines = candidates.headers.signed(operation.method, [one.path.path, *others], one.payload)
    return () if {*lines} <= {*one.path.headers} else lines
