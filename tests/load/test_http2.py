"""HTTP/2 with a server that speaks it, and what stays the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loadaudit.load.transport import Transport
from loadaudit.records import Sample
from tests.audit.papers import make_papers
from tests.load.builders import job, planned
from tests.processes import free_port
from tests.servers import start_nginx


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """URL of an nginx with TLS and HTTP/2, and the authority that vouches for it."""
    folder: Path = tmp_path_factory.mktemp("papers")
    papers, port = make_papers(folder), free_port()
    block = (
        f"listen 127.0.0.1:{port} ssl http2; ssl_certificate {papers.server}; ssl_certificate_key {papers.server_key};"
        'location / { add_header Set-Cookie "seen=1; Path=/; Secure"; return 200 "<h1>ok</h1>"; }'
    )
    with start_nginx(block):
        yield f"https://127.0.0.1:{port}", papers.authority


@pytest.mark.parametrize(("http2", "protocol"), [(True, "2"), (False, "1.1")])
def test_protocol_is_agreed_on_when_asked_for(secure: tuple[str, str], http2: bool, protocol: str) -> None:
    """One connection, whose protocol each sample names; headers of HTTP/2 are read as those of HTTP/1."""
    url, authority = secure
    made = job(url, target={"ca_file": authority, "http2": http2})
    opened = Transport(made, made.users[0])
    samples: list[Sample] = [opened.send(planned(), "/page/")[0] for _ in range(2)]
    cookies = opened.session().cookies
    opened.close()
    assert [(one.status, one.protocol, one.new_connection) for one in samples] == [
        (200, protocol, True),
        (200, protocol, False),
    ]
    assert 0 < samples[0].connect_ns < samples[0].tls_ns < samples[0].first_byte_ns
    assert [one.name for one in cookies] == ["seen"]
