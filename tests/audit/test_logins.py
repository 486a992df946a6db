"""Which virtual users go on after the logins of a run, and which sessions are made for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.middleware import RemoteUserMiddleware

from loadaudit.audit.logins import Logins, check_logins, log_in_users, without_hopeless
from loadaudit.audit.options import Observer
from loadaudit.audit.places import Place
from loadaudit.conf import Config
from loadaudit.errors import AbortedError, ExitCode
from loadaudit.load.job import Target, VirtualUser
from loadaudit.planning.identities import Credential
from loadaudit.planning.logins.attempts import LoggedIn, Ways
from loadaudit.planning.logins.pace import Pace
from loadaudit.planning.logins.server_side import SessionMaker
from loadaudit.records import Access, Identity, Inventory, LoginAttempt, LoginCause, LoginWay
from loadaudit.reporting.progress import PlainProgress
from tests.analysis.factories import operation


class InFront(RemoteUserMiddleware):
    """Reads a header."""

    header = "HTTP_X_KNOWN_USER"


USER = Credential(identity=Identity(role="user", username="u", user_id="1"), password="p")
STAFF = Credential(identity=Identity(role="staff", username="s", user_id="2", staff=True), password="p")
PLACE = Place(
    folder=Path(),
    target=Target(base_url="http://localhost"),
    token="t",
    tag="0" * 16,
    credentials=(USER, STAFF),
    sessions=SessionMaker(nullcontext),
    prepare=nullcontext,
)
SILENT = PlainProgress(lambda text: None, verbosity=0)
Cause = Callable[[int, Credential, LoginWay], LoginCause]


@dataclass(frozen=True, kw_only=True)
class Scripted(Logins):
    """Logins that end as a function says, without a server."""

    cause: Cause
    seen: list[tuple[int, LoginWay]] = field(default_factory=list)

    def log_in(
        self, users: Sequence[tuple[int, Credential]], ways: Ways, pace: Pace, observer: Observer | None
    ) -> list[LoggedIn]:
        """Return what the function says of each."""
        return [self._one(vu, who, ways.way_of(who)) for vu, who in users]

    def _one(self, vu: int, who: Credential, way: LoginWay) -> LoggedIn:
        self.seen.append((vu, way))
        cause = self.cause(vu, who, way)
        attempt = LoginAttempt(
            vu=vu,
            role=who.identity.role,
            proven=cause is LoginCause.NONE,
            detail=f"because of {cause.value}",
            duration_ns=1,
            cause=cause,
            way=way,
        )
        return LoggedIn(attempts=(attempt,))


def logins(cause: Cause = lambda vu, who, way: LoginCause.NONE, place: Place = PLACE) -> Scripted:
    """Return logins to a site with a login page."""
    made = Scripted(place=place, inventory=Inventory(operations=()), config=Config(), cause=cause)
    made.__dict__["ways"] = Ways(paths=("/login/",))
    return made


def virtual_users(*roles: str) -> list[VirtualUser]:
    """Return one virtual user per role."""
    return [VirtualUser(index=index, role=role, positions=()) for index, role in enumerate(roles)]


def test_above_the_limit_sessions_are_made() -> None:
    """After so many real logins were proven; the report says so."""
    site = logins()
    result = log_in_users(virtual_users(*["user"] * 5), site, SILENT, login_vus=2)
    assert [way for _, way in sorted(site.seen)] == [LoginWay.FORM] * 2 + [LoginWay.SESSION] * 3
    assert len(result.users) == 5
    assert result.notes[0].startswith("3 virtual users got a session made on the server side, after 2 had logged in")


def test_no_session_is_made_for_a_role_that_was_never_proven() -> None:
    """It would hide that nobody of it can log in."""
    site = logins(lambda vu, who, way: LoginCause.EXCEPTION if who is STAFF else LoginCause.NONE)
    result = log_in_users(virtual_users("user", "user", "staff", "staff"), site, SILENT, login_vus=1)
    assert {one.role for one in result.users} == {"user"}
    assert [one.role for one in result.attempts] == ["user", "staff", "user"]


def test_a_virtual_user_without_a_login_stops_and_the_others_go_on() -> None:
    """Its reason is kept."""
    site = logins(lambda vu, who, way: LoginCause.CSRF if vu == 1 else LoginCause.NONE)
    users = virtual_users("user", "user", "user", "anonymous")
    result = log_in_users(users, site, SILENT)
    assert [one.index for one in result.users] == [0, 2, 3]
    assert [one.detail for one in result.attempts if not one.proven] == ["because of csrf"]
    check_logins(users, result)


@pytest.mark.parametrize(("failing", "aborts"), [(2, False), (3, True)])
def test_more_than_half_abort_the_run(failing: int, *, aborts: bool) -> None:
    """With exit code 4 and each role's reason."""
    site = logins(lambda vu, who, way: LoginCause.STATUS if vu < failing else LoginCause.NONE)
    users = virtual_users(*["user"] * 4)
    result = log_in_users(users, site, SILENT)
    if not aborts:
        check_logins(users, result)
        return
    with pytest.raises(AbortedError, match=r"Only 1 of 4 virtual users.*as user: because of status") as aborted:
        check_logins(users, result)
    assert aborted.value.exit_code is ExitCode.ABORTED


def test_a_wrong_password_is_tried_once() -> None:
    """The others of its role are stopped without a try, which is said."""
    site = logins(lambda vu, who, way: LoginCause.REJECTED)
    result = log_in_users(virtual_users("user", "user", "user"), site, SILENT)
    assert [vu for vu, _ in site.seen] == [0]
    assert result.notes == (
        "2 more virtual users as user were stopped without a try: the first one's failure holds for all, "
        "and wrong tries lock accounts.",
    )


def kept(cause: Cause, place: Place = PLACE, config: Config | None = None) -> Place:
    """Return the place with the users that are left."""
    site = logins(cause, place)
    return without_hopeless(replace(site, config=config) if config is not None else site)


def by_role(role: str, cause: LoginCause) -> Cause:
    """Return what lets one role fail."""
    return lambda vu, who, way: cause if who.identity.role == role else LoginCause.NONE


@pytest.mark.parametrize("cause", [LoginCause.REJECTED, LoginCause.NOT_PROVEN])
def test_a_role_that_the_page_is_not_for_is_left_out(cause: LoginCause) -> None:
    """While others get in, with the reason in the report."""
    place = kept(by_role("user", cause))
    assert [one.role for one in place.credentials] == ["staff"]
    assert place.messages == (f"No user took part as user, because none could log in: because of {cause.value}.",)


def test_a_role_that_met_a_rate_limit_stays() -> None:
    """That says nothing about whom the login is for."""
    assert kept(by_role("staff", LoginCause.RATE_LIMITED)).credentials == (USER, STAFF)


@pytest.mark.parametrize(
    "cause", [LoginCause.ELSEWHERE, LoginCause.CAPTCHA, LoginCause.SECOND_FACTOR, LoginCause.REJECTED]
)
def test_sessions_are_made_where_no_password_lets_in(cause: LoginCause) -> None:
    """Single sign-on, a captcha, a second factor, or passwords that somebody else checks."""
    place = kept(lambda vu, who, way: LoginCause.NONE if who.way is LoginWay.SESSION else cause)
    assert [one.way for one in place.credentials] == [LoginWay.SESSION] * 2
    assert place.messages[0].startswith(f"Nobody logged in for real: because of {cause.value}. Sessions were made")


def test_a_project_where_nothing_tells_who_asks() -> None:
    """Nobody was refused, and there is no login page: what is open to all is tried as nobody."""
    site = logins(lambda vu, who, way: LoginCause.NOT_PROVEN)
    site.__dict__["ways"] = Ways(makes_keys=True)
    assert without_hopeless(site).credentials == ()
    site.__dict__["ways"] = Ways(paths=("/login/",))
    assert without_hopeless(site).credentials == (USER, STAFF)


def test_an_api_that_takes_name_and_password_with_each_request() -> None:
    """Where neither a page nor a session lets in."""
    site = logins(lambda vu, who, way: LoginCause.NONE if who.headers else LoginCause.NOT_PROVEN)
    site.__dict__["ways"] = Ways()
    place = without_hopeless(site)
    assert [one.headers["Authorization"] for one in place.credentials] == ["Basic dTpw", "Basic czpw"]
    assert "HTTP Basic" in place.messages[0]


@pytest.mark.parametrize("cause", [LoginCause.EXCEPTION, LoginCause.CSRF, LoginCause.STATUS])
def test_where_no_session_helps_either_the_login_is_not_gone_round(cause: LoginCause) -> None:
    """That is what the run is to report."""
    place = kept(lambda vu, who, way: cause)
    assert place.credentials == (USER, STAFF)
    assert place.messages == ()


@pytest.mark.parametrize("cause", [LoginCause.EXCEPTION, LoginCause.CSRF, LoginCause.STATUS])
def test_a_login_that_is_broken_is_gone_round_and_said(cause: LoginCause) -> None:
    """All that lies behind it would be lost, and the run still records that nobody got in."""
    place = kept(lambda vu, who, way: LoginCause.NONE if who.way is LoginWay.SESSION else cause)
    assert [one.way for one in place.credentials] == [LoginWay.SESSION] * 2
    assert place.messages[0].startswith(f"Nobody logged in for real: because of {cause.value}.")
    assert [one.cause for one in place.gone_round] == [cause, cause]


@pytest.mark.parametrize("cause", [LoginCause.EXCEPTION, LoginCause.CAPTCHA, LoginCause.NO_FORM])
def test_a_failure_that_does_not_say_whom_a_login_is_for(cause: LoginCause) -> None:
    """The staff came in by another page, such as the admin's; the others get sessions."""
    by_way = {LoginWay.SESSION: LoginCause.NONE, LoginWay.FORM: cause}
    place = kept(lambda vu, who, way: by_way[way] if who.identity == USER.identity else LoginCause.NONE)
    assert [(one.role, one.way) for one in place.credentials] == [("user", LoginWay.SESSION), ("staff", None)]
    assert place.messages[0].startswith("Nobody who acts as user logged in for real")


def test_who_has_no_login_page_beside_the_admins() -> None:
    """A session shows what is there for them."""
    site = logins(lambda vu, who, way: LoginCause.NONE)
    site.__dict__["ways"] = Ways(paths=("/admin/login/",), admin="/admin/login/")
    assert [one.way for one in without_hopeless(site).credentials] == [LoginWay.SESSION, None]


def test_sessions_are_made_where_it_is_broken_for_some_only() -> None:
    """An account without the rows that the project's own login reads fails otherwise than one that it refuses."""
    causes = {"user": LoginCause.EXCEPTION, "staff": LoginCause.REJECTED}
    place = kept(lambda vu, who, way: LoginCause.NONE if who.way is LoginWay.SESSION else causes[who.identity.role])
    assert [one.way for one in place.credentials] == [LoginWay.SESSION] * 2
    assert place.messages[0].startswith("Nobody logged in for real: because of rejected.")


def test_a_project_with_a_login_page_for_each_kind_of_users() -> None:
    """Whom the first refuses tries the next, and keeps to the one that let them in."""
    pages = ("/customers/", "/staff/")
    site = logins(
        lambda vu, who, way: LoginCause.NONE if who.page == "/staff/" or who.role == "user" else LoginCause.REJECTED
    )
    site.__dict__["ways"] = Ways(paths=pages)
    found = without_hopeless(site).credentials
    assert [(one.role, one.page) for one in found] == [("user", ""), ("staff", "/staff/")]
    assert [Ways(paths=pages).pages_for(one) for one in found] == [pages, ("/staff/",)]


def test_what_only_a_person_can_do_and_no_session_either() -> None:
    """The run goes on as nobody, and says why."""
    place = kept(lambda vu, who, way: LoginCause.CAPTCHA)
    assert place.credentials == ()
    assert place.messages[0].startswith("Nobody could log in: because of captcha.")


def test_a_server_in_front_that_tells_who_asks(settings: Any) -> None:
    """What its middleware reads is sent, where a header can tell it."""
    settings.MIDDLEWARE = [
        f"{__name__}.InFront",
        "django.contrib.auth.middleware.RemoteUserMiddleware",
        "nowhere.Found",
    ]
    place = kept(lambda vu, who, way: LoginCause.NONE if who.headers else LoginCause.ELSEWHERE)
    assert [one.headers for one in place.credentials] == [{"X-Known-User": "u"}, {"X-Known-User": "s"}]
    assert "(X-Known-User)" in place.messages[0]


def test_without_a_clone_no_session_is_made_unasked() -> None:
    """It would be written to the real store."""
    place = kept(lambda vu, who, way: LoginCause.ELSEWHERE, replace(PLACE, prepare=None))
    assert {one.way for one in place.credentials} == {None}


def test_the_settings_own_users_stay_as_they_are() -> None:
    """Their failure is something to report."""
    users: Any = ({"username": "x"},)
    place = kept(lambda vu, who, way: LoginCause.ELSEWHERE, config=Config(users=users))
    assert place is PLACE


def test_each_virtual_user_has_an_address_of_its_own() -> None:
    """On loopback, so that limits per address act as on real users; a remote target sees the machine's own."""
    served: Any = object()
    place = replace(PLACE, server=served)
    addresses = [place.source_address(vu) for vu in (*range(2_000), 62_000, 63_000)]
    assert len(set(addresses)) == len(addresses)
    assert all(ip_address(one) in ip_network("127.0.0.0/8") and one != "127.0.0.1" for one in addresses)
    assert PLACE.source_address(0) == ""


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        (LoginCause.REJECTED, "LOADAUDIT['USERS']"),
        (LoginCause.EXCEPTION, "The server fails there"),
        (LoginCause.RATE_LIMITED, "lift its limit"),
    ],
)
def test_the_remedy_fits_the_cause(cause: LoginCause, remedy: str) -> None:
    """Other users help against a wrong password, and not against a session store that is down."""
    users = virtual_users("user", "staff")
    result = log_in_users(users, logins(lambda vu, who, way: cause), SILENT)
    with pytest.raises(AbortedError) as caught:
        check_logins(users, result)
    assert remedy in caught.value.hint


def test_what_the_project_leaves_out_is_not_looked_at() -> None:
    """Neither to see who is let in, nor as the page that proves a login where there is another."""
    pages = tuple(operation(f"GET /{name}/", access=Access(login=True)) for name in ("danger", "home"))
    place = replace(PLACE, credentials=())
    project = Logins(place=place, inventory=Inventory(operations=pages), config=Config(exclude=("^GET /danger/",)))
    who = Credential(identity=Identity(role="user"), password="p")
    assert [one.id for one in project.askable] == ["GET /home/"]
    proof = project.proof_for(who)
    assert proof is not None
    assert proof.path == "/home/"
    only = replace(project, inventory=Inventory(operations=pages[:1]))
    assert only.proof_for(who) is not None
