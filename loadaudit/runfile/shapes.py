"""What secrets look like, whatever they are called: signed values, web tokens, keys of issuers, texts of chance."""

import re
from collections.abc import Callable
from itertools import pairwise

ISSUED = r"""
    \b(?:sk|pk|rk)_(?:live|test)_\w+|\bwhsec_\w+|\bsk-(?=[\w-]{0,200}\d)(?=[\w-]{0,200}[A-Z])[\w-]{16,}
    |\bgh[pousr]_\w{10,}|\bgithub_pat_\w+|\bglpat-[\w-]{8,}|\bxox[a-z]-[\w-]+|\bxapp-[\w-]+
    |\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{12,}|\bAIza[\w-]{20,}|\bya29\.[\w-]+|\bSG\.[\w-]{10,}
    |\b(?:npm|hf|dop_v1|doo_v1|shpat|shpss|shpca|lin_api|glsa|ntn|sq0atp|sq0csp)[_-][A-Za-z0-9]{16,}
    |\bpypi-[\w-]{16,}|\bAGE-SECRET-KEY-[A-Z0-9]*|\bkey-[0-9a-f]{24,}|\b\d{6,}:AA[\w-]{20,}"""
"""Keys as their issuers begin them, for a verbose expression."""

WEB_TOKEN = r"\beyJ[\w-]{6,2000}\.[\w-]+(?:\.[\w-]*)?"
"""A JSON Web Token (RFC 7519): each part in base64, the first a JSON object."""

# Django's signer puts base64 of a SHA-1 or a SHA-256 behind a colon, and a moment in base 62 before it; its tokens for
# accounts are a moment in base 36 and half of a hexadecimal SHA-256 (django.core.signing, contrib.auth.tokens).
_SURE = re.compile(
    rf"""(?<![\w.=-])[\w.=-]+(?:(?::|%3A)[0-9A-Za-z]{{5,7}})?(?::|%3A)
     (?=[\w-]{{0,42}}[0-9])(?=[\w-]{{0,42}}[A-Z])(?=[\w-]{{0,42}}[a-z])(?:[\w-]{{27}}|[\w-]{{43}})(?![\w-])
    |(?<![\w-])[0-9a-z]{{4,8}}-[0-9a-f]{{32}}(?![\w-])
    |\b(?:pbkdf2_\w+|scrypt|argon2\w*|bcrypt\w*)\$[^\s"']+
    |{WEB_TOKEN}|{ISSUED}""",
    re.VERBOSE,
)
_OPAQUE = re.compile(r"[A-Za-z0-9+_=-]{20,}")
_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_PLACE = re.compile(r'(^[ \t]*File ".*$)', re.MULTILINE)
"""A line of a traceback that says where; a folder may be named by a checksum."""

_LEAST_OPAQUE = 16
_TURNS_OF_CHANCE = 0.45
"""How often kinds of characters change for each one: 0.6 by chance of letters and digits, a third in `LikeThis`."""


def is_opaque(text: str) -> bool:
    """Whether nobody has written a text: small letters, large ones and digits by turns, or digits of a hash."""
    if _UUID.fullmatch(text):
        return False
    if re.fullmatch(r"[0-9a-fA-F]{32,}", text) and not text.isdigit():
        return True
    longest = max(re.split(r"[-_/+=]", text), key=len)
    classes = ["d" if one.isdigit() else "u" if one.isupper() else "l" for one in longest]
    turns = sum(1 for one, following in pairwise(classes) if one != following)
    return len(longest) >= _LEAST_OPAQUE and "d" in classes and turns >= _TURNS_OF_CHANCE * len(longest)


def without_signed(text: str, hide: Callable[[str], str]) -> str:
    """Return a text with what can be nothing but a key or signed replaced."""
    return _SURE.sub(lambda found: hide(found[0]), text)


def without_opaque(text: str, hide: Callable[[str], str]) -> str:
    """Return a text with that replaced and with what nobody has written; a checksum looks the same."""
    parts = _PLACE.split(without_signed(text, hide))
    parts[::2] = (_OPAQUE.sub(lambda found: _hidden(found[0], hide), one) for one in parts[::2])
    return "".join(parts)


def _hidden(text: str, hide: Callable[[str], str]) -> str:
    return hide(text) if is_opaque(text) else text
