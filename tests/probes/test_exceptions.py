"""Exceptions of views as data."""

from types import SimpleNamespace
from typing import Any

import pytest
from ninja.errors import HttpError
from rest_framework.exceptions import APIException

from loadaudit.probes.exceptions import ExceptionProbe, describe
from loadaudit.probes.recorder import Recorder, recording
from tests.probes.conftest import Site


def test_type_and_message(site: Site) -> None:
    """The exception is named, and the status is Django's."""
    trace = site.trace("/raising/3/")
    assert trace.exception is not None
    assert (trace.status, trace.view_ran) == (500, True)
    assert (trace.exception.type, trace.exception.message) == ("ValueError", "number 3 is wrong")


def test_an_exception_that_a_handler_answers(site: Site) -> None:
    """Django never hears of it; what is no failure of the server is none."""
    trace = site.trace("/answering/503/")
    assert trace.status == 503
    assert trace.exception is not None
    assert (trace.exception.type, trace.exception.message) == ("ValueError", "number 503 is wrong")
    assert site.trace("/answering/400/").exception is None


class _Busy(APIException):
    status_code = 503


class _Upstream(Exception):
    """As clients of other services have one, with the status that they were answered."""

    status_code = 429


@pytest.mark.parametrize(
    ("error", "status", "is_noted"),
    [
        (_Busy(), 503, False),
        (HttpError(502, "No answer."), 502, False),
        (_Upstream(), 500, True),
        (ValueError(), 500, True),
        (ValueError(), None, False),
        (ValueError(), "500 Broken", False),
    ],
)
def test_an_answer_that_an_exception_asks_for_is_no_failure(error: Exception, status: Any, *, is_noted: bool) -> None:
    """And no answer, however odd its status, breaks on being looked at."""
    recorder, response = Recorder(1, 1), SimpleNamespace(status_code=status)
    observed = ExceptionProbe()._answered(0)(lambda owner, error: response)
    with recording(recorder):
        assert observed(None, error) is response
    assert (recorder.exception is not None) is is_noted


def test_fingerprint_is_stable_over_values(site: Site) -> None:
    """The same place with another value is the same exception; another place is not."""
    found = [site.trace(path).exception for path in ("/raising/3/", "/raising/4/", "/unprintable/")]
    assert [one is not None for one in found] == [True] * 3
    prints = [one.fingerprint for one in found if one]
    assert prints[0] == prints[1] != prints[2]


def test_traceback_comes_once(site: Site) -> None:
    """One full sample of each fingerprint is enough."""
    texts = [one.traceback for path in ("/raising/3/", "/raising/4/") if (one := site.trace(path).exception)]
    assert "ValueError: number 3 is wrong" in texts[0]
    assert texts[1] == ""


def test_traceback_has_no_local_variables(site: Site) -> None:
    """What a view holds in its variables may be secret."""
    found = site.trace("/raising/3/").exception
    assert found is not None
    assert "in raising" in found.traceback
    assert "hunter2-in-a-local" not in found.traceback


def test_an_exception_without_text_changes_nothing(site: Site) -> None:
    """Its own __str__ raises; the response is the 500 that it would have been."""
    trace = site.trace("/unprintable/")
    assert trace.status == 500
    assert trace.exception is not None
    assert trace.exception.message == "<the message cannot be read>"


def test_a_permission_denial_is_no_exception(site: Site) -> None:
    """Django answers it with a 403 on purpose."""
    assert site.trace("/forbidden/").exception is None


def test_what_a_database_repeats_is_hidden() -> None:
    """Message and traceback lack the values of the row; also of the exception that caused it."""
    said = 'new row for relation "t" violates check constraint "c"\nDETAIL:  Failing row contains (1, hunter2).\n'
    try:
        try:
            raise LookupError(said)
        except LookupError as error:
            raise ValueError(said) from error
    except ValueError as error:
        found = describe(error)
    assert found.message == said.replace("(1, hunter2)", "(…)")
    assert "hunter2" not in found.traceback
    assert found.traceback.count('relation "t"') == 2


@pytest.mark.parametrize(("status", "noted"), [(302, ["sent on with a message: ValueError: no state"]), (403, [])])
def test_a_redirect_that_answers_an_exception_tells_it(status: int, noted: list[str]) -> None:
    """The view has not done its work, and whoever follows the redirect sees no more of it; it is told once."""
    recorder = Recorder(1, 1)
    observed = ExceptionProbe()._answered(0)(lambda owner, error: SimpleNamespace(status_code=status))
    with recording(recorder):
        observed(None, ValueError("no\nstate"))
        observed(None, ValueError("again"))
    assert recorder.refusals == noted
    assert recorder.exception is None


@pytest.mark.parametrize("changes", [{"name": "RedirectNow"}, {"name": "Moved", "status_code": 302}])
def test_an_exception_that_is_how_a_project_redirects_tells_no_trouble(changes: dict[str, Any]) -> None:
    """What it wrote before it left is done."""
    name, recorder = changes.pop("name"), Recorder(1, 1)
    observed = ExceptionProbe()._answered(0)(lambda owner, error: SimpleNamespace(status_code=302))
    with recording(recorder):
        observed(None, type(name, (Exception,), changes)("/next/"))
    assert recorder.refusals == []
