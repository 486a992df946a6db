"""Times and counts as they stand on a command line."""

import argparse


def parse_duration_s(text: str) -> float:
    """Return seconds from `45`, `45s`, `1.5m` or `1h`."""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    number, factor = text, 1.0
    for unit in sorted(units, key=len, reverse=True):
        if text.endswith(unit):
            number, factor = text.removesuffix(unit), units[unit]
            break
    try:
        seconds = float(number) * factor
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise argparse.ArgumentTypeError(f"expected a time such as 45s or 2m, found {text!r}")
    return seconds


def some_time_s(text: str) -> float:
    """Return seconds of a load, which cannot be none."""
    seconds = parse_duration_s(text)
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"expected a time longer than none, such as 45s, found {text!r}")
    return seconds


def positive(text: str, most: int = 100_000, because: str = "") -> int:
    """Return a whole number from 1 to `most`, which an error gives the reason of."""
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= most:
        why = f": {because}" if because else ""
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to {most}, found {text!r}{why}")
    return int(text)
