"""Which password fields of a body want the password of whoever is logged in, and which a new one."""

import re
from collections.abc import Iterable

ACCOUNT_NAMES = ("login", "username", "user_name")
"""Fields for the name of an account."""

_WORD = r"(?:pass(?:w(?:or)?d)?|pwd|pw)"
_OWN = re.compile(rf"^((current|old|existing|previous|present|my|your)_?)?{_WORD}(_?(current|old))?$", re.IGNORECASE)
_PLAIN = re.compile(rf"^{_WORD}$", re.IGNORECASE)
_AGAIN = re.compile(
    rf"{_WORD}.*(confirm|repeat|again|2|verif)|(confirm|repeat|re|again|verif\w*)_?{_WORD}", re.IGNORECASE
)
_NEW = re.compile(r"new", re.IGNORECASE)
_NEW_ALONE = re.compile(r"^new(_?(1|2|again|confirm|repeat))?$", re.IGNORECASE)
_OF_BEFORE = re.compile(r"^(current|old)$", re.IGNORECASE)
"""A password where a new one stands beside it, called as shortly."""


def own_passwords(names: Iterable[str]) -> list[str]:
    """Return the fields that ask for a password that is there: `password` is a new one where it is asked for twice."""
    known = [name.rpartition("-")[2] for name in names]
    before = [name for name in known if _OF_BEFORE.match(name)]
    if before and any(_NEW_ALONE.match(name) for name in known):
        return before
    is_new = any(_AGAIN.search(name) and not _NEW.search(name) for name in known)
    is_new = is_new or any(_OWN.match(name) and not _PLAIN.match(name) for name in known)
    return [name for name in known if _OWN.match(name) and not (is_new and _PLAIN.match(name))]


def own_accounts(names: Iterable[str]) -> list[str]:
    """Return the fields for a name that is there: beside an old password, which tells a change from a sign-up."""
    known = list(names)
    is_change = any(not _PLAIN.match(one) for one in own_passwords(known))
    return [one for one in known if is_change and one in ACCOUNT_NAMES]
