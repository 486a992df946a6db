"""What of a route's text and name facts depend on: routes of one view that agree in it share them."""

import re

from loadaudit.inventory import categories, risk
from loadaudit.inventory.words import words_of

_TELLING = categories.TELLING | risk.TELLING
_SILENT = re.compile(r"(?<=/)(?!(?:api|v\d+(?:\.\d+)*)/)[\w.-]+/(?=/*[\w.-]+(?:/|$))", re.IGNORECASE)
"""A literal segment with another one behind it, unless it says `API v2`."""


def telling(reading: str, name: str) -> tuple[str, str]:
    """Return the route and its name without what tells nothing; both as they are where one has a word for a rule.

    What is left are the parameters, the last of the segments between them, which may name a model, and what says
    `API v2`.
    """
    if not words_of(reading).isdisjoint(_TELLING) or not words_of(name).isdisjoint(_TELLING):
        return reading, name
    return _SILENT.sub("", reading), ""
