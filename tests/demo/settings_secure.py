"""The demo's settings as a hardened staging host would have them."""

from tests.demo.settings import *  # noqa: F403

DEBUG = False
ALLOWED_HOSTS = ["staging.example.org"]
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
