"""Codes that an app on a telephone would show for the secret that a page tells whoever sets it up (RFC 6238)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable

_CODE_FIELD = re.compile(r"(?:^|[-_])(?:otp|totp|(?:otp_?|totp_?|mfa_?)?(?:code|token|passcode)|pin)(?:[-_]|$)", re.I)
_OF_A_LINK = re.compile(r"otpauth(?::|%3A).{0,400}?secret(?:=|%3D)(?P<secret>[A-Z2-7]{16,128})", re.I | re.DOTALL)
_PLAIN = re.compile(r"(?<![\w+/=-])(?P<secret>[A-Z2-7]{16,128})(?:={0,6})(?![\w+/=-])")
"""A text in base32, of a length that no word in capitals has."""

_STEP_S = 30
_DIGITS = 6
_LONGEST_PAGE = 500_000


def codes_of_page(page: str, names: Iterable[str], now_s: float) -> dict[str, str]:
    """Return a code for each field that asks for one by its name, where a page tells the secret; mostly nothing.

    Keys are these names, and what stands behind the prefixes of Django's forms. `now_s` is the wall clock in seconds
    since 1970.
    """
    asking = fields_of_codes(names)
    secret = _secret_of(page[:_LONGEST_PAGE]) if asking else b""
    return dict.fromkeys(asking, code_of(secret, now_s)) if secret else {}


def fields_of_codes(names: Iterable[str]) -> list[str]:
    """Return the fields that ask for a code by their names, and what stands behind the prefixes of Django's forms."""
    asking = [one for one in names if _CODE_FIELD.search(one)]
    return list(dict.fromkeys([*asking, *(one.rpartition("-")[2] for one in asking)]))


def code_of(secret: bytes, now_s: float) -> str:
    """Return the code of a moment: six digits of SHA-1 every 30 s, as apps and servers do where nobody says more."""
    digest = hmac.digest(secret, int(now_s // _STEP_S).to_bytes(8, "big"), hashlib.sha1)
    place = digest[-1] & 0xF
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def _secret_of(page: str) -> bytes:
    """Return the secret of a link for such apps, else what is written out to be typed; empty where there is none."""
    match = _OF_A_LINK.search(page) or _PLAIN.search(page)
    if match is None:
        return b""
    text = match["secret"].upper()
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""
