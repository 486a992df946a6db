"""Settings without DEBUG and without the debug toolbar."""

import os

SECRET_KEY = "tests only"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "tests.mysite.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("MYSITE_DATABASE", "")}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "loadaudit",
    "tests.mysite.apps.MySite",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
LOGIN_REDIRECT_URL = "/dashboard/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""Quick: nothing here is about passwords."""
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PAGES = {
    "projects.html": "<h1>Projects</h1>\n"
    '{% for one in projects %}<a href="/projects/{{ one.0 }}/">{{ one.1 }}</a>\n'
    "{% endfor %}{{ late }}",
    "registration/login.html": '<form method="post">{% csrf_token %}{{ form }}<button>Log in</button></form>',
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", PAGES)]},
    }
]
LOADAUDIT: dict[str, object] = {}
if not os.environ.get("MYSITE_WHOLE"):
    LOADAUDIT["EXCLUDE"] = ["^GET /slow/", "^GET /broken/"]
