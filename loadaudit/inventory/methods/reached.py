"""Whether a request with one method gets to the places of a function that read its body."""

import ast
from collections.abc import Callable, Iterator

from loadaudit.inventory.methods.ends import End
from loadaudit.inventory.methods.statements import Path


def reached_parts(body: list[ast.stmt], path: Path) -> Iterator[ast.AST]:
    """Yield expressions and statements that a request with the method of the path may run, up to where it ends.

    What conditions on the method rule out is left out: `if request.method == "PUT": json.loads(request.body)`.
    """
    for statement in body:
        if isinstance(statement, ast.If):
            truth = path.truth(statement.test)
            yield statement.test
            for runs, block in ((truth is not False, statement.body), (truth is not True, statement.orelse)):
                if runs:
                    yield from reached_parts(block, path)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from statement.items
            yield from reached_parts(statement.body, path)
        elif isinstance(statement, ast.Try):
            for block in (statement.body, *(one.body for one in statement.handlers)):
                yield from reached_parts(block, path)
            yield from reached_parts([*statement.orelse, *statement.finalbody], path)
        elif isinstance(statement, ast.Match) and path.spelling(statement.subject) is not None:
            for case in statement.cases:
                names = path.case_methods(case.pattern)
                yield from reached_parts(case.body, path) if names is None or path.method in names else ()
        else:
            yield statement
        # Followed once more as a whole, which learns what it assigns and tells whether anything comes behind it.
        if not path.block([statement]) & End.FALLS_THROUGH:
            return


def reads(node: ast.AST | None, names: frozenset[str], path: Path, helps: Callable[[ast.Call], bool]) -> bool:
    """Whether a request of the path gets to an attribute of it with such a name, or to a helper that reads it."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return True
    for part in reached_parts(body, path):
        for one in ast.walk(part):
            if isinstance(one, ast.Attribute) and one.attr in names and path.is_request(one.value):
                return True
            if isinstance(one, ast.Call) and helps(one):
                return True
    return False
