"""What an operation's fields and parameters may be given of keys that the project makes for an account or a row."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.account_keys import keys_of_account
from loadaudit.planning.keys.read_back import generators_of, keys_read_back
from loadaudit.planning.rows_before import RowsBefore
from loadaudit.planning.values import fill
from loadaudit.records import Identity, Kind, Operation

_ACTIVATES = re.compile(r"activat|verif|confirm[-_]?(?:e?mail|account|user|registration|sign)", re.IGNORECASE)
"""What ends a registration whose account nobody can use until its address is proven."""

OF_AN_ACCOUNT = "key made for an account"


def keys_for_body(
    operation: Operation,
    names: Sequence[str],
    identity: Identity,
    email: str,
    asked: Iterable[str],
    mailed: Mapping[str, str],
    before: RowsBefore,
) -> list[Mapping[str, str]]:
    """Return sets of values for the fields of a body, the likeliest first; mostly nothing.

    A mail that tells keys may be about something else, or its key is used up; those that were read back are good.
    """
    # A read only looks at what an account's key opens.
    anyone = operation.method in SAFE_METHODS
    waiting = _ACTIVATES.search(f"{operation.route} {operation.name}") is not None
    generators = generators_of(operation)
    made = keys_of_account(names, identity, email, asked, generators, before=before, anyone=anyone, waiting=waiting)
    return [*_single(keys_read_back(operation, names)), *([mailed] if mailed else []), *made]


def keys_for_path(operation: Operation, identity: Identity) -> list[dict[str, str]]:
    """Return sets of values for all parameters of an address; mostly nothing.

    What an account's own key opens is only looked at, because a write may change the account that the run acts as.
    """
    names = [one.name for one in operation.parameters]
    found = _single(keys_read_back(operation, names)) if len(names) == 1 else []
    if len(names) == len(set(names)) == 2 and operation.method in SAFE_METHODS:
        found += keys_of_account(names, identity, generators=generators_of(operation))
    return [one for one in found if one.keys() >= set(names)]


def account_paths(
    operation: Operation, identity: Identity, email: str, before: RowsBefore, *, may_look: bool = False
) -> Iterator[str]:
    """Yield addresses with keys of an account: of a write one to throw away, with this e-mail address; mostly none.

    Where one `may_look`, a page is opened by the key of an account that was not there `before` the run: with a made-up
    key it says that its link is none, and that of a person's account would open the project's own door as well.
    Never raises.
    """
    names = [one.name for one in operation.parameters]
    is_read = may_look and operation.method in SAFE_METHODS and operation.kind is Kind.READ
    is_known = is_read or (email and operation.method not in SAFE_METHODS)
    if not is_known or len(names) != 2 or len(set(names)) != 2:
        return
    waiting = not is_read and _ACTIVATES.search(f"{operation.route} {operation.name}") is not None
    made = generators_of(operation)
    known = keys_of_account(names, identity, email, generators=made, before=before, anyone=is_read, waiting=waiting)
    for values in known:
        yield fill(operation.route, values)


def _single(found: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [{name: value} for name, values in found.items() for value in values]
