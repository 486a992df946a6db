"""A job travels to a worker as one line."""

from loadaudit.load.cookies import Cookie
from loadaudit.load.job import Arrivals, decode_job, encode_job
from loadaudit.load.sessions import Session
from loadaudit.records import Lane, LaneRules
from tests.load.builders import job, planned, user


def test_job_is_read_back_as_it_was() -> None:
    """Nested records, tuples and numbers keep their types."""
    sent = job(
        "https://größe.example",
        target={"connect_to": "127.0.0.1:8000", "present_https": True, "summaries": True},
        requests=(
            planned("GET /p/<int:pk>/", "/p/1/", "/p/2/"),
            planned("GET /heavy/", lane=Lane.HEAVY, timeout_s=2.5),
        ),
        users=(
            user(
                0,
                lane=Lane.HEAVY,
                positions=(1,),
                rounds=3,
                session=Session(cookies=(Cookie(name="sessionid", value='"x"'),)),
            ),
            user(1, arrivals=Arrivals(rate_per_s=2.5, stretch_s=2.0)),
        ),
        lanes=(LaneRules(lane=Lane.HEAVY, users=2, at_once=2, rounds=3),),
        epoch_ns=2**62,
    )
    assert decode_job(encode_job(sent)) == sent


def test_job_is_one_line() -> None:
    """The worker reads a line; a line break in a cookie must not end it."""
    session = Session(cookies=(Cookie(name="a", value="b\nc\u2028d"),))
    sent = job(users=(user(session=session),))
    assert len(encode_job(sent).splitlines()) == 1
