"""Options of clones as the tests want them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loadaudit.planning.clones.options import OWNER, CloneOptions


def clone_options(folder: Path, run_id: str = "r", **values: Any) -> CloneOptions:
    """Return options for clones in a run's private folder; the journal lies beside it."""
    (folder / OWNER).touch()
    return CloneOptions(run_id=run_id, folder=folder, journal=folder / "journal", **values)
