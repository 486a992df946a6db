"""The template engine of loadaudit's own pages, which works whatever the project's TEMPLATES say."""

from functools import cache
from pathlib import Path

from django.template import Engine

PACKAGE = Path(__file__).resolve().parents[2]


@cache
def engine() -> Engine:
    """Return the engine; it escapes everything."""
    return Engine(
        dirs=[str(PACKAGE / "templates")], autoescape=True, libraries={"i18n": "django.templatetags.i18n"}, builtins=[]
    )
