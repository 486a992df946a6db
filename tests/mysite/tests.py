"""Tests of the project itself, for `loadaudit record` to listen to; no test of ours, so pytest does not collect it."""

from django.test import TestCase

from tests.mysite.models import Project


class Edited(TestCase):
    """Sends what is to be recorded."""

    def test_edit(self) -> None:
        """Rename a project."""
        Project._default_manager.create(pk=1, name="one")
        assert self.client.post("/projects/1/edit/", {"name": "from a test"}).status_code == 200
