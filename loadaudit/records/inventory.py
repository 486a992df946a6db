"""What the project answers: operations with their facts, and what is wrong or left out."""

from dataclasses import dataclass

from loadaudit.records.making import quickly_made
from loadaudit.records.words import BodyKind, Evidence, Kind, Risk, weakest


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a route and, where known, the model field that it selects."""

    name: str
    converter: str = "str"
    """Name of the path converter, or `regex` with the group's pattern in `pattern`."""
    pattern: str = ""
    choices: tuple[str, ...] = ()
    """Texts that it may be where it selects no row, as its pattern lists them or its view compares it with them."""
    type: str = ""
    """What its view's annotation or an OpenAPI document says that it is, written as a body's fields are: `date`,
    `date-time`, `time`, `uuid`, `integer` …; empty where neither says more than a text."""
    example: str | None = None
    """What an OpenAPI document gives as one."""
    model: str | None = None
    """Model label such as `projects.Project`."""
    model_field: str | None = None
    """Field looked up with this parameter, `pk` included."""
    owner_field: str | None = None
    """Field of the model that the view compares with the request's user."""
    owner_evidence: Evidence = Evidence.ASSUMED
    parent: str | None = None
    """Name of another parameter of the route whose row this one's belongs to: `project_id` of `task_id`."""
    parent_field: str | None = None
    """Look-up path from the model to the parent's row: `project`."""
    parent_evidence: Evidence = Evidence.ASSUMED
    evidence: Evidence = Evidence.ASSUMED
    """Of the model and its field; the name and the converter are declared by the URLconf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may call an operation, as far as code tells; each demand with its own evidence."""

    login: bool = False
    login_evidence: Evidence = Evidence.ASSUMED
    staff: bool = False
    staff_evidence: Evidence = Evidence.ASSUMED
    superuser: bool = False
    """Staff status does not open it, a superuser's does."""
    superuser_evidence: Evidence = Evidence.ASSUMED
    permissions: tuple[str, ...] = ()
    permissions_evidence: Evidence = Evidence.ASSUMED
    groups: tuple[str, ...] = ()
    """Names of groups of users; a member of any of them is let in."""
    groups_evidence: Evidence = Evidence.ASSUMED
    attributes: tuple[str, ...] = ()
    """What must be true of the user that only the project's own code knows, as `user.is_manager`."""
    attributes_evidence: Evidence = Evidence.ASSUMED
    csrf_exempt: bool = False
    csrf_evidence: Evidence = Evidence.ASSUMED
    api_key: bool = False
    """Needs a key or a token in the request; a session alone does not open it."""
    api_key_evidence: Evidence = Evidence.ASSUMED

    @property
    def is_raised(self) -> bool:
        """Whether an ordinary user has no part in it: it is for staff or superusers."""
        return self.staff or self.superuser

    @property
    def is_particular(self) -> bool:
        """Whether it takes a user of whom something is true that is not of every one: a permission, a group."""
        return bool(self.permissions or self.groups or self.attributes)

    @property
    def is_open(self) -> bool:
        """Whether nothing is demanded."""
        return not (self.login or self.is_raised or self.is_particular or self.api_key)

    @property
    def evidence(self) -> Evidence:
        """The weakest of all that is demanded; where nothing is, how sure it is that no login is."""
        demanded = [
            found
            for demand, found in (
                (self.login, self.login_evidence),
                (self.staff, self.staff_evidence),
                (self.superuser, self.superuser_evidence),
                (self.permissions, self.permissions_evidence),
                (self.groups, self.groups_evidence),
                (self.attributes, self.attributes_evidence),
                (self.api_key, self.api_key_evidence),
            )
            if demand
        ]
        return weakest(demanded) if demanded else self.login_evidence


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class BodyField:
    """One field of a body: a form field, a key of a JSON object, or a file."""

    name: str
    type: str = "string"
    """JSON Schema's type, or its format where it has one: `string`, `integer`, `number`, `boolean`, `object`,
    `date`, `date-time`, `time`, `duration`, `uuid`, `email`, `uri`, `ip`, `ipv6`, `network`, `mac`; `file` for an
    upload, `json` for JSON in a form, `any` when unknown."""
    required: bool = False
    many: bool = False
    """A list of such values."""
    choices: tuple[str, ...] = ()
    default: str | None = None
    """What counts when the field is left out, or what a form shows at first."""
    example: str | None = None
    """What an OpenAPI document or a schema gives as one."""
    min_length: int | None = None
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    """Regular expression that the value must match somewhere."""
    unique: bool = False
    """No two rows may have the same value."""
    column: str | None = None
    """Label of the model and name of its field that the value goes to, where no two rows may have the same there, be it
    alone or together with others."""
    checked: str | None = None
    """The same of a model whose check constraints have a say in the value."""
    model: str | None = None
    """Label of the model whose row the value names."""
    model_field: str | None = None
    """Field of that model which the value holds."""
    fields: tuple["BodyField", ...] = ()
    """Fields of an `object`."""


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What an operation wants in the body of its request."""

    kind: BodyKind = BodyKind.NONE
    fields: tuple[BodyField, ...] = ()
    many: bool = False
    """The body is a JSON list of such objects."""
    source: str = ""
    """Where this was read: `form shop.forms.OrderForm`, `serializer …`, `schema …`, `OpenAPI`, `source`, or several
    of them with a comma between."""
    evidence: Evidence = Evidence.ASSUMED


@quickly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """HTTP method + route: the unit of inventory and of coverage."""

    id: str
    method: str
    method_evidence: Evidence
    route: str
    """Written from `/`; path converters as declared, a regex group as `<name>` or `<1>`."""
    pattern: str
    """The raw patterns joined, as Django writes them in `ResolverMatch.route`."""
    name: str
    """URL name with its namespaces (`api:project-list`), or empty."""
    namespaces: tuple[str, ...]
    app: str
    view: str
    """Qualified name of the view function or class."""
    file: str
    line: int
    parameters: tuple[Parameter, ...]
    access: Access
    category: str
    category_evidence: Evidence
    risk: Risk
    risk_evidence: Evidence
    kind: Kind
    kind_evidence: Evidence = Evidence.ASSUMED
    body: Body = Body()
    query: tuple[BodyField, ...] = ()
    """What a GET reads from the query of its address, as far as code tells."""
    query_evidence: Evidence = Evidence.ASSUMED
    catch_all: bool = False
    view_evidence: Evidence = Evidence.DECLARED
    """Inferred where the view was found inside a decorator that does not name what it wraps."""
    urlconf: str = ""
    """Module of the URLconf, when it is another than the main one."""
    host: str = ""
    """Host of the URLconf, where the operator named one for it."""
    other_names: tuple[str, ...] = ()
    """URL names under which the same pattern is listed again."""

    @property
    def needs_address(self) -> bool:
        """Whether it answers any address, and a value that nothing describes makes one that leads somewhere.

        Before a slash of its own such a value is the key of a row, as in the admin's `<path:object_id>/`; and where its
        code looks a row up with it, as that of flat pages does, their addresses are known.
        """
        plain = self.route.rstrip("0123456789").removesuffix(" #")
        is_open = self.catch_all and bool(self.parameters) and plain.endswith((">", ">]", ">[/]"))
        return is_open and not all(one.model and one.evidence is not Evidence.ASSUMED for one in self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with the URLconf that hides or shadows routes."""

    code: str
    """`shadowed`, `duplicate`, `import_error`, `invalid` (no regular expression), `recursive`, `dynamic` (patterns may
    be added later) or `unreadable` (a view, some facts of one, or an entry that is no pattern)."""
    route: str
    detail: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A group of routes that the inventory lists only with `option`, on purpose."""

    group: str
    """`admin`, `debug toolbar`, `silk` …"""
    operation_count: int
    option: str
    operations: tuple[str, ...] = ()
    """Their ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All operations of a project."""

    operations: tuple[Operation, ...]
    problems: tuple[Problem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    included: tuple[str, ...] = ()
    """Groups that were asked for, or that are part of it because there is nothing else."""
    notes: tuple[str, ...] = ()
