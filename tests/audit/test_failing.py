"""Reads that failed for some addresses under load are sent again alone."""

from typing import Any, cast

from loadaudit.audit.failing import FailingPaths, sent_once_more
from loadaudit.planning.control import Answer, ControlClient
from tests.analysis.factories import USER, operation, sample, trace

READ = "GET /p/<int:pk>/"


class Answering:
    """A client that notes what is asked for."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.closed = False

    def send(self, method: str, path: str, payload: object, **_: Any) -> Answer:
        self.paths.append(f"{method} {path}")
        return Answer(status=200, text="", location="", trace=trace(1, READ, user_id="7"), number=1)

    def close(self) -> None:
        self.closed = True


def failing(*seen: tuple[str, int], id_: str = READ) -> FailingPaths:
    """Return what is kept of samples with these paths and statuses."""
    found = FailingPaths()
    for number, (path, status) in enumerate(seen):
        found.note(sample(number, id_, path=path, status=status))
    return found


def test_addresses_that_failed_come_first() -> None:
    """With those that worked, to compare; each with the role that it was sent as."""
    mixed = failing(("/p/2/", 200), ("/p/1/", 500), ("/p/1/", 200)).mixed()
    assert {id_: list(paths.items()) for id_, paths in mixed.items()} == {
        READ: [("/p/1/", "owner"), ("/p/2/", "owner")]
    }


def test_only_reads_that_also_worked() -> None:
    """What always fails needs no second look, and a write says something else the second time."""
    assert not failing(("/p/1/", 500)).mixed()
    assert not failing(("/p/1/", 500), ("/p/2/", 200), id_="POST /p/<int:pk>/").mixed()


def test_each_is_sent_twice_alone() -> None:
    """As the identity of its role, whose client is closed at the end."""
    client = Answering()
    tries = sent_once_more(
        failing(("/p/1/", 500), ("/p/2/", 200)),
        {READ: operation(READ)},
        {USER.role: USER},
        lambda _: cast(ControlClient, client),
        login_pages=frozenset(),
        deadline_s=float("inf"),
        stopped=lambda: False,
    )
    assert len(list(tries)) == 4
    assert client.paths == ["GET /p/1/"] * 2 + ["GET /p/2/"] * 2
    assert client.closed
