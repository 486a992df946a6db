"""`loadaudit import` on the command line."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.importers.builders import write_csv

ROWS = [("GET", "/health/live/", 40, 0, 700.5), ("GET", "first step", 3, 0, 10.0)]


def test_the_command_prints_the_analysis_and_a_mapping(tmp_path: Path) -> None:
    """The table goes to standard output, what to do next to standard error."""
    out, err = StringIO(), StringIO()
    files = [str(path) for path in write_csv(tmp_path, ROWS)]
    with override_settings(LOADAUDIT={"RUNS_DIR": str(tmp_path / "runs")}):
        call_command("loadaudit", "import", *files, "--skip-checks", stdout=out, stderr=err)
    assert "Names that fit no operation" in out.getvalue()
    assert '"GET first step": null' in err.getvalue()
    assert "Run file:" in err.getvalue()


def test_unknown_files_have_exit_code_2(tmp_path: Path) -> None:
    """With what is known in the message."""
    path = tmp_path / "x.csv"
    path.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(CommandError, match="not recognised") as caught:
        call_command("loadaudit", "import", str(path), "--skip-checks", stdout=StringIO(), stderr=StringIO())
    assert caught.value.returncode == 2


def test_json_goes_to_a_file(tmp_path: Path) -> None:
    """As with every command that has data."""
    target = tmp_path / "analysis.json"
    files = [str(path) for path in write_csv(tmp_path, ROWS)]
    with override_settings(LOADAUDIT={"RUNS_DIR": str(tmp_path / "runs")}):
        call_command(
            *("loadaudit", "import", *files, "--skip-checks", "--format", "json", "-o", str(target)),
            stdout=StringIO(),
            stderr=StringIO(),
        )
    assert json.loads(target.read_text(encoding="utf-8"))["imported"]["tool"] == "Locust"
