"""Takes secrets out of texts before they reach a run file."""

import re

_SECRET_NAMES = r"(?:pass(?:word|wd)?|secret|token|api[_-]?key|authorization|cookie|session(?:id)?|csrf\w*|signature)"
_NAMED_SECRET = re.compile(
    rf"""(["']?\b\w*{_SECRET_NAMES}\w*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|(?:Bearer|Basic|Token)\s+\S+|[^\s,;&)}}\]]+)""",
    re.IGNORECASE,
)
_URL_CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s:@]*:[^/\s@]*@", re.IGNORECASE)
_QUERY_VALUE = re.compile(r"([?&][^=&#]*)=[^&#]*")
_SQL_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_SQL_TEXT = re.compile(r"(?<!\w)(?:[eEbBxXnN]|[uU]&)?'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_SQL_NUMBER = re.compile(r"(?<![\w.$\"`%])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w\"`])")
_IDENTIFIER = re.compile(r'("(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])')

HIDDEN = "…"


def redact_text(text: str) -> str:
    """Return `text` with values that follow secret-looking names, and credentials in URLs, replaced."""
    text = _URL_CREDENTIALS.sub(rf"\1{HIDDEN}@", text)
    return _NAMED_SECRET.sub(rf"\g<1>{HIDDEN}", text)


def redact_path(path: str) -> str:
    """Return a path with the values of its query replaced; the path itself and the names stay."""
    return _QUERY_VALUE.sub(rf"\1={HIDDEN}", path)


def redact_sql(sql: str) -> str:
    """Return `sql` with text and number literals replaced by `?` and comments removed; identifiers stay."""
    sql = _SQL_COMMENT.sub("", sql)
    parts = _IDENTIFIER.split(sql) if "'" not in sql else [_SQL_TEXT.sub("?", sql)]
    if len(parts) == 1:
        parts = _IDENTIFIER.split(parts[0])
    return "".join(part if index % 2 else _SQL_NUMBER.sub("?", part) for index, part in enumerate(parts)).strip()
