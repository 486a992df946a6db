"""Draws the pictures of the README from the latest run labelled `demo`: `python scripts/make_pictures.py`."""

import os
import re
import sys
from pathlib import Path

import django
from rich.console import Console

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "coverage.svg"
WIDTH = 84


def main() -> None:
    """Write the coverage table of the demo's run as an SVG that needs no font from elsewhere."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.demo.settings")
    django.setup()
    from loadaudit.audit.runs import analyse_run
    from loadaudit.reporting.terminal import print_coverage, print_verdict

    _, analysis = analyse_run(ROOT / "loadaudit-runs", "demo")
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        print_coverage(analysis, console)
        print_verdict(analysis, console)
        svg = console.export_svg(title="manage.py loadaudit run", unique_id="coverage")
    # The font faces are fetched from another host; without them the browser's own monospace is used.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
