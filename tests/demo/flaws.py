"""The manifest of the demo project's planted defects, each switchable by DEMO_FLAWS."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
BOTH = frozenset({SQLITE, POSTGRESQL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One planted defect and the finding that it must cause.

    `operations` are the ids it acts on; empty means every operation of the site. `databases` are those on
    which it can occur at all. An exclusive flaw disturbs everything else and is not part of `all`.
    """

    name: str
    finding: str
    operations: tuple[str, ...]
    description: str
    trigger: str
    databases: frozenset[str] = BOTH
    exclusive: bool = False
    cause: str = ""
    """What the finding's cause must say; empty: its proof alone is enough."""
    also: tuple[str, ...] = ()
    """Findings that are true of the same operations, too: what the defect does to them."""


FLAWS: tuple[Flaw, ...] = (
    Flaw(
        name="n_plus_one",
        finding="LA301",
        operations=("GET /projects/",),
        description="the project list asks for owner and totals of each row separately",
        cause="executed in a loop",
        trigger="reads",
    ),
    Flaw(
        name="slow_query",
        finding="LA303",
        operations=("GET /catalog/prices/search/",),
        description="the price search looks prices up by a text column that has no index",
        cause="no index on material_code",
        also=("LA406",),
        trigger="reads",
    ),
    Flaw(
        name="unbounded_list",
        finding="LA304",
        operations=("GET /api/items/",),
        description="the list of all budget items is returned without pages",
        cause="without a LIMIT",
        trigger="reads",
    ),
    Flaw(
        name="cached_page",
        finding="LA402",
        operations=("GET /reports/market-index/",),
        description="the page is cached for five seconds only and takes 0.8 s whenever it is not in the cache",
        cause="missed the cache",
        trigger="repeated reads",
    ),
    Flaw(
        name="cpu_export",
        finding="LA403",
        operations=("GET /exports/portfolio/",),
        description="the portfolio export computes for 0.5 s in pure Python and so starves its worker",
        cause="Python code of the request",
        trigger="concurrent reads",
    ),
    Flaw(
        name="row_lock",
        finding="LA502",
        operations=("POST /projects/<int:project_id>/invoice-number/",),
        description="the next invoice number is taken under a row lock that is held for 0.5 s of other work",
        cause="holds the lock",
        trigger="concurrent writes",
        databases=frozenset({POSTGRESQL}),
    ),
    Flaw(
        name="deadlock",
        finding="LA503",
        operations=("POST /funds/reserve/", "POST /funds/release/"),
        description="the two transfers between funds lock the same two rows in opposite order",
        cause="deadlock detected",
        trigger="concurrent writes to both operations",
        databases=frozenset({POSTGRESQL}),
    ),
    Flaw(
        name="lost_update",
        finding="LA504",
        operations=("POST /projects/<int:project_id>/spend/",),
        description="the spent total is read, changed in Python and written back without lock or version",
        cause="read the same number",
        trigger="concurrent writes to one project",
    ),
    Flaw(
        name="some_rows_500",
        finding="LA204",
        operations=("GET /projects/<int:project_id>/cost-per-area/",),
        description="every third project has no area, and the page divides by it",
        cause="unsupported operand",
        trigger="reads of several rows",
    ),
    Flaw(
        name="soft_failure",
        finding="LA205",
        operations=("GET /api/exchange-rates/",),
        description='the endpoint always answers 200 with {"ok": false}',
        cause="reports its failure in the body",
        trigger="reads",
    ),
    Flaw(
        name="beacon_csrf",
        finding="LA202",
        operations=("POST /monitoring/metric/",),
        description="the beacon is CSRF-protected where cookies are stripped, so that every POST is a 403",
        cause="CSRF cookie not set",
        trigger="any write",
    ),
    Flaw(
        name="staff_redirect",
        finding="LA203",
        operations=("GET /monitoring/status/",),
        description="a page declared for every logged-in user sends all but staff to a login page",
        cause="sent to the login page",
        trigger="reads by a user who is not staff",
    ),
    Flaw(
        name="thread_middleware",
        finding="LA501",
        operations=("GET /monitoring/legacy/report/", "GET /monitoring/legacy/queue/"),
        description="a middleware runs requests in a fresh thread, whose connection is never closed",
        cause="in a thread that has ended",
        trigger="reads",
    ),
    Flaw(
        name="thread_middleware_everywhere",
        finding="LA501",
        operations=(),
        description="the connection-leaking middleware acts on every request",
        cause="in a thread that has ended",
        trigger="any traffic",
        exclusive=True,
    ),
    Flaw(
        name="cpu_starvation_everywhere",
        finding="LA403",
        operations=(),
        description="a middleware computes for 0.2 s in pure Python in every request",
        cause="Python code of the request",
        trigger="any concurrent traffic",
        exclusive=True,
    ),
    Flaw(
        name="row_lock_everywhere",
        finding="LA502",
        operations=(),
        description="a middleware holds a lock on one shared row for 0.2 s in every request",
        cause="holds the lock",
        trigger="any concurrent traffic",
        databases=frozenset({POSTGRESQL}),
        exclusive=True,
    ),
)

BY_NAME: Mapping[str, Flaw] = {flaw.name: flaw for flaw in FLAWS}


def parse(text: str) -> frozenset[str]:
    """Return the names that a DEMO_FLAWS value selects, or raise ImproperlyConfigured for an unknown one."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if words in ([], ["none"]):
        return frozenset()
    names: set[str] = set()
    for word in words:
        if word == "all":
            names.update(flaw.name for flaw in FLAWS if not flaw.exclusive)
        elif word in BY_NAME:
            names.add(word)
        else:
            raise ImproperlyConfigured(_unknown(word))
    return frozenset(names)


def possible(names: frozenset[str], vendor: str) -> frozenset[str]:
    """Return those of `names` that can occur on the database `vendor`; the others stay switched off there."""
    return frozenset(name for name in names if vendor in BY_NAME[name].databases)


def active(name: str) -> bool:
    """Say whether the flaw is switched on in this process."""
    return name in _active


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word, BY_NAME, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return (
        f"DEMO_FLAWS: expected 'all', 'none' or names of flaws, found {word!r}.{hint} "
        f"The known flaws are: {', '.join(BY_NAME)}."
    )


def _from_environment() -> frozenset[str]:
    vendor = POSTGRESQL if os.environ.get("DEMO_DATABASE_URL") else SQLITE
    return possible(parse(os.environ.get("DEMO_FLAWS", "")), vendor)


_active = _from_environment()
