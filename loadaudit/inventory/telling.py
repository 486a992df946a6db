"""What of a route's text and name facts depend on: routes of one view that agree in it share them."""

import re

from loadaudit.inventory import categories, risk
from loadaudit.inventory.categories import API_SEGMENT, is_version
from loadaudit.inventory.words import words_of

_TELLING = categories.TELLING | risk.TELLING
_LITERAL = re.compile(r"[\w.-]+")


def telling(reading: str, name: str) -> tuple[str, str]:
    """Return the route and its name without what tells nothing; both as they are where one has a word for a rule.

    What is left are the parameters, the segment before each, which may name its model, and what says `API v2`.
    """
    if not words_of(reading).isdisjoint(_TELLING) or not words_of(name).isdisjoint(_TELLING):
        return reading, name
    kept: list[str] = []
    before_parameter = False
    for segment in reversed(reading.split("/")):
        is_literal = _LITERAL.fullmatch(segment) is not None
        if not is_literal or before_parameter or _says_api(segment.lower()):
            kept.append(segment)
        # What is empty stands between nothing.
        before_parameter = not is_literal if segment else before_parameter
    return "/".join(reversed(kept)), ""


def _says_api(segment: str) -> bool:
    return segment == API_SEGMENT or is_version(segment)
