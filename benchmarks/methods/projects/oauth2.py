"""django-oauth-toolkit: an OAuth2 and OpenID Connect provider."""

from benchmarks.methods.projects.base import *  # noqa: F403
from benchmarks.methods.projects.base import DJANGO_APPS

INSTALLED_APPS = [*DJANGO_APPS, "oauth2_provider"]
OAUTH2_PROVIDER = {"OIDC_ENABLED": True, "OIDC_RP_INITIATED_LOGOUT_ENABLED": True}
ROOT_URLCONF = "benchmarks.methods.projects.oauth2_urls"
