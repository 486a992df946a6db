"""Figures as people read them: durations, sizes, shares and counts with their units."""

from django.utils.translation import gettext as _

from loadaudit.analysis.result import CoverageRow

NONE = "–"
"""Stands where there is not enough data for a figure."""


def duration(value_ns: int | float | None) -> str:
    """Return nanoseconds with two to three significant digits: `0.8 ms`, `340 ms`, `1.25 s`, `2 min 5 s`."""
    if value_ns is None:
        return NONE
    milliseconds = value_ns / 1e6
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 999.5:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def size(value_bytes: int | None) -> str:
    """Return bytes in binary units: `812 B`, `3.4 KiB`, `12 MiB`."""
    if value_bytes is None:
        return NONE
    value = float(value_bytes)
    for unit in ("B", "KiB", "MiB"):
        if value < 1023.5:
            return f"{value:.1f} {unit}" if unit != "B" and value < 10 else f"{value:.0f} {unit}"
        value /= 1024
    return f"{value:.1f} GiB"


def count(value: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,}"


def percent(part: int, whole: int) -> str:
    """Return `part` of `whole` as whole percent, or `no data` when there is no whole.

    As in coverage.py, 0 and 100 are written only when they are exactly true: 1 of 500 is 1, 499 of 500 is 99.
    """
    if whole <= 0:
        return _("no data")
    rounded = (200 * part + whole) // (2 * whole)
    if rounded == 0 and part:
        return "1 %"
    return "99 %" if rounded >= 100 and part < whole else f"{rounded} %"


def share(value: float | None) -> str:
    """Return a share between 0 and 1 in percent, or a dash."""
    return NONE if value is None else percent(round(value * 1_000_000), 1_000_000)


def coverage(row: CoverageRow) -> str:
    """Return the coverage of a row in percent, or `no data`."""
    return percent(row.succeeded, row.operations) if row.sent else _("no data")


def rate(value_per_s: float | None) -> str:
    """Return a rate per second."""
    if value_per_s is None:
        return NONE
    return f"{value_per_s:.2f}/s" if value_per_s < 10 else f"{value_per_s:,.0f}/s"
