"""What makes a row is known by its statements, and what takes many rows along is sent last."""

from dataclasses import replace
from typing import Any

from loadaudit.planning.preflight.makers import Makers, falls_with
from loadaudit.planning.preflight.turns import order_of
from loadaudit.records import Operation, Parameter, Risk, StatementUse
from tests.analysis.factories import operation, trace
from tests.planning.preflight.conftest import Stage


def deletes(label: str, name: str = "pk") -> Operation:
    """Return an operation that destroys a row of a model."""
    parameter = Parameter(name=name, converter="int", model=label, model_field="pk")
    found = operation(f"DELETE /{label}/<int:{name}>/")
    return replace(found, parameters=(parameter,), risk=Risk.DESTRUCTIVE)


def test_leaves_fall_before_what_they_hang_on() -> None:
    """Whoever deletes the user first leaves nothing for the others."""
    assert falls_with(deletes("auth.Permission")) < falls_with(deletes("contenttypes.ContentType"))
    ordered = sorted((deletes("contenttypes.ContentType"), deletes("auth.Permission")), key=order_of)
    assert [one.parameters[0].model for one in ordered] == ["auth.Permission", "contenttypes.ContentType"]


def test_the_request_that_filled_the_fewest_tables_makes_the_row(stage: Stage) -> None:
    def inserting(*tables: str) -> Any:
        uses = tuple(
            StatementUse(alias="default", sql=f'INSERT INTO "{one}" (a) VALUES (%s)', count=1, total_ns=1, max_ns=1)
            for one in tables
        )
        best = stage.run("POST /new/")["POST /new/"].best
        assert best is not None
        return replace(best, trace=replace(trace(1), statements=uses))

    makers, form = Makers(), stage.operation("POST /new/")
    makers.note(form, inserting("auth_group", "other"))
    small = inserting("auth_group")
    makers.note(form, small)
    makers.note(form, inserting("auth_group", "third"))
    assert makers.of_rows_for(deletes("auth.Group")) == (form, small)
    assert makers.of_rows_for(deletes("auth.Permission")) is None
