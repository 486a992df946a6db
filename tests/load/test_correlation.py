"""Tokens, trace headers and summaries find their way back, and nothing else does."""

from dataclasses import replace

import pytest

from loadaudit.load.correlation import (
    control_number,
    is_control,
    number_of,
    read_summary,
    read_token,
    run_tag,
    sample_number,
    sign_token,
    summary_of,
    traceparent,
)
from loadaudit.records import Trace
from tests.load.builders import trace

KEY = "a key of the run"
RUN = "20260101-120000-ab12"
TOKEN = sign_token(KEY, RUN, 2_000)


def read_back(header: str, of: Trace) -> Trace | None:
    """Read a Server-Timing header as the answer to the request of a trace."""
    return read_summary(header, number=of.number, method=of.method, status=of.status)


def test_signed_token_is_read_back() -> None:
    """The middleware learns the run and the expiry from the token alone."""
    assert read_token(KEY, TOKEN.text, now=1_999.0) == TOKEN


def test_token_does_not_carry_its_key() -> None:
    """A token travels in a header; whoever reads it there cannot sign another."""
    assert KEY not in TOKEN.text


@pytest.mark.parametrize("now", [2_000.0, 2_001.0])
def test_token_expires(now: float) -> None:
    """From its expiry on a token opens nothing."""
    assert read_token(KEY, TOKEN.text, now=now) is None


def test_token_of_another_key_is_refused() -> None:
    """A token signed for another target does not turn the probes on here."""
    assert read_token("another key", TOKEN.text, now=0.0) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [(RUN, "20260101-120000-ab13"), (".2000.", ".9000."), ("v1.", "v2.")],
    ids=["run", "expiry", "version"],
)
def test_forged_token_is_refused(old: str, new: str) -> None:
    """Run, expiry and version cannot be changed without the key."""
    assert read_token(KEY, TOKEN.text.replace(old, new), now=0.0) is None


def test_signature_of_one_run_does_not_open_another() -> None:
    """The signature is bound to the run id."""
    other = sign_token(KEY, "20260101-120000-ffff", 2_000)
    signature = TOKEN.text.rpartition(".")[2]
    assert read_token(KEY, f"v1.{other.run_id}.2000.{signature}", now=0.0) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v1",
        "...",
        "v1.run.soon.abc",
        "v1.run.²000.abc",
        "v1.run.-5.abc",
        "v1.run.2000.abc.more",
        "v1.run.2000.é",
        "v1.run.2000.\udce9",
        "v1.run." + "9" * 5_000 + ".abc",
    ],
)
def test_garbage_is_no_token(text: str) -> None:
    """Anybody can send the header, so that no text in it may raise an error."""
    assert read_token(KEY, text, now=0.0) is None


@pytest.mark.parametrize("number", [1, sample_number(0, 1), sample_number(9_999, 123_456), control_number(3)])
def test_number_travels_in_the_traceparent(number: int) -> None:
    """The low half of the trace id is the number of the sample."""
    assert number_of(traceparent(run_tag(RUN), number)) == number


def test_traceparent_is_a_valid_unsampled_header() -> None:
    """An APM accepts the header and does not store what it belongs to."""
    version, trace_id, parent_id, flags = traceparent(run_tag(RUN), 0).split("-")
    assert (version, len(trace_id), len(parent_id), flags) == ("00", 32, 16, "00")
    assert int(trace_id, 16)
    assert int(parent_id, 16)


def test_traceparent_may_be_sampled() -> None:
    """Then an APM stores what it belongs to, and the sample is found all the same."""
    header = traceparent(run_tag(RUN), 7, sampled=True)
    assert header.endswith("-01")
    assert number_of(header) == 7


@pytest.mark.parametrize("header", ["", "00-ab-cd-00", "00-" + "x" * 32 + "-" + "1" * 16 + "-00", "garbage", "-" * 40])
def test_malformed_traceparent_has_no_number(header: str) -> None:
    """A header that somebody else made is left alone."""
    assert number_of(header) is None


def test_runs_have_different_tags() -> None:
    """Two runs against one target do not share trace ids."""
    assert run_tag(RUN) != run_tag(RUN + "x")


def test_sample_numbers_do_not_collide() -> None:
    """Every pair of virtual user and sequence has a number of its own."""
    numbers = {sample_number(vu, sequence) for vu in range(50) for sequence in range(50)}
    assert len(numbers) == 2_500


def test_control_requests_are_told_from_samples() -> None:
    """A login is no sample, whichever virtual user it is for."""
    assert is_control(control_number(1))
    assert not is_control(sample_number(100_000, 2**32 - 1))


def test_summary_carries_what_a_remote_run_needs() -> None:
    """Route, view, user, SQL and times come back; statements and the start do not."""
    sent = trace(denied=True)
    assert read_back(summary_of(sent), sent) == replace(sent, start_ns=0, summary_only=True)


@pytest.mark.parametrize(
    "route",
    [
        '/say/"quoted";dur=9/',
        "/a,b;c=d e/\\",
        "/größe/日本/",
        "/line\r\nSet-Cookie: x=1/",
        'loadaudit;dur=1;desc="r="',
        "",
    ],
)
def test_summary_survives_hostile_route_names(route: str) -> None:
    """No route can break out of its entry or forge a second one."""
    sent = trace(route=route)
    header = summary_of(sent)
    received = read_back(header, sent)
    assert received is not None
    assert received.route == route
    assert header.isascii()
    assert header.isprintable()
    assert "," not in header


@pytest.mark.parametrize("header", ["db;dur=1.5, {}", "{}, cache;desc=hit", 'a;desc="x, y";dur=3,{},total;dur=9'])
def test_summary_is_found_beside_other_entries(header: str) -> None:
    """Projects and proxies add entries of their own before and after."""
    sent = trace()
    received = read_back(header.format(summary_of(sent)), sent)
    assert received is not None
    assert received.service_ns == 15_250_000


def test_summary_says_that_csrf_refused_without_saying_why() -> None:
    """The reason may name origins, so only the fact travels."""
    sent = trace(csrf_reason="Origin checking failed - https://evil.example does not match.")
    header = summary_of(sent)
    received = read_back(header, sent)
    assert received is not None
    assert received.csrf_reason
    assert "evil" not in header + received.csrf_reason


@pytest.mark.parametrize(
    "header",
    [
        "",
        "db;dur=3",
        "loadaudit",
        "loadaudit;dur=fast",
        "loadaudit;dur=1",
        'loadaudit;dur=1;desc=""',
        'loadaudit;dur=1;desc="r=zz v= u= f=000 q=zz qn=1 c=1 w=1"',
        'loadaudit;dur=1;desc="r= v= u= f= q=1 qn=1 c=1 w=1"',
        'loadaudit;dur=1e400;desc="r= v= u= f=000 q=1 qn=1 c=1 w=1"',
        'loadaudit;dur=nan;desc="r= v= u= f=000 q=1 qn=1 c=1 w=1"',
    ],
)
def test_header_without_a_whole_summary_is_no_trace(header: str) -> None:
    """What a proxy cut or somebody else wrote is not taken for evidence."""
    assert read_summary(header, number=1, method="GET", status=200) is None
