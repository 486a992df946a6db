"""The middleware for a staging deployment: put "loadaudit.middleware.LoadauditMiddleware" first in MIDDLEWARE."""

from loadaudit.probes.middleware import probe_middleware

LoadauditMiddleware = probe_middleware
"""Records requests of runs that know `LOADAUDIT["TOKEN_KEY"]`; without that setting it takes itself out."""
