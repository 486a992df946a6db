"""Settings of a project with a few pages, without DEBUG and without the debug toolbar."""

import os

SECRET_KEY = "tests only"
DEBUG = False
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "tests.audit.inspection.urls"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("INSPECTED", "")}}
INSTALLED_APPS = ["loadaudit"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {"notes.html": "<h1>Notes</h1>\n{% for one in notes %}<p>{{ one }}</p>\n{% endfor %}{{ late }}"},
                )
            ]
        },
    }
]
LOADAUDIT: dict[str, object] = {}
