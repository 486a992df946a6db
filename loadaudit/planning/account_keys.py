"""Keys that Django mails to whoever has forgotten a password, made for an account of the run itself."""

import re
from collections.abc import Collection

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from loadaudit.records import Identity

_WHOSE = re.compile(r"^(uid|uidb64|user_?id_?b64|uid_?b64)$", re.IGNORECASE)
_KEY = re.compile(r"^(token|reset_?token|key)$", re.IGNORECASE)


def keys_of_account(names: Collection[str], identity: Identity) -> dict[str, str]:
    """Return values for the two fields of a body that say by a key whose account it is about; mostly nothing.

    Packages for APIs take Django's own keys, and their mails link to pages that the project may not have.
    """
    whose, keys = ([name for name in names if pattern.match(name)] for pattern in (_WHOSE, _KEY))
    if not (len(whose) == len(keys) == 1 and identity.user_id):
        return {}
    user = get_user_model()._base_manager.filter(pk=identity.user_id).first()
    if user is None:
        return {}
    return {
        whose[0]: urlsafe_base64_encode(force_bytes(user.pk)),
        keys[0]: default_token_generator.make_token(user),
    }
