"""What to do where a header decides that a plan may not have: the version of a row, and a signature of what is sent."""

import re
from http import HTTPStatus

from loadaudit.planning.preflight.judge import Try, detail_of
from loadaudit.planning.preflight.states import signed_by

_VERSIONED = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.PRECONDITION_REQUIRED})
_REFUSING = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_OF_A_SIGNATURE = re.compile(r"\b(?:signatures?|hmac|signed)\b", re.IGNORECASE)


def of_headers(best: Try) -> str:
    """Return what the operator may do about a refusal that is about such a header; else empty."""
    if best.sample.status in _VERSIONED:
        return (
            "it wants the version of its row in a header (If-Match), and not the ETag of a GET of its address: "
            "a @scenario in a loadtests.py reads it first and sends it with headers="
        )
    if best.sample.status in _REFUSING and _OF_A_SIGNATURE.search(detail_of(best)):
        # A key that is looked at in a header may be called one, too.
        return signed_by(best.path.path)
    return ""
