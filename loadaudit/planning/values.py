"""Values for the parameters of a route: rows that the identity can reach, children that belong to their parents."""

import re
from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, unquote
from uuid import UUID

from django.apps import apps
from django.db import OperationalError, ProgrammingError, models

from loadaudit.errors import said_by
from loadaudit.inventory.urlconf.routes import RouteIndex
from loadaudit.planning.any_model import unfit_of_any_model
from loadaudit.planning.clones.out_of_reach import advice_on as of_a_database
from loadaudit.planning.dates import as_written
from loadaudit.planning.making.fitting import fits
from loadaudit.planning.making.translated import usual_language
from loadaudit.planning.naming import OF_ANY_MODEL, kinds_among, of_any_model, values_by_name
from loadaudit.planning.naming import ORIGIN as BY_NAME
from loadaudit.planning.neighbours import ORIGIN, KnownValues, parts_of
from loadaudit.planning.parents import leaf_and_lookups, of_own_parents, of_the_kind
from loadaudit.planning.payloads.matching import text_matching
from loadaudit.planning.project.sources import DeclaredError, provided, providers_for
from loadaudit.planning.rows import ANY, DATE_PARTS, Which, date_lookups, rows_beside, with_maker
from loadaudit.planning.somebody_else import with_somebody_else
from loadaudit.planning.typed import WORDS, examples_of, is_date_part, is_of_a_day, of_kinds, suiting
from loadaudit.records import NO_PARAMETERS, Evidence, Identity, Operation, Parameter, PlannedPath
from loadaudit.runfile.database_messages import without_values

POOL_SIZE = 10
_TOKEN = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>")
_OPTIONAL = re.compile(r"\[[^\[\]]*\]")
_LACKS = re.compile(r"no such (?:table|column)|does not exist|doesn't exist", re.IGNORECASE)
_PLAIN = "/:@!$&'()*+,;="
"""What RFC 3986 lets stand in a path as it is."""

_NUMBERED = re.compile(r" #\d+$")

_EXAMPLES: Mapping[str, Callable[[], list[object]]] = {
    "language": lambda: [usual_language()],
    # That of a list of REST framework's, whose route ends with nothing else.
    "drf_format_suffix": lambda: [".json"],
}

GUESS = "a made-up value"
EXAMPLE = "example of the OpenAPI document"
MOST_GUESSES = 2
_NUMBERS = ("1", "0", "2026")
DIGITS = frozenset({"[0-9]+", r"\d+", "[0-9]*", "[1-9][0-9]*", "[0-9]{1,2}"})
"""Patterns of numbers."""

_GUESSES = ("1", "loadaudit", "2026", "2026-01-31", "00000000-0000-4000-8000-000000000001", "en")

CHOICE = "choice in its pattern or its view"
OF_OTHERS = " of somebody else"
"""End of the origin of rows that are tried where none of the identity's own works."""

_OTHERS = 2

_OF_A_DATE = 3
"""Rows whose addresses are tried with their likeliest date before another one, and with each of the others."""

_BY_DATE = " by its "
"""In the origin of an address with another date of its row than the likeliest, before the name of that."""

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoValue:
    """Why an operation has no path, in words that tell the operator what to do."""

    reason: str
    guess: bool = False
    """Whether nothing at all is known, so that any value may do."""
    no_row: bool = False
    """Whether there is none that the identity can reach, so that one of others, or a new one, may do."""
    declared: bool = False
    """Whether the project's own provider fails: then nothing else stands in for it."""


def paths_for(
    operation: Operation, identity: Identity, index: RouteIndex, which: Which = ANY
) -> tuple[PlannedPath, ...] | NoValue:
    """Return up to `POOL_SIZE` concrete paths that resolve to this very operation, or why there are none.

    Whoever destroys rows had better take the newest: they may be the run's own.
    """
    found = paths_with_others(operation, identity, index, which)
    if isinstance(found, NoValue):
        return found
    return tuple(one for one in found if not (one.origin.endswith(OF_OTHERS) or _BY_DATE in one.origin)) or found


def paths_with_others(
    operation: Operation, identity: Identity, index: RouteIndex, which: Which = ANY
) -> tuple[PlannedPath, ...] | NoValue:
    """Return what `paths_for` does, and a few paths to rows of somebody else, for when none of the own ones works."""
    if not operation.parameters:
        return checked(operation, [({}, NO_PARAMETERS)], index)
    pool = _pool(operation, identity, which)
    if isinstance(pool, NoValue):
        return pool
    own = checked(operation, [one for one in pool if not one[1].endswith(OF_OTHERS)], index)
    others = [one for one in pool if one[1].endswith(OF_OTHERS)]
    more = checked(operation, others, index) if others else ()
    if isinstance(own, NoValue) or isinstance(more, NoValue):
        return own if isinstance(more, NoValue) or not more else more
    return (*own, *more[:_OTHERS])


def fill(route: str, values: Values) -> str:
    """Return the path of a route with its parameters replaced; optional parts are left out."""
    text = _without_optional(_NUMBERED.sub("", route))
    return _TOKEN.sub(lambda token: quote(str(values[token.group(1)]), safe=_PLAIN), text)


def needed_of(operation: Operation) -> list[Parameter]:
    """Return the parameters that an address has to have: optional parts are left out."""
    names = set(_TOKEN.findall(_without_optional(operation.route)))
    return [one for one in operation.parameters if one.name in names]


def _without_optional(route: str) -> str:
    while _OPTIONAL.search(route):
        route = _OPTIONAL.sub("", route)
    return route


def checked(
    operation: Operation, pool: Sequence[tuple[Values, str]], index: RouteIndex
) -> tuple[PlannedPath, ...] | NoValue:
    """Return the addresses with these values that lead to the operation itself, or why there are none."""
    paths: dict[str, PlannedPath] = {}
    other, dated = "", any(is_date_part(one) for one in operation.parameters)
    for values, origin in pool:
        try:
            path = fill(operation.route, as_written(operation.parameters, values))
            path = fill(operation.route, as_written(operation.parameters, values, path)) if dated else path
        except KeyError:
            continue
        found = index.route_at(unquote(path), (operation.route, *(_alike(values[name]) for name in sorted(values))))
        if found == operation.route:
            # A row's own address begins with a slash that its route has already; code may want it twice.
            plain = path.replace("//", "/")
            if plain != path and index.route_at(unquote(plain), (operation.route, plain)) == found:
                paths.setdefault(plain, PlannedPath(path=plain, origin=origin))
            paths.setdefault(path, PlannedPath(path=path, origin=origin))
            if len(paths) >= POOL_SIZE:
                break
        elif found is not None:
            other = found
    if paths:
        return tuple(paths.values())
    if other:
        return NoValue(reason=f"every address of it leads to {other}, which the URLconf has before it: put it first")
    return _unfit(operation, pool)


def _unfit(operation: Operation, pool: Sequence[tuple[Values, str]]) -> NoValue:
    """Say of which parameter no known value fits the pattern."""
    for one in operation.parameters:
        known = [values[one.name] for values, _ in pool if one.name in values]
        if one.pattern and known and not any(fits(one.pattern, each) for each in known):
            for provider in providers_for(operation):
                if one.name in provider.names and any(provider.place in origin for _, origin in pool):
                    what = f"the provider of {', '.join(provider.names)} at {provider.place} yields {known[0]!r}"
                    reason = f"{what}, and the address wants a {one.name} that fits the pattern {one.pattern}"
                    return NoValue(reason=reason, declared=True)
            whose = f"row's {one.model_field} of {one.model}" if one.model else f"value known for {one.name!r}"
            reason = f"no {whose} fits the pattern {one.pattern} of its address; add one that does, or {_say(one)}"
            return NoValue(reason=reason)
    return NoValue(reason="no address could be built from its pattern; provide() in a loadtests.py gives its values")


def _alike(value: object) -> Hashable:
    """Return what values share that every pattern takes or refuses alike: numbers of one length, and UUIDs."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "number", len(str(value))
    return "uuid" if isinstance(value, UUID) else str(value)


def _pool(operation: Operation, identity: Identity, which: Which) -> list[tuple[Values, str]] | NoValue:
    """Return values from the project's own providers, and from rows for the parameters that they leave."""
    providers = providers_for(operation)
    named = {name for provider in providers for name in provider.names}
    rest = [one for one in needed_of(operation) if one.name not in named]
    pool = _rows(rest, identity, which) if rest else [({}, "" if providers else NO_PARAMETERS)]
    if isinstance(pool, NoValue):
        return pool
    for provider in providers:
        try:
            given = provided(provider, identity)
        except DeclaredError as error:
            return NoValue(reason=str(error), declared=True)
        origin = f"provider at {provider.place}"
        count = max(len(pool), len(given))
        rows = [(pool[n % len(pool)], given[n % len(given)]) for n in range(count)]
        pool = [({**values, **more}, f"{known}, {origin}" if known else origin) for (values, known), more in rows]
    return pool


def _rows(parameters: Sequence[Parameter], identity: Identity, which: Which) -> list[tuple[Values, str]] | NoValue:
    bound = [one for one in parameters if one.model and one.model_field]
    free = [one for one in parameters if not (one.model and one.model_field)]
    examples: dict[str, object] = {}
    choices = [one for one in free if one.choices]
    dated = [one.name for one in free if bound and is_date_part(one)]
    for parameter in free:
        if parameter.name in dated or parameter.choices:
            continue
        if parameter.converter not in _EXAMPLES:
            return no_model(parameter)
        examples[parameter.name] = _EXAMPLES[parameter.converter]()[0]
    if not bound:
        return _chosen([(examples, "" if choices and not examples else "converter example")], choices)
    try:
        found = _rows_of(bound, dated, examples, identity, which)
    except Exception as error:  # a manager is the project's own code and may raise anything
        said = f"{type(error).__name__}: {' '.join(without_values(said_by(error)).split())}"
        return NoValue(reason=f"its rows could not be read: {said}{_remedy_of(error)}")
    return found if isinstance(found, NoValue) else _chosen(found, choices)


def _remedy_of(error: Exception) -> str:
    """Return what helps where the database lacks what a model says, or is out of reach; empty for other errors."""
    if told := of_a_database(str(error)):
        return f"; {told}"
    if not isinstance(error, (OperationalError, ProgrammingError)) or not _LACKS.search(str(error)):
        return ""
    return "; the database lacks what the model says: migrate, or write the migration that its app lacks"


def _chosen(pool: list[tuple[Values, str]], parameters: Sequence[Parameter]) -> list[tuple[Values, str]]:
    """Return the pool with each parameter's choices in turn: every choice comes up, and so does every row."""
    for one in parameters:
        count = max(len(pool), len(one.choices))
        turns = [(pool[n % len(pool)], one.choices[n % len(one.choices)]) for n in range(count)]
        pool = [({**row, one.name: text}, f"{CHOICE}, {origin}" if origin else CHOICE) for (row, origin), text in turns]
    return pool


def no_model(parameter: Parameter) -> NoValue:
    """Say that nothing is known of what a parameter may be."""
    what = WORDS.get(parameter.type) or ("date" if parameter.name in DATE_PARTS else "model")
    reason = f"no {what} is known for its parameter {parameter.name!r}, so there is no value to send; {_say(parameter)}"
    return NoValue(reason=reason, guess=True)


def of_the_unknown(operation: Operation, known: Container[str], reason: str) -> str:
    """Return why there is no value, naming a parameter of which other addresses tell none: these tell the `known`."""
    open_ones = [one for one in operation.parameters if not (one.model or one.choices or one.converter in _EXAMPLES)]
    is_of_one = any(reason == no_model(one).reason for one in open_ones)
    if is_of_one and (unfit := unfit_of_any_model(operation)):
        return unfit
    unknown = next((one for one in open_ones if one.name not in known), None)
    return no_model(unknown).reason if is_of_one and unknown is not None else reason


def _say(parameter: Parameter) -> str:
    return f"provide({parameter.name!r}, …) in a loadtests.py gives one"


def guessed_paths(
    operation: Operation, identity: Identity, index: RouteIndex, day: date, told: Values | None = None
) -> tuple[PlannedPath, ...]:
    """Return addresses with made-up values: views that look nothing up take any that the pattern lets through.

    Where rows are known for some of the parameters, or answers have `told` values, those are not made up.
    """
    names = [one.name for one in operation.parameters if one.converter not in _EXAMPLES]
    fixed = {one.name: _EXAMPLES[one.converter]()[0] for one in operation.parameters if one.converter in _EXAMPLES}
    fixed |= {one.name: one.choices[0] for one in operation.parameters if one.choices}
    fixed |= {name: value for name, value in parts_of(day).items() if name in names}
    told, kinds = told or {}, of_kinds(operation.parameters, day)
    fixed |= kinds
    sure = [one for one in operation.parameters if one.name not in told or one.evidence is not Evidence.ASSUMED]
    bound = [one for one in sure if one.model and one.model_field]
    rows = _rows(bound, identity, ANY) if bound else NoValue(reason="")
    known: Values = {**suiting(operation.parameters, told, day), **({} if isinstance(rows, NoValue) else rows[0][0])}
    made = {one.name: text_matching(one.pattern) for one in operation.parameters if one.pattern}
    made = {name: text for name, text in made.items() if text and name not in kinds}
    guesses = _NUMBERS if are_numbers(operation) else _GUESSES
    pool = [({**dict.fromkeys(names, guess), **fixed, **known}, GUESS) for guess in guesses]
    if shown := examples_of(operation.parameters):
        pool = [({**pool[0][0], **shown, **known}, EXAMPLE), *pool]
    pool += [({**dict.fromkeys(names, _GUESSES[0]), **made, **fixed, **known}, GUESS)] if made else []
    found = checked(operation, pool, index)
    return () if isinstance(found, NoValue) else found[: len(guesses) if guesses is _NUMBERS else MOST_GUESSES]


def may_be_anything(operation: Operation) -> bool:
    """Whether what is not known of an address is no row: places in one, or days, of which any may do."""
    free = [one for one in operation.parameters if not (one.model and one.model_field) and not one.choices]
    return are_numbers(operation) or (bool(free) and all(is_of_a_day(one) for one in free))


def are_numbers(operation: Operation) -> bool:
    """Whether all that is not known of an address is numbers beside a row: places in it, such as a page or a line."""
    free = [one for one in operation.parameters if not (one.model and one.model_field) and not one.choices]
    return 0 < len(free) < len(operation.parameters) and all(one.pattern in DIGITS for one in free)


def paths_of_names(
    operation: Operation, identity: Identity, index: RouteIndex, day: date, shown: KnownValues | None = None
) -> tuple[PlannedPath, ...]:
    """Return addresses with rows of models that the names of its parameters suggest.

    Of an app and a model those first that other addresses have `shown`: a generic view seldom takes every model.
    """
    operation = of_any_model(operation, loosely=True)
    needed = needed_of(operation)
    free = [one for one in needed if not (one.model and one.model_field)]
    fixed = {one.name: _EXAMPLES[one.converter]()[0] for one in free if one.converter in _EXAMPLES}
    fixed |= {one.name: one.choices[0] for one in free if one.choices}
    names = [one.name for one in free if one.name not in fixed]
    dated = {name: value for name, value in parts_of(day).items() if name in names}
    dated |= {name: text for name, text in of_kinds(free, day).items() if name in names}
    bound = [one for one in needed if one not in free]
    rows = _rows(bound, identity, ANY) if bound else [({}, "")]
    known: Values = {} if isinstance(rows, NoValue) else rows[0][0]
    wanted = [name for name in names if name not in dated]
    kinds = kinds_among(wanted)
    origin = OF_ANY_MODEL if kinds else BY_NAME
    pairs = shown(operation.route, kinds, day) if shown is not None and kinds else ()
    pool = [({**dated, **fixed, **known, **one}, origin) for one in values_by_name(operation, wanted, identity, pairs)]
    found = checked(operation, pool, index) if pool else ()
    return () if isinstance(found, NoValue) else found


def paths_of_neighbours(
    operation: Operation, known: KnownValues, index: RouteIndex, day: date
) -> tuple[PlannedPath, ...]:
    """Return addresses made of values that other addresses or answers have for parameters of the same names."""
    pool = known(operation.route, [one.name for one in operation.parameters], day)
    suited = [(suiting(operation.parameters, one, day), ORIGIN) for one in pool]
    found = checked(operation, suited, index) if pool else ()
    return () if isinstance(found, NoValue) else found


def _rows_of(
    bound: Sequence[Parameter], dated: Sequence[str], examples: Values, identity: Identity, which: Which
) -> list[tuple[Values, str]] | NoValue:
    """Return values from rows of the deepest model, with the parents' values read from the same row."""
    leaf, lookups = leaf_and_lookups(bound)
    model = apps.get_model(str(leaf.model))
    owners = _declared_owners(bound, lookups)
    which = of_the_kind(leaf, bound, which)
    origin = f"row of {model._meta.label}"
    pool: list[tuple[Values, str]] = []
    for dates in date_lookups(model, dated):
        named = {**lookups, **dates}
        own, others = with_maker(model, owners, list(named.values()), identity, which)
        if others and not own:
            own, others = of_own_parents(others, leaf, bound, list(lookups), identity)
        found = [(row, f"{origin}{maker}") for row, maker in own or others]
        found += [(row, f"{origin}{maker}{OF_OTHERS}") for row, maker in others if own]
        whole: list[tuple[Values, str]] = [
            ({**examples, **dict(zip(named, row, strict=True))}, whose)
            for row, whose in found
            if all(value not in (None, "") for value in row)
        ]
        if pool:
            # Which of several dates an address means only an answer tells.
            by = f"{_BY_DATE}{next(iter(dates.values())).partition('__')[0]}"
            whole = [(values, f"{origin}{by}") for values, whose in whole if whose == origin]
        pool = [*pool[:_OF_A_DATE], *whole[:_OF_A_DATE], *pool[_OF_A_DATE:]] if pool else whole
    pool += [(one, f"{origin}{OF_OTHERS}") for one in with_somebody_else(pool, bound, leaf, identity)]
    missing = [one for one in bound if one.name not in lookups]
    for parameter in missing:
        other = apps.get_model(str(parameter.model))
        owners = _declared_owners([parameter], {parameter.name: str(parameter.model_field)})
        rows = rows_beside(other, owners, str(parameter.model_field), identity)
        if not rows:
            return NoValue(reason=_empty(other, identity), no_row=True)
        pool = pool * min(len(rows), 1 + _OTHERS) if len(pool) == 1 else pool
        pool = [({**values, parameter.name: rows[n % len(rows)][0]}, origin) for n, (values, origin) in enumerate(pool)]
    if found and not pool:
        return NoValue(
            reason=f"no row of {model._meta.label} gives a value for every parameter; add one that does", no_row=True
        )
    return pool or NoValue(reason=_empty(model, identity), no_row=True)


def _declared_owners(bound: Sequence[Parameter], lookups: Mapping[str, str]) -> list[str]:
    """Return the look-up paths from the leaf to each field that must be the user; one of several ways in is none."""
    owners = []
    for parameter in bound:
        is_must = parameter.owner_evidence is not Evidence.ASSUMED
        if parameter.owner_field and is_must and parameter.name in lookups:
            path = lookups[parameter.name].removesuffix(str(parameter.model_field))
            owners.append(path + parameter.owner_field)
    return owners


def _empty(model: type[models.Model], identity: Identity) -> str:
    whose = "" if identity.staff or identity.anonymous else f" that {identity.username or 'the user'} can reach"
    return f"there is no row of {model._meta.label}{whose}; add one, or let another user of USERS own one"
