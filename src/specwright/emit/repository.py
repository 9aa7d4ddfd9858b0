"""`backend/{domain}/repository.py`: every query, compiled once, and scoped to one caller."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from specwright.emit import columns, names
from specwright.emit.access import (
    access_arguments,
    access_class,
    access_facts,
    access_function,
    access_subject,
    rows_at_hand,
)
from specwright.emit.annotations import request_class
from specwright.emit.behaviour import Behaviour
from specwright.emit.further_queries import FurtherQueries
from specwright.emit.handled import (
    Handled,
    changes_what_it_finds,
    handled_entities,
    search_arguments,
)
from specwright.emit.lists import ListWriter
from specwright.emit.lookups import actor_class, body_argument
from specwright.emit.parameters import body_class, facts_class
from specwright.emit.python_text import renamed
from specwright.emit.queries import (
    Scope,
    Sql,
    bound_values,
    by_key,
    ours,
    where,
)
from specwright.emit.rendering import render
from specwright.emit.repository_parts import Module, Repository, Struct
from specwright.emit.roles import CallersRole
from specwright.emit.row_keys import Lookup
from specwright.emit.sql_expressions import Subject
from specwright.emit.sweep_queries import SweepQueries
from specwright.emit.values import value_type
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Column, SqlDefault
from specwright.model.naming import attribute
from specwright.model.operations import Operation, OperationKind
from specwright.model.rules import Search
from specwright.model.typed import Typed

_STARTS = re.compile(r"(?<![.\w])[A-Za-z_]\w*")


def emit_repository(model: Model, domain: str) -> str | None:
    """None where nothing of the domain is ever read or written."""
    module = Module()
    for handled in handled_entities(model, domain):
        _Writer(model, handled, module).write()
    if not module.repositories:
        return None
    return render(
        "backend/repository.py",
        domain=domain,
        imports=names.grouped(_imports(model)),
        structs=module.structs,
        definitions=list(module.conditions.definitions),
        starts=module.starts,
        statements=module.statements,
        functions=module.functions,
        closing=module.closing,
        repositories=module.repositories,
    )


def _imports(model: Model) -> Iterator[tuple[str, str]]:
    """Everything that queries may name; the tidying drops what this module does not."""
    homes = names.enum_homes(model)
    for enum in model.enums:
        if enum.name in homes:
            yield f"{homes[enum.name]}.models", enum.class_name
    for operation in model.operations:
        if operation.body is not None:
            yield f"{operation.domain}.schemas", request_class(operation.body.name)
    for entity in model.entities:
        yield f"{entity.domain}.models", names.table_class(entity)
        if names.has_row(model, entity):
            yield f"{entity.domain}.models", names.row_class(entity)


@dataclass(frozen=True)
class _Writer:
    """Writes what one entity needs into the module."""

    model: Model
    handled: Handled
    module: Module

    def write(self) -> None:
        entity = self.handled.entity
        scope = Scope(self.model, entity)
        repository = Repository(
            name=names.repository_class(entity),
            rows=f"{entity.name}Rows",
            every=f"Every{entity.name}",
            plural=entity.table.replace("_", " "),
            actor=self._actor,
            scope=[],
        )
        lists = [
            ListWriter(scope, operation, self.module.conditions)
            for operation in self.handled.of(OperationKind.LIST)
        ]
        if self.handled.is_for_callers:
            self._start(scope, repository, lists)
        self._lookups(repository)
        self._lists(lists, repository)
        self._creation(scope, repository)
        self._changes(repository)
        self._links(repository)
        self._searches(repository)
        self._sign_in(repository)
        self._facts(repository)
        self._access(repository)
        SweepQueries(self.handled, self.module, repository).write()
        FurtherQueries(self.model, self.handled, self.module, repository).write()
        if self.handled.is_used:
            self.module.repositories.append(repository)

    # -- The caller's scope -----------------------------------------------------------------------

    def _start(self, scope: Scope, repository: Repository, lists: list[ListWriter]) -> None:
        """What every search for rows starts from, and what it binds."""
        optional = self.handled.is_visited
        bound = {} if scope.tenant is None else {scope.bind: f"actor.{scope.bind}"}
        if scope.by_role:
            text, binds = scope.by_role_function(self._ours, self.module.conditions)
            self.module.starts.append(text)
            bound |= dict(bound_values(binds))
        else:
            start, binds = scope.start_of_all(self.module.conditions)
            self.module.starts.append(f"{self._ours} = {start}")
            bound |= dict(bound_values(binds))
        for writer in lists:
            bound |= dict(bound_values(writer.binds))
        by_role = any(writer.by_role for writer in lists) or scope.by_role
        if by_role:
            told = CallersRole(self.model)
            repository.scope.append(f"self._{told.parameter} = {told.of_actor(optional=optional)}")
        repository.bound = frozenset(bound)
        given = ", ".join(
            f"{quoted(name)}: {_if_there(value, optional=optional and value.startswith('actor'))}"
            for name, value in bound.items()
        )
        repository.scope.append(f"self._scope: dict[str, object] = {{{given}}}")
        repository.takes_now = scope.asks_time
        if not bound and not by_role:
            repository.actor_name = "_"

    @property
    def _actor(self) -> str:
        plain = actor_class(self.model)
        return f"{plain} | None" if self.handled.is_visited and plain != "None" else plain

    def _with_scope(self, arguments: list[str]) -> list[str]:
        """The scope may have the time already."""
        if not Scope(self.model, self.handled.entity).asks_time or "now=now" not in arguments:
            return [*arguments, "**self._scope"]
        return [*(one for one in arguments if one != "now=now"), '**{**self._scope, "now": now}']

    def _statement(self, name: str, row: str, statement: str) -> str:
        """Adds a statement that starts from what exists for a caller; gives how to name it."""
        scope = Scope(self.model, self.handled.entity)
        if not scope.by_role:
            self.module.statements.append(
                f"{name} = Statement({row}, {statement.format(ours=self._ours)})"
            )
            return name
        told, function = CallersRole(self.model), name.lower()
        text = statement.format(ours=f"{self._ours}({told.parameter})")
        self.module.functions.append(
            f"@cache\ndef {function}({told.parameter}: {told.annotation}) -> Statement[{row}]:\n"
            f"    return Statement({row}, {text})"
        )
        return f"{function}(self._{told.parameter})"

    @property
    def _row(self) -> str:
        return names.row_class(self.handled.entity)

    @property
    def _ours(self) -> str:
        """The statement that every search for rows starts from."""
        by_role = Scope(self.model, self.handled.entity).by_role
        return ours(self.handled.entity, by_role=by_role)

    def _named(self, what: str) -> str:
        return f"_{what}_{self.handled.entity.row.upper()}"

    def _subject(self, name: str) -> Subject:
        return Subject(name, self.handled.entity.name)

    @property
    def _table(self) -> str:
        return names.table_class(self.handled.entity)

    def _key_columns(self) -> list[Column]:
        entity = self.handled.entity
        found = [entity.column(name) for name in entity.primary_key.columns]
        return [column for column in found if column is not None]

    def _row_key_values(self) -> str:
        row = self.handled.entity.row
        return ", ".join(f"{c.attribute}={row}.{c.attribute}" for c in self._key_columns())

    # -- One row ----------------------------------------------------------------------------------

    def _lookups(self, repository: Repository) -> None:
        if not (self.handled.read_by or self.handled.locked_by):
            return
        entity = self.handled.entity
        for lookup in self.handled.read_by:
            repository.for_caller.append(self._lookup("get", lookup, repository))
        for lookup in self.handled.locked_by:
            repository.for_caller.append(self._lookup("lock", lookup, repository))
        if self.handled.is_named_in_rows:
            self._get_many(repository)
        repository.for_caller.append(
            f"async def _{entity.row}(self, statement: Statement[{self._row}], /, "
            f"**key: object) -> {self._row}:\n"
            f"    found = await statement.first(self._connection, **key, **self._scope)\n"
            f"    if found is None:\n"
            f'        raise NotFound("There is no such {_words(entity.word)}.")\n'
            f"    return found"
        )

    def _lookup(self, verb: str, lookup: Lookup, repository: Repository) -> str:
        entity, method = self.handled.entity, lookup.method(verb)
        bound = [
            f"key_{column.attribute}" if column.attribute in repository.bound else column.attribute
            for column in lookup.columns
        ]
        pairs = list(zip(bound, lookup.parameters(), strict=True))
        rows = "{ours}" + where(
            f"{self._table}.{column.attribute} == bindparam({quoted(name)})"
            for column, name in zip(lookup.columns, bound, strict=True)
        )
        if verb == "lock":
            rows += f".with_for_update(key_share=True, of={self._table})"
        by = method.removeprefix(verb).upper()
        statement = self._statement(f"{self._named(verb.upper())}{by}", self._row, rows)
        parameters = ", ".join(f"{name}: {typed}" for _, (name, typed) in pairs)
        values = ", ".join(f"{own}={name}" for own, (name, _) in pairs)
        found = f"return await self._{entity.row}({statement}, {values})\n"
        body = self._locking(found) if verb == "lock" else f"    {found}"
        return f"async def {method}(self, {parameters}) -> {self._row}:\n{body}".rstrip()

    def _locking(self, found: str) -> str:
        """PostgreSQL seeks the row above as it was before it waited; the row is held even so."""
        held = f"The {_words(self.handled.entity.word)}, which nobody else can change until the "
        if not self.handled.can_move:
            return f'    """{held}transaction ends."""\n    {found}'
        return (
            f'    """{held}transaction ends.\n\n'
            f"    Who waited while it was moved has it locked, and finds it the second time.\n"
            f'    """\n'
            f"    try:\n        {found}"
            f"    except NotFound:\n        {found}"
        )

    def _get_many(self, repository: Repository) -> None:
        entity = self.handled.entity
        (key,) = self._key_columns()
        these = f'{{ours}}.where({self._table}.{key.attribute} == func.any(bindparam("keys")))'
        statement = self._statement(f"_GET_{entity.table.upper()}", self._row, these)
        typed = columns.plain_type(key.type)
        repository.for_caller.append(
            f"async def get_many(self, keys: Iterable[{typed}]) -> dict[{typed}, {self._row}]:\n"
            f'    """Those with these keys; for its caller, there must be one for each."""\n'
            f"    wanted = set(keys)\n"
            f"    found = await {statement}.all(self._connection, keys=list(wanted), "
            f"**self._scope)\n"
            f"    if len(found) < len(wanted):\n"
            f'        raise NotFound("There is no such {_words(entity.word)}.")\n'
            f"    return {{{entity.row}.{key.attribute}: {entity.row} for {entity.row} in found}}"
        )

    # -- Lists ------------------------------------------------------------------------------------

    def _lists(self, lists: list[ListWriter], repository: Repository) -> None:
        entity = self.handled.entity
        for writer in lists:
            for key in writer.structs:
                ends = ", ".join(f"{entity.row}.{name}" for name, _ in key.fields)
                made = f"@classmethod\ndef of(cls, {entity.row}: {self._row}) -> Self:\n"
                self.module.structs.append(
                    Struct(
                        key.name,
                        "Key",
                        "Where in the list a page ended.",
                        key.fields,
                        f"{made}    return cls({ends})",
                    )
                )
            self.module.functions.append(writer.statement())
            repository.for_caller.append(writer.method())

    # -- A new row --------------------------------------------------------------------------------

    def _creation(self, scope: Scope, repository: Repository) -> None:
        if not self.handled.creates:
            return
        entity = self.handled.entity
        given = self.handled.created_columns
        values = [f"{c.attribute}={_inserted(c)}" for c in given]
        stamped = columns.stamped(entity, given)
        values += [f'{column.attribute}=bindparam("now")' for column in stamped]
        own_tenant = entity.tenant.column if scope.tenant and entity.tenant else None
        if own_tenant and entity.tenant and entity.tenant.is_direct:
            values.insert(0, f"{own_tenant}=bindparam({quoted(scope.bind)})")
        self.module.statements.append(
            f"{self._named('ADD')} = Statement({self._row}, insert({self._table})"
            f".values({', '.join(values)}).returning({self._table}))"
        )
        parameters = [f"{c.attribute}: {_taken(c)}" for c in given]
        arguments = [f"{c.attribute}={c.attribute}" for c in given]
        if stamped:
            parameters.append("now: datetime")
            arguments.append("now=now")
        starred = f", *, {', '.join(parameters)}" if parameters else ""
        repository.for_caller.append(
            f"async def add(self{starred}) -> {self._row}:\n"
            f"    return await {self._named('ADD')}.one("
            f"{', '.join(['self._connection', *self._with_scope(arguments)])})"
        )

    # -- A changed row ----------------------------------------------------------------------------

    def _changes(self, repository: Repository) -> None:
        entity = self.handled.entity
        if self.handled.changed_columns:
            self.module.statements.append(self._save())
            now = ", now: datetime" if entity.column("updated_at") else ""
            said = "its version goes up by one" if entity.versioned else "in one statement"
            repository.on_rows.append(
                f"async def save(self, {entity.row}: {self._row}{now}) -> {self._row}:\n"
                f'    """Write all of a locked {_words(entity.word)}; {said}."""\n'
                f"    return await {self._named('SAVE')}.one("
                f"self._connection, **asdict({entity.row}){', now=now' if now else ''})"
            )
        if self.handled.deletes:
            removal = f"delete({self._table}){where(by_key(entity))}"
            self.module.statements.append(f"{self._named('REMOVE')} = Statement(int, {removal})")
            repository.on_rows.append(
                f"async def remove(self, {entity.row}: {self._row}) -> None:\n"
                f"    await {self._named('REMOVE')}.run(self._connection, {self._row_key_values()})"
            )

    def _save(self) -> str:
        entity = self.handled.entity
        values = [
            f"{c.attribute}=bindparam({quoted(c.attribute)})" for c in self.handled.changed_columns
        ]
        if entity.versioned:
            values.append(f"version={self._table}.version + 1")
        if entity.column("updated_at"):
            values.append('updated_at=bindparam("now")')
        return (
            f"{self._named('SAVE')} = Statement({self._row}, "
            f"update({self._table}){where(by_key(entity))}"
            f".values({', '.join(values)}).returning({self._table}))"
        )

    # -- Links ------------------------------------------------------------------------------------

    def _links(self, repository: Repository) -> None:
        for kind in (OperationKind.LINK, OperationKind.UNLINK):
            for operation in self.handled.of(kind):
                self._link(operation, repository)

    def _link(self, operation: Operation, repository: Repository) -> None:
        assert operation.link is not None
        link = self.model.entity(operation.link.entity)
        table, name = names.table_class(link), operation.name
        bound = [
            (end.column, f"{end.column.removesuffix('_id')}", end) for end in operation.link.ends
        ]
        ends = ", ".join(
            f"{row}: {names.row_class(self.model.entity(end.target))}" for _, row, end in bound
        )
        values = ", ".join(f"{column}={row}.{end.target_column}" for column, row, end in bound)
        if operation.kind is OperationKind.LINK:
            inserted = ", ".join(f"{column}=bindparam({quoted(column)})" for column, _, _ in bound)
            statement = f"upsert({table}).values({inserted}).on_conflict_do_nothing()"
        else:
            statement = f"delete({table})" + where(
                f"{table}.{column} == bindparam({quoted(column)})" for column, _, _ in bound
            )
        self.module.statements.append(f"_{name.upper()} = Statement(int, {statement})")
        repository.on_rows.append(
            f"async def {name}(self, {ends}) -> None:\n"
            f"    await _{name.upper()}.run(self._connection, {values})"
        )

    # -- Who signs in -----------------------------------------------------------------------------

    def _sign_in(self, repository: Repository) -> None:
        """Whoever signs in is nobody yet, for whom rows could exist."""
        accounts = self.model.accounts
        if any(self.handled.of(OperationKind.REFRESH)):
            (key,) = self._key_columns()
            own = f"{self._table}.{key.attribute} == bindparam({quoted(key.attribute)})"
            text = f"_OF_KEY = Statement({self._row}, select({self._table}).where({own}))"
            self.module.statements.append(text)
            repository.on_rows.append(
                f"async def of_key(self, {key.attribute}: {columns.plain_type(key.type)})"
                f" -> {self._row}:\n"
                f"    return await _OF_KEY.one(self._connection, {key.attribute}={key.attribute})"
            )
        if accounts is None or not any(self.handled.of(OperationKind.SIGN_IN)):
            return
        name = self.handled.entity.columns_by_name[accounts.login].attribute
        statement = f"_FIND_BY_{name}".upper()
        selected = f"select({self._table}).where({self._table}.{name} == bindparam({quoted(name)}))"
        self.module.statements.append(f"{statement} = Statement({self._row}, {selected})")
        method = names.sign_in_method(accounts)
        repository.on_rows.append(
            f"async def {method}(self, {name}: str) -> {self._row} | None:\n"
            f"    return await {statement}.first(self._connection, {name}={name})"
        )

    # -- Searches ---------------------------------------------------------------------------------

    def _searches(self, repository: Repository) -> None:
        for operation, search in self.handled.searches:
            sql = (
                self.module.conditions.narrowing(search.where, self._subject(search.name))
                if search.where
                else Sql("", [], {})
            )
            statement = "{ours}" + where(sql.conditions) + self._ordered(search)
            if search.locks:
                statement += f".with_for_update(key_share=True, skip_locked=True, of={self._table})"
            elif changes_what_it_finds(self.model, operation):
                statement += f".with_for_update(key_share=True, of={self._table})"
            name = f"{'pick' if search.locks else 'find'}_for_{operation.name}"
            picked = self._statement(f"_{name.upper()}", self._row, statement)
            said = ", locked; those that others hold are skipped" if search.locks else ""
            _, values = self._bound(sql)
            parameters = [
                f"{one}: {self._annotation(operation, one)}" for one in search_arguments(search)
            ]
            repository.for_caller.append(
                f"async def {name}({', '.join(['self', *parameters])}) -> {self._row} | None:\n"
                f'    """The first that fits{said}."""\n'
                f"    return await {picked}.first("
                f"{', '.join(['self._connection', *self._with_scope(values)])})"
            )

    def _annotation(self, operation: Operation, argument: str) -> str:
        if argument == "request":
            assert operation.body is not None
            return request_class(operation.body.name)
        return self._actor if argument == "actor" else "datetime"

    def _ordered(self, search: Search) -> str:
        entity = self.handled.entity
        keys = [
            f"{self._table}.{attribute(order.column)}{'.desc()' if order.descending else ''}"
            for order in search.order_by
        ]
        keys += [f"{self._table}.{name}" for name in entity.primary_key.columns]
        return f".order_by({', '.join(dict.fromkeys(keys))}).limit(1)"

    # -- What rules ask of other rows -------------------------------------------------------------

    def _facts(self, repository: Repository) -> None:
        for behaviour in self.handled.behaviours:
            if behaviour.facts:
                self._facts_of(behaviour, repository)

    def _facts_of(self, behaviour: Behaviour, repository: Repository) -> None:
        entity = self.handled.entity
        struct = facts_class(behaviour)
        selected_facts: list[str] = []
        binds: dict[str, Typed] = {}
        for fact in behaviour.facts:
            subject = None if behaviour.makes_row else self._subject(behaviour.row)
            sql = self.module.conditions.selected(
                behaviour.told(fact.typed), subject, negated=fact.is_negated
            )
            selected_facts.append(f"({sql.text}).label({quoted(fact.name)})")
            binds |= sql.binds
        self.module.structs.append(
            Struct(
                struct,
                "Row",
                f"What {behaviour.name} asks about other rows.",
                tuple((fact.name, value_type(fact.typed)) for fact in behaviour.facts),
            )
        )
        name = f"{behaviour.function}_facts"
        self.module.statements.append(
            f"_{name.upper()} = Statement({struct}, select({', '.join(selected_facts)})"
            f"{'' if behaviour.makes_row else where(by_key(entity))})"
        )
        parameters, values = self._bound(Sql("", [], binds), behaviour)
        taken = ["self"] if behaviour.makes_row else ["self", f"{entity.row}: {self._row}"]
        key = [] if behaviour.makes_row else [self._row_key_values()]
        repository.on_rows.append(
            f"async def {name}({', '.join([*taken, *parameters])}) -> {struct}:\n"
            f"    return await _{name.upper()}.one("
            f"{', '.join(['self._connection', *key, *values])})"
        )

    # -- What the access table asks of other rows -------------------------------------------------

    def _access(self, repository: Repository) -> None:
        for operation in self.handled.operations:
            if access_facts(self.model, operation):
                self._access_of(operation, repository)

    def _access_of(self, operation: Operation, repository: Repository) -> None:
        struct, own = access_class(operation), access_subject(self.model, operation)
        facts = access_facts(self.model, operation)
        subject = self._subject(own) if own else None
        found = [
            self.module.conditions.selected(fact.typed, subject, negated=False) for fact in facts
        ]
        labelled = ", ".join(
            f"({sql.text}).label({quoted(fact.name)})"
            for sql, fact in zip(found, facts, strict=True)
        )
        purpose = f"What the access table asks of other rows for {operation.id}."
        fields = tuple((fact.name, "bool") for fact in facts)
        self.module.structs.append(Struct(struct, "Row", purpose, fields))
        name = access_function(operation)
        this = where(by_key(self.handled.entity)) if own else ""
        self.module.statements.append(
            f"_{name.upper()} = Statement({struct}, select({labelled}){this})"
        )
        bound = dict(pair for sql in found for pair in self._bound_by(operation, sql))
        values = [f"{one}={value}" for one, value in bound.items()]
        key = [self._row_key_values()] if own else []
        taken = ", ".join(["self", *self._access_parameters(operation)])
        repository.on_rows.append(
            f"async def {name}({taken}) -> {struct}:\n"
            f"    return await _{name.upper()}.one("
            f"{', '.join(['self._connection', *key, *values])})"
        )

    def _bound_by(self, operation: Operation, sql: Sql) -> Iterator[tuple[str, str]]:
        called = {"request": body_argument(operation)}
        for name, value in bound_values(sql.binds, called):
            is_maybe = operation.is_public and value.startswith("actor")
            yield name, _if_there(value, optional=is_maybe)

    def _access_parameters(self, operation: Operation) -> Iterator[str]:
        annotations = {"actor": self._actor_of(operation), "now": "datetime"}
        at_hand = rows_at_hand(self.model, operation)
        annotations |= {one: names.row_class(entity) for one, entity in at_hand.items()}
        if operation.body is not None:
            annotations["request"] = request_class(operation.body.name)
        for one in access_arguments(self.model, operation):
            called = body_argument(operation) if one == "request" else one
            yield f"{called}: {annotations[one]}"

    def _actor_of(self, operation: Operation) -> str:
        plain = actor_class(self.model)
        return f"{plain} | None" if operation.is_public and plain != "None" else plain

    def _bound(self, sql: Sql, behaviour: Behaviour | None = None) -> tuple[list[str], list[str]]:
        """The parameters and the arguments for what conditions bind."""
        values = bound_values(sql.binds, renamed(behaviour) if behaviour else {})
        used = {word for _, value in values for word in _STARTS.findall(value)}
        new = behaviour.requested if behaviour is not None else None
        above = new.above if new is not None else {}
        parameters = [f"{row}: {names.row_class(e)}" for row, e in above.items() if row in used]
        if behaviour is not None and "new" in used:
            parameters.append(f"new: {body_class(self.model, behaviour)}")
        parameters += [f"actor: {actor_class(self.model)}"] if "actor" in used else []
        parameters += ["now: datetime"] if "now" in used else []
        return parameters, [f"{name}={value}" for name, value in values]


def _inserted(column: Column) -> str:
    given = f"bindparam({quoted(column.attribute)})"
    if not _has_sql_default(column):
        return given
    assert isinstance(column.default, SqlDefault)
    is_now = column.default.sql.lower() in ("now()", "current_timestamp")
    otherwise = 'bindparam("now")' if is_now else f"text({quoted(column.default.sql)})"
    return f"func.coalesce({given}, {otherwise})"


def _taken(column: Column) -> str:
    typed = columns.python_type(column)
    return f"{typed} | None" if _has_sql_default(column) else typed


def _has_sql_default(column: Column) -> bool:
    """Whether the database says what stands there where nobody does."""
    return isinstance(column.default, SqlDefault) and not column.nullable


def _if_there(value: str, *, optional: bool) -> str:
    return f"{value} if actor else None" if optional else value


def _words(row: str) -> str:
    return row.replace("_", " ")
