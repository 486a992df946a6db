"""What the name of a field suggests to write into it, as Django projects use names."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from loadaudit.load.payloads import UNIQUE_NUMBER, UNIQUE_OCTETS, UNIQUE_TEXT
from loadaudit.planning.languages.names import name_in_english
from loadaudit.planning.payloads.files import PNG
from loadaudit.planning.payloads.words import in_snake_case

PASSWORD = f"Load-{UNIQUE_TEXT}-audit-9!"

_CARD = r"(^|_)(credit_?|debit_?|bank_?|payment_?)?card_?(no|nr|num|number)?$|(^|_)(pan|cc_?(no|num|number))$"
_CARDS = ("4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111")
"""Of nobody, with a check digit that is right (ISO/IEC 7812-1): payment services give it out for tests."""

_EXPIRY = r"(^|_)(exp|expiry|expires|expiration|valid_(thru|until))(_?(date|month_?year))?$"
_EXPIRIES = ("%Y-%m-%d", "%m/%y", "%m/%Y", "%Y-%m", "%m-%y", "%m-%Y", "%m%y", "%m%Y")
_FAR = timedelta(days=730)

OTHER_ROW = r"(^|_)(end|to|target|dest(ination)?|last|after)_?(id|pk)$"
"""Names the second of two rows, from one to the other: code that gets the same twice may go round for ever."""

_BY_NAME: tuple[tuple[re.Pattern[str], Callable[[date], Any]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), value)
    for pattern, value in (
        (
            r"e-?mail(?!s?_?(type|kind|status|template|subject|format|count|enabled|verified|sent)$)",
            lambda day: f"la-{UNIQUE_TEXT}@example.com",
        ),
        (r"password|passwd|passphrase", lambda day: PASSWORD),
        (r"base_?64|(^|_)b64(_|$)", lambda day: PNG),
        (r"(^|_)cron(_|tab|$)", lambda day: "0 3 * * *"),
        (r"(^|_)sql(_(query|text|statement))?$", lambda day: "SELECT 1"),
        (
            r"(^|_)(next|return_(url|to)|redirect(_to|_url)?|continue|back(_url)?|success_url|came_from)$",
            lambda day: "/",
        ),
        (r"(^|_)(domain|host|host_?name)$", lambda day: f"la-{UNIQUE_TEXT}.example.com"),
        (r"(^|_)(base|rel(ative)?)_?path$", lambda day: f"la-{UNIQUE_TEXT}"),
        (r"(^|_)path$", lambda day: f"/la-{UNIQUE_TEXT}/"),
        (r"(^|_)(urls?|links?|website|homepage|uris?|href)(_|$)", lambda day: "https://example.com/"),
        (r"(^|_)origins?$", lambda day: "https://example.com"),
        (r"(^|_)(rrules?|recurrences?)$", lambda day: "RRULE:FREQ=WEEKLY;COUNT=2"),
        (r"phone|mobile|(^|_)(tel|fax)(_|$)", lambda day: "+12025550123"),
        (r"slug|user_?name|login|(^|_)handle(_|$)|identifier|(^|_)sku(_|$)", lambda day: f"la-{UNIQUE_TEXT}"),
        (
            r"(^|_)(end|until|to|due|expires?|expiry)(_|$).*date|date.*(_|^)(end|to|until)|(^|_)due(_|$)|end_?date",
            lambda day: (day + timedelta(days=7)).isoformat(),
        ),
        (r"^(end|until)(_(at|on))?$", lambda day: (day + timedelta(days=7)).isoformat()),
        (r"date|birthday|(^|_)dob(_|$)|geburt|(^|_)day$|^(start|begin|since)(_(at|on))?$", lambda day: day.isoformat()),
        (r"(^|_)end_?(time|at)$", lambda day: f"{day.isoformat()}T11:00:00{zone()}"),
        (r"(_|^)(time|at)$", lambda day: f"{day.isoformat()}T10:00:00{zone()}"),
        (r"(^|_)month$", lambda day: str(day.month)),
        (r"(^|_)year$", lambda day: str(day.year)),
        # Whose check digits are right.
        (r"(^|_)iban(_|$)", lambda day: "DE89370400440532013000"),
        (r"(^|_)(bic|swift)(_code)?$", lambda day: "DEUTDEFF"),
        (r"(^|_)vin(_|$)", lambda day: "1M8GDM9AXKP042788"),
        *((_CARD, lambda day, text=text: text) for text in _CARDS),
        (r"(^|_)(cvv|cvc|csc)2?(_|$)|(card_?)?security_?code", lambda day: "123"),
        # As forms of cards have it, too.
        *((_EXPIRY, lambda day, layout=layout: (day + _FAR).strftime(layout)) for layout in _EXPIRIES),
        (r"colou?r", lambda day: "#336699"),
        (r"country", lambda day: "US"),
        (r"currency", lambda day: "USD"),
        (r"(^|_)(language|locale|lang)(_|$)", lambda day: settings.LANGUAGE_CODE),
        (r"time_?zone|(^|_)tz$", lambda day: "UTC"),
        (r"zip|post(al)?_?code", lambda day: "10001"),
        (r"(^|_)code$", lambda day: f"la_{UNIQUE_TEXT}"),
        (r"(^|_)(bbox|bounding_?box|bounds|extent)$", lambda day: "-180,-90,180,90"),
        (r"(^|_)(lat|latitude)$", lambda day: "10.5"),
        (r"(^|_)(lng|lon|long|longitude)$", lambda day: "20.5"),
        (
            r"(^|_)(subnet|cidr|network)(_(address|cidr))?$|(^|_)ip_?(range|network)s?$",
            lambda day: f"10.{UNIQUE_OCTETS}.0/24",
        ),
        (r"(^|_)mac(_?addr(ess)?)?$", lambda day: "02:00:5e:10:00:01"),
        (r"(^|_)ip(_|$)|ip_?address", lambda day: "192.0.2.1"),
        (r"(^|_)uuid$|guid", lambda day: f"00000000-0000-4000-8000-{UNIQUE_NUMBER}000"),
        (r"(^|_)json$|metadata", lambda day: "{}"),
        # Of a formset that has no rows.
        (r"_(total|initial|min_num)_forms$", lambda day: "0"),
        (OTHER_ROW, lambda day: "2"),
        (
            r"count|number|quantity|qty|amount|price|total|score|rating|order$|position|(^|_)(num|age|size|page|limit|offset"
            r"|weight|height|width|duration|priority|version|index|level|points?|percent|hours?|minutes?|id)$",
            lambda day: "1",
        ),
    )
)
"""What a name suggests where no type is known; names as Django projects use them."""

STYLES = (f"la_{UNIQUE_TEXT}", f"/la-{UNIQUE_TEXT}/", f"la{UNIQUE_TEXT}", f"https://example.com/la-{UNIQUE_TEXT}", "1")
"""Texts for a field whose first one was called invalid, one after the other."""

PHONES = ("+12025550123", "+493012345678", "+12015550123", "2025550123")

_STYLES_BY_NAME = (
    # Of persons, in which digits are mostly refused.
    (
        re.compile(
            r"(^|_)((first|last|given|family|middle|full|father|mother|contact)_?name|surname)(_|$)", re.IGNORECASE
        ),
        ("Ada", "Ada Lovelace", "Lovelace"),
    ),
    (re.compile(r"e-?mail", re.IGNORECASE), (f"la.{UNIQUE_TEXT}@example.org", f"la{UNIQUE_TEXT}@example.net")),
    (
        re.compile(r"phone|mobile|(^|_)(tel|fax)(_|$)", re.IGNORECASE),
        ("2025550123", "13812345678", "+493012345678", "0612345678"),
    ),
    (
        re.compile(
            r"(^|_)(lat|lon|lng|latitude|longitude|ra|dec|amount|price|weight|height|width|distance|radius"
            r"|percent|percentage|ratio|score)(_|$)",
            re.IGNORECASE,
        ),
        ("1", "1.5", "10:00:00"),
    ),
)
"""Those of a field whose name tells what it takes: numbers as different countries write them, and what is measured."""


def zone() -> str:
    """Return what says of a time that it is in UTC; a project without time zones may store none that has one."""
    return "Z" if settings.USE_TZ else ""


def has_styles(name: str) -> bool:
    """Whether a field's name tells what is written in it, as of an address or a number to call, and no row's key."""
    return bool(styles_of(name))


def styles_of(name: str) -> tuple[str, ...]:
    """Return texts as a field of this name takes them; empty where the name does not tell."""
    plain = name_in_english(name)
    return next((texts for pattern, texts in _STYLES_BY_NAME if pattern.search(plain)), ())


def suggested(name: str, day: date) -> list[Any]:
    """Return the values that a field's name suggests, the likeliest first."""
    plain = name_in_english(in_snake_case(name.replace("-", "_")))
    return [make(day) for pattern, make in _BY_NAME if pattern.search(plain)]
