"""Inventories kept in files, to be compared with those of later releases."""

import json
import sysconfig
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from loadaudit.audit.options import Selection
from loadaudit.errors import UsageError
from loadaudit.records import Inventory
from loadaudit.runfile.codec import from_plain, to_plain

FORMAT_VERSION = 1
_KIND = "loadaudit inventory"


def saved_document(inventory: Inventory, selection: Selection) -> dict[str, Any]:
    """Return the inventory as it is kept: with what was selected, and without paths of this machine."""
    here = Path.cwd()
    operations = tuple(replace(one, file=_portable(one.file, here)) for one in inventory.operations)
    problems = tuple(replace(one, file=_portable(one.file, here)) for one in inventory.problems)
    portable = replace(inventory, operations=operations, problems=problems)
    return {
        "kind": _KIND,
        "format_version": FORMAT_VERSION,
        "selection": to_plain(selection),
        **to_plain(portable),
    }


def read_saved(path: Path, selection: Selection) -> Inventory:
    """Return the inventory of a file.

    Raises UsageError when the file is missing, is no saved inventory, is of a newer version, or was saved with
    another selection: what a filter left out would look as if it had been removed.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}",
            hint="Make it with: manage.py loadaudit inventory --save FILE",
        ) from error
    except ValueError as error:
        raise _no_inventory(path, f"it is no JSON ({error})") from error
    if not isinstance(document, Mapping) or document.get("kind") != _KIND:
        raise _no_inventory(path, 'its "kind" is another')
    if document.get("format_version") != FORMAT_VERSION:
        raise UsageError(
            f"{path} has the format version {document.get('format_version')}, and this loadaudit reads "
            f"{FORMAT_VERSION}.",
            hint="Use the loadaudit that saved it, or save it anew with this one.",
        )
    if document.get("selection") != to_plain(selection):
        raise UsageError(
            f"{path} was saved with other options: {json.dumps(_asked(document.get('selection')))}.",
            hint="Give the same filters, --include-admin and --urlconf as when it was saved.",
        )
    try:
        return from_plain(Inventory, document)
    except (TypeError, ValueError, AttributeError) as error:
        raise _no_inventory(path, f"its operations are incomplete ({error})") from error


def _asked(selection: object) -> object:
    """Return of a saved selection what was asked for, without the empty parts."""
    if not isinstance(selection, Mapping):
        return selection
    return {key: _asked(value) for key, value in selection.items() if value and _asked(value)}


def _no_inventory(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"{path} is no saved inventory: {reason}.",
        hint="Make it with: manage.py loadaudit inventory --save FILE",
    )


def _portable(file: str, here: Path) -> str:
    """Return a path relative to the project, or to where packages are installed, or only its name."""
    if not file:
        return ""
    for root in (here, *(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib"))):
        if Path(file).is_relative_to(root):
            return Path(file).relative_to(root).as_posix()
    return Path(file).name
