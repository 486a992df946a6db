"""Draws the pictures of the README from the latest run labelled `demo`: `python scripts/make_pictures.py`."""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import django
from playwright.sync_api import sync_playwright
from rich.console import Console

if TYPE_CHECKING:
    from loadaudit.analysis.result import Analysis

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH = 84
OPERATION = "GET /projects/"


def main() -> int:
    """Draw the coverage table and the report, and return the exit code: 2 without a browser."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.demo.settings")
    django.setup()
    from loadaudit.audit.runs import analyse_run

    _, analysis = analyse_run(ROOT / "loadaudit-runs", "demo", detailed=True)
    draw_table(analysis, IMAGES / "coverage.svg")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("The pictures of the report need Chromium.\n")
        return 2
    draw_report(analysis, chromium)
    return 0


def draw_table(analysis: "Analysis", picture: Path) -> None:
    """Write the coverage table of the run as an SVG that needs no font from elsewhere."""
    from loadaudit.reporting.terminal import print_coverage, print_verdict

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        print_coverage(analysis, console)
        print_verdict(analysis, console)
        svg = console.export_svg(title="manage.py loadaudit run", unique_id="coverage")
    # The font faces are fetched from another host; without them the browser's own monospace is used.
    picture.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")
    sys.stdout.write(f"{picture.relative_to(ROOT)}\n")


def draw_report(analysis: "Analysis", chromium: str) -> None:
    """Write what a browser shows of the HTML report: from its top, in dark colours, and the page of an operation."""
    from loadaudit.reporting.html.page import write_html

    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        with page.open("w", encoding="utf-8") as stream:
            write_html(analysis, stream)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for name, height, dark in (
                ("report", 1560, False),
                ("report-dark", 2750, True),
                ("operation", 1560, False),
            ):
                tab = browser.new_page(
                    viewport={"width": 1280, "height": height}, color_scheme="dark" if dark else "light"
                )
                tab.goto(page.as_uri() + (f"#operation={quote(OPERATION, safe='')}" if name == "operation" else ""))
                if name == "operation":
                    tab.wait_for_selector("#operation-histogram canvas")
                picture = IMAGES / f"{name}.png"
                tab.screenshot(path=picture)
                sys.stdout.write(f"{picture.relative_to(ROOT)}\n")
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
