"""The operator's mapping file: names of a load test to operations, and a stub of one to fill in."""

import difflib
import json
from collections.abc import Collection, Iterable
from pathlib import Path

from loadaudit.errors import UsageError
from loadaudit.importers.names import Mapped
from loadaudit.records import ImportedGroup, Match

_EXAMPLE = '{"GET [AUTH] Get Login Page": "GET /accounts/login/", "GET /favicon.ico": null}'


def read_mapping(path: Path, operation_ids: Collection[str]) -> Mapped:
    """Return the mapping of a JSON file.

    Raises UsageError when it cannot be read, is no object of texts and nulls, or names an unknown operation.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--mapping {path} cannot be read: {error.strerror or error}", hint=_hint()) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--mapping {path} is no JSON: {error}", hint=_hint()) from error
    if not isinstance(document, dict):
        raise UsageError(f"--mapping {path} holds no JSON object.", hint=_hint())
    for name, target in document.items():
        if target is not None and not isinstance(target, str):
            raise UsageError(
                f"--mapping {path}: {name!r} is mapped to {target!r}, expected an operation or null.", hint=_hint()
            )
        if target is not None and target not in operation_ids:
            close = difflib.get_close_matches(target, operation_ids, n=3)
            raise UsageError(
                f"--mapping {path}: {name!r} is mapped to {target!r}, which is no operation of the inventory.",
                hint=f"Did you mean {' or '.join(map(repr, close))}?"
                if close
                else "See: manage.py loadaudit inventory",
            )
    return document


def stub(groups: Iterable[ImportedGroup]) -> str:
    """Return a mapping of every unmatched name to its likeliest operation or null; empty where all are matched."""
    unmatched = {one.label: _likeliest(one) for one in groups if one.match is Match.NONE}
    return json.dumps(unmatched, indent=2, ensure_ascii=False) if unmatched else ""


def _likeliest(group: ImportedGroup) -> str | None:
    return next((one for one in group.candidates if one.startswith(f"{group.method} ")), None)


def _hint() -> str:
    return f"It maps names of the results to operations, or to null to ignore them: {_EXAMPLE}"
