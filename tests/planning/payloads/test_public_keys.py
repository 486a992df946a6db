"""Public keys are read by whoever checks them, and differ from request to request."""

import base64
import ssl

import pytest

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.payloads.public_keys import CERTIFICATE, PEM, SSH

_LENGTH = 294
"""Bytes of a SubjectPublicKeyInfo of 2,048 bits."""


@pytest.mark.parametrize("text", ["".join(PEM.split("\n")[1:-2]), SSH.split(" ")[1]])
def test_a_key_is_whole_whatever_stands_in_the_place_of_the_mark(text: str) -> None:
    first, second = (base64.b64decode(text.replace(UNIQUE_TEXT, mark), validate=True) for mark in ("00000a", "00000b"))
    assert first != second
    assert len(first) == len(second)


def test_a_text_as_programs_exchange_it() -> None:
    assert PEM.startswith("-----BEGIN PUBLIC KEY-----\n")
    assert len(base64.b64decode("".join(PEM.split("\n")[1:-2]))) == _LENGTH
    assert base64.b64decode(SSH.split(" ")[1])[4:11] == b"ssh-rsa"


def test_a_certificate_that_a_library_reads() -> None:
    """OpenSSL takes it for one of an authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=CERTIFICATE)
    (known,) = context.get_ca_certs()
    assert str(known["notAfter"]).endswith("2120 GMT")
