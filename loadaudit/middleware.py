"""The middleware for a staging deployment: put "loadaudit.middleware.LoadauditMiddleware" first in MIDDLEWARE."""

from loadaudit.probes.middleware import ProbeMiddleware


class LoadauditMiddleware(ProbeMiddleware):
    """Records requests of runs that know `LOADAUDIT["TOKEN_KEY"]`; without that setting it takes itself out."""
