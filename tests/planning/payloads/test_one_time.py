"""Codes by time, from secrets that pages tell."""

import pytest

from loadaudit.planning.payloads.one_time import code_of, codes_of_page

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""Of the test values of RFC 6238, appendix B, in base32."""


@pytest.mark.parametrize(("now_s", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_of_the_standard(now_s: int, code: str) -> None:
    """The last six of its eight digits."""
    assert code_of(b"12345678901234567890", now_s) == code


@pytest.mark.parametrize(
    "page",
    [
        f"<b>otpauth://totp/Us:anna?secret={SECRET}&amp;issuer=Us</b>",
        f'"url": "otpauth%3A%2F%2Ftotp%2Fa%3Fsecret%3D{SECRET}%26issuer%3DUs"',
        f"<p>Type {SECRET} into the app.</p>",
        f'<input value="{SECRET}" disabled>',
    ],
)
def test_a_page_that_tells_its_secret(page: str) -> None:
    """As a link for an app, or to be typed."""
    assert codes_of_page(page, ["name", "code", "token-otp_token"], 59) == dict.fromkeys(
        ["code", "token-otp_token", "otp_token"], "287082"
    )


@pytest.mark.parametrize("page", ["", "<p>Enter the code.</p>", "<p>ABCDEFGHIJKLMNOP1</p>", f"a-{SECRET}-b"])
def test_a_page_that_tells_none(page: str) -> None:
    assert codes_of_page(page, ["code"], 59) == {}


def test_fields_for_something_else_get_no_code() -> None:
    assert codes_of_page(SECRET, ["postcode", "encoded", "csrfmiddlewaretoken"], 59) == {}
