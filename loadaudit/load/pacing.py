"""When requests of a fixed rate are due. Pure."""

from collections.abc import Sequence

from loadaudit.records import LaneRules
from loadaudit.records.stretches import BLOCK


def due_s(slot: int, *, rate_per_s: float, phase_s: float = 0.0, stretch_s: float | None = None) -> float:
    """Return when arrival number `slot` is due, in seconds since the start of the load."""
    sending_s = phase_s + slot / rate_per_s
    if stretch_s is None:
        return sending_s
    block, rest_s = divmod(sending_s, 2 * stretch_s)
    pause_s = 2 * stretch_s if rest_s >= stretch_s else 0.0
    return block * BLOCK * stretch_s + rest_s + pause_s


def next_slot(
    slot: int, now_s: float, *, rate_per_s: float, phase_s: float = 0.0, stretch_s: float | None = None
) -> int:
    """Return the first arrival from `slot` on that is not past: what was missed is not sent in a burst."""
    while due_s(slot, rate_per_s=rate_per_s, phase_s=phase_s, stretch_s=stretch_s) < now_s:
        slot += 1
    return slot


def whole_block_s(lanes: Sequence[LaneRules]) -> float:
    """Return how long a load has to last for one comparison of each lane that is sent in stretches."""
    return max((BLOCK * one.stretch_s for one in lanes if one.stretch_s is not None), default=0.0)
