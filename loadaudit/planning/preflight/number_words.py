"""Numbers that an error writes as words, as digits: `at least three words`."""

import re

_SMALL = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {
    **{word: number for number, word in enumerate(_SMALL, start=2)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
    **{"fifteen": 15, "hundred": 100},
}
_WORD = re.compile(rf"(?<![\w-])(?:(?:a|one) (?=hundred))?({'|'.join(_VALUES)})(?!\w)", re.IGNORECASE)


def in_digits(text: str) -> str:
    """Return a text with digits for its number words; `one` stays, as it rarely is a number."""
    return _WORD.sub(lambda match: str(_VALUES[match[1].lower()]), text)
