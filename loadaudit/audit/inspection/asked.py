"""What an operator wants inspected, and what the process of its own is told."""

from dataclasses import dataclass

from loadaudit.probes.overrides import Spec
from loadaudit.records import InspectedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectOptions:
    """The options of `inspect`."""

    operation: str
    """As the operator wrote it."""
    user: str = ""
    """User name or role; empty: whom a run would send it as."""
    slowest: bool = False
    """The slowest request of the operation in `run`."""
    run: str = ""
    """Label, id or file; empty: the latest."""
    repeat: bool = False
    """The request of the inspection before, to compare with."""
    include_admin: bool = False
    isolate: bool = True
    writes: bool = True
    destructive: bool = True
    allow_outgoing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the process of its own is told; travels through a private file."""

    server: Spec
    """The project with its clones and its fence."""
    folder: str
    operation_id: str
    user: str = ""
    request: InspectedRequest | None = None
    """Exactly this; None: whatever works first, as for a run."""
    path: str = ""
    """Exactly this address, as whom it works and with whatever body works."""
    twice: bool = False
    """Whether the request is sent once more, to compare."""
    include_admin: bool = False
    isolated: bool = True
    writes: bool = True
    destructive: bool = True
