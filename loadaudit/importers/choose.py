"""Which importer reads the files of a command line: decided by what is in them."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from loadaudit.errors import UsageError
from loadaudit.importers.access_log.importer import AccessLog
from loadaudit.importers.interface import HEAD_BYTES, Importer, Source
from loadaudit.importers.locust.csv_files import LocustCsv
from loadaudit.importers.locust.html_report import LocustHtml

IMPORTERS: tuple[Importer, ...] = (LocustCsv(), LocustHtml(), AccessLog())

_KNOWN = (
    "Known are Locust's CSV files and HTML report, access logs of nginx and gunicorn (common, combined, JSON), and "
    "what a locustfile with `import loadaudit.contrib.locust` writes."
)
_GZIP = b"\x1f\x8b"


def recognised(paths: Sequence[Path]) -> tuple[Importer, tuple[Source, ...]]:
    """Return the one importer that recognises all files, and the files with their beginnings.

    Raises UsageError for a file that is missing, empty or unknown, and for files of several tools.
    """
    sources = tuple(_source(path) for path in dict.fromkeys(paths))
    found = [(source, _importer(source)) for source in sources]
    importer = found[0][1]
    for source, other in found:
        if other is not importer:
            raise UsageError(
                f"{found[0][0].name} and {source.name} are results of different tools or kinds.",
                hint="Import them one after the other; each import is a run of its own.",
            )
    return importer, sources


def _importer(source: Source) -> Importer:
    for importer in IMPORTERS:
        if importer.recognises(source):
            return importer
    raise UsageError(f"{source.path} is not recognised as results of a load test.", hint=_KNOWN)


def _source(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if head.startswith(_GZIP):
            with gzip.open(path) as packed:
                head = packed.read(HEAD_BYTES)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path} cannot be read: {reason}.", hint="Name the files that the tool wrote.") from error
    if not head.strip():
        raise UsageError(f"{path} is empty.", hint="Name the files that the tool wrote when it had ended.")
    return Source(path=path, head=head)
