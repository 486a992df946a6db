"""Takes the values out of what PostgreSQL, MySQL and SQLite say of a statement that failed."""

import re

HIDDEN = "…"

# PostgreSQL shows an excerpt of the statement, which may begin inside a literal, so that no quote in it can be trusted.
_EXCERPT = re.compile(r"(\bLINE \d+: )[^\n]*(?:\n[ \t|]*\^(?=[ \t]*(?:\n|\Z)))?")
# A value may hold line ends, quotes and parentheses of its own: each pattern looks for what the server says behind it,
# and where that is missing, as in a text that was cut, hides more instead of less.
_NEXT = r"(?:\s*\Z|\\n|\n\n(?:The above|During handling)|\n[A-Z]+(?: \d+)?: )"
_END = rf"(?=[^\w\n]{{0,9}}{_NEXT})"
_QUOTED = rf'"(?:.*?"{_END}|[^\n]*"|.*\Z)'
_KEY_END = r"(?= (?:already exists|is not present|is still referenced|is duplicated|conflicts with))"
_ROW_END = rf"(?=\.\s*{_NEXT})"
_PATTERNS = tuple(
    (mark, re.compile(rf"({before}){value}", re.DOTALL), rf"\g<1>{hidden}")
    for mark, before, value, hidden in (
        ("ey (", r"\b[Kk]ey \([^\n]*?\)=", rf"\((?:[^\n]*\){_KEY_END}|.*?\){_KEY_END}|[^\n]*\)|.*\Z)", f"({HIDDEN})"),
        (
            "ailing row contains",
            r"\b[Ff]ailing row contains (?:\([^\n]*?\) = )?",
            rf"\((?:.*?\){_ROW_END}|.*\Z)",
            f"({HIDDEN})",
        ),
        ("JSON data", r"\bJSON data, line \d+: ", r"[^\n]+", HIDDEN),
        ("invalid input", r"\binvalid input (?:syntax|value) for [^\n:]*: ", _QUOTED, f'"{HIDDEN}"'),
        ("malformed ", r"\bmalformed [\w ]+: ", _QUOTED, f'"{HIDDEN}"'),
        ("out of range: ", r"\bout of range: ", _QUOTED, f'"{HIDDEN}"'),
        ("in ts", r"\bin ts(?:query|vector): ", _QUOTED, f'"{HIDDEN}"'),
        (
            "invalid ",
            r"\binvalid (?:cidr value|hexadecimal digit|hexadecimal data|name syntax): ",
            _QUOTED,
            f'"{HIDDEN}"',
        ),
        ("unrecognized token", r"\bunrecognized token: ", _QUOTED, f'"{HIDDEN}"'),
        ("COPY ", r"\bCOPY [^\n:]*, line \d+[^\n:]*: ", _QUOTED, f'"{HIDDEN}"'),
        ("SQL statement", r"\bSQL statement ", rf'"(?:.*?"{_END}|.*\Z)', f'"{HIDDEN}"'),
        ("byte sequence", r"\binvalid byte sequence for encoding \"\w+\": ", r"0x\w\w(?: 0x\w\w)*", HIDDEN),
        ("is out of range", r"\bvalue ", r'"[^\n]*?"(?= is out of range)', f'"{HIDDEN}"'),
        ("invalid value", r"\binvalid value ", r'"[^\n]*?"(?= for ")', f'"{HIDDEN}"'),
        ("not recognized", r"\btime zone ", r'"[^\n]*?"(?= not recognized)', f'"{HIDDEN}"'),
        ("Token ", r"\bToken ", r'"(?:.*?" is invalid|.*\Z)', f'"{HIDDEN}" is invalid'),
        ("but found", r"\bbut found ", r'"[^\n]*"', f'"{HIDDEN}"'),
        ("at or near", r"\bat or near ", r'"(?=[\w&]{0,2}\'|\$\w*\$|[\d.])(?:[^\n]*"|.*\Z)', f'"{HIDDEN}"'),
        ("parameter $", r"\bparameter \$\d+ = ", r"'(?:[^\n]*'|.*\Z)", f"'{HIDDEN}'"),
        (" <-- ", r"\bHINT:  ", r'"[^\n]*?"(?= <-- )', f'"{HIDDEN}"'),
        ("Duplicate entry", r"\bDuplicate entry ", r"\\?'(?:.*?'(?= for key)|.*\Z)", f"'{HIDDEN}'"),
        (
            "ncorrect ",
            r"\b[Ii]ncorrect [\w ]+ value: ",
            rf"\\?'(?:.*?'(?= for (?:column|function)\b)|[^\n]*'{_END}|[^\n]*'|.*\Z)",
            f"'{HIDDEN}'",
        ),
        ("out of range in", r"\bvalue is out of range in ", r"\\?'(?:[^\n]*'|.*\Z)", f"'{HIDDEN}'"),
        ("syntax to use near", r"\bright syntax to use near ", r"\\?'(?:.*?'(?= at line \d)|.*\Z)", f"'{HIDDEN}'"),
        ("character string: ", r"\bInvalid \w+ character string: ", r"\\?'(?:[^\n]*'|.*\Z)", f"'{HIDDEN}'"),
        ("Cannot convert string", r"\bCannot convert string ", r"\\?'(?:.*?'(?= from \w+ to )|.*\Z)", f"'{HIDDEN}'"),
    )
)


def without_values(text: str) -> str:
    """Return `text` with values of rows, parameters and statements hidden; names of tables, columns, types stay."""
    if "LINE " in text:
        text = _EXCERPT.sub(rf"\g<1>{HIDDEN}", text)
    for mark, pattern, hidden in _PATTERNS:
        # Each exception of a request comes by, and nearly all are of no database.
        if mark in text:
            text = pattern.sub(hidden, text)
    return text
