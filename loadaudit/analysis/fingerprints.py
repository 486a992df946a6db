"""Brings SQL statements that differ only in values to one text, so that they can be counted together."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from sqlparse import lexer
from sqlparse import tokens as kinds

_PLACEHOLDER = re.compile(r"%s|%\([^)]*\)s|\$\d+|:\w+|\?")
_PLACEHOLDER_LIST = re.compile(r"\( ?\?(?: ?, ?\?)+ ?\)")
_ROW_LIST = re.compile(r"(\(…\)|\( ?\? ?\))(?: ?, ?(?:\(…\)|\( ?\? ?\)))+")
_IN_ONE = re.compile(r"\bIN \( ?\? ?\)")
_SPACE = re.compile(r"\s+")
_SAVEPOINT = re.compile(r"^((?:ROLLBACK TO |RELEASE )?SAVEPOINT)\b.*$")
_TRANSACTION = re.compile(r"^(?:BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|START TRANSACTION|SET |PRAGMA )", re.IGNORECASE)

_tokens: Callable[[str], Iterator[tuple[object, str]]] = lexer.tokenize


@lru_cache(maxsize=20_000)
def fingerprint(sql: str) -> str:
    """Return `sql` with one kind of placeholder, collapsed lists, upper-case keywords and single spaces.

    Works on sqlparse's flat tokens: grouping them would be quadratic on generated statements and refuses
    very long ones.
    """
    text = "".join(_token_text(kind, value) for kind, value in _tokens(sql))
    text = _SPACE.sub(" ", text).strip().rstrip(";").rstrip()
    text = _PLACEHOLDER_LIST.sub("(…)", text)
    text = _ROW_LIST.sub(r"\1, …", text)
    text = _IN_ONE.sub("IN (…)", text)
    return _SAVEPOINT.sub(r"\1", text)


def is_transaction_control(text: str) -> bool:
    """Say whether the statement only opens, closes or sets up a transaction or session."""
    return bool(_TRANSACTION.match(text))


def is_select(text: str) -> bool:
    """Say whether the statement reads."""
    return text[:6].upper() == "SELECT" or text[:4].upper() == "WITH"


def can_wait_for_a_lock(text: str) -> bool:
    """Say whether the statement may wait for a lock of another transaction instead of working."""
    return not is_select(text) or " FOR UPDATE" in text or " FOR SHARE" in text or " FOR NO KEY UPDATE" in text


def _token_text(kind: object, value: str) -> str:
    if kind in kinds.Comment:
        return " "
    if kind in kinds.Literal or kind in kinds.Name.Placeholder or _PLACEHOLDER.fullmatch(value):
        # Standard SQL and every backend but MySQL quote names with double quotes, which sqlparse calls a
        # literal of kind Symbol.
        return value if kind in kinds.Literal.String.Symbol else "?"
    return value.upper() if kind in kinds.Keyword else value
