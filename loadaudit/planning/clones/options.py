"""What cloning needs to know, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

OWNER = "owner"
"""File in a private folder that names its process; the next run removes the folders of dead ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneOptions:
    """Limits and addresses of the clones of one run."""

    run_id: str
    folder: Path
    """Private to the run: SQLite clones, the private PgBouncer."""
    journal: Path
    """Folder that outlives a run: names of PostgreSQL clones that may not carry their comment yet."""
    admin: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Connection string of a role that may create databases, by alias; the alias "" means every other one."""
    max_bytes: int = 20 * 1024**3

    def admin_of(self, alias: str) -> str:
        """Return the connection string for a database, or empty when its own address is direct."""
        return self.admin.get(alias, self.admin.get("", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clones:
    """How the clones are reached, and what the operator should know about them."""

    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Alias → the entries of DATABASES[alias] that are different in the run."""
    out_of_reach: tuple[str, ...] = ()
    """Aliases for which there is no clone, because nobody answers."""
    notes: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
