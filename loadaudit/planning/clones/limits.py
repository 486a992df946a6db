"""How large a database may be to be cloned."""

from loadaudit.errors import UnsafeError


def check_size(name: str, size_bytes: int, max_bytes: int) -> None:
    """Raise UnsafeError when a database is larger than LOADAUDIT["CLONE_MAX_BYTES"]."""
    if size_bytes > max_bytes:
        raise UnsafeError(
            f"The database {name} has {size_bytes / 1e9:,.2f} GB, and CLONE_MAX_BYTES allows "
            f"{max_bytes / 1e9:,.2f} GB.",
            hint=(
                f'If that is meant: LOADAUDIT = {{"CLONE_MAX_BYTES": {_rounded_up(size_bytes)}}}. '
                "Or point DATABASES at a smaller copy, or use --no-isolate on purpose."
            ),
        )


def _rounded_up(size_bytes: int) -> int:
    """Return the next round number with room for growth, for a line that is copied into settings."""
    step: int = 10 ** (len(str(size_bytes)) - 1)
    return (size_bytes // step + 1) * step
