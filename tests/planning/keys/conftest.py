"""The site with keys, and its tables."""

from typing import Any

import pytest
from django.db import connection


@pytest.fixture
def site(settings: Any, db: None) -> None:
    """Install the app; a schema editor would not work within the transaction of a test."""
    settings.INSTALLED_APPS = [
        *(one for one in settings.INSTALLED_APPS if not one.startswith("allauth")),
        "tests.planning.keys",
    ]
    settings.ROOT_URLCONF = "tests.planning.keys.site"
    settings.PARTNER_KEY = "a key of the settings"
    key = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE keys_apikey (id {key}, name TEXT, kind TEXT, digest TEXT)")
        cursor.execute(f"CREATE TABLE keys_partnertoken (id {key}, token TEXT, is_active BOOLEAN)")
        rights = "endpoints TEXT, scopes TEXT, access_level INT, role TEXT, may_export BOOLEAN"
        cursor.execute(f"CREATE TABLE keys_ticket (id {key}, token TEXT, {rights})")
        cursor.execute(f"CREATE TABLE keys_pass (id {key}, token TEXT, partner_id INT, kind TEXT)")
        cursor.execute(f"CREATE TABLE keys_access (id {key}, prefix TEXT, hashed_key TEXT)")
        cursor.execute(f"CREATE TABLE keys_kept (id {key}, key_prefix TEXT, key_hash TEXT)")
        cursor.execute(f"CREATE TABLE keys_hashed (id {key}, key TEXT, scope TEXT)")
        cursor.execute(f"CREATE TABLE keys_minted (id {key}, token_digest TEXT)")
        member = "email TEXT, password VARCHAR(20), password_set DATE, rank INT"
        cursor.execute(f"CREATE TABLE keys_member (id {key}, {member})")
        cursor.execute(f"CREATE TABLE keys_ticket_partners (id {key}, ticket_id INT, partnertoken_id INT)")
