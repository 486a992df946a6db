"""A lock that an earlier request still holds is waited for, and not for ever."""

from loadaudit.planning.patience import Patience
from loadaudit.records import ServerException
from tests.analysis.factories import trace

LOCKED = trace(exception=ServerException(type="OperationalError", message="database is locked", fingerprint="x"))


def test_a_run_waits_a_minute_in_all() -> None:
    """Each wait counts with the request that it follows."""
    now = [0.0]
    patience = Patience(left_s=12.0, clock=lambda: now[0], pause=lambda s: now.append(now.pop() + s))
    assert not patience.again(trace(), 0.0)
    sent = []
    for begun_s in (0.0, 8.0, 16.0):
        now[:] = [begun_s + 5.0]
        sent.append(patience.again(LOCKED, begun_s))
    assert sent == [True, True, False]
