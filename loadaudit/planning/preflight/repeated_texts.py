"""What was sent and an error repeats."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loadaudit.load.payloads import UNIQUE_TEXT, is_marked
from loadaudit.load.words import as_pattern
from loadaudit.planning.preflight.complaint import Complaint
from loadaudit.planning.preflight.error_words import named_value, wanted
from loadaudit.planning.preflight.hints import hinted

_MARKED = re.escape(UNIQUE_TEXT)
_SHORTEST = 5
"""Letters of a sent text by which it is recognised in an error."""

_APART = "bcdefgh"
"""What is put behind texts that are alike, so that an error tells which of them it means."""


def repeated_in(said: str, sent: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield the fields whose values an error repeats: `Field 'id' expected a number but got 'loadaudit'`.

    Where several were made up alike, and it does not tell of which kind the right one is, they get different texts.
    """
    texts = {name: value for name, value in sent.items() if said and isinstance(value, str) and value}
    found = {name: value for name, value in texts.items() if re.search(as_repeated(value), said)}
    # What is longer has a shorter one within.
    found = {name: text for name, text in found.items() if not any(text in one != text for one in found.values())}
    kind, alike = wanted(said), len(found) > 1 and len({*found.values()}) == 1
    for number, (name, value) in enumerate(found.items()):
        hint = hinted(said, value)
        if alike and is_marked(value) and not kind and hint is None:
            yield from (
                [Complaint(field=name, value=f"{value}{_APART[number - 1]}")] if 0 < number <= len(_APART) else ()
            )
        else:
            told = named_value(said) if hint is None and not kind else hint
            yield Complaint(field=name, choice=told is None, wants=kind, value=told)


def as_repeated(value: str) -> str:
    """Return a pattern of how an error repeats a value; a short one only counts between quotes."""
    plain = as_pattern(re.escape(value)).replace(_MARKED, r"\w{6}")
    return plain if len(value) >= _SHORTEST else rf"['\"`\u201c\u2018]{plain}['\"`\u201d\u2019]"
