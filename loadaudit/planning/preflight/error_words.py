"""What the text of an error about one field says of it: that it is missing, what kind of value it wants, how many."""

import re
from typing import Any

from loadaudit.planning.preflight.number_words import in_digits

_WANTS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("network", r"IPv[46](?: or IPv[46])? network|valid (?:ip )?(?:network|subnet)|\bCIDR\b|has host bits set"),
        ("ipv6", r"valid IPv6 address"),
        ("ip", r"IPv4(?: or IPv6)? address|valid ip\b|valid inet\b"),
        ("mac", r"\b(?:mac|hardware) address|valid EUI"),
        ("date-time", r"datetime has wrong format|valid (?:datetime|date(?:/| and )time)|ISO (?:string|components)"),
        ("time", r"^time has wrong format|valid time\b"),
        ("duration", r"duration has wrong format|valid duration"),
        ("uuid", r"\buuid"),
        ("date", r"date format|time data|isoformat|valid date|date has wrong format"),
        ("email", r"valid e-?mail"),
        ("hyperlink", r"expected url string|invalid hyperlink"),
        ("uri", r"valid url\b|absolute url"),
        (
            "array",
            r"expected a list|(?:valid|be an?) (?:[\w-]+ )?(?:list|array|sequence)\b|enter a list of"
            r"|\bnot an? (?:list|array)\b|not of type '?array"
            r"|'(?:int|float|bool)' object is not iterable",
        ),
        (
            "object",
            r"expected an? (?:dictionary|object)|(?:valid|be an?) (?:[\w-]+ )?(?:dict|dictionary|object|mapping)\b"
            r"|\bnot an? (?:dict|dictionary|object)\b|not of type '?object",
        ),
        ("boolean", r"(?:valid|be an?) bool|true or false|\b(?:with|to|be|as) true\b|not of type '?bool"),
        ("number", r"valid (?:number|decimal|float)|be an? (?:[\w-]+ )?(?:number|float|decimal)|of type '?num"),
        (
            "integer",
            r"(?:valid|be an?) (?:[\w-]+ )?int|of type '?int|whole number|expected a number|expected pk value|int\(\)"
            r"|not an? (?:valid )?(?:int|integer|number|id)\b|could not convert",
        ),
        ("string", r"not a valid string|(?:valid|be an?) (?:[\w-]+ )?(?:str|string)\b|not of type '?str"),
        ("json", r"valid json"),
    )
)
"""Kind of value by what errors of Django, REST framework, pydantic and Python say of another, the narrowest first."""

_MISSING = re.compile(
    r"\b(?:is|are|was|be|field|this value) (?:\w+ )?(?:required|missing|needed)|may not be"
    r"|^(?:[\w.\[\]-]+ )?required\b|missing (?:required )?(?:field|value|key|data)|^missing\b"
    r"|\b(?:can ?not|can't) be (?:blank|null|empty)"
)
_REQUIRED_KIND = re.compile(r"\ban? (?:valid )?[\w ]+ is required")
_COUNTS = re.compile(
    r"\b(?:at least|at most|exactly|between|minimum(?: of)?|(?:no|not) (?:more|fewer|less) than) (?:\d+|one|an?)\b"
    r"[\w -]{0,30}\b(?:words?|characters?|letters?|digits?|numbers?|symbols?|lines?|sentences?|case)\b"
)
"""How much of it there must be, as in `At least one digit is required`."""

_CHOICE = (
    "choice",
    "exist",
    "invalid pk",
    "not found",
    "valid option",
    "no valid",
    "unknown ",
    "invalid hyperlink",
    "already",
)
_SELECTED = re.compile(r"\b(?:selected|chosen) (?:\w+ ){1,2}(?:(?:is|was|are) (?:invalid|not|no longer)|does not)")
_NO_SUCH = re.compile(
    r"\bno such \w+\b|\b(?:no (?:\w+ ){1,2}|nobody |no one )(?:with|has) (?:this|that|the given|such)\b"
)
"""As in `no user with this address`."""

_LEAST = (
    re.compile(
        r"(?:at least|no (?:fewer|less) than) (\d+) (?:[\w-]+ )?(?:items?|elements?|entries|values|rows|choices|options"
        r"|answers|forms?|tags?|members?|lines?|steps?|parts?)\b"
    ),
    re.compile(r"(?:minimum|min\.?) (?:of )?(\d+) (?:items?|elements?|entries)"),
    re.compile(
        r"\b(\d+) (?:to|-|\u2013) \d+ (?:[\w-]+ )?(?:items|elements|entries|values|rows|choices|options|answers|tags"
        r"|members|lines|steps|parts)\b"
    ),
)
_ONE_OF = re.compile(
    r"(?:one of|must (?:be|contain|include)|should be|expected|allowed(?: values)?(?: are)?|choose from|options are|"
    r"available(?: values)?(?: are)?)[: ]+(?:either )?\W{0,3}(?P<quote>['\"`])(?P<word>[^'\"`]{1,60})(?P=quote)",
    re.IGNORECASE,
)
_ONE_OF_PLAIN = re.compile(
    r"\b(?:one of|choose from|be either|allowed values(?: are)?|valid (?:values|choices|options) are"
    r"|must be in(?=[: ]+(?:[\[({'\"]|[\w-]+ ?[,/|])))"
    r"(?:[: ]+the following)?[: ]+\W{0,2}(?!(?:the|these|those|them|an?|your|our|its|us|you)\b|\d+ [a-z])"
    r"(?P<word>[\w-]+(?:\.[\w-]+)*)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"\b(?:available|supported|known|valid|registered|possible|permitted|existing) \w+(?: are)?: ?[\[({]+"
    r"(?P<quote>['\"`])(?P<word>[^'\"`]{1,60})(?P=quote)",
    re.IGNORECASE,
)
"""A list or a set as Python prints it: `Available tours: {'first', 'second'}`."""

_LISTED_PLAIN = re.compile(
    r"(?<!not )\b(?:allowed|permitted|supported|available|accepted|possible|valid)(?: \w+){0,2}(?:: ?| are:? )"
    r"(?P<word>[\w-]+)(?=, ?[\w-]+| (?:and|or) [\w-]+\W*$)",
    re.IGNORECASE,
)
"""As in `Allowed here: members, nobody`."""

_UNCHANGEABLE = (
    r"^\W*(?:(?:this|the) (?:field|value|attribute|property) )?(?:"
    r"(?:can ?not|can't|may not|must not|mustn't) (?:be )?(?:chang|updat|modif|edit|alter)(?:e|ed|y|ied)?\b"
    r"(?! (?:to|from|into)\b)"
    r"|(?:is )?(?:read[- ]?only|immutable|not (?:editable|writable|updatable|changeable))\b)"
)
"""As `Cannot update through patch`, said of a field; `cannot be changed to closed` is about its value."""

_UNWANTED = re.compile(
    rf"{_UNCHANGEABLE}|"
    r"not permitted|\b(?:field|parameter|key|property|argument) (?:is )?not allowed\b"
    r"|^\W*(?=\w*_)\w+\W* is not allowed\b|\bmust not be (?:provided|sent|given|present|specified)\b"
)
"""The second begins with the name of a field: one word may be a value."""

MOST_ITEMS = 10
_LONGEST = 1000
"""Characters of what is said of one field in which it is told whether that is missing."""


def is_missing(text: str) -> bool:
    """Whether a text says that there must be a value, rather than that it must be a certain one."""
    lowered = text.strip().lower()[:_LONGEST]
    return bool(_MISSING.search(lowered)) and not (_REQUIRED_KIND.search(lowered) or _COUNTS.search(in_digits(lowered)))


def is_choice(text: str) -> bool:
    """Whether a text says that another row or choice may be right."""
    lowered = text.lower()
    is_told = any(word in lowered for word in _CHOICE) or any(one.search(lowered) for one in (_SELECTED, _NO_SUCH))
    return is_told and not is_unwanted(text)


def is_unwanted(text: str) -> bool:
    """Whether a text says that there must be no such field."""
    lowered = text.lower()
    return "unexpected" in lowered or "unknown field" in lowered or bool(_UNWANTED.search(lowered))


def wanted(text: str) -> str:
    """Return the kind of value that a text asks for, in the words of `BodyField.type`; empty where it names none."""
    return next((kind for kind, pattern in _WANTS if pattern.search(text)), "")


def least_items(text: str) -> int:
    """Return how many values a list must have at least, 0 where a text does not say."""
    plain = in_digits(text.lower())
    found = next((match for pattern in _LEAST if (match := pattern.search(plain))), None)
    return min(int(found[1][:3]), MOST_ITEMS) if found is not None else 0


def named_value(text: str) -> Any:
    """Return the first of the values that a text says are the right ones, None where it names none."""
    match = _ONE_OF.search(text) or _LISTED.search(text) or _ONE_OF_PLAIN.search(text)
    match = match or _LISTED_PLAIN.search(text)
    return match["word"] if match is not None else None
