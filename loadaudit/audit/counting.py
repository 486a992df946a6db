"""Numbers with the word that they count, for what a run says while it goes on."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its word; `many` is the word for more than one where that is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
