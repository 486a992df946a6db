"""The slowest request that a run has recorded."""

from pathlib import Path

import pytest

from loadaudit.audit.inspection.recorded import slowest_request
from loadaudit.errors import UsageError
from tests.analysis.factories import PAGE, operation, requests, run_info, write_run


def test_the_slowest_of_the_operation(tmp_path: Path) -> None:
    """Its address and its role; a run without one of it says so."""
    made = [*requests(20, PAGE), *requests(1, PAGE, first=50, client={"response_ns": 10**9, "path": "/slow/"})]
    write_run(tmp_path / "1.loadaudit", [operation(PAGE)], made, info=run_info(label="night"))
    found = slowest_request(tmp_path, "night", operation(PAGE))
    assert (found.path, found.origin) == ("/slow/", "slowest request of the run night")
    with pytest.raises(UsageError, match="has no answered request of GET /none/"):
        slowest_request(tmp_path, "", operation("GET /none/"))
