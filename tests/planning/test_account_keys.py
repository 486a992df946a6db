"""Keys for a forgotten password, made for an account of the run."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.utils.http import urlsafe_base64_decode

from loadaudit.planning.account_keys import keys_of_account
from loadaudit.records import Identity


@pytest.mark.django_db
def test_the_keys_are_those_that_a_mail_would_have() -> None:
    """Where a body asks for both, and for an account that is there."""
    user = get_user_model()._default_manager.create_user("ann", email="ann@example.com", password="x")
    ann = Identity(role="disposable", username="ann", user_id=str(user.pk))
    made, of_allauth = keys_of_account(["uid", "token", "new_password"], ann)
    assert urlsafe_base64_decode(made["uid"]).decode() == str(user.pk)
    assert default_token_generator.check_token(user, made["token"])
    assert of_allauth["uid"] != made["uid"]
    assert keys_of_account(["token", "new_password"], ann) == []
    assert keys_of_account(["uid", "token"], Identity(role="anonymous")) == []
    nobody = keys_of_account(["uid", "token"], Identity(role="anonymous"), "ann@example.com")
    assert nobody[0]["uid"] == made["uid"]
