"""Settings of the demo project: SQLite by default, PostgreSQL and Redis by environment variables."""

import os
from pathlib import Path
from typing import Any

import django

from tests.demo import databases
from tests.demo import flaws as flaws  # an unknown name in DEMO_FLAWS must fail here

BASE_DIR = Path(__file__).resolve().parent

# For the demo only: this site is never deployed.
SECRET_KEY = "demo-only-not-a-secret-9f2c51b7e0aa4c0f8f3d"
DEMO_PASSWORD = "demo-pass-1234"

DEBUG = os.environ.get("DEMO_DEBUG", "").lower() in {"1", "true", "yes", "on"}
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rest_framework",
    "tests.demo.accounts",
    "tests.demo.catalog",
    "tests.demo.projects",
    "tests.demo.budgets",
    "tests.demo.templates_lib",
    "tests.demo.exports",
    "tests.demo.batch",
    "tests.demo.monitoring",
    "tests.demo.seeding",
    "loadaudit",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tests.demo.middleware.request_thread",
    "tests.demo.middleware.beacon_without_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tests.demo.middleware.busy_site",
]

ROOT_URLCONF = "tests.demo.urls"
WSGI_APPLICATION = "tests.demo.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

_database_url = os.environ.get("DEMO_DATABASE_URL", "")
_sqlite_path = Path(os.environ.get("DEMO_SQLITE_PATH") or BASE_DIR / "db.sqlite3")
DATABASES: dict[str, dict[str, Any]] = {
    "default": databases.postgresql(_database_url) if _database_url else databases.sqlite(_sqlite_path)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis_url = os.environ.get("DEMO_REDIS_URL", "")
CACHES = databases.caches(_redis_url)
if _redis_url:
    SESSION_ENGINE = "django.contrib.sessions.backends.cache"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/"
SITE_ID = 1

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Sitebudget] "
# Django 6.1 replaces the first name by the second and warns about it.
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"

LOADAUDIT: dict[str, Any] = {
    "USERS": [
        {"username": "owner@example.com", "password": DEMO_PASSWORD, "role": "owner"},
        {"username": "viewer@example.com", "password": DEMO_PASSWORD, "role": "viewer"},
        {"username": "staff@example.com", "password": DEMO_PASSWORD, "role": "staff"},
    ],
}
