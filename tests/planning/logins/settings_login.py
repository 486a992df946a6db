"""The demo with fast password hashes and a low limit on logins per address."""

from tests.demo.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
ROOT_URLCONF = "tests.planning.logins.site"
