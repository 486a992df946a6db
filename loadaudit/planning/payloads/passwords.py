"""Which password fields of a body want the password of whoever is logged in, and which a new one."""

import re
from collections.abc import Iterable

from loadaudit.planning.languages.names import names_in_english

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
    called = names_in_english(name.rpartition("-")[2] for name in names)
    known = called.values()
    before = [name for name, plain in called.items() if _OF_BEFORE.match(plain)]
    if before and any(_NEW_ALONE.match(plain) for plain in known):
        return before
    is_new = any(_AGAIN.search(plain) and not _NEW.search(plain) for plain in known)
    is_new = is_new or any(_OWN.match(plain) and not _PLAIN.match(plain) for plain in known)
    return [name for name, plain in called.items() if _OWN.match(plain) and not (is_new and _PLAIN.match(plain))]


def own_accounts(names: Iterable[str]) -> list[str]:
    """Return the fields for a name that is there: beside an old password, which tells a change from a sign-up."""
    called = names_in_english(names)
    is_change = any(not _PLAIN.match(called.get(one, one)) for one in own_passwords(called))
    return [one for one, plain in called.items() if is_change and plain in ACCOUNT_NAMES]
