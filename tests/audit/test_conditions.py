"""What of the project's settings and data is kept with a run."""

import pytest
from django.test import override_settings

from loadaudit.audit.conditions import project_facts


@pytest.mark.django_db
@override_settings(MIDDLEWARE=["first", "second"])
def test_settings_and_size_of_the_data() -> None:
    """Middleware in its order, and as many megabytes as the database says."""
    facts = project_facts()
    assert facts["middleware"] == "first, second"
    assert facts["connections default"].startswith("CONN_MAX_AGE ")
    assert float(facts["data size default"].removesuffix(" MB")) > 0
