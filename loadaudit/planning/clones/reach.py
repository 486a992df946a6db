"""The address under which the project reaches a clone."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Changed entries of one database's settings, and what is different on that way."""

    settings: Mapping[str, str]
    notes: tuple[str, ...] = ()
    way: str = ""
    """`directly`, `through the configured pooler`, `through a private PgBouncer`; empty: as the source."""
    leads_nowhere: bool = False
    """Whether the database was out of reach, and the project is kept from it."""
