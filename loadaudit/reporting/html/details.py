"""What the pages of single operations show, packed: unpacked it would be most of the report."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from loadaudit.analysis.result import Analysis
from loadaudit.reporting.html.operation import operation_detail
from loadaudit.reporting.places import shortener
from loadaudit.reporting.wording import finding_text

_EMBEDDED = "http://127.0.0.1:8000"
"""Where `runserver` listens, for commands to try a request of a run of the embedded server again."""

_BUDGET_BYTES, _BUDGET_BYTES_PER_OPERATION = 250_000, 500
"""Of the whole page's 2 MB and 1 KB per operation; the rest is for charts, the table and the findings."""
_STATEMENTS = (None, 3, 1, 0)
"""Statements of an operation, tried until the budget is kept; None: all that the analysis has."""


def packed_details(analysis: Analysis) -> str:
    """Return the details of all operations: JSON, deflated (RFC 1950), in base64.

    Where they would burst the page, operations keep fewer of their statements; how many they have is said beside.
    """
    budget = _BUDGET_BYTES + _BUDGET_BYTES_PER_OPERATION * len(analysis.operations)
    packed = ""
    for most in _STATEMENTS:
        text = json.dumps(details_document(analysis, most), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        packed = base64.b64encode(zlib.compress(text.encode("utf-8"))).decode("ascii")
        if len(packed) <= budget:
            break
    return packed


def details_document(analysis: Analysis, most_statements: int | None = None) -> dict[str, Any]:
    """Return what is packed; operations are in the order of the analysis, times are milliseconds."""
    details = analysis.details
    if details is None:
        raise ValueError("the page wants an analysis with its details")
    short = shortener(one.operation.file for one in analysis.operations)
    base = analysis.info.target if "://" in analysis.info.target else _EMBEDDED
    texts: dict[str, int] = {}

    def shared(text: str) -> int:
        return texts.setdefault(text, len(texts))

    findings, by_finding = _findings(analysis)
    errors, by_error = _errors(analysis)
    return {
        "operations": [
            {
                **operation_detail(one, details.operations.get(one.operation.id), base, short, shared, most_statements),
                "findings": by_finding.get(one.operation.id, []),
                "errors": by_error.get(one.operation.id, []),
            }
            for one in analysis.operations
        ],
        "findings": findings,
        "errors": errors,
        "texts": list(texts),
    }


def _findings(analysis: Analysis) -> tuple[list[tuple[str, ...]], Mapping[str, Sequence[int]]]:
    """Return the texts of findings, and their places by operation."""
    places: dict[tuple[str, ...], int] = {}
    found: dict[str, list[int]] = {}
    for one in analysis.findings:
        text = finding_text(one)
        place = places.setdefault((one.code, one.severity.word, str(text.title), str(text.claim)), len(places))
        for operation_id in one.operations:
            found.setdefault(operation_id, []).append(place)
    return list(places), found


def _errors(analysis: Analysis) -> tuple[list[list[Any]], Mapping[str, Sequence[int]]]:
    """Return errors with their tracebacks, and their places by operation."""
    found: dict[str, list[int]] = {}
    for place, one in enumerate(analysis.errors):
        for operation_id in one.operations:
            found.setdefault(operation_id, []).append(place)
    return [[f"{one.type}: {one.message}", one.count, one.traceback] for one in analysis.errors], found
