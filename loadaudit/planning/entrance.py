"""How a remote target is entered: trusted certificates, the run's own, a proxy, the password of a server in front."""

import base64
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from loadaudit.errors import UsageError
from loadaudit.planning.safety import is_local

NO_PROXY = "none"
"""Value of --proxy that ignores the environment's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What a client of the target has to know beside its address."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    proxy: str = field(default="", repr=False)
    authorization: str = field(default="", repr=False)

    @property
    def facts(self) -> dict[str, str]:
        """What the report says about the way to the target, without secrets."""
        found = {
            "trusted certificates": self.ca_file,
            "client certificate": self.cert_file,
            "proxy": public_url(self.proxy),
            "password in front": "yes" if self.authorization else "",
        }
        return {name: value for name, value in found.items() if value}


def entrance(url: str, *, auth: str, ca_file: str, cert_file: str, key_file: str, proxy: str) -> Entrance:
    """Return how the target at `url` is entered; `auth` is `name:password`, which one in the URL goes before.

    Raises UsageError for a file that is no certificate or key, and for a proxy that is no URL.
    """
    parts = urlsplit(url)
    _check_certificates(ca_file, cert_file, key_file)
    given = unquote(parts.netloc.rpartition("@")[0]) or auth
    return Entrance(
        ca_file=ca_file or (trusted_certificates() if parts.scheme == "https" else ""),
        cert_file=cert_file,
        key_file=key_file,
        proxy=_proxy_of(parts.scheme, parts.hostname or "", proxy),
        authorization=f"Basic {base64.b64encode(given.encode()).decode()}" if given else "",
    )


def public_url(url: str) -> str:
    """Return a URL without the name and password before its host, which neither a file nor a message may show."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def trusted_certificates() -> str:
    """Return the file of certificates that this machine trusts, so that a private authority in it counts everywhere.

    Empty where the system has no such file: then each client takes the authorities that it ships.
    """
    return ssl.get_default_verify_paths().cafile or ""


def _check_certificates(ca_file: str, cert_file: str, key_file: str) -> None:
    if key_file and not cert_file:
        raise UsageError("--key needs --cert, the certificate that it belongs to.", hint="Give both, or leave it out.")
    try:
        context = ssl.create_default_context()
        if ca_file:
            context.load_verify_locations(ca_file)
    except (ssl.SSLError, OSError) as error:
        raise UsageError(
            f"--ca-file {ca_file} has no certificate that can be read: {error}",
            hint="It is a text file (PEM) that begins with -----BEGIN CERTIFICATE-----.",
        ) from error
    try:
        if cert_file:
            # Without a password given, OpenSSL would ask for it on the terminal, for each virtual user.
            context.load_cert_chain(cert_file, key_file or None, password="")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise UsageError(
            f"--cert {cert_file}{f' with --key {key_file}' if key_file else ''} cannot be used: {error}",
            hint="Both are text files (PEM) that belong together; the key has no password "
            "(openssl rsa -in key.pem -out open-key.pem).",
        ) from error


def _proxy_of(scheme: str, host: str, given: str) -> str:
    if given == NO_PROXY or (not given and is_local(host)):
        return ""
    # Of the environment as curl has it: HTTPS_PROXY, HTTP_PROXY, NO_PROXY.
    proxy = given or ("" if proxy_bypass(host) else getproxies().get(scheme, ""))
    if not proxy:
        return ""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            f"The proxy must be a URL such as http://proxy.example.org:3128, found {public_url(proxy)!r}.",
            hint=f"Correct --proxy or the environment; --proxy {NO_PROXY} goes without one.",
        )
    return urlunsplit(parts)
