"""An inspection as one HTML file that needs no network."""

from functools import cache
from typing import TextIO

from django.template import Context, Template
from django.utils.translation import get_language, get_language_bidi

from loadaudit.reporting.html.engine import engine
from loadaudit.reporting.inspection_page import InspectionPage


def write_inspection(page: InspectionPage, stream: TextIO) -> None:
    """Write the page, whatever the project's TEMPLATES say."""
    parts = [{"part": one, "width": f"{100 * one.share:.2f}"} for one in page.parts]
    context = {
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
        "page": page,
        "parts": parts,
    }
    stream.write(_template().render(Context(context)))


@cache
def _template() -> Template:
    return engine().get_template("loadaudit/report/inspection.html")
