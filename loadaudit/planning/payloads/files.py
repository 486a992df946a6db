"""Small files of the kinds that fields for uploads ask for."""

import base64
import mimetypes
import re
from collections.abc import Iterable

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.payloads.archives import WORKBOOK, archive
from loadaudit.records import BodyField, Upload

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
"""A picture of one pixel, in base64."""

_JPEG = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP" + 86 * "/" + "wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAA"
    "AAAAAAAAAAD/2gAIAQEAAD8AN//Z"
)
_PICTURES = ("image", "photo", "picture", "avatar", "logo", "png", "jpg", "icon", "thumb")
_NO_FILES = b"PK\x05\x06" + bytes(18)
"""An archive without files, which those of offices are as well."""

_ENDING = re.compile(r"\.?([a-z][a-z0-9]{1,7})$")
_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "csv": ("text/csv", b"name,value\nloadaudit,1\n"),
    "pdf": ("application/pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"),
    "json": ("application/json", b"{}"),
    "png": ("image/png", base64.b64decode(PNG)),
    "jpg": ("image/jpeg", base64.b64decode(_JPEG)),
    "jpeg": ("image/jpeg", base64.b64decode(_JPEG)),
    "gif": ("image/gif", base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")),
    "svg": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" viewBox="0 0 1 1"/>'),
    "zip": ("application/zip", archive("zip")),
    "tar": ("application/x-tar", archive("tar")),
    "gz": ("application/gzip", archive("gz")),
    "xlsx": (WORKBOOK, archive("xlsx")),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _NO_FILES),
    "xml": ("application/xml", b"<loadaudit/>"),
    "html": ("text/html", b"<!doctype html><title>loadaudit</title>"),
    "ics": ("text/calendar", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:loadaudit\r\nEND:VCALENDAR\r\n"),
    "yaml": ("application/yaml", b"loadaudit: 1\n"),
    "yml": ("application/yaml", b"loadaudit: 1\n"),
    "txt": ("text/plain", b"loadaudit\n"),
    "md": ("text/markdown", b"# loadaudit\n"),
    "mp3": ("audio/mpeg", b"ID3\x03" + bytes(6)),
    "mp4": ("video/mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(12)),
}
"""Type and content by what a file's name ends in; what a picture is made of stands before the rest."""


def upload(name: str, field: BodyField | None = None, accept: str = "") -> Upload:
    """Return a small file for a field: of the kind that its choices, its name or the page ask for, else text."""
    words = re.findall(
        r"[a-z0-9]+", f"{' '.join(field.choices) if field else ''} {name} {accept}".lower().replace("tar.gz", "gz")
    )
    text = " ".join(words)
    named = next((word for word in words if word in KINDS), "")
    is_picture = named in ("", "png") and any(word in text for word in _PICTURES)
    found = "png" if is_picture else named or next((one for one in ("csv", "pdf", "json") if one in text), "txt")
    kind, content = KINDS[found]
    if field is not None and not named and (other := _other_ending(field.choices)):
        # Of a kind that there is no small file of: text, as most of them are.
        found, kind, content = other, mimetypes.types_map.get(f".{other}", "text/plain"), KINDS["txt"][1]
    return Upload(
        field=name,
        filename=f"{UNIQUE_TEXT}.{'tar.gz' if found == 'gz' else found}",
        content_type=kind,
        content=base64.b64encode(content).decode(),
    )


def _other_ending(choices: Iterable[str]) -> str:
    """Return the first ending of a name among what files are asked to end in, or have as their type; or empty."""
    return next((found[1] for one in choices if (found := _ENDING.match(one.lower())) is not None), "")
