"""Where the addresses of a locustfile lead."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from loadaudit.load.job import Target
from loadaudit.load.locust.hops import Hops
from loadaudit.load.locust.main import lead
from loadaudit.load.locust.spec import Spec
from loadaudit.load.locust.spool import Spool

BASE = "http://localhost"


def hops(folder: Path) -> Hops:
    """Return the hooks of a process that audits an embedded server."""
    target = Target(base_url=BASE, connect_to="127.0.0.1:4711")
    return Hops(Spec(target=target, token="", tag="", epoch_ns=0, folder=str(folder), writes=True), Spool(folder))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://shop.example.org/a/?b=1", f"{BASE}/a/?b=1"),
        ("https://Shop.example.org:443/a/", f"{BASE}/a/"),
        ("http://shop.example.org//other.example/", f"{BASE}//other.example/"),
        ("http://shop.example.org:8443/a/", "http://shop.example.org:8443/a/"),
        ("http://shop.example.org.evil.example/", "http://shop.example.org.evil.example/"),
        (f"{BASE}/a/", f"{BASE}/a/"),
    ],
)
def test_the_host_of_the_file_is_the_target_however_it_is_written(tmp_path: Path, url: str, expected: str) -> None:
    """Scheme, case and the port that goes without saying make no other site; another port does."""
    made = hops(tmp_path)
    made.stand_in(["http://shop.example.org"])
    assert made.led(url) == expected


def led_hosts(folder: Path, *hosts: str | None, given: str | None = None) -> tuple[Any, list[str], tuple[str, ...]]:
    """Return the environment, the hosts of its user classes, and what is said, after a locustfile was led."""
    classes = [type("Website", (), {"host": one}) for one in hosts]
    environment = SimpleNamespace(
        user_classes=classes, available_user_classes=None, host=given, parsed_options=SimpleNamespace(host=given)
    )
    said = lead(hops(folder), environment)
    return environment, [str(vars(one)["host"]) for one in classes], said


def test_path_that_a_host_begins_with_is_kept(tmp_path: Path) -> None:
    """A file whose addresses go on from /api/v1 asks for /api/v1 of the target, too."""
    environment, hosts, said = led_hosts(tmp_path, "https://staging.example.org/api/v1/", None)
    assert hosts == [f"{BASE}/api/v1", BASE]
    assert environment.host is None
    assert said == ("https://staging.example.org",)


def test_host_of_locusts_configuration_counts_for_all(tmp_path: Path) -> None:
    """As in Locust itself; listeners find it where they look for it."""
    environment, hosts, _ = led_hosts(tmp_path, "http://a.example", "http://b.example", given="http://c.example/app")
    assert set(hosts) == {f"{BASE}/app"}
    assert environment.host == environment.parsed_options.host == f"{BASE}/app"


def test_password_in_a_host_is_sent_and_not_said(tmp_path: Path) -> None:
    """Locust makes a login of it; the report is no place for it."""
    _, hosts, said = led_hosts(tmp_path, "http://me:secret@staging.example.org")
    assert hosts == ["http://me:secret@localhost"]
    assert said == ("http://staging.example.org",)
