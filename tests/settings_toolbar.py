"""Settings of a small project that has django-debug-toolbar with loadaudit's panel."""

import os

SECRET_KEY = "tests only"
DEBUG = True
ALLOWED_HOSTS = ["testserver"]
INTERNAL_IPS = ["127.0.0.1"]
ROOT_URLCONF = "tests.urls_toolbar"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "debug_toolbar",
    "loadaudit",
]
MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "static/"
DEBUG_TOOLBAR_PANELS = ["debug_toolbar.panels.sql.SQLPanel", "loadaudit.panels.LoadAuditPanel"]
# Older toolbars put the panels into the page when the server has several processes, as the test client says it has.
DEBUG_TOOLBAR_CONFIG = {"IS_RUNNING_TESTS": False, "RENDER_PANELS": False}
LOADAUDIT = {"RUNS_DIR": os.environ.get("TOOLBAR_RUNS_DIR", "loadaudit-runs")}
