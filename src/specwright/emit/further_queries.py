"""The queries for what rules do beyond their own row; each is one statement, however many rows."""

from dataclasses import dataclass
from functools import cached_property

from specwright.address import pascal
from specwright.emit import columns, names
from specwright.emit.beyond import Addition, Beyond, Round, Rows, roots
from specwright.emit.facts import Fact
from specwright.emit.handled import Handled, all_beyond, sets_of
from specwright.emit.lookups import actor_class
from specwright.emit.parameters import body_class
from specwright.emit.queries import bound_values, by_key, where
from specwright.emit.repository_parts import Module, Repository, Struct
from specwright.emit.sql_expressions import Subject
from specwright.emit.values import value_type
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Column, Entity
from specwright.model.sql_types import Kind
from specwright.model.typed import Typed

_GIVEN = {
    Kind.UUID: "Uuid()",
    Kind.TEXT: "Text()",
    Kind.VARCHAR: "Text()",
    Kind.ENUM: "Text()",
    Kind.SMALLINT: "BigInteger()",
    Kind.INT: "BigInteger()",
    Kind.BIGINT: "BigInteger()",
    Kind.NUMERIC: "Numeric()",
    Kind.DOUBLE: "Double()",
    Kind.BOOL: "Boolean()",
    Kind.TIMESTAMPTZ: "Timestamp",
    Kind.DATE: "Date()",
    Kind.JSONB: "JSONB()",
    Kind.BYTEA: "LargeBinary()",
}
_LOCK = "with_for_update(key_share=True)"


@dataclass(frozen=True)
class FurtherQueries:
    """Writes into the module what rules of any domain need of the rows of one entity."""

    model: Model
    handled: Handled
    module: Module
    repository: Repository

    @property
    def entity(self) -> Entity:
        return self.handled.entity

    def write(self) -> None:
        self._told_elsewhere()
        self._lock_many()
        for rows, beyond in self._locked.values():
            self._locking(rows, beyond)
        self._save_many()
        for made in self._additions:
            self._addition(made)
        for nested in self.handled.nested:
            given = list(nested.columns)
            self._adding(nested.struct, nested.method, nested.operation.id, given)
        for rows, beyond in self._removals:
            self._removal(rows, beyond)
        self._remove_many()
        for beyond in all_beyond(self.model):
            if beyond.entity == self.entity.name and beyond.facts:
                self._further(beyond)
        for one in self._rounds:
            if one.each.entity == self.entity.name and one.facts:
                self._round_facts(one)

    def _told_elsewhere(self) -> None:
        for owner in self.handled.owners:
            self.module.statements.append(owner.statement())
            self.repository.on_rows.append(owner.definition())
        for joined in self.handled.joined:
            self.module.statements += joined.statements()
            self.repository.on_rows.append(joined.definition())

    # -- What the rules ask for -------------------------------------------------------------------

    @cached_property
    def _rounds(self) -> tuple[Round, ...]:
        return tuple(one for beyond in all_beyond(self.model) for one in beyond.rounds)

    @cached_property
    def _locked(self) -> dict[str, tuple[Rows, Beyond]]:
        return {
            one.rows.method: (one.rows, one.beyond)
            for one in self._rounds
            if one.rows.entity == self.entity.name
        }

    @cached_property
    def _removals(self) -> list[tuple[Rows, Beyond]]:
        return [
            (rows, beyond)
            for beyond in all_beyond(self.model)
            for rows in beyond.removals
            if rows.entity == self.entity.name
        ]

    @cached_property
    def _additions(self) -> list[Addition]:
        made = (made for beyond in all_beyond(self.model) for made in beyond.made)
        return [one for one in made if one.entity == self.entity.name]

    # -- Rows -------------------------------------------------------------------------------------

    def _lock_many(self) -> None:
        keys = {
            reached.far for one in self._rounds for reached in one.reached
            if reached.entity == self.entity.name
        }  # fmt: skip
        keys |= {
            other.key[1] for beyond in all_beyond(self.model) for other in beyond.others
            if other.key and other.entity == self.entity.name
        }  # fmt: skip
        if not keys:
            return
        (key,) = keys
        column = self._column(key)
        name = self._named("LOCK", many=True)
        self._statement(
            name,
            self._row,
            f"select({self._table}).where({self._table}.{column.attribute} == "
            f'func.any(bindparam("keys"))){self._ordered()}.{_LOCK}',
        )
        typed, row = columns.plain_type(column.type), self.entity.row
        self.repository.on_rows.append(
            f"async def lock_many(self, keys: Iterable[{typed}]) -> dict[{typed}, {self._row}]:\n"
            f'    """Those with these keys, locked in the order of their keys."""\n'
            f"    found = await {name}.all(self._connection, keys=list(keys))\n"
            f"    return {{{row}.{column.attribute}: {row} for {row} in found}}"
        )

    def _locking(self, rows: Rows, beyond: Beyond) -> None:
        conditions, binds = self._conditions(rows)
        name = f"_{rows.method.upper()}"
        selected = f"select({self._table}){where(conditions)}{self._ordered()}.{_LOCK}"
        self._statement(name, self._row, selected)
        parameters, values = self._bound(beyond, binds)
        self.repository.on_rows.append(
            f"async def {rows.method}({', '.join(['self', *parameters])}) -> list[{self._row}]:\n"
            f'    """In the order of their keys, so that no two callers wait for each other."""\n'
            f"    return await {name}.all({', '.join(['self._connection', *values])})"
        )

    def _save_many(self) -> None:
        written = {one.target.column for one in sets_of(self.model, self.entity.name)}
        for done in self.handled.done_in_rounds:
            written |= done.written if done.is_told_by_row else set()
        if not written:
            return
        changed = [column for column in self.entity.columns if column.name in written]
        given = [*self._key_columns, *changed]
        alias, name = self._given("CHANGED", given), self._named("SAVE", many=True)
        keys = [
            f"{self._table}.{c.attribute} == {alias}.c.{c.attribute}" for c in self._key_columns
        ]
        values = [f"{c.attribute}={alias}.c.{c.attribute}" for c in changed]
        if self.entity.versioned:
            values.append(f"version={self._table}.version + 1")
        stamped = self.entity.column("updated_at") is not None
        if stamped:
            values.append('updated_at=bindparam("now")')
        update = f"update({self._table}){where(keys)}.values({', '.join(values)})"
        self._statement(name, "int", update)
        self._many("save_many", self._row, given, name, now=stamped)

    def _addition(self, made: Addition) -> None:
        said = [column for column, _ in made.create.values]
        said += [made.tenant_column] if made.tenant_column else []
        given = [column for column in self.entity.columns if column.name in said]
        self._adding(made.struct, made.method, made.rule, given)

    def _adding(self, struct: str, method: str, rule: str, given: list[Column]) -> None:
        """One statement for any number of new rows."""
        said = f"What {rule} says of a new {self.entity.word.replace('_', ' ')}."
        fields = tuple((column.attribute, columns.python_type(column)) for column in given)
        self.module.structs.append(Struct(struct, "Struct", said, fields))
        suffix = method.removeprefix("add_").upper()
        alias = self._given(f"ADDED_{suffix}", given, alone=True)
        stamped = [name for name in ("created_at", "updated_at") if self.entity.column(name)]
        into = [c.name for c in given] + stamped
        values = [f"{alias}.c.{c.attribute}" for c in given]
        values += ['bindparam("now", type_=Timestamp)' for _ in stamped]
        only_joins = self.entity.only_joins([column.name for column in given])
        once = ".on_conflict_do_nothing()" if only_joins else ""
        name = f"_{method.upper()}_{self.entity.row.upper()}"
        listed = f"[{', '.join(quoted(one) for one in into)}]"
        self._statement(
            name,
            "int",
            f"{'upsert' if only_joins else 'insert'}({self._table})"
            f".from_select({listed}, select({', '.join(values)})){once}",
        )
        self._many(method, struct, given, name, now=bool(stamped))

    def _removal(self, rows: Rows, beyond: Beyond) -> None:
        conditions, binds = self._conditions(rows)
        own = [f"{self._table}.{key.attribute}" for key in self._key_columns]
        held = f"select({', '.join(own)}){where(conditions)}{self._ordered()}.with_for_update()"
        key = own[0] if len(own) == 1 else f"tuple_({', '.join(own)})"
        name = f"_{rows.method.upper()}"
        self._statement(name, "int", f"delete({self._table}).where({key}.in_({held}))")
        parameters, values = self._bound(beyond, binds)
        self.repository.on_rows.append(
            f"async def {rows.method}({', '.join(['self', *parameters])}) -> None:\n"
            f"    await {name}.run({', '.join(['self._connection', *values])})"
        )

    def _remove_many(self) -> None:
        if not any(one.removes and one.each.entity == self.entity.name for one in self._rounds):
            return
        (key,) = self._key_columns
        name = self._named("REMOVE", many=True)
        condition = f'{self._table}.{key.attribute} == func.any(bindparam("{key.attribute}"))'
        self._statement(name, "int", f"delete({self._table}).where({condition})")
        self._many("remove_many", self._row, [key], name, now=False)

    def _many(
        self, method: str, taken: str, given: list[Column], statement: str, *, now: bool
    ) -> None:
        """A method that takes rows, and gives the statement one list for each column."""
        row, rows = self.entity.row, self.entity.table
        parameter = f"{rows}: Collection[{taken}]{', now: datetime' if now else ''}"
        values = [f"{c.attribute}=[{row}.{c.attribute} for {row} in {rows}]" for c in given]
        values += ["now=now"] if now else []
        self.repository.on_rows.append(
            f"async def {method}(self, {parameter}) -> None:\n"
            f"    await {statement}.run({', '.join(['self._connection', *values])})"
        )

    # -- What rules ask of other rows -------------------------------------------------------------

    def _further(self, beyond: Beyond) -> None:
        struct = f"{pascal(beyond.name)}Further"
        said = f"What {beyond.name} asks about other rows, once those that it changes are locked."
        selected, binds = self._selected(beyond.facts, beyond.row)
        self._facts_struct(struct, said, beyond.facts)
        name = f"_{beyond.function}_FURTHER".upper()
        self._statement(name, struct, f"select({', '.join(selected)}){where(by_key(self.entity))}")
        parameters, values = self._bound(beyond, binds, subject=beyond.row)
        keys = [f"{c.attribute}={beyond.row}.{c.attribute}" for c in self._key_columns]
        own = f"{beyond.row}: {self._row}"
        self.repository.on_rows.append(
            f"async def {beyond.function}_further({', '.join(['self', own, *parameters])})"
            f" -> {struct}:\n"
            f"    return await {name}.one({', '.join(['self._connection', *keys, *values])})"
        )

    def _round_facts(self, one: Round) -> None:
        (key,) = self._key_columns
        struct = f"{pascal(one.function)}RoundFacts"
        selected, binds = self._selected(one.facts, one.name)
        own = f"{self._table}.{key.attribute}"
        key_type = columns.plain_type(key.type)
        said = f"What {one.beyond.name} asks about other rows, of one of `{one.each.words}`."
        self._facts_struct(struct, said, one.facts, ("key", key_type))
        name = f"_{one.function}_ROUND_FACTS".upper()
        selection = ", ".join([f'{own}.label("key")', *selected])
        condition = f'{own} == func.any(bindparam("keys"))'
        self._statement(name, struct, f"select({selection}).where({condition})")
        parameters, values = self._bound(one.beyond, binds)
        row, rows = self.entity.row, one.words
        taken = ["self", f"{rows}: Collection[{self._row}]", *parameters]
        keys = f"keys=[{row}.{key.attribute} for {row} in {rows}]"
        self.repository.on_rows.append(
            f"async def {one.function}_round_facts({', '.join(taken)})"
            f" -> dict[{key_type}, {struct}]:\n"
            f"    found = await {name}.all({', '.join(['self._connection', keys, *values])})\n"
            f"    return {{facts.key: facts for facts in found}}"
        )

    def _facts_struct(
        self, name: str, said: str, facts: tuple[Fact, ...], *first: tuple[str, str]
    ) -> None:
        fields = tuple((fact.name, value_type(fact.typed)) for fact in facts)
        self.module.structs.append(Struct(name, "Row", said, (*first, *fields)))

    def _selected(self, facts: tuple[Fact, ...], row: str) -> tuple[list[str], dict[str, Typed]]:
        found: list[str] = []
        binds: dict[str, Typed] = {}
        subject = Subject(row, self.entity.name)
        for fact in facts:
            sql = self.module.conditions.selected(fact.typed, subject, negated=fact.is_negated)
            found.append(f"({sql.text}).label({quoted(fact.name)})")
            binds |= sql.binds
        return found, binds

    # -- Words ------------------------------------------------------------------------------------

    def _conditions(self, rows: Rows) -> tuple[list[str], dict[str, Typed]]:
        found: list[str] = []
        binds: dict[str, Typed] = {}
        for name, condition in rows.conditions:
            sql = self.module.conditions.narrowing(condition, Subject(name, self.entity.name))
            found += sql.conditions
            binds |= sql.binds
        return found, binds

    def _bound(
        self, beyond: Beyond, binds: dict[str, Typed], subject: str | None = None
    ) -> tuple[list[str], list[str]]:
        """The parameters and the arguments for what conditions bind."""
        used = {name for typed in binds.values() for name in roots(typed)} - {subject}
        row = names.row_class(self.model.entity(beyond.entity))
        known = [(beyond.row, row), ("actor", actor_class(self.model))]
        if "request" in used:
            known.append(("request", body_class(self.model, beyond)))
        known.append(("now", "datetime"))
        parameters = [f"{name}: {typed}" for name, typed in known if name in used]
        return parameters, [f"{name}={value}" for name, value in bound_values(binds)]

    def _statement(self, name: str, result: str, statement: str) -> None:
        self.module.statements.append(f"{name} = Statement({result}, {statement})")

    def _given(self, what: str, given: list[Column], *, alone: bool = False) -> str:
        name = f"_{what}_{self.entity.row if alone else self.entity.table}".upper()
        listed = ", ".join(f"{column.attribute}={_GIVEN[column.type.kind]}" for column in given)
        self.module.statements.append(f"{name} = given({listed})")
        return name

    def _named(self, what: str, *, many: bool) -> str:
        return f"_{what}_{self.entity.table if many else self.entity.row}".upper()

    def _ordered(self) -> str:
        listed = ", ".join(f"{self._table}.{c.attribute}" for c in self._key_columns)
        return f".order_by({listed})"

    @property
    def _table(self) -> str:
        return names.table_class(self.entity)

    @property
    def _row(self) -> str:
        return names.row_class(self.entity)

    @cached_property
    def _key_columns(self) -> list[Column]:
        return [self._column(name) for name in self.entity.primary_key.columns]

    def _column(self, name: str) -> Column:
        return self.entity.columns_by_name[name]
