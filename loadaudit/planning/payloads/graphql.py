"""What every GraphQL schema answers, and how an operation is known that takes such questions."""

import json
import re
from collections.abc import Collection
from typing import Any

from loadaudit.records import BodyKind, Operation, Payload

QUERY = "{ __typename }"
"""Each schema has a type to begin with, which tells its name also where introspection is off."""

ORIGIN = "what every GraphQL schema answers"

_NAMED = re.compile(r"graph[-_]?i?ql", re.IGNORECASE)
_ASKS = re.compile(
    r"must provide (?:a )?query string|no graphql query|\bquery must be a string|syntax error: (?:un)?expected"
    r"|cannot query field|graphql (?:query|document)\b.*(?:required|missing|empty)|field to query not provided",
    re.IGNORECASE,
)
"""What graphql-core and the packages around it say to other questions, or to none."""

_EXECUTES = frozenset({"execute", "execute_sync", "execute_async"})
_EXCEPTION = re.compile(r"\bGraphQL\w*Error$")


def takes_graphql(operation: Operation, view_class: Any = None, words: Collection[str] = ()) -> bool:
    """Say whether an operation is one of GraphQL by its route, its name, or its view and the classes of that.

    `words` are the names and texts in the code of its view, which count where it reads a `query`.
    """
    names = [operation.route, operation.name, operation.view]
    names += [f"{one.__module__}.{one.__name__}" for one in getattr(view_class, "__mro__", ())]
    if any(_NAMED.search(one) for one in names):
        return True
    executes = any(_NAMED.search(one) for one in words) or bool("schema" in words and _EXECUTES & set(words))
    return "query" in words and executes


def asks_for_graphql(said: str, exception: str = "") -> bool:
    """Say whether the words of an error, or the name of an exception's class, are those of GraphQL."""
    return bool(_ASKS.search(said) or _EXCEPTION.search(exception))


def question() -> Payload:
    """Return the body with the question that is always right."""
    return Payload(kind=BodyKind.JSON, document=json.dumps({"query": QUERY}), origin=ORIGIN)
