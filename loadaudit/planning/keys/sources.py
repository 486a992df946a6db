"""What an operation's fields and parameters may be given of keys that the project makes for an account or a row."""

from collections.abc import Iterable, Mapping, Sequence

from loadaudit.load.csrf import SAFE_METHODS
from loadaudit.planning.account_keys import keys_of_account
from loadaudit.planning.keys.read_back import generators_of, keys_read_back
from loadaudit.records import Identity, Operation


def keys_for_body(
    operation: Operation,
    names: Sequence[str],
    identity: Identity,
    email: str,
    asked: Iterable[str],
    mailed: Mapping[str, str],
) -> list[Mapping[str, str]]:
    """Return sets of values for the fields of a body, the likeliest first; mostly nothing.

    A mail that tells keys may be about something else, or its key is used up; those that were read back are good.
    """
    made = keys_of_account(names, identity, email, asked, generators_of(operation))
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


def _single(found: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [{name: value} for name, values in found.items() for value in values]
