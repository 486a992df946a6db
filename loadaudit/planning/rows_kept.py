"""What a question about rows was answered with, kept while nothing writes: a plan asks the same for many operations."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connections

_READS = ("SELECT", "SAVEPOINT", "RELEASE", "PRAGMA", "SET", "SHOW")
"""How statements begin that change no row."""

Rows = Sequence[tuple[Any, ...]]
Answer = tuple[Rows, ...]

_answers: ContextVar[dict[object, Answer] | None] = ContextVar("answers", default=None)


@contextmanager
def rows_kept() -> Iterator[None]:
    """Keep the answers inside; all are forgotten when this thread's connections, or code that borrows them, write."""
    answers: dict[object, Answer] = {}

    def forget(execute: Callable[..., Any], sql: object, params: Any, many: bool, context: Any) -> Any:
        # Drivers take objects as well, such as those that psycopg composes.
        if many or not str(sql).lstrip(" \n(").upper().startswith(_READS):
            answers.clear()
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(forget))
        before = _answers.set(answers)
        stack.callback(_answers.reset, before)
        yield


def answered(question: object, ask: Callable[[], Answer]) -> tuple[list[tuple[Any, ...]], ...]:
    """Return the answer to a question, which is asked anew where none is kept or the question cannot be a key.

    What is raised is not kept.
    """
    answers = _answers.get()
    try:
        found = answers.get(question) if answers is not None else None
    except TypeError:  # a look-up may be a list
        answers = found = None
    if found is None:
        found = ask()
        if answers is not None:
            answers[question] = found
    # Whoever asked may change the lists.
    return tuple(map(list, found))
