"""Values that the words of an error describe."""

from datetime import date
from typing import Any

import pytest

from loadaudit.load.payloads import UNIQUE_TEXT
from loadaudit.planning.payloads.files import PNG
from loadaudit.planning.payloads.public_keys import CERTIFICATE, PEM, SSH
from loadaudit.planning.preflight.hints import hinted, hinted_by_name

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "sent", "value"),
    [
        ("The address must be in the subnet 10.1.48.0/24.", "192.0.2.1", "10.1.48.7"),
        ("A SKU begins with SKU-", "la", "SKU-xxLAxx"),
        ("A SKU has 9 characters", "SKU-xxLAxx", "SKU-xxLAx"),
        ("The number must be exactly 10 digits.", "la", "1__loadaudit_number__"),
        ("The number must be exactly 6 digits.", "la", "111111"),
        ("Ensure that there are no more than 4 digits in total.", "11.111", "1"),
        ("It must have at least 20 characters", "loadaudit", "loadauditaaaaaaaaaaa"),
        ("Ensure this has no more than 4 characters", "loadaudit", "load"),
        ("Groups of more than six book by phone.", "9", 6),
        ("An order may not have more than 6 lines of it", "9", None),
        ("You cannot take more than 6", "9", 6),
        ("It must be more than 6", "1", 7),
        ("must be between 2 and 5", "9", 2),
        ("Ensure this value is greater than or equal to 3.", "1", 3),
        ("must be greater than 0", "0", 1),
        ("must not be greater than 5", "9", 5),
        ("This cannot exceed 100", 300, 100),
        ("The time must be HH:MM", "10:00:00Z", "10:00"),
        ("Use the format DD/MM/YYYY", "2026-03-01", "01/03/2026"),
        ("Choose a day at least 3 days ahead.", "2026-03-01", "2026-03-05"),
        ("You must agree to the terms", "on it", True),
        ("Not a valid cron expression", "la", "0 3 * * *"),
        ("Unknown timezone", "la", "UTC"),
        ("Enter a valid domain name", "loadaudit xxLAxx", "la-xxLAxx.example.com"),
        ("Enter a valid email address.", "la_xxLAxx", "la-xxLAxx@example.com"),
        ("Expected a data URI with base64 content.", "la", f"data:image/png;base64,{PNG}"),
        ("Public key could not be imported.", "la", PEM),
        ("Must be PEM encoded X.509 certificate.", "la", CERTIFICATE),
        ("This is no valid SSH public key", "la", SSH),
        ("A mobile number can not begin with '1'.", "1111111111", "9111111111"),
        ("A mobile number must not start with 1", "9111111111", None),
        ("It must contain at least one upper case letter.", "quiet", "quietQ"),
        ("A password should contain a digit and a special character", "Quiet", "Quiet7!"),
        ("It must not contain a digit", "Quiet", None),
        ("It must not contain a digit", "Quiet 7", "Quiet"),
        ("'a xxLAxx' is not a valid name. Contains digit", "la xxLAxx", "la"),
        ("Only letters are allowed.", "xxLAxx", "Loadaudit"),
        ("Enter the phone number in international form", "la", "+4930__loadaudit_number__"),
        ("The phone number is taken", "la", None),
        ("Cost centers consist of digits only.", "loadaudit xxLAxx", "__loadaudit_number__"),
        ("Numbers start with S, followed by digits.", "xxLAxx", "S10023"),
        ("Numbers start with S, followed by digits.", "SxxLAxx", "S10023"),
        ("Must lie in the future.", "2020-03-01", "2026-03-08"),
        ("Choose a day in the future, and a weekday.", "2020-03-01", "2026-03-09"),
        ("Must be a multiple of 25.", "1", 25),
        ("Between ten and twelve, please.", "1", 10),
        ("Must start with a digit.", "la", "7la"),
        ("Must begin with INV-.", True, "INV-xxLAxx"),
        ("It must contain at least 1 digit.", "la", "la7"),
        ("It must have no fewer than ten characters.", "loadaudit", "loadaudita"),
        ("You must be at least 18 years old.", "1990-03-01", None),
        ("A letter and nine digits, for example A123456789.", "la", "A123456789"),
        ("name must have an extension", "la", "la.txt"),
        ("Account numbers begin with 1, 2 or 3.", "6064", "1064"),
        ("Enter a valid code (e.g. AB-1234).", "la", "AB-1234"),
        ("It must look like 'inv/1'.", "la", "inv/1"),
        ("Not a valid day, e.g. 2006-10-25", "la", "2026-03-01"),
        ("Enter an address, e.g. you@firm.org", "la", f"la-{UNIQUE_TEXT}@firm.org"),
        ("It must not look like 'x1'.", "la", None),
        ("Common ones, e.g. 'secret1', are not allowed.", "la", None),
        ("Invalid date format: 2026-01-01", "2026-01-01", None),
        ("Required pattern: ^[A-Z]{2}-7$", "la", "AA-7"),
        ("Use the format 5 to 7 characters", "la", "laaaaaa"),
        ("This is not right", "la", None),
        ("Enter a valid value.", "la", None),
    ],
)
def test_a_text_describes_a_value(text: str, sent: Any, value: Any) -> None:
    assert hinted(text, sent, DAY) == value


def test_what_was_sent_already_is_no_answer() -> None:
    assert hinted("The time must be HH:MM", "10:00", DAY) is None


def test_a_text_names_the_field_that_it_speaks_of() -> None:
    """Names with more than one word are written as people write them."""
    sent = {"start_time": "x", "stars": "9", "note": "y"}
    assert list(hinted_by_name("start time must be HH:MM", sent, DAY)) == [("start_time", "10:00")]
    assert list(hinted_by_name("stars must be between 1 and 5", sent, DAY)) == [("stars", 1)]
