"""Has rows made for operations that did not work because there are none."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from loadaudit.errors import RAISED
from loadaudit.inventory.source.relations import user_model
from loadaudit.planning.build import identity_for
from loadaudit.planning.identities import ANONYMOUS
from loadaudit.planning.making.apart import unlike_the_first
from loadaudit.planning.making.as_json import written_as_json
from loadaudit.planning.making.asked_columns import as_columns, of_parents
from loadaudit.planning.making.breaking import (
    BrokenOn,
    breaks_on_nothing,
    broken_on,
    gaps_in,
    gaps_of_links,
    gaps_refused,
    tables_read,
    tables_written,
)
from loadaudit.planning.making.changes import RowChanges
from loadaudit.planning.making.entries import entries_for
from loadaudit.planning.making.files import missing_file
from loadaudit.planning.making.fitting import unfit_columns
from loadaudit.planning.making.joined import joining_rows, row_of_address
from loadaudit.planning.making.links import LinkMaker
from loadaudit.planning.making.misread import written_as_read
from loadaudit.planning.making.narrowing import Understands, on_changed_rows
from loadaudit.planning.making.of_own import BrokenWithout
from loadaudit.planning.making.out_of_time import out_of_time
from loadaudit.planning.making.plenty import too_low
from loadaudit.planning.making.rows import RowMaker
from loadaudit.planning.making.standing import standings
from loadaudit.planning.making.switches import switches_in_rows
from loadaudit.planning.making.unfilled import as_seen, empty_columns
from loadaudit.planning.making.wanted import WantedRow, wanted_rows
from loadaudit.planning.meanings import understood
from loadaudit.planning.preflight.further import raised
from loadaudit.planning.preflight.judge import NONE_MADE, Trial, Try, detail_of
from loadaudit.planning.preflight.there_already import THERE_ALREADY
from loadaudit.planning.preflight.told_by_exception import SEVERAL
from loadaudit.planning.project.contained import contained
from loadaudit.records import Identity, Operation, Outcome, PlannedPath

T = TypeVar("T")

_LONGEST = 160
"""Of what a page broke on, in the reason of others."""


@dataclass(slots=True, kw_only=True)
class MissingRows:
    """What is made for whom in one run."""

    rows: RowMaker
    links: LinkMaker | None = None
    meanings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Model and field by the name of a parameter, for views that do not tell."""
    changes: RowChanges = field(init=False)
    fills: RowChanges = field(init=False)
    """What was empty in every row and broke views."""
    fitted: RowChanges = field(init=False)
    """What no address took."""
    apart: RowChanges = field(init=False)
    """What several rows shared of which a view wants one."""
    switched: RowChanges = field(init=False)
    """Flags in rows with settings of the site."""
    plenty: RowChanges = field(init=False)
    """Numbers that were too low."""
    moments: RowChanges = field(init=False)
    """Days that were over, or still to come."""
    met: RowChanges = field(init=False)
    """What views ask of rows of which the run can make none."""
    entries: RowChanges = field(init=False)
    """Names in rows of nothing that is registered."""
    read: RowChanges = field(init=False)
    """Texts that are read as JSON."""
    broken: BrokenWithout = field(default_factory=BrokenWithout)
    ended: list[str] = field(default_factory=list)
    """What was given up because something raised."""
    _why_not: dict[str, str] = field(default_factory=dict)
    _met_for: set[tuple[str, str]] = field(default_factory=set)
    """Operations, and the models of which a row was to be changed for them: once each."""

    def __post_init__(self) -> None:
        changes = partial(RowChanges, fence=self.rows.fence)
        self.changes = changes(told="Of the run's own users on the clone, changed so that views let them in")
        self.fills = changes(told="Columns empty in every row that broke views, filled in one row on the clone")
        self.fitted = changes(
            told="Columns of which no row had a value that its address takes, given such values on the clone"
        )
        self.apart = changes(told="Values that rows shared and that views tell them apart by, changed on the clone")
        self.switched = changes(told="What the project keeps switched off in its rows, switched on on the clone")
        self.plenty = changes(
            told="Numbers in rows that were too low for what views do, as a balance or a stock, raised on the clone"
        )
        self.moments = changes(told="Days in rows that were over or to come for what views do, moved on the clone")
        self.met = changes(
            told="Columns of which views asked something that no row met, changed in one row on the clone"
        )
        self.entries = changes(
            told="Columns that named nothing which the project's code has registered, given such names on the clone"
        )
        self.read = changes(told="Texts that the project's code reads as JSON, written as JSON on the clone")

    @property
    def _all_changes(self) -> tuple[RowChanges, ...]:
        first = self.changes, self.fills, self.fitted, self.apart
        return (*first, self.switched, self.plenty, self.moments, self.met, self.entries, self.read)

    def make_for(
        self, failed: Iterable[tuple[Operation, Try | None]], identities: Sequence[Identity]
    ) -> frozenset[str]:
        """Make rows for operations with the best that came of each; return the ids of those that may work with them."""
        somebody = next((one for one in identities if one.user_id), ANONYMOUS)
        failed, there = list(failed), self.rows.own
        known_of = [(understood(operation, self.meanings), best) for operation, best in failed]
        helped = self._fit(known_of) | self._tell_apart(known_of)
        for operation, best in failed:
            identity = best.identity if best is not None else identity_for(operation, identities)
            if isinstance(identity, str):
                continue
            if told := self.broken.told(operation.id, best, there):
                self._why_not[operation.id] = told
            making = partial(self._make_for_one, operation, best, identity, somebody)
            if contained(making, False, f"No rows could be made for {operation.id}", self.ended):
                helped.add(operation.id)
        return frozenset(helped)

    def _make_for_one(self, operation: Operation, best: Try | None, identity: Identity, somebody: Identity) -> bool:
        """Make and change rows for one operation; tell whether it may work with them."""
        helped = best is not None and bool(path := missing_file(best.trace)) and self.rows.make_file(path)
        helped |= self._name_entries(operation.id, best) or written_as_read(best, self.rows)
        helped |= written_as_json(best, self.rows, self.read, operation.id)
        owner = identity if identity.user_id else somebody
        known = understood(operation, self.meanings)
        with self.rows.fence():
            broken = list(broken_on(known, best))
        for each in broken:
            helped |= self._mend(each, owner, operation.id)
        helped |= self._fill_refused(known, best, owner)
        mended = {one.wanted.model for one in broken if not one.is_helped}
        helped |= self._fill_gaps(operation.id, best, owner, mended)
        for one in chain(wanted_rows(known, identity, best), self._joining(known, identity, best)):
            is_there = one.once and one.model._meta.label in self.rows.made
            if (
                is_there
                or self.rows.make(one.model, owner, one.asked, one.named)
                or self._meet(one, owner, operation.id)
            ):
                helped = True
            elif why := self.rows.refused.get(one.model._meta.label):
                self._why_not[operation.id] = f"{NONE_MADE}{why}"
        if best is not None:
            helped |= self._give_standing(known, identity, best) | self._switch_on(known, owner, best)
        return helped | self._give_more(operation, best)

    def _asked(self, ask: Callable[[], T]) -> T | None:
        """Return what the project's rows and code tell, behind the fence; None where anything of it raises."""
        try:
            with self.rows.fence():
                return ask()
        except RAISED:  # managers, fields, validators, converters, registries and views are the project's own code
            return None

    def _fit(self, failed: Sequence[tuple[Operation, Try | None]]) -> set[str]:
        """Give rows values that the addresses of operations take; return the ids of those that may work with them.

        Pages that link to such a row break on it, too.
        """
        helped = set()
        for operation, best in failed:
            for row, name, value in self._asked(partial(self._fitting, operation, best)) or ():
                if value is not None and self.fitted.make(row, {name: value}, operation.id):
                    helped.add(operation.id)
        if helped:
            helped |= {operation.id for operation, best in failed if best is not None and _links_nowhere(best)}
        return helped

    def _fitting(self, operation: Operation, best: Try | None) -> list[tuple[Any, str, Any]]:
        """Return rows, their columns and the values with which an address would take them."""
        found = list(unfit_columns(as_seen(operation, best)))
        found = found or (list(empty_columns(operation, best)) if best is not None else [])
        return [(row, each.column.name, each.value(self.rows.next_number())) for each in found for row in each.rows]

    def _tell_apart(self, failed: Sequence[tuple[Operation, Try | None]]) -> set[str]:
        """Give rows that share a value others where views want one of them; return the ids of what may work then."""
        helped = set()
        for operation, best in ((operation, best) for operation, best in failed if best is not None):
            changes = self._asked(partial(self._unlike, operation, best))
            if changes is None:
                continue
            for row, values in changes:
                if None not in values.values() and self.apart.make(row, values, operation.id):
                    helped.add(operation.id)
            if raised(best).endswith(SEVERAL) and self.apart.concerns(tables_read(best), operation.id):
                helped.add(operation.id)
        return helped

    def _unlike(self, operation: Operation, best: Try) -> list[tuple[Any, dict[str, Any]]]:
        """Return rows with values by which a view could tell them apart."""
        found = unlike_the_first(operation, best)
        return [(row, {one.column.name: one.value(self.rows.next_number())}) for row, one in found]

    def _joining(self, operation: Operation, identity: Identity, best: Try | None) -> list[WantedRow]:
        asked = operation, identity, best
        return self._asked(lambda: [*joining_rows(*asked), *row_of_address(*asked)]) or []

    def _meet(self, one: WantedRow, owner: Identity, operation_id: str) -> bool:
        """Change the newest of several rows to what is asked of one, where none can be made; tell whether it was.

        The others stay as they are, for all that works with them.
        """
        tried = operation_id, one.model._meta.label
        if not one.asked or one.once or tried in self._met_for or issubclass(one.model, user_model()):
            return False
        self._met_for.add(tried)
        if self.met.counts_for_any(one.model, operation_id):
            return True
        newest = self._asked(lambda: list(one.model._base_manager.order_by("-pk")[:2]))
        columns = self._asked(lambda: as_columns(one.model, one.asked))
        if newest is None or columns is None:
            return False
        rows, (fixed, filled) = newest, columns
        if len(rows) < 2 or of_parents(one.model, one.asked) or not fixed.keys() <= _columns(one.model):
            return False
        others = {name: rows[1] for name in filled if one.model._meta.get_field(name).related_model is one.model}
        values = {**self.rows.values_for(one.model, filled - others.keys(), owner), **others, **fixed}
        return values.keys() >= filled and bool(values) and self.met.make(rows[0], values, operation_id)

    def _mend(self, one: BrokenOn, owner: Identity, operation_id: str) -> bool:
        """Put a row that does beside those that broke a view, or fill what is empty; tell whether that may help."""
        wanted = one.wanted
        if one.row is not None and self.fills.counts_for(one.row, operation_id):
            return True
        if one.is_helped or (wanted.once and wanted.model._meta.label in self.rows.made):
            is_filled = one.is_helped and self.fills.counts_for_any(wanted.model, operation_id)
            return is_filled or wanted.model._meta.label in self.rows.made
        if not one.fill_first and self.rows.make(wanted.model, owner, wanted.asked, wanted.named):
            return True
        values = self.rows.values_for(wanted.model, one.empty, owner) if one.row is not None else {}
        return bool(values) and self.fills.make(one.row, values, operation_id)

    def _fill_gaps(self, operation_id: str, best: Try | None, owner: Identity, mended: Collection[Any]) -> bool:
        """Fill what is empty in rows that a view broke on; tell whether such rows are filled now, for whatever view.

        The models that were `mended` have a row that will do.
        """
        own = self._asked(lambda: [(row, names) for row, names in gaps_in(best) if type(row) not in mended])
        linked = self._asked(lambda: list(gaps_of_links(best, self.meanings)))
        if own is None or linked is None:
            return False
        for row, names in (*own, *linked):
            if values := self.rows.values_for(type(row), names, owner):
                self.fills.make(row, values, operation_id)
        return breaks_on_nothing(best) and self.fills.concerns(tables_read(best), operation_id)

    def _fill_refused(self, operation: Operation, best: Try | None, owner: Identity) -> bool:
        """Fill what a view turns rows away for that have nothing there; tell whether any have something now."""
        made = [
            self.fills.make(row, values, operation.id)
            for row, names in self._asked(lambda: list(gaps_refused(operation, best))) or ()
            if (values := self.rows.values_for(type(row), names, owner))
        ]
        return any(made)

    def _give_standing(self, operation: Operation, identity: Identity, best: Try) -> bool:
        """Make or change rows of a user that may let it in; tell whether any are new, for whatever operation."""
        given = False
        for one in self._asked(lambda: list(standings(operation, identity, best))) or ():
            model = one.wanted.model
            if one.row is None:
                given |= self.rows.make(model, identity, one.wanted.asked, one.wanted.named)
            elif one.better or one.empty:
                values = {**self.rows.values_for(model, one.empty, identity), **one.better}
                given |= bool(values) and self.changes.make(one.row, values, operation.id)
            else:
                given |= model._meta.label in self.rows.made or self.changes.counts_for(one.row, operation.id)
        return given

    def _switch_on(self, operation: Operation, owner: Identity, best: Try) -> bool:
        """Switch on what a project keeps off in its rows; tell whether something is on that was not."""
        is_on = False
        for one in self._asked(lambda: list(switches_in_rows(operation, best))) or ():
            if one.asked:
                is_on |= self.rows.make(one.model, owner, one.asked, ())
            elif one.row is not None:
                is_on |= self.switched.make_or_count(one.row, one.values, operation.id)
            else:
                # Another operation has had it switched on.
                is_on |= one.model._meta.label in self.rows.made
        return is_on

    def _give_more(self, operation: Operation, best: Try | None) -> bool:
        """Raise what a refusal says is too low, and move what is over; tell whether such rows have more now."""
        low, over = self._asked(lambda: list(too_low(best))), self._asked(lambda: list(out_of_time(operation, best)))
        if low is None or over is None:
            return False
        for row, values in low:
            self.plenty.make(row, values, operation.id)
        moved = [row for row, values in over if self.moments.make_or_count(row, values, operation.id)]
        return bool(low or moved)

    def _name_entries(self, operation_id: str, best: Try | None) -> bool:
        """Let rows name what is registered; tell whether rows that are looked up so were changed, for whatever view."""
        models = {*self.meanings.values()}
        found = self._asked(lambda: [(one.column.model, list(one.changes())) for one in entries_for(best, models)])
        if found is None:
            return False
        for row, values in chain.from_iterable(changes for _, changes in found):
            self.entries.make(row, values, operation_id)
        return self.entries.concerns({model._meta.db_table for model, _ in found}, operation_id)

    def settled(self, trials: dict[str, Trial], users: Iterable[Understands]) -> dict[str, Trial]:
        """Take back what helped nothing; return the trials, with changed rows alone where these had to be changed."""
        self.settle(id_ for id_, one in trials.items() if not one.works)
        known = next((one.understood for one in users), lambda operation: operation)
        changes = self.plenty, self.moments
        return {id_: on_changed_rows(one, known(one.operation), changes) for id_, one in trials.items()}

    def settle(self, closed: Iterable[str]) -> None:
        """Take back the changes of rows that have not helped the operations for which they were made."""
        ids = {*closed}
        for one in self._all_changes:
            one.take_back(ids)

    def link(
        self,
        failed: Iterable[tuple[Operation, Try | None]],
        identities: Sequence[Identity],
        linked: dict[str, tuple[PlannedPath, ...]],
    ) -> frozenset[str]:
        """Ask the project's code for links to what found nothing, by route; return the ids of what has some now."""
        helped = set()
        if self.links is not None:
            self.links.look_again()
        somebody = next((one for one in identities if one.user_id), ANONYMOUS)
        for operation, best in failed:
            identity = best.identity if best is not None else identity_for(operation, identities)
            if self.links is None or isinstance(identity, str) or operation.route in linked:
                continue
            # Who has no login opens the links that others get.
            if made := self.links.links_to(operation, identity if identity.user_id else somebody):
                linked[operation.route] = made
                helped.add(operation.id)
        return frozenset(helped)

    def may_have_broken(self, operation: Operation, best: Try | None) -> bool:
        """Whether a page that works reads a table in which the run has made rows, which it may show.

        The page of one row shows what hangs on it, too. What changes such rows itself may fail the next time for that.
        """
        if best is None or not best.works or operation.method != "GET":
            return False
        tables = self.rows.tables.union(*(one.tables for one in self._all_changes))
        return bool(tables_read(best) & tables) and not tables_written(best) & tables

    def has_broken(self, again: Try) -> bool:
        """Whether a page that worked fails or leads elsewhere for what was made, or is shut by what was changed."""
        if again.outcome is Outcome.SERVER_ERROR:
            return True
        # What a request has written since is no fault of what was made.
        is_there = again.was_led_away and THERE_ALREADY.search(detail_of(again))
        # What a middleware asks of users' rows may be whether to send them on: to set up a second factor, say.
        tables = self.changes.tables | (self.rows.tables if again.outcome is Outcome.OTHER_VIEW else frozenset())
        return bool(not (again.works or is_there) and tables_read(again) & tables)

    def notes(self) -> tuple[str, ...]:
        """Say what the run made and changed on its clone, if anything."""
        return (*self.rows.notes(), *(note for one in self._all_changes for note in one.notes()), *self.ended)

    def take_back(self, operation: Operation, best: Try) -> None:
        """Delete the rows again that a page has read which fails now and has worked without them."""
        if best.outcome not in (Outcome.DENIED, Outcome.NOT_FOUND):
            exception = best.trace.exception if best.trace is not None else None
            broke = f" ({exception.type.rpartition('.')[2]}: {exception.message})" if exception is not None else ""
            self.rows.take_back(tables_read(best), f"{operation.id} failed with it{broke[:_LONGEST]}")
        for one in self._all_changes:
            one.take_back((), tables_read(best))

    def why_not(self, operation: Operation) -> str:
        """Return why no row was made for an operation, told once; empty when one was, or none was missing."""
        return self._why_not.pop(operation.id, "")


def _columns(model: Any) -> frozenset[str]:
    """Return the names of what a model's own table holds, its key apart."""
    return frozenset(one.name for one in model._meta.local_concrete_fields if not one.primary_key)


def _links_nowhere(best: Try) -> bool:
    """Whether a page broke on the address of something that it shows."""
    exception = best.trace.exception if best.trace is not None else None
    return exception is not None and exception.type.endswith(".NoReverseMatch")
