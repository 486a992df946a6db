"""The HTML report in a real browser: no error, and its table sorts and filters."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from loadaudit.analysis.result import Analysis
from loadaudit.reporting.html import write_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

PROBE = """
<script>
(function () {
  var first = function () { return document.querySelector("#table tbody tr:not([hidden]) td").dataset.sort; };
  var click = function (column) { document.querySelectorAll("#table thead button")[column].click(); };
  var seen = [first()];
  click(0); seen.push(first());
  click(3); seen.push(first());
  click(3); seen.push(first());
  var filter = document.getElementById("filter");
  filter.value = "dashboard"; filter.dispatchEvent(new Event("input"));
  seen.push(document.getElementById("shown").textContent);
  document.body.insertAdjacentText("beforeend", "SEEN " + JSON.stringify(seen) + " ERRORS " + window.problems + " END");
}());
</script>
"""
CATCH = "<script>window.problems = 0; window.onerror = function () { window.problems += 1; };</script>"


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_the_table_sorts_and_filters(analysis: Analysis, tmp_path: Path) -> None:
    """By name from A and from Z, by requests from the most and from the fewest, then by a word."""
    path = tmp_path / "report.html"
    with path.open("w", encoding="utf-8") as stream:
        write_html(analysis, stream)
    page = path.read_text(encoding="utf-8").replace("<head>", f"<head>{CATCH}").replace("</body>", f"{PROBE}</body>")
    path.write_text(page, encoding="utf-8")
    command = [CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    done = subprocess.run(
        [*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    seen = re.search(r"SEEN (.*?) ERRORS (\d+) END\s*</body>", done.stdout, re.DOTALL)
    assert seen is not None
    assert seen[2] == "0"
    assert re.findall(r'"((?:GET|POST) [^"]*?|\d+ / \d+)"', seen[1].replace("&lt;", "<").replace("&gt;", ">")) == [
        "GET /<script>alert(1)</script>/[bold red]no[/] `tick` | bar/",
        "POST /projects/<int:project_id>/wipe/",
        "GET /projects/",
        "POST /projects/<int:project_id>/wipe/",
        "1 / 5",
    ]
