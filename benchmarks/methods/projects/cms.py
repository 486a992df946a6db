"""django CMS: its admin and the catch-all of its pages."""

from benchmarks.methods.projects.base import *  # noqa: F403
from benchmarks.methods.projects.base import CONTEXT_PROCESSORS, DJANGO_APPS
from benchmarks.methods.projects.base import MIDDLEWARE as BASE

INSTALLED_APPS = [*DJANGO_APPS, "cms", "menus", "treebeard", "sekizai"]
MIDDLEWARE = [
    *BASE,
    "django.middleware.locale.LocaleMiddleware",
    "cms.middleware.user.CurrentUserMiddleware",
    "cms.middleware.page.CurrentPageMiddleware",
    "cms.middleware.toolbar.ToolbarMiddleware",
    "cms.middleware.language.LanguageCookieMiddleware",
]
CONTEXT_PROCESSORS += ["sekizai.context_processors.sekizai", "cms.context_processors.cms_settings"]
LANGUAGES = [("en", "English"), ("de", "German")]
CMS_TEMPLATES = [("admin/base_site.html", "Plain")]
CMS_CONFIRM_VERSION4 = True
X_FRAME_OPTIONS = "SAMEORIGIN"
ROOT_URLCONF = "benchmarks.methods.projects.cms_urls"
