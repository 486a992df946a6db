"""What users with and without a login, staff status and permissions really get, beside what the inventory claims."""

from typing import Any

from benchmarks.facts.visitors import Answer, Visitor, user

SAFE = ("GET", "HEAD", "OPTIONS")


class AccessTruth:
    """Asks every operation as several users; each answer is a plain record."""

    def __init__(self, superuser: Any) -> None:
        plain, staff = user("plain"), user("staff", is_staff=True)
        self._nobody = Visitor()
        self._plain = Visitor(plain, forced=True)
        self._staff = Visitor(staff, forced=True)
        self._superuser = Visitor(superuser, forced=True)
        self._by_session = Visitor(superuser)
        self._without_token = Visitor(superuser, with_token_checks=True)
        self._exact: dict[tuple[bool, tuple[str, ...], tuple[str, ...]], Visitor] = {}

    def of(self, operation: Any, path: str) -> dict[str, bool | None]:
        """Return which demands the operation really makes; None where the answers do not tell.

        `login` turns nobody away, `more` a user who is neither staff nor has a permission or a group, `key` a session;
        `token` is checked; `enough`: a user who has just what the inventory asks for gets in.
        """
        method = operation.method
        nobody, plain = self._nobody.send(method, path), self._plain.send(method, path)
        top, session = self._superuser.send(method, path), self._by_session.send(method, path)
        return {
            "login": _login(nobody, top),
            "more": _more(plain, top),
            "key": _key(session, top),
            "token": self._token(method, path, session),
            "enough": self._enough(operation.access, method, path, nobody, plain, top),
        }

    def _token(self, method: str, path: str, session: Answer) -> bool | None:
        if method in SAFE:
            return None
        found = self._without_token.send(method, path)
        if found.token_missed:
            return True
        return False if found.admitted_as(session) and not found.denied else None

    def _enough(self, access: Any, method: str, path: str, nobody: Answer, plain: Answer, top: Answer) -> bool | None:
        # Nobody here knows how to make a user of whom the project says so.
        if top.denied or access.attributes:
            return None
        if not (access.login or access.is_raised or access.is_particular):
            found = nobody
        elif not (access.is_raised or access.is_particular):
            found = plain
        else:
            found = self._holder(access).send(method, path)
        return False if found.denied else True if found.admitted_as(top) else None

    def _holder(self, access: Any) -> Visitor:
        if access.superuser:
            return self._superuser
        key = access.staff, access.permissions, access.groups[:1]
        if key == (True, (), ()):
            return self._staff
        if key not in self._exact:
            name = f"exact{len(self._exact)}"
            made = user(name, is_staff=access.staff, permissions=access.permissions, groups=access.groups[:1])
            self._exact[key] = Visitor(made, forced=True)
        return self._exact[key]


def _login(nobody: Answer, top: Answer) -> bool | None:
    if nobody.denied:
        # Where even the superuser is denied, only 401 says that who asks is unknown.
        return True if not top.denied or nobody.status == 401 else None
    return False if nobody.reached_view and nobody.admitted_as(top) else None


def _more(plain: Answer, top: Answer) -> bool | None:
    if top.denied or not top.status:
        return None
    return True if plain.denied else False if plain.admitted_as(top) else None


def _key(session: Answer, top: Answer) -> bool | None:
    if session.status == 401 and not top.denied:
        return True
    return False if session.reached_view and session.admitted_as(top) and not session.denied else None
