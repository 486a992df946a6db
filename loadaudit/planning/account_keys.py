"""Keys that Django mails to whoever has forgotten a password, and JWTs, made for an account of the run itself."""

import pydoc
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from loadaudit.inventory.source.relations import user_model
from loadaudit.planning.rows_before import RowsBefore
from loadaudit.records import Identity, Operation

_WHOSE = re.compile(r"^(uid|uidb64|uidb36|user_?id_?b64|uid_?b64)$", re.IGNORECASE)
_REFRESHES = frozenset({"refresh", "refresh_token", "refreshToken"})
_SIGN = ("rest_framework_simplejwt.", "ninja_jwt.")
"""Packages that sign web tokens."""

_MOST_USERS = 2000
_UNKNOWN = RowsBefore()
"""With which each account counts as somebody's."""

_KEY = re.compile(r"^(token|reset_?token|key)$", re.IGNORECASE)


def fields_of_account(names: Iterable[str]) -> list[str]:
    """Return the two fields of a body that say by a key whose account it is about, or none."""
    known = list(names)
    pairs = [[name for name in known if pattern.match(name)] for pattern in (_WHOSE, _KEY)]
    return [one[0] for one in pairs] if all(len(one) == 1 for one in pairs) else []


def keys_of_account(
    names: Iterable[str],
    identity: Identity,
    email: str = "",
    asked: Iterable[str] = (),
    generators: Sequence[PasswordResetTokenGenerator] = (default_token_generator,),
    *,
    before: RowsBefore = _UNKNOWN,
    anyone: bool = False,
    waiting: bool = False,
) -> list[dict[str, str]]:
    """Return values for these fields, of each generator, then allauth's where it is installed; mostly nothing.

    They are about the identity's account, and where nobody is logged in about the one with this address, else the
    newest of the run if it may be `anyone`'s; before that about the newest of those that are `waiting` to be activated,
    which is how a registration leaves them. Of others that were there `before` there is none: a clone has the project's
    own key to sign with and the hashes of its passwords, so that the original would take it as well. Packages for APIs
    take such keys, and their mails link to pages that the project may not have. Of what a server has `asked` for, whose
    account it is counts alone: some look for the token only behind it.
    """
    fields = fields_of_account(names) or [one for one in asked if _WHOSE.match(one)][:1]
    if not fields:
        return []
    user = _user(identity, email) or (_newest(before) if anyone else None)
    users = (_newest(before, is_active=False) if waiting else None, user)
    made = [one for each in users if each is not None for one in _made_for(each, fields, generators)]
    return [dict(zip(fields, one, strict=False)) for one in made]


def _made_for(
    user: Any, fields: Sequence[str], generators: Sequence[PasswordResetTokenGenerator]
) -> list[tuple[str, str]]:
    made: list[tuple[str, str]] = []
    is_allauth = apps.is_installed("allauth.account")
    # Whose account it is stands there as the name says; a package that says so in base 36 has tokens of its own.
    for one in () if is_allauth and "36" in fields[0] else generators:
        with suppress(Exception):  # what goes into a token is the project's own code
            made.append((urlsafe_base64_encode(force_bytes(user.pk)), one.make_token(user)))
    if is_allauth:
        with suppress(Exception):  # its generator is what a setting names, which is the project's own code
            forms, utils = (import_module(f"allauth.account.{name}") for name in ("forms", "utils"))
            made.append((utils.user_pk_to_url_str(user), forms.default_token_generator.make_token(user)))
    return made


def web_tokens_of_account(operation: Operation, identity: Identity, email: str = "") -> dict[str, str]:
    """Return a web token for the fields of a body that take one; mostly nothing.

    A login that tells one may be closed to the run, or give it to a cookie. `token` means one only where the package's
    own code reads it.
    """
    names = {one.name for one in operation.body.fields}
    own = _signed_by(operation)
    wanted = names & _REFRESHES | (names & {"token"} if own else set())
    loaded = [one for one in (own, *_SIGN) if one and f"{one}tokens" in sys.modules]
    if not wanted or not loaded:
        return {}
    user = _user(identity, email)
    if user is None:
        return {}
    try:
        made = str(sys.modules[f"{loaded[0]}tokens"].RefreshToken.for_user(user))
    except Exception:  # the key to sign with is a setting, and the tokens' table may be the project's own
        return {}
    return dict.fromkeys(sorted(wanted), made)


def _signed_by(operation: Operation) -> str:
    """Return the package whose own code reads the tokens of an operation, or empty."""
    try:
        view = pydoc.locate(operation.view)
    except pydoc.ErrorDuringImport:
        return ""
    bases = [f"{one.__module__}." for one in getattr(view, "__mro__", ())]
    known = (one for one in _SIGN if f" {one}" in operation.body.source or any(each.startswith(one) for each in bases))
    return next(known, "")


def _newest(before: RowsBefore, **having: bool) -> Any:
    """Return the user with these flags who came last since the run began, or None."""
    try:
        model: Any = user_model()
        keys = model._base_manager.filter(**having).order_by("-pk").values_list("pk", flat=True)[:_MOST_USERS]
        own = next((one for one in keys if not before.has(model, one)), None)
        return None if own is None else model._base_manager.filter(pk=own).first()
    except FieldError:
        return None


def _user(identity: Identity, email: str) -> Any:
    """Return the user of an identity, or whose address this is; None where there is neither."""
    if not (identity.user_id or email):
        return None
    try:
        model: Any = user_model()
        whose = {"pk": identity.user_id} if identity.user_id else {model.get_email_field_name(): email}
        return model._base_manager.filter(**whose).first()
    except (FieldError, ImproperlyConfigured):
        # Users of this project have no address, or there are none.
        return None
