"""A run of the clean demo: what it proves, where it writes, what it leaves alone."""

from __future__ import annotations

import re
import stat

from loadaudit.runfile.reader import RunFile
from tests.audit.site import succeeded
from tests.audit.stores import SharedRun
from tests.reporting.schemas import assert_valid

SEVERITY_OF_NO_CONCERN = "info"


def test_run_passes(plain_run: SharedRun) -> None:
    """A run of a clean site ends with exit code 0."""
    assert plain_run.outcome.code == 0, plain_run.outcome.stderr


def test_stdout_is_the_json_document_alone(plain_run: SharedRun) -> None:
    """Standard output can be piped into a JSON parser; progress is on standard error."""
    assert_valid("analysis", plain_run.outcome.document())
    assert "Load: 10 virtual users" in plain_run.outcome.stderr
    assert f"Run file: {plain_run.path}" in plain_run.outcome.stderr


def test_stderr_has_no_warning(plain_run: SharedRun) -> None:
    """With warnings as errors in every process, none is shown and nothing has failed."""
    assert "Warning" not in plain_run.outcome.stderr
    assert "Traceback" not in plain_run.outcome.stderr


def test_planned_operations_succeed(plain_run: SharedRun) -> None:
    """Nearly everything that was sent is shown to work."""
    totals = plain_run.outcome.document()["totals"]
    assert totals["attempted"] >= 80
    assert totals["succeeded"] >= 0.95 * totals["attempted"]


def test_coverage_adds_up(plain_run: SharedRun) -> None:
    """The totals are the sums of the categories and of the operations."""
    document = plain_run.outcome.document()
    for key in ("operations", "attempted", "reached", "succeeded", "loaded", "excluded"):
        assert document["totals"][key] == sum(row[key] for row in document["categories"]), key
    assert document["totals"]["operations"] == len(document["operations"])
    assert document["totals"]["succeeded"] == len(succeeded(document))


def test_every_missed_operation_has_a_reason(plain_run: SharedRun) -> None:
    """No operation leaves the coverage without a word."""
    found = plain_run.outcome.succeeded()
    missed = [one for one in plain_run.outcome.document()["operations"] if one["id"] not in found]
    assert [one["id"] for one in missed if not one["reason"]] == []


def test_every_succeeded_operation_has_a_trace(plain_run: SharedRun) -> None:
    """Success is credited only for what the server has seen."""
    operations = plain_run.outcome.document()["operations"]
    found = plain_run.outcome.succeeded()
    assert [one["id"] for one in operations if one["id"] in found and not one["statistics"]["traced"]] == []


def test_nearly_every_sample_has_a_trace(plain_run: SharedRun) -> None:
    """Traces are not lost on the way from the server's workers."""
    with RunFile(plain_run.path) as run:
        samples = {sample.number for sample in run.samples()}
        traces = {trace.number for trace in run.traces()}
    assert len(samples & traces) >= 0.99 * len(samples)


def test_clean_site_has_no_finding_of_concern(plain_run: SharedRun) -> None:
    """Nothing above information is claimed about a site without defects."""
    findings = plain_run.outcome.document()["findings"]
    assert [(one["code"], one["claim"]) for one in findings if one["severity"] != SEVERITY_OF_NO_CONCERN] == []


def test_every_login_is_proven(plain_run: SharedRun) -> None:
    """All virtual users that need a login prove it on the clean site."""
    logins = plain_run.outcome.document()["logins"]
    assert logins["attempts"] == logins["proven"] > 0
    assert {one["role"] for one in logins["roles"]} >= {"owner", "staff"}


def test_source_database_is_untouched(plain_run: SharedRun) -> None:
    """The project's own database is the same to the byte, and nothing was put beside it."""
    assert plain_run.checksum_after == plain_run.checksum_before


def test_temporary_folder_is_gone(plain_run: SharedRun) -> None:
    """A run leaves one plain file in the runs folder and nothing else."""
    names = {path.name for path in plain_run.site.runs.iterdir()}
    assert names == {plain_run.path.name, ".gitignore"}


def test_run_file_is_private(plain_run: SharedRun) -> None:
    """Nobody else may read what was recorded."""
    assert stat.S_IMODE(plain_run.path.stat().st_mode) == 0o600


def test_what_the_probe_costs_here_is_told(plain_run: SharedRun) -> None:
    """As a server worker measured it on this machine; every report shows the run's environment."""
    told = plain_run.outcome.document()["run"]["environment"]["probe overhead"]
    assert re.fullmatch(r"at least \d+\.\d µs per statement and \d+ µs per request", told)


def test_run_file_has_no_secret(plain_run: SharedRun) -> None:
    """Neither the password nor the site's secret key is in the file."""
    content = plain_run.path.read_bytes()
    assert b"demo-pass-1234" not in content
    assert b"demo-only-not-a-secret" not in content
    assert b"sessionid=" not in content


def test_json_of_the_run_is_that_of_diff(plain_run: SharedRun) -> None:
    """What `run` prints at its end is what `diff` reads from the file, to the last figure."""
    later = plain_run.site.loadaudit("diff", "plain", "--format", "json")
    assert later.code == 0, later.stderr
    assert later.document() == plain_run.outcome.document()
