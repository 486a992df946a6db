"""Users of the run have addresses that are known to be theirs."""

from types import SimpleNamespace
from typing import Any

from django.db import models

from loadaudit.planning.verified import _unverified


def test_columns_that_say_so_are_filled_where_they_are_empty() -> None:
    """By their names and kinds; what is set stays, and a code or another flag is none of them."""
    kinds: dict[str, models.Field[Any, Any]] = {
        "email_verified": models.DateTimeField(null=True),
        "is_confirmed": models.BooleanField(),
        "email_validated_on": models.DateField(null=True),
        "verified_at": models.DateTimeField(null=True),
        "verified": models.CharField(),
        "is_verified_buyer": models.BooleanField(),
    }
    for name, field in kinds.items():
        field.set_attributes_from_name(name)
    values: dict[str, Any] = dict.fromkeys(kinds) | {"is_confirmed": False, "verified_at": "before"}
    user = SimpleNamespace(_meta=SimpleNamespace(concrete_fields=list(kinds.values())), **values)
    found = dict(_unverified(user))
    assert set(found) == {"email_verified", "is_confirmed", "email_validated_on"}
    assert found["is_confirmed"] is True
