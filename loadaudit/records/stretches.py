"""The stretches of a load with and without a lane, so that its effect on the others can be seen. Pure."""

BLOCK = 4
"""Stretches of a block: with, without, without, with, so that a drift of the target weighs on both alike."""


def is_with(time_s: float, stretch_s: float) -> bool:
    """Return whether the lane sends at a moment of the load."""
    return int(time_s // stretch_s) % BLOCK in (0, BLOCK - 1)
