"""Seeds users, groups and memberships."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission

from tests.demo.accounts.models import User

NAMED = (
    ("owner@example.com", "Olivia", User.Role.OWNER),
    ("viewer@example.com", "Victor", User.Role.VIEWER),
    ("staff@example.com", "Stella", User.Role.STAFF),
)
OTHERS = 3


def seed_people(now: datetime) -> list[User]:
    """Make the named users, then some other owners; all have the demo password and a verified address."""
    # One hash for everybody: the salt is no secret here, and hashing is the slowest step of the seed.
    password = make_password(settings.DEMO_PASSWORD, salt="demo-only")
    people = [_user(email, name, role, password, now) for email, name, role in NAMED]
    people += [
        _user(f"other{n}@example.com", f"Other{n}", User.Role.OWNER, password, now) for n in range(1, OTHERS + 1)
    ]
    users = User.objects.bulk_create(people)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    buyers, _ = Group.objects.get_or_create(name="buyers")
    buyers.permissions.set(Permission.objects.filter(content_type__app_label="catalog"))
    buyers.user_set.set(user for user in users if user.role == User.Role.OWNER)
    return users


def _user(email: str, name: str, role: User.Role, password: str, now: datetime) -> User:
    staff = role == User.Role.STAFF
    return User(
        username=email,
        email=email,
        first_name=name,
        last_name="Demo",
        role=role,
        password=password,
        is_staff=staff,
        is_superuser=staff,
        date_joined=now,
    )
