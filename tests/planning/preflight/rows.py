"""Rows of the demo, as few as a test needs."""

from datetime import UTC, datetime

from tests.demo.accounts.models import User
from tests.demo.projects.models import Project


def projects(*kinds: tuple[str, bool]) -> list[Project]:
    """Make a project for each status and whether it is in the archive."""
    owner = User.objects.create(email="maker@example.com")
    day = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Project.objects.create(owner=owner, name=status, status=status, is_archived=kept, created_at=day)
        for status, kept in kinds
    ]
