"""How the embedded server presents itself: the Host and the scheme that the project's settings expect."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.http.request import validate_host

_LOCAL_HOST = "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """Host header and scheme of every request of a run against the embedded server."""

    host: str
    https: bool

    @property
    def origin(self) -> str:
        """Scheme and host as the project believes them, e.g. for Referer and Origin."""
        return f"{'https' if self.https else 'http'}://{self.host}"


def present() -> Presentation:
    """Return the presentation that ALLOWED_HOSTS, the sites framework and the security settings ask for."""
    https = bool(settings.SECURE_SSL_REDIRECT or settings.SESSION_COOKIE_SECURE or settings.CSRF_COOKIE_SECURE)
    return Presentation(host=choose_host(settings.ALLOWED_HOSTS, _site_domains()), https=https)


def choose_host(allowed: Sequence[str], site_domains: Iterable[str]) -> str:
    """Return a host that ALLOWED_HOSTS accepts: a site's domain first, then localhost, then the first that is named.

    Empty ALLOWED_HOSTS means what Django does under DEBUG: localhost.
    """
    patterns = list(allowed) or [".localhost", "127.0.0.1", "[::1]"]
    for domain in site_domains:
        if validate_host(domain.partition(":")[0].lower(), patterns):
            return domain
    if validate_host(_LOCAL_HOST, patterns):
        return _LOCAL_HOST
    return next((pattern.lstrip(".") for pattern in patterns if pattern != "*"), _LOCAL_HOST)


def _site_domains() -> Iterator[str]:
    """Yield the domain of SITE_ID, or of every site when the project chooses the site by host."""
    if not apps.is_installed("django.contrib.sites"):
        return
    from django.contrib.sites.models import Site

    site_id = getattr(settings, "SITE_ID", None)
    sites = Site.objects.filter(pk=site_id) if site_id else Site.objects.order_by("pk")
    try:
        yield from sites.values_list("domain", flat=True)[:20]
    except DatabaseError:
        # The table is not there yet; the host then comes from ALLOWED_HOSTS alone.
        return
