"""Errors of JSON-RPC, which come with a status of success. Source: https://www.jsonrpc.org/specification#error_object"""

from collections.abc import Iterator, Mapping
from typing import Any

from loadaudit.planning.preflight.complaint import Complaint

_NO_METHOD = -32601


def error_of_rpc(document: Any) -> Mapping[str, Any] | None:
    """Return the error that an answer of JSON-RPC holds, empty where it has none; None where it is none of these."""
    if not isinstance(document, Mapping) or "jsonrpc" not in document:
        return None
    error = document.get("error")
    return error if isinstance(error, Mapping) else {}


def about_the_method(error: Mapping[str, Any]) -> Iterator[Complaint]:
    """Yield that there is no such method, which its code says whatever its words are."""
    if error.get("code") == _NO_METHOD:
        yield Complaint(field="method", choice=True)
