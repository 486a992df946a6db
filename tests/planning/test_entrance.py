"""How a remote target is entered: passwords, certificates and proxies, and none of them in a report."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from loadaudit.errors import UsageError
from loadaudit.planning.entrance import Entrance, entrance, trusted_certificates

URL = "https://staging.example.org"


def entered(url: str = URL, **changes: Any) -> Entrance:
    """Return the entrance of a target with these options."""
    return entrance(url, **({"auth": "", "ca_file": "", "cert_file": "", "key_file": "", "proxy": "none"} | changes))


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of these tests names no proxy."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_the_password_in_the_address_goes_before_that_of_the_settings() -> None:
    """Signs in it may be escaped, as in every URL."""
    made = entered("https://ann:p%40ss@staging.example.org", auth="other:word")
    assert made.authorization == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert entered(auth="other:word").authorization == "Basic " + base64.b64encode(b"other:word").decode()
    assert entered().authorization == ""


def test_secrets_are_in_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither among the facts nor in a representation."""
    made = entered("https://ann:s3cr3t@staging.example.org", proxy="http://bob:s3cr3t@proxy:3128")
    assert made.facts["proxy"] == "http://proxy:3128"
    assert "s3cr3t" not in f"{made!r} {made.facts}"


def test_the_environment_s_proxy_is_used_as_by_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """But not for this machine, not for hosts that the environment excepts, and not with `none`."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    monkeypatch.setenv("NO_PROXY", "internal.example.org")
    assert entered(proxy="").proxy == "http://proxy.example.org:3128"
    assert entered("https://internal.example.org", proxy="").proxy == ""
    assert entered("https://localhost", proxy="").proxy == ""
    assert entered(proxy="none").proxy == ""
    assert entered(proxy="other:8080").proxy == "http://other:8080"


@pytest.mark.parametrize("proxy", ["socks5://proxy:1080", "http://"])
def test_a_proxy_that_is_no_url_is_refused(proxy: str) -> None:
    with pytest.raises(UsageError, match="proxy must be a URL"):
        entered(proxy=proxy)


def test_the_machine_s_own_authorities_are_trusted() -> None:
    """The load and the control plane trust the same ones; without encryption there are none."""
    assert entered().ca_file == trusted_certificates()
    assert entered("http://staging.example.org").ca_file == ""


@pytest.mark.parametrize("option", ["ca_file", "cert_file"])
def test_a_file_that_is_no_certificate_is_refused(option: str, tmp_path: Path) -> None:
    """Before the run, and not once per virtual user."""
    path = tmp_path / "wrong.pem"
    path.write_text("no certificate")
    with pytest.raises(UsageError, match=r"wrong\.pem"):
        entered(**{option: str(path)})


def test_a_key_without_its_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--key needs --cert"):
        entered(key_file=str(tmp_path / "key.pem"))
