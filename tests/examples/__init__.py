"""Examples of README and docs, and what executes each kind of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.audit.site import ROOT

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One block of code."""

    document: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        """Document and line."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def examples(documents: Sequence[Path]) -> list[Example]:
    """Return the blocks of the documents in order."""
    return [
        Example(document=path, line=text[: found.start()].count("\n") + 1, language=found[1], text=found[2])
        for path in documents
        for text in [path.read_text(encoding="utf-8")]
        for found in _BLOCK.finditer(text)
    ]
