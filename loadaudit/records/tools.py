"""What a load tool said about its own requests, and which processes of other machines sent some of the load."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolVerdict:
    """What the load tool that sent a request said about it, beside what the samples show."""

    number: int
    """Of the first sample."""
    numbers: tuple[int, ...]
    """Of all its samples: the request and the redirects that the tool followed."""
    method: str
    name: str
    """As in the tool's own statistics."""
    failure: str = ""
    """In the tool's words; empty: it counted a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadNode:
    """One process that sent a part of the load for a master, perhaps on another machine."""

    name: str
    """As in its samples."""
    users: int
    """Virtual users that it carried."""
    samples: int
    clock_offset_ns: int
    """How far its wall clock is ahead of the master's; its samples are on the master's clock already."""
    round_trip_ns: int
    """Of the message that told it: the offset is right to within half of it."""
    lost: str = ""
    """What is missing because it was lost; empty: it ended as it should."""
