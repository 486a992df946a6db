"""What one guard asks of the user, and what several ask together."""

from collections.abc import Iterable
from dataclasses import dataclass

from loadaudit.records import Evidence, weakest
from loadaudit.records.making import quickly_made


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one guard asks of the user; false when it asks nothing."""

    login: bool = False
    staff: bool = False
    superuser: bool = False
    api_key: bool = False
    permissions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Being a member of one of them is enough."""
    attributes: tuple[str, ...] = ()
    """What must be true of the user that only the project knows, as `user.is_manager`."""
    evidence: Evidence = Evidence.DECLARED
    may_ask_more: bool = False
    """Something on the way was not understood, and may turn a visitor away."""

    def __bool__(self) -> bool:
        particular = self.permissions or self.groups or self.attributes
        return self.login or self.staff or self.superuser or self.api_key or bool(particular)


NOTHING = Demand()
"""What most guards ask; one for all, because it is returned for every view."""
UNKNOWN = Demand(evidence=Evidence.INFERRED, may_ask_more=True)
"""Nothing was found that is asked, and something may be."""


def union(demands: Iterable[Demand]) -> Demand:
    """Return the demand that meets all of `demands`."""
    total, *others = list(demands) or [NOTHING]
    for one in others:
        total = Demand(
            login=total.login or one.login,
            staff=total.staff or one.staff,
            superuser=total.superuser or one.superuser,
            api_key=total.api_key or one.api_key,
            permissions=(*total.permissions, *one.permissions),
            groups=(*total.groups, *one.groups),
            attributes=(*total.attributes, *one.attributes),
            evidence=weakest((total.evidence, one.evidence)),
            may_ask_more=total.may_ask_more or one.may_ask_more,
        )
    return total
