"""How a stretch of a view's source may end."""


class End:
    """The ways to end, as bits: plain numbers, because enum.Flag took a third of the time."""

    NOWHERE = 0
    FALLS_THROUGH = 1
    ANSWERS = 2
    REJECTS = 4
    """It returns a refusal."""
    LEAVES_LOOP = 8
    RAISES = 16
    """It raises a refusal, which also ends whatever called it."""


def is_refused(end: int) -> bool:
    """Whether every way ends in a refusal."""
    return bool(end) and not end & ~(End.REJECTS | End.RAISES)
