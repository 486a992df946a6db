"""Bodies that hold what rows have, as GET of the same address shows them."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Protocol

from loadaudit.planning.control import Answer
from loadaudit.planning.payloads.bodies import payloads_of
from loadaudit.planning.payloads.echoes import columns_behind, copies, echoes
from loadaudit.planning.payloads.values import Needs
from loadaudit.records import Body, BodyKind, Operation, Payload


class Pages(Protocol):
    """What shows pages."""

    def page(self, path: str) -> Answer | None:
        """Return what a page answers, None where it does not answer."""


def bodies_of_rows(pages: Pages, operation: Operation, path: str, needs: Needs) -> Iterator[Payload]:
    """Yield what the row of an address is now, with a change and without, or what makes one like those that are listed.

    The latter only where a row has others within, which have to go together: plain fields say what they take.
    Raises NoRow when a required row is missing.
    """
    if operation.method in ("PUT", "PATCH"):
        yield from echoes(operation.body, _shown(pages, path), path, columns_behind(operation))
    elif operation.method == "POST" and _has_rows_within(operation.body):
        yield from like_others(pages, operation, path, needs)


def like_others(pages: Pages, operation: Operation, path: str, needs: Needs) -> Iterator[Payload]:
    """Yield what makes a row like those that are listed at an address. Raises NoRow when a required row is missing."""
    body = operation.body
    if operation.method == "POST" and body.kind is BodyKind.JSON and not body.many and (shown := _shown(pages, path)):
        made = json.loads(next(payloads_of(body, operation.method, needs)).document or "{}")
        yield from copies(body, shown, made)


def _has_rows_within(body: Body) -> bool:
    return any(one.fields for one in body.fields)


def _shown(pages: Pages, path: str) -> object:
    answer = pages.page(path)
    return answer.json() if answer is not None and answer.status == HTTPStatus.OK else None
