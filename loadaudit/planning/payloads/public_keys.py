"""Public keys as programs exchange them, each request with one of its own: nobody has the other half of them."""

import base64
import hashlib
import struct

from loadaudit.load.payloads import UNIQUE_TEXT

_BYTES = 256
_EXPONENT = b"\x01\x00\x01"
_OF_RSA = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a02820101")
"""What stands before the modulus of 2,048 bits in a SubjectPublicKeyInfo (RFC 5280, RFC 8017)."""

_LINE = 64
_PLACE = 120
"""Of a mark in the base64: within the modulus, whose first bit and last byte have to stay as they are."""


def _modulus() -> bytes:
    """Return an odd number of 2,048 bits, always the same, whose factors nobody knows."""
    number = b"".join(hashlib.sha256(f"loadaudit {part}".encode()).digest() for part in range(_BYTES // 32))
    return bytes([number[0] | 0x80]) + number[1:-1] + bytes([number[-1] | 1])


def _marked(content: bytes) -> str:
    """Return base64 with the mark in it that becomes letters and digits of each request's own."""
    text = base64.b64encode(content).decode()
    return text[:_PLACE] + UNIQUE_TEXT + text[_PLACE + len(UNIQUE_TEXT) :]


def _pem() -> str:
    text = _marked(_OF_RSA + b"\x00" + _modulus() + b"\x02\x03" + _EXPONENT)
    lines = [text[place : place + _LINE] for place in range(0, len(text), _LINE)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def _ssh() -> str:
    parts = (b"ssh-rsa", _EXPONENT, b"\x00" + _modulus())
    return f"ssh-rsa {_marked(b''.join(struct.pack('>I', len(one)) + one for one in parts))} loadaudit"


PEM = _pem()
"""An RSA key in a PEM text (RFC 7468)."""

SSH = _ssh()
"""An RSA key in a line as OpenSSH has it (RFC 4253)."""

CERTIFICATE = "\n".join(
    [
        "-----BEGIN CERTIFICATE-----",
        "MIIBSjCB8aADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvYWRhdWRp",
        "dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ",
        "bG9hZGF1ZGl0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+msrqJ1wMXYmBD4r",
        "4lN0ybC4uE9gEpxBu2xX3mCQjdFo5qiWokKFUci+rMY3sGFNtHGE69DJg/TqJp77",
        "yLE8FKMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU2KomYCPSWzKZ8beU",
        "E3y1K0XZOCcwCgYIKoZIzj0EAwIDSAAwRQIhAK1VIeNTRAL7J/gkglVsWOvjkucX",
        "gUOkDTFuDAHMV57xAiB/FbdHJwazZJOlT3FY9+1fL9x87m4HSWsHwjtwMAlXOg==",
        "-----END CERTIFICATE-----",
        "",
    ]
)
"""A certificate of an authority (RFC 5280), from 2020 on for a hundred years; nobody has the key that signed it."""
