"""FastHttpUser reaches a target behind certificates and a proxy."""

from loadaudit.load.job import Target
from loadaudit.load.locust.way import with_way

URL = "https://staging.example.org"


def test_certificates_of_the_target() -> None:
    """The authority is trusted, and the run's own certificate shown, its key in the same file."""
    target = Target(base_url=URL, ca_file="ca.pem", cert_file="client.pem")
    assert with_way(target, {"insecure": False}) == {
        "insecure": False,
        "ssl_options": {"ca_certs": "ca.pem", "certfile": "client.pem", "keyfile": "client.pem"},
    }


def test_proxy_with_a_password() -> None:
    """An escaped password is sent as it was meant."""
    assert with_way(Target(base_url=URL, proxy="http://me:p%40ss@proxy.example:3128"), {}) == {
        "proxy_host": "proxy.example",
        "proxy_port": 3128,
        "proxy_user": "me",
        "proxy_password": "p@ss",
    }


def test_what_the_file_says_stays() -> None:
    """A proxy or certificate of the file's own is not replaced, and nothing is added where nothing stands in front."""
    own = {"proxy_host": "own.example", "proxy_port": 8080, "ssl_options": {"ca_certs": "own.pem"}}
    assert with_way(Target(base_url=URL, ca_file="ca.pem", proxy="http://proxy.example"), own) == own
    assert with_way(Target(base_url=URL), {}) == {}
