"""Settings that list what a view takes: a value that none of them has is refused, whatever else it is."""

import re

from django.conf import settings

_NAMED = re.compile(r"\bnot (?:\w+ ){0,3}?(?:in|by) (?:the )?(?:setting )?['\"`]?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")
"""Where a refusal names the setting itself."""

_NOT_ALLOWED = re.compile(r"\bnot (?:an? |one of the |among the )?(?:allowed|permitted|whitelisted)\b", re.IGNORECASE)
_LISTS = frozenset({"ALLOW", "ALLOWED", "ALLOWLIST", "PERMITTED", "WHITELIST", "WHITELISTED"})
"""Words of a setting's name that say that it is such a list."""


def allow_lists_in(said: str) -> tuple[str, ...]:
    """Return the settings of which a refusal says that a value is not in them, by their names or by all their words.

    `not an allowed export path` speaks of `ALLOWED_EXPORT_PATHS`.
    """
    named = dict.fromkeys(match[1] for match in _NAMED.finditer(said) if hasattr(settings, match[1]))
    if named or not _NOT_ALLOWED.search(said):
        return tuple(named)
    words = {_single(one) for one in re.findall(r"[A-Za-z]+", said)}
    found = []
    for name in dir(settings):
        parts = name.split("_")
        meant = [_single(one) for one in parts if one not in _LISTS]
        if name.isupper() and len(meant) < len(parts) and len(meant) > 1 and words.issuperset(meant):
            found.append(name)
    return tuple(found)


def _single(word: str) -> str:
    return word.upper().removesuffix("S")
