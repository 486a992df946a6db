"""What an importer is, and what it gets: files of one run, and the names of the project's operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from loadaudit.importers.names import Names
from loadaudit.records import ImportedResults

HEAD_BYTES = 65_536
"""How much of a file an importer sees to recognise it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file, with its beginning, unpacked where it was packed."""

    path: Path
    head: bytes

    @property
    def name(self) -> str:
        """The name without folders."""
        return self.path.name


class Importer(Protocol):
    """Reads the results of one tool. A new tool is a class with these three, listed in `choose.py`."""

    @property
    def tool(self) -> str:
        """What the tool is called in output."""

    def recognises(self, source: Source) -> bool:
        """Say by its beginning whether a file is one of the tool's."""

    def read(self, sources: Sequence[Source], names: Names) -> ImportedResults:
        """Return what the files of one run say, each name with its operation.

        Raises UsageError where files are truncated, contradict each other, or belong to several runs.
        """
