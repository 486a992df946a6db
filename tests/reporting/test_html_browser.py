"""The HTML report in a real browser: no error, charts are drawn, the table sorts and filters, operations open."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadaudit.analysis.result import Analysis
from loadaudit.analysis.result_details import Point
from loadaudit.records import Outcome
from loadaudit.reporting.html.page import write_html
from tests.reporting.samples import LIST

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MANY = 5_000

PROBE = """
<script>
(function () {
  const first = () => document.querySelector("#table tbody tr code").textContent;
  const click = (column) => document.querySelectorAll("#table thead button")[column].click();
  const filter = (text) => {
    const field = document.getElementById("filter");
    field.value = text; field.dispatchEvent(new Event("input"));
    return document.getElementById("shown").textContent;
  };
  const seen = { rows: document.querySelectorAll("#table tbody tr").length, sorted: [first()] };
  for (const column of [0, 3, 3]) { click(column); seen.sorted.push(first()); }
  seen.filtered = filter("dashboard"); filter("");
  seen.tiles = document.querySelectorAll("#tiles .tile").length;
  seen.charts = document.querySelectorAll("#course canvas").length;
  operationTable.choose(0, 1000);
  seen.stretch = [document.getElementById("stretch").hidden, document.querySelectorAll("#table tbody tr").length];
  operationTable.choose(null, null);
  const from = document.getElementById("stretch-from");
  from.value = "1"; from.dispatchEvent(new Event("change"));
  seen.zoomed = echarts.getInstanceByDom(document.getElementById("course")).getOption().dataZoom[0].startValue;
  seen.split = document.getElementById("course-split").textContent;
  seen.stops = document.querySelectorAll('#tiles .tile[tabindex="0"]').length;
  const groups = [...document.querySelectorAll("#tiles .tiles")];
  const group = groups.find((one) => one.childElementCount > 1) || groups[0];
  group.firstElementChild.focus();
  group.firstElementChild.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  seen.focused = [...group.children].indexOf(document.activeElement);
  window.dispatchEvent(new Event("beforeprint"));
  seen.printing = document.documentElement.className;
  window.dispatchEvent(new Event("afterprint"));
  document.querySelector("#tiles .tile.loaded").click();
  const dialog = document.getElementById("operation");
  seen.operation = [dialog.open, document.getElementById("operation-name").textContent,
    dialog.querySelectorAll("#operation-histogram canvas").length, dialog.querySelectorAll(".sql").length];
  seen.address = decodeURIComponent(location.hash);
  dialog.close();
  seen.problems = window.problems;
  seen.ms = Math.round(performance.now());
  document.body.insertAdjacentHTML("beforeend", "<pre id=seen></pre>");
  document.getElementById("seen").textContent = "SEEN " + JSON.stringify(seen) + " END";
}());
</script>
"""
CATCH = """<script>
window.problems = [];
window.alert = (text) => { window.problems.push("alert " + text); };
window.onerror = (text) => { window.problems.push(String(text)); };
console.error = (...texts) => { window.problems.push(texts.join(" ")); };
</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def seen_in_a_browser(analysis: Analysis, folder: Path) -> Mapping[str, Any]:
    """Return what the probe sees in the report."""
    path = folder / "report.html"
    with path.open("w", encoding="utf-8") as stream:
        write_html(analysis, stream)
    # The scripts of the page hold such tags as texts.
    before, _, after = path.read_text(encoding="utf-8").replace("<head>", f"<head>{CATCH}", 1).rpartition("</body>")
    path.write_text(f"{before}{PROBE}</body>{after}", encoding="utf-8")
    command = [CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
    done = subprocess.run(
        [*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r'<pre id="seen">SEEN (.*?) END</pre>', done.stdout, re.DOTALL)
    assert found is not None
    text = found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    seen: Mapping[str, Any] = json.loads(text)
    return seen


def test_the_report_works(analysis: Analysis, tmp_path: Path) -> None:
    """The table by name from A and from Z, by requests from the most and from the fewest, by a word; an operation."""
    seen = seen_in_a_browser(analysis, tmp_path)
    assert seen["problems"] == []
    assert seen["sorted"] == [
        "GET /<script>alert(1)</script>/[bold red]no[/] `tick` | bar/",
        "POST /projects/<int:project_id>/wipe/",
        "GET /projects/",
        "POST /projects/<int:project_id>/wipe/",
    ]
    assert seen["filtered"] == "1 of 5 operations"
    assert seen["tiles"] == 5
    assert seen["charts"] == 1
    assert seen["stretch"] == [False, 1]
    assert seen["zoomed"] == 1000
    assert seen["split"].startswith("Where the time went, 20 ms per request, n = ")
    assert "unexplained 75 %" in seen["split"]
    assert seen["printing"] == "print"
    assert seen["operation"] == [True, LIST, 1, 1]
    assert seen["address"] == f"#operation={LIST}"


def test_a_large_report_works(analysis: Analysis, tmp_path: Path) -> None:
    """5,000 operations and as many points as are ever drawn: under 2 MB and 1 KB per operation, usable at once."""
    (model,) = [one for one in analysis.operations if one.operation.id == LIST]
    operations = tuple(
        replace(
            model, operation=replace(model.operation, id=f"GET /many/{number:04}/<int:pk>/", category=f"C{number % 9}")
        )
        for number in range(MANY)
    )
    detail = analysis.details.operations[LIST]
    points = tuple(
        Point(
            operation_id=f"GET /many/{number % MANY:04}/<int:pk>/",
            start_ns=number * 10**6,
            latency_ns=(1 + number % 700) * 10**6,
            outcome=Outcome.OK if number % 9 else Outcome.SERVER_ERROR,
        )
        for number in range(6_000)
    )
    details = replace(
        analysis.details,
        operations={one.operation.id: detail for one in operations},
        points=points,
        requests=1_000_000,
    )
    seen = seen_in_a_browser(replace(analysis, operations=operations, details=details), tmp_path)
    assert (tmp_path / "report.html").stat().st_size < 2_000_000 + 1_000 * MANY
    assert seen["problems"] == []
    assert (seen["rows"], seen["tiles"]) == (200, MANY)
    assert seen["stretch"] == [False, 200]
    assert seen["operation"][0]
    assert seen["stops"] == 9
    assert seen["focused"] == 1
    assert seen["ms"] < 20_000
