"""Makes files on the clone that rows name and that the storage does not have, as where media were not copied along."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models

from loadaudit.planning.payloads.files import upload
from loadaudit.records import Trace

_NAMED = re.compile(r"'(?P<path>/[^']+)'")


def missing_file(trace: Trace | None) -> str:
    """Return the path that a view wanted to open and that is not there, or empty."""
    exception = trace.exception if trace is not None else None
    if exception is None or not exception.type.endswith("FileNotFoundError"):
        return ""
    match = _NAMED.search(exception.message)
    return match["path"] if match is not None else ""


def make_file(path: str) -> bool:
    """Put a small file where a storage has none; tell whether the path belongs to one.

    What the storage raises goes on.
    """
    for storage in _storages():
        for folder in (storage.location, storage.base_location):
            if not Path(path).is_relative_to(folder):
                continue
            name = str(Path(path).relative_to(folder))
            content = base64.b64decode(upload(name).content)
            return not storage.exists(name) and bool(storage.save(name, ContentFile(content)) == name)
    return False


def _storages() -> Iterator[Any]:
    """Yield the storages of files in folders, that of uploads first."""
    fields = (one for model in apps.get_models() for one in model._meta.concrete_fields)
    found: list[Any] = [default_storage, *(one.storage for one in fields if isinstance(one, models.FileField))]
    # Most of them are lazy objects around one.
    yield from (one for one in found if hasattr(one, "location") and hasattr(one, "base_location"))
