"""Numbers of a kind that an error asks for: even or odd ones, multiples of another."""

import math
import re
from typing import Any

_MULTIPLE = re.compile(
    r"\b(?:multiples? of|divisible by|(?:steps?|increments?|units?|packs?|batches) of|divided by|evenly by)"
    r" (\d{1,9}(?:\.\d{1,6})?)",
    re.IGNORECASE,
)
_PARITY = re.compile(
    r"(?P<not>\bnot |n't )?\b(?:be|an?|only|enter)\s(?:an? )?(?P<kind>even|odd)\b"
    r"|\b(?P<other>even|odd) (?:number|integer|value|amount)s?\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"\b(?:must|should|has to|to) be (?:a )?negative\b", re.IGNORECASE)


def number_of_a_kind(text: str, sent: Any) -> float | int | None:
    """Return the number that was sent, or the next one, of the kind that a text asks for; None where it asks none."""
    held = _number(sent)
    if (match := _MULTIPLE.search(text)) is not None and float(match[1]):
        step = float(match[1])
        count = max(held or 0, step) / step
        if not math.isfinite(count):
            return None
        # The step has six places at most; more come of what numbers of a computer cannot hold.
        made = round(math.ceil(count) * step, 6)
        return int(made) if made == int(made) else made
    if held is not None and (parity := _PARITY.search(text)) is not None:
        is_odd = ((parity["kind"] or parity["other"]).lower() == "odd") is not bool(parity["not"])
        whole = int(held)
        return whole if whole % 2 == is_odd else whole + 1
    return -1 if _NEGATIVE.search(text) and (held is None or held >= 0) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
