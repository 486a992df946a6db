"""A Django test case for `loadaudit record -- test`; no test of ours, so pytest does not collect it."""

import os

from django.test import TestCase

from tests.demo.accounts.models import User


class Recordable(TestCase):
    """Sends what is to be recorded."""

    def test_new_job(self) -> None:
        """Start an export, and fail afterwards where that is wanted."""
        self.client.force_login(User.objects.create_user("anna@example.com", "secret-password"))
        body = {"title": "from a test", "pages": 2}
        answer = self.client.post("/batch/export/init/", body, content_type="application/json")
        assert answer.status_code < 400, answer.content
        assert "RECORDABLE_FAILS" not in os.environ
