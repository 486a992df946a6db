"""Inventories kept in files that can be committed, to be compared with those of later releases."""

import json
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings

from loadaudit.audit.options import Selection
from loadaudit.errors import UsageError
from loadaudit.inventory.filters import Filters
from loadaudit.records import Inventory, Operation
from loadaudit.runfile.codec import from_plain, to_plain

FORMAT_VERSION = 1
_KIND = "loadaudit inventory"

# A line moves with every edit above it, and a file in version control should not.
_NOT_KEPT = frozenset({"line"})

_OPTIONS = {"apps": "--app", "categories": "--category", "methods": "--method", "risks": "--risk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """An inventory that was read from a file."""

    inventory: Inventory
    loadaudit: str
    """Version of loadaudit that saved it."""


def saved_document(inventory: Inventory, selection: Selection) -> dict[str, Any]:
    """Return the operations as they are kept: sorted, and without times, lines and paths of this machine."""
    roots = _roots()
    ordered = sorted(inventory.operations, key=lambda one: (one.route, one.method))
    return {
        "kind": _KIND,
        "format_version": FORMAT_VERSION,
        "loadaudit": loadaudit_version(),
        "selection": _selection(inventory, selection),
        "operations": [_kept(one, roots) for one in ordered],
    }


def read_saved(path: Path, inventory: Inventory, selection: Selection) -> Saved:
    """Return the inventory of a file, to be compared with `inventory`, which was taken with `selection`.

    Raises UsageError when the file is missing, is no saved inventory, is of a newer version, or was saved with
    another selection: what a filter left out would look as if it had been removed.
    """
    document = _document(path)
    before, now = document.get("selection"), _selection(inventory, selection)
    if before != now:
        raise UsageError(
            f"{path} was saved {_words(before)}, and this call was made {_words(now)}.",
            hint="Use the same options as when it was saved, or save it anew. Groups such as the admin are included "
            'by --include-admin, by LOADAUDIT["INCLUDE"], or where a project has no other routes.',
        )
    return Saved(inventory=_inventory(path, document), loadaudit=str(document.get("loadaudit", "")))


def read_inventory(path: Path) -> Inventory:
    """Return the inventory of a file as it was saved. Raises UsageError as `read_saved` does, whatever was selected."""
    return _inventory(path, _document(path))


def loadaudit_version() -> str:
    """Return the installed version, or empty where loadaudit is run without being installed."""
    try:
        return version("loadaudit")
    except PackageNotFoundError:
        return ""


def _document(path: Path) -> Mapping[str, Any]:
    document = _read(path)
    if not isinstance(document, Mapping) or document.get("kind") != _KIND:
        raise _no_inventory(path, "its kind is not named in it")
    if document.get("format_version") != FORMAT_VERSION:
        raise UsageError(
            f"{path} has the format version {document.get('format_version')}, and this loadaudit reads "
            f"{FORMAT_VERSION}.",
            hint="Use the loadaudit that saved it, or save it anew with this one.",
        )
    return document


def _inventory(path: Path, document: Mapping[str, Any]) -> Inventory:
    try:
        return Inventory(operations=tuple(from_plain(Operation, {**one, "line": 0}) for one in document["operations"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _no_inventory(path, f"its operations are incomplete ({error})") from error


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}",
            hint="Make it with: manage.py loadaudit inventory --save FILE",
        ) from error
    except (ValueError, RecursionError) as error:
        raise _no_inventory(path, f"it is no JSON ({error})") from error


def _no_inventory(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"{path} is no saved inventory: {reason}.",
        hint="Make it with: manage.py loadaudit inventory --save FILE",
    )


def _selection(inventory: Inventory, selection: Selection) -> dict[str, list[str]]:
    """Return what was chosen, without the empty parts and in an order of its own."""
    chosen = {one.name: sorted(getattr(selection.filters, one.name)) for one in fields(Filters)}
    chosen |= {"include": sorted(inventory.included), "urlconfs": list(selection.urlconfs)}
    return {name: values for name, values in chosen.items() if values}


def _words(selection: object) -> str:
    if not selection:
        return "without filters"
    if not isinstance(selection, Mapping):
        return f"with {selection!r}"
    return f"with {' '.join(_asked(selection))}"


def _asked(selection: Mapping[str, Any]) -> Iterator[str]:
    for name, values in selection.items():
        option = _OPTIONS.get(name, f"--{name.removesuffix('s') if name == 'urlconfs' else name}")
        if name == "include":
            yield f"the groups {', '.join(map(str, values))}"
        else:
            yield from (f"{option} {value}" for value in values)


def _kept(operation: Operation, roots: tuple[str, ...]) -> dict[str, Any]:
    plain = to_plain(operation)
    return {key: value for key, value in plain.items() if key not in _NOT_KEPT} | {
        "file": _portable(operation.file, roots)
    }


def _roots() -> tuple[str, ...]:
    """Return folders that paths are written relative to; the first that holds a file counts.

    Where packages are installed comes before the project, which may hold its own virtual environment.
    """
    installed = [sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    project = _project()
    others = sorted((one for one in sys.path if one), key=len, reverse=True)
    known = [one.rstrip(os.sep) + os.sep for one in (*installed, project, *others) if one]
    return tuple(dict.fromkeys(root for one in known for root in (one, os.path.realpath(one) + os.sep)))


def _project() -> str:
    """Return the project's folder, whatever folder the command is called from.

    That is BASE_DIR, or the folder of manage.py above it, from which Python imports.
    """
    base = getattr(settings, "BASE_DIR", None)
    if not base:
        return str(Path.cwd())
    above = [one for one in sys.path if one and Path(base).is_relative_to(one) and Path(one) != Path(one).parent]
    return min([*above, str(base)], key=len)


def _portable(file: str, roots: tuple[str, ...]) -> str:
    """Return a path relative to the first root that holds it, or only its name."""
    for root in roots:
        if file.startswith(root):
            return Path(file[len(root) :]).as_posix()
    return Path(file).name if file else ""
