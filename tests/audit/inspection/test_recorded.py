"""The slowest request that a run has recorded."""

from dataclasses import replace
from pathlib import Path

import pytest

from loadaudit.audit.inspection.recorded import slowest_request
from loadaudit.errors import UsageError
from loadaudit.records import BodyKind, Payload, PlannedPath
from tests.analysis.factories import PAGE, operation, plan_for, requests, run_info, write_run


def test_the_slowest_of_the_operation(tmp_path: Path) -> None:
    """Its address and its role; a run without one of it says so."""
    made = [*requests(20, PAGE), *requests(1, PAGE, first=50, client={"response_ns": 10**9, "path": "/slow/"})]
    write_run(tmp_path / "1.loadaudit", [operation(PAGE)], made, info=run_info(label="night"))
    found = slowest_request(tmp_path, "night", operation(PAGE))
    assert (found.path, found.origin) == ("/slow/", "slowest request of the run night")
    with pytest.raises(UsageError, match="has no answered request of GET /none/"):
        slowest_request(tmp_path, "", operation("GET /none/"))


def test_its_body_is_that_of_its_address(tmp_path: Path) -> None:
    """Where addresses have bodies of their own."""
    own = Payload(kind=BodyKind.JSON, document="2")
    put = operation("PUT /x/<pk>/")
    plan = plan_for([put])
    paths = (PlannedPath(path="/x/1/"), PlannedPath(path="/x/2/", payload=own))
    plan = replace(plan, requests=(replace(plan.requests[0], payload=replace(own, document="1"), paths=paths),))
    made = requests(1, put.id, client={"path": "/x/2/"})
    write_run(tmp_path / "1.loadaudit", [put], made, plan=plan, info=run_info(label="night"))
    assert slowest_request(tmp_path, "night", put).payload == own
