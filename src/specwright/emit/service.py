"""`backend/{domain}/service.py`: who may do what, in which transaction; one method a call."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from specwright.address import pascal
from specwright.emit import columns, names
from specwright.emit.access import (
    access_arguments,
    access_function,
    asks_row,
    policy_arguments,
    rows_asked,
)
from specwright.emit.actions import acts, call, fact_arguments, hooks_asked, refuse, rows_name
from specwright.emit.annotations import request_class
from specwright.emit.behaviour import Behaviour
from specwright.emit.beyond import roots
from specwright.emit.handled import created_by, may_change, references, search_arguments
from specwright.emit.holds import held_columns, held_parent
from specwright.emit.hook_names import hooks_class
from specwright.emit.hooks import service_calls_hooks
from specwright.emit.joined import Joined, joined_by
from specwright.emit.lists import list_parameters
from specwright.emit.lookups import body_argument, caller_module, operation_rule, subject_of
from specwright.emit.names import refusal_class, sign_in_method
from specwright.emit.nested import nested_rows
from specwright.emit.owners import Owner
from specwright.emit.pages import page_form, with_parts
from specwright.emit.parts import asks_time as shows_time
from specwright.emit.parts import needs_parts, parts_class, parts_function
from specwright.emit.policies import is_guarded, policy_name
from specwright.emit.python_text import python
from specwright.emit.queries import repository_of
from specwright.emit.rendering import render
from specwright.emit.requested import end_name
from specwright.emit.row_keys import Lookup, above, key_arguments, of_end
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.entities import Entity
from specwright.model.naming import attribute
from specwright.model.operations import (
    BodyField,
    Operation,
    OperationKind,
    RequestBody,
    RowInPath,
    View,
)

_OF_ACCOUNTS = (OperationKind.SIGN_IN, OperationKind.REFRESH, OperationKind.SIGN_OUT)
_READS = (OperationKind.READ, OperationKind.LIST, OperationKind.SIGN_IN)
_CALLED = {"now": "self._now", "hooks": "self._hooks"}


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a service; routes call it with the same parameters."""

    name: str
    parameters: list[str]
    result: str
    doc: str | None
    lines: list[str]


def service_class(model: Model, domain: str) -> str:
    """After the entity that most of its operations are about: `TaskService`."""
    about = {subject_of(model, one).name for one in model.operations if one.domain == domain}
    return f"{about.pop() if len(about) == 1 else pascal(domain)}Service"


def emit_service(model: Model, domain: str) -> str | None:
    """None where the contract has no operation in the domain."""
    operations = [operation for operation in model.operations if operation.domain == domain]
    if not operations:
        return None
    return render(
        "backend/service.py",
        domain=domain,
        service=service_class(model, domain),
        hooks=hooks_class(domain) if service_calls_hooks(model, domain) else None,
        imports=names.grouped(_imports(model, domain, operations)),
        methods=[_Writer(model, operation).method() for operation in operations],
    )


def _imports(model: Model, domain: str, operations: list[Operation]) -> Iterator[tuple[str, str]]:
    homes = names.enum_homes(model)
    for enum in model.enums:
        if enum.name in homes:
            yield f"{homes[enum.name]}.models", enum.class_name
    for entity in model.entities:
        if names.has_row(model, entity):
            yield f"{entity.domain}.models", names.row_class(entity)
            yield f"{entity.domain}.repository", names.repository_class(entity)
    for operation in operations:
        if operation.body is not None:
            yield f"{domain}.schemas", request_class(operation.body.name)
        yield from _refusals(model, operation, domain)
        yield from _owner_imports(model, operation)
        yield from _nested_imports(model, operation)
        if operation.view is not None and needs_parts(model, operation.view):
            yield f"{domain}.parts", parts_class(operation.view)
            yield f"{domain}.parts", parts_function(operation.view)
            yield f"{domain}.parts", f"one_{parts_function(operation.view)}"
    yield caller_module(model), "Caller"
    if service_calls_hooks(model, domain):
        yield f"{domain}.hooks_protocol", hooks_class(domain)


def _refusals(model: Model, operation: Operation, domain: str) -> Iterator[tuple[str, str]]:
    rule = operation_rule(model, operation.id)
    if rule is None:
        return
    for block in rule.block.within():
        for require in block.require:
            yield f"{domain}.errors", refusal_class(require.error)
    if rule.block.search and rule.block.search.none_error:
        yield f"{domain}.errors", refusal_class(rule.block.search.none_error)


def _owner_imports(model: Model, operation: Operation) -> Iterator[tuple[str, str]]:
    behaviour = Behaviour.named(model, operation.id)
    for owner in behaviour.owners if behaviour else ():
        yield f"{owner.near.domain}.repository", f"{owner.near.name}Rows"


def _nested_imports(model: Model, operation: Operation) -> Iterator[tuple[str, str]]:
    """What is written with its row: rows of others, and what joins it to them."""
    for nested in nested_rows(model, operation):
        yield f"{nested.entity.domain}.repository", f"{nested.entity.name}Rows"
        yield f"{nested.entity.domain}.repository", nested.struct
    if operation.kind in _OF_ACCOUNTS:
        users = subject_of(model, operation)
        yield f"{users.domain}.repository", f"{users.name}Rows"
    for _, joined in joined_by(model, operation):
        yield f"{joined.link.domain}.repository", f"{joined.link.name}Rows"


@dataclass(frozen=True)
class _Writer:
    """Writes the method of one operation."""

    model: Model
    operation: Operation

    @property
    def _entity(self) -> Entity:
        return subject_of(self.model, self.operation)

    @property
    def _behaviour(self) -> Behaviour | None:
        return Behaviour.named(self.model, self.operation.id)

    def method(self) -> Method:
        requirements = ", ".join(self.operation.requirements)
        return Method(
            name=self.operation.name,
            parameters=list(self._parameters()),
            result=self._result(),
            doc=requirements or None,
            lines=[self._opening(), *(f"    {line}" for line in self._lines()), *self._closing()],
        )

    def _closing(self) -> list[str]:
        refused = 'raise Unauthenticated("The refresh token is not good, or not any more.")'
        return [refused] if self.operation.kind is OperationKind.REFRESH else []

    # -- Signature --------------------------------------------------------------------------------

    def _parameters(self) -> Iterator[str]:
        yield from (f"{name}: {kind}" for name, kind in key_parameters(self.model, self.operation))
        if self.operation.kind is OperationKind.LIST:
            listed = [f"{n}: {k}" for n, k in list_parameters(self.model, self.operation)]
            yield from ["*", *listed] if listed else []
        if self.operation.body is not None:
            yield f"{body_argument(self.operation)}: {request_class(self.operation.body.name)}"
        if self.operation.needs_if_match:
            yield "versions: Collection[str]"

    def _result(self) -> str:
        view = self._view_with_parts
        row = names.row_class(self._entity) if view is None else parts_class(view)
        match self.operation.kind:
            case OperationKind.LIST:
                return f"{page_form(self.operation)}[{row}]"
            case OperationKind.LINK | OperationKind.UNLINK | OperationKind.SIGN_OUT:
                return "None"
            case OperationKind.SIGN_IN | OperationKind.REFRESH if self._refreshes:
                return f"tuple[{row}, str]"
            case OperationKind.DELETE if self.operation.view is None:
                return "None"
            case OperationKind.PICK | OperationKind.FIND if self._may_find_none:
                return f"{row} | None"
            case _:
                return row

    @property
    def _may_find_none(self) -> bool:
        rule = operation_rule(self.model, self.operation.id)
        search = rule.block.search if rule else None
        return search is not None and search.none_error is None

    # -- Transaction ------------------------------------------------------------------------------

    def _opening(self) -> str:
        behaviour = self._behaviour
        reads = self.operation.kind in _READS and not self._refreshes
        if self.operation.is_public:
            mode = "visiting" if reads else "visiting_to_change"
        elif reads:
            mode = "reading"
        elif behaviour is not None and behaviour.counts_of_actor:
            mode = "changing_alone"
        else:
            mode = "changing"
        is_asked = self.operation.kind not in _OF_ACCOUNTS or self._view_with_parts
        return f"async with self._caller.{mode}() as (connection, {'actor' if is_asked else '_'}):"

    def _lines(self) -> Iterator[str]:
        asks = asks_row(self.model, self.operation)
        guarded = is_guarded(self.model, self.operation)
        if guarded and not asks:
            yield self._permit()
        if self.operation.kind not in _OF_ACCOUNTS:
            yield f"{self._rows} = {repository_of(self.model, self._entity)}"
        yield from self._parents()
        yield from self._body(self._permit() if guarded and asks else None)

    def _permit(self, row: str | None = None) -> str:
        """Refuses whom the access table does not allow it; `row` is the row in hand."""
        known = {"now": "self._now"}
        if self.operation.body is not None:
            known["request"] = body_argument(self.operation)
        if row is not None:
            known[self._entity.row] = row
        known["access"] = self._access(known)
        named = policy_arguments(self.model, self.operation)
        given = ", ".join(known.get(name, name) for name in named)
        return f"permit(policies.{policy_name(self.operation)}({given}))"

    def _access(self, known: Mapping[str, str]) -> str:
        named = access_arguments(self.model, self.operation)
        given = ", ".join(known.get(name, name) for name in named)
        return f"await {self._rows}.{access_function(self.operation)}({given})"

    @property
    def _rows(self) -> str:
        return rows_name(self._entity)

    def _parents(self) -> Iterator[str]:
        """The rows above in the path must exist for the caller."""
        rows = above(self.operation)
        below = (*rows, self.operation.row)[1:]
        for row, under in zip(rows, below, strict=bool(rows)):
            entity = self.model.entity(row.entity)
            verb = "lock" if row == held_parent(self.model, self.operation) else "get"
            get = Lookup.of_path(self.model, row).method(verb)
            look = f"{repository_of(self.model, entity)}.{get}({key_arguments(self.model, row)})"
            is_used = bool(under.joins if under is not None else self._uses_parent)
            is_used = is_used or entity.row in self._named
            yield f"{entity.row} = await {look}" if is_used else f"await {look}"

    @property
    def _named(self) -> frozenset[str]:
        """What access and the rules of a new row name."""
        behaviour = self._behaviour
        told = map(behaviour.told, behaviour.expressions) if behaviour else ()
        of_rules = (name for one in told for name in roots(one))
        return rows_asked(self.model, self.operation).union(of_rules)

    @property
    def _uses_parent(self) -> bool:
        made = (OperationKind.LIST, OperationKind.CREATE)
        return self.operation.kind in made and bool(self.operation.parent_joins)

    def _body(self, permit: str | None) -> Iterator[str]:
        match self.operation.kind:
            case OperationKind.LIST:
                yield from self._list()
            case OperationKind.CREATE:
                yield from self._create(permit)
            case OperationKind.LINK | OperationKind.UNLINK:
                yield from self._link(permit)
            case OperationKind.PICK | OperationKind.FIND:
                yield from self._search(permit)
            case kind if kind in _OF_ACCOUNTS:
                yield from self._of_account()
            case OperationKind.READ:
                if permit is None:
                    yield from self._returned(f"await {self._rows}.{self._look('get')}")
                else:
                    yield f"{self._entity.row} = await {self._rows}.{self._look('get')}"
                    yield permit
                    yield from self._returned(self._entity.row)
            case _:
                yield from self._lock()
                yield from [permit] if permit else []
                if self.operation.needs_if_match:
                    yield f"check_version({self._entity.row}.version, versions)"
                yield from self._change()

    def _lock(self) -> Iterator[str]:
        """The row, and before it the rows whose rows are counted."""
        behaviour, row = self._behaviour, self.operation.row
        owners = behaviour.owners if behaviour else ()
        own = [owner for owner in owners if owner.start != "actor"]
        is_told = row is not None and not row.is_actor and self._lookup(row).is_primary
        yield from (f"await {self._rows_of(owner)}" for owner in owners if owner not in own)
        if is_told and row is not None:
            keys = key_arguments(self.model, row)
            yield from (f"await {self._rows}.{owner.method}({keys})" for owner in own)
        yield f"{self._entity.row} = await {self._rows}.{self._look('lock')}"
        if is_told:
            own = [owner for owner in own if may_change(self.model, *owner.hinges[0])]
            yield from ["# It may have come to another one meanwhile."] if own else []
        yield from (f"await {self._rows_of(owner)}" for owner in own)

    def _rows_of(self, owner: Owner) -> str:
        """The call that locks it, once the row is at hand that leads there."""
        is_own = owner.near == self._entity and owner.start != "actor"
        rows = self._rows if is_own else f"{owner.near.name}Rows(connection)"
        return f"{rows}.{owner.method}({', '.join(owner.keys)})"

    def _lookup(self, row: RowInPath) -> Lookup:
        return Lookup.of_path(self.model, row)

    def _look(self, verb: str) -> str:
        row = self.operation.row
        assert row is not None
        if row.is_actor:
            (key,) = self._entity.primary_key.columns
            return f"{verb}(actor.{self._entity.columns_by_name[key].attribute})"
        method = self._lookup(row).method(verb)
        return f"{method}({key_arguments(self.model, row)})"

    # -- What is done -----------------------------------------------------------------------------

    def _list(self) -> Iterator[str]:
        listed = [name for name, _ in list_parameters(self.model, self.operation)]
        parent = self.operation.parent if self.operation.parent_joins else None
        given = ", ".join([*([self.model.entity(parent.entity).row] if parent else []), *listed])
        called = f"await {self._rows}.{self.operation.name}({given})"
        view = self._view_with_parts
        if view is None:
            yield f"return {called}"
        else:
            yield f"page = {called}"
            given = f"connection, actor, page.rows{self._time_of(view)}"
            yield f"parts = await {parts_function(view)}({given})"
            yield f"return {with_parts(page_form(self.operation))}"

    @property
    def _view_with_parts(self) -> View | None:
        view = self.operation.view
        return view if view is not None and needs_parts(self.model, view) else None

    def _returned(self, row: str) -> Iterator[str]:
        """Gives the row back, with all that the answer shows of it."""
        view = self._view_with_parts
        if view is None:
            yield f"return {row}"
            return
        if row != self._entity.row:
            yield f"{self._entity.row} = {row}"
        given = f"connection, actor, {self._entity.row}{self._time_of(view)}"
        yield f"return await one_{parts_function(view)}({given})"

    def _time_of(self, view: View) -> str:
        return ", self._now" if shows_time(self.model, view) else ""

    def _create(self, permit: str | None) -> Iterator[str]:
        yield from self._references()
        yield from [permit] if permit else []
        behaviour = self._behaviour
        if behaviour is not None:
            yield from self._asked(behaviour)
        nested = behaviour.nested if behaviour else ()
        for one in nested:
            yield from one.look_up()
        added = f"await {self._rows}.add({', '.join(self._values())})"
        joined = list(joined_by(self.model, self.operation))
        if not ((behaviour and behaviour.beyond) or nested or joined):
            yield from self._returned(added)
            return
        yield f"{self._entity.row} = {added}"
        for one in nested:
            yield from one.add()
        yield from self._joined(joined)
        yield from self._companion(behaviour) if behaviour is not None else ()
        yield from self._returned(self._entity.row)

    def _joined(self, lists: list[tuple[BodyField, Joined]]) -> Iterator[str]:
        """Joins the texts that the request lists."""
        body, row = body_argument(self.operation), self._entity.row
        is_patch = bool(self.operation.body and self.operation.body.is_merge_patch)
        for field, one in lists:
            texts = f'{body}["{field.variable}"]' if is_patch else f"{body}.{field.variable}"
            if is_patch:
                yield f'if "{field.variable}" in {body}:'
            elif not field.required or field.schema.nullable:
                yield f"if {texts} is not None:"
            else:
                yield one.call(row, texts)
                continue
            yield f"    {one.call(row, texts)}"

    def _of_account(self) -> Iterator[str]:
        match self.operation.kind:
            case OperationKind.SIGN_IN:
                yield from self._signed_in()
            case OperationKind.REFRESH:
                yield from self._refreshed()
            case _:
                yield f"await refresh_tokens.end(connection, {self._brought}, self._now)"

    def _signed_in(self) -> Iterator[str]:
        """Who it is, and whether it is them, take the same time whatever is wrong."""
        accounts, row = self.model.accounts, self._entity.row
        assert accounts is not None
        body = body_argument(self.operation)
        said = {field.column: f"{body}.{field.variable}" for field in self._fields}
        password = self._entity.columns_by_name[accounts.password].attribute
        found = f"{self._entity.name}Rows(connection).{sign_in_method(accounts)}"
        yield f"{row} = await {found}({said[accounts.login]})"
        kept = f"{row}.{password} if {row} else None"
        yield f"is_theirs = await is_password({said[accounts.password]}, {kept})"
        yield f"if {row} is None or not is_theirs:"
        yield f'    raise Unauthenticated("The {accounts.login} or the password is wrong.")'
        if not self._refreshes:
            yield from self._returned(row)
            return
        given = f"connection, {row}.{self._key}, self._now"
        yield f"refresh_token = await refresh_tokens.begin({given})"
        yield f"return {self._shown(row)}, refresh_token"

    def _refreshed(self) -> Iterator[str]:
        """What it does to a family of tokens stays, even where it refuses."""
        row = self._entity.row
        yield f"renewed = await refresh_tokens.renew(connection, {self._brought}, self._now)"
        yield "if renewed is not None:"
        yield f"    {row} = await {self._entity.name}Rows(connection).of_key(renewed[0])"
        yield (
            f"    return {self._shown(row)}, renewed[1]"
            if self._refreshes
            else (f"    return {self._shown(row)}")
        )

    @property
    def _brought(self) -> str:
        """The refresh token of the request."""
        field = next(one for one in self._fields if one.brings_token)
        return f"{body_argument(self.operation)}.{field.variable}"

    @property
    def _refreshes(self) -> bool:
        return self.operation.view is not None and self.operation.view.has_refresh_token

    @property
    def _key(self) -> str:
        return self._entity.columns_by_name[self._entity.primary_key.columns[0]].attribute

    def _shown(self, row: str) -> str:
        view = self._view_with_parts
        if view is None:
            return row
        return f"await one_{parts_function(view)}(connection, actor, {row}{self._time_of(view)})"

    @property
    def _fields(self) -> tuple[BodyField, ...]:
        return self.operation.body.fields if self.operation.body is not None else ()

    def _asked(self, behaviour: Behaviour) -> Iterator[str]:
        """What the rules ask, of rows and of hand-written code, before anything is written."""
        if behaviour.facts:
            row = [] if behaviour.makes_row else [behaviour.row]
            given = ", ".join([*row, *(self._now_or(name) for name in fact_arguments(behaviour))])
            yield f"facts = await {self._rows}.{behaviour.function}_facts({given})"
        for require in behaviour.requires:
            if not behaviour.is_late(require.condition):
                yield from refuse(behaviour, require, _CALLED)
        if behaviour.own_block is not None:
            yield from hooks_asked(behaviour, behaviour.own_block, _CALLED)

    def _now_or(self, argument: str) -> str:
        return "self._now" if argument == "now" else argument

    def _references(self) -> Iterator[str]:
        """Rows that the body names must exist for the caller."""
        for name, target in references(self.model, self.operation):
            entity = self.model.entity(target)
            field = self.operation.field(name)
            assert field is not None
            argument = body_argument(self.operation)
            value, asked = f"{argument}.{field.variable}", f"{argument}.{field.variable}"
            is_patch = self.operation.body is not None and self.operation.body.is_merge_patch
            if is_patch:
                value = field.variable
                asked = f"({value} := {argument}.get({quoted(value)}))"
            verb = "lock" if field.column in held_columns(self.model, self.operation) else "get"
            look = f"await {repository_of(self.model, entity)}.{verb}({value})"
            if field.required and not field.schema.nullable and not is_patch:
                yield look
            else:
                yield f"if {asked} is not None:"
                yield f"    {look}"

    def _values(self) -> Iterator[str]:
        entity, body = self._entity, self.operation.body
        given = created_by(self.model, self.operation, entity)
        fields: dict[str, BodyField] = {}
        for one in body.fields if body else ():
            if one.column:
                fields[one.column] = one
        joins = dict(self.operation.parent_joins)
        rule = operation_rule(self.model, self.operation.id)
        sets = {one.target.column: one for one in rule.block.set} if rule else {}
        behaviour = self._behaviour
        for column in entity.columns:
            if column.name not in given:
                continue
            if column.name in sets and behaviour is not None:
                yield f"{column.attribute}={python(behaviour, sets[column.name].value, _CALLED)}"
            elif column.name in fields:
                field = fields[column.name]
                value = f"{body_argument(self.operation)}.{field.variable}"
                yield f"{column.attribute}={_hashed(value) if field.secret else value}"
            elif column.name in joins:
                parent = self.operation.parent
                assert parent is not None
                above = self.model.entity(parent.entity)
                yield f"{column.attribute}={above.row}.{joins[column.name]}"
        if columns.stamped(entity, [column for column in entity.columns if column.name in given]):
            yield "now=self._now"

    def _change(self) -> Iterator[str]:
        behaviour, row = self._behaviour, self._entity.row
        assert behaviour is not None
        if self.operation.kind is OperationKind.DELETE:
            yield from self._asked(behaviour)
            yield from self._companion(behaviour)
            yield from self._removal()
        elif acts(self.model, behaviour):
            done = call(behaviour, self._rows, row, _CALLED)
            yield from self._returned(f"await operations.{done}")
        else:
            yield from self._update(behaviour)

    def _removal(self) -> Iterator[str]:
        """What the answer shows of the row is read before it goes, and its parts with it."""
        row, view = self._entity.row, self._view_with_parts
        removed = f"await {self._rows}.remove({row})"
        if self.operation.view is None:
            yield removed
        elif view is None:
            yield from [removed, f"return {row}"]
        else:
            given = f"connection, actor, {row}{self._time_of(view)}"
            yield f"gone = await one_{parts_function(view)}({given})"
            yield from [removed, "return gone"]

    def _companion(self, behaviour: Behaviour) -> Iterator[str]:
        """What rules do to other rows beside what the call does by itself."""
        for beyond in behaviour.beyond:
            body = self.operation.body
            named = {"now": "self._now", "request": body_argument(self.operation) if body else ""}
            given = [named.get(name, name) for name in beyond.arguments]
            row = [self._entity.row] if beyond.uses_row else []
            yield f"await operations.{beyond.function}({', '.join(['connection', *row, *given])})"

    def _update(self, behaviour: Behaviour) -> Iterator[str]:
        entity = self._entity
        yield from self._references()
        yield from self._asked(behaviour)
        yield f"changed = replace({', '.join([entity.row, *self._changes(behaviour)])})"
        yield from self._joined(list(joined_by(self.model, self.operation)))
        yield from self._companion(behaviour)
        now = ", self._now" if entity.column("updated_at") else ""
        yield from self._returned(f"await {self._rows}.save(changed{now})")

    def _changes(self, behaviour: Behaviour) -> Iterator[str]:
        body, row = self.operation.body, self._entity.row
        assert body is not None
        argument = body_argument(self.operation)
        for field in body.fields:
            column = self._entity.column(field.column) if field.column else None
            if column is None:
                continue
            name = column.attribute
            if field.secret:
                yield f"{name}={_new_password(field, argument, f'{row}.{name}', body)}"
            elif body.is_merge_patch:
                yield f'{name}={argument}.get("{field.variable}", {row}.{name})'
            else:
                yield f"{name}={argument}.{field.variable}"
        for one in behaviour.sets:
            yield f"{attribute(one.target.column)}={python(behaviour, one.value, _CALLED)}"

    def _link(self, permit: str | None) -> Iterator[str]:
        link = self.operation.link
        assert link is not None
        rows = []
        for end in link.ends:
            target = self.model.entity(end.target)
            variable = end_name(end)
            repository = self._rows if target == self._entity else repository_of(self.model, target)
            key = names.key_variable(end.parameter, target)
            yield f"{variable} = await {repository}.{of_end(self.model, end).method('get')}({key})"
            rows.append(variable)
        yield from [permit] if permit else []
        yield f"await {self._rows}.{self.operation.name}({', '.join(rows)})"

    def _search(self, permit: str | None) -> Iterator[str]:
        rule, behaviour = operation_rule(self.model, self.operation.id), self._behaviour
        assert rule is not None
        assert behaviour is not None
        search = rule.block.search
        assert search is not None
        verb = "pick" if search.locks else "find"
        given = ", ".join(self._now_or(name) for name in search_arguments(search))
        yield f"{search.name} = await {self._rows}.{verb}_for_{self.operation.name}({given})"
        yield f"if {search.name} is None:"
        if search.none_error is None:
            yield "    return None"
        else:
            yield f'    raise {refusal_class(search.none_error)}("There is none.")'
        if permit is not None:
            yield self._permit(search.name)
        for owner in behaviour.owners:
            found = owner if owner.start == "actor" else replace(owner, start=search.name)
            yield f"await {self._rows_of(found)}"
        done = call(behaviour.doer, self._rows, search.name, _CALLED)
        yield from self._returned(f"await operations.{done}")


def key_parameters(model: Model, operation: Operation) -> Iterator[tuple[str, str]]:
    """The parameters of the path in Python, with their types, in the order of the path."""
    found: dict[str, str] = {}
    rows = [row for row in (operation.parent, operation.row) if row is not None]
    for row in rows:
        found |= dict(_keys_of(model, row))
    if operation.link is not None:
        for end in operation.link.ends:
            target = model.entity(end.target)
            column = target.columns_by_name[end.key]
            found[names.key_variable(end.parameter, target)] = columns.plain_type(column.type)
    yield from found.items()


def _keys_of(model: Model, row: RowInPath) -> Iterator[tuple[str, str]]:
    for one in row.chain():
        entity = model.entity(one.entity)
        for key in one.keys:
            column = entity.column(key.column)
            assert column is not None
            yield names.key_variable(key.parameter, entity), columns.plain_type(column.type)


def _hashed(password: str) -> str:
    return f"await hashed({password})"


def _new_password(field: BodyField, body: str, kept: str, of: RequestBody) -> str:
    if of.is_merge_patch:
        given = f'{body}["{field.variable}"]'
        return f'{_hashed(given)} if "{field.variable}" in {body} else {kept}'
    given = f"{body}.{field.variable}"
    return _hashed(given) if field.required else f"{_hashed(given)} if {given} else {kept}"
