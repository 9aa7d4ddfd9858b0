"""From the calls of the contract to operations on entities; every decision is said in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from specwright.address import pascal, snake
from specwright.diagnostic import Code, Level, Report
from specwright.model import naming
from specwright.model.accounts import is_of_accounts
from specwright.model.distinct import with_distinct_names
from specwright.model.entities import Entity, EnumType
from specwright.model.envelopes import read_envelope, row_envelope, rows_within
from specwright.model.explanations import explained
from specwright.model.later import is_json
from specwright.model.operations import (
    BodyField,
    EnvelopeRole,
    LeftOut,
    Operation,
    OperationKind,
    OrderKey,
    Paging,
    PagingStyle,
    Parameter,
    RequestBody,
    Success,
)
from specwright.model.paths import PathReader, PathReading
from specwright.model.reach import Reach, ReachFinder, asked_by
from specwright.model.requests import (
    BodyBinder,
    ListQuery,
    Writing,
    body_name,
    body_of,
    read_query,
    taken_columns,
)
from specwright.model.views import Meanings, Unbound, ViewBinder, listed
from specwright.model.wire import flattened, kinds, squashed
from specwright.spec import syntax
from specwright.spec.syntax import Schema

_ACCOUNTS = frozenset({"refresh", "logout", "resetPassword"})  # where no tokens are refreshed
_FOLDERS_TAKEN = frozenset({"core", "tests", "migrations", "backend"})
_HEADERS_OF_HTTP = frozenset(
    {"accept", "authorization", "content-type", "if-match", "idempotency-key", "x-request-id"}
)
_SUFFIXES = ("view", "read", "response", "out", "dto", "detail", "details")
_WRITERS = (
    OperationKind.CREATE,
    OperationKind.UPDATE,
    OperationKind.REPLACE,
)  # whose body is the row
_OF_ACCOUNTS = (OperationKind.SIGN_IN, OperationKind.REFRESH, OperationKind.SIGN_OUT)
_ON_ITS_ROW = (OperationKind.READ, OperationKind.UPDATE, OperationKind.REPLACE)
_ACTS = (
    OperationKind.TRANSITION,
    OperationKind.ACTION,
    OperationKind.PICK,
    OperationKind.FIND,
    OperationKind.WEBHOOK,
)


@dataclass(frozen=True)
class Surroundings:
    """What the rest of the bundle says that binding needs."""

    meanings: Meanings
    reach: ReachFinder
    users: str | None = None
    states: Mapping[str, frozenset[str]] = field(default_factory=dict)  # columns, by entity
    triggers: Mapping[str, str] = field(default_factory=dict)  # trigger → entity
    has_accounts: bool = False
    webhooks: frozenset[str] = frozenset()
    idempotent: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()  # operations that need what this version does not build

    @property
    def entities(self) -> Mapping[str, Entity]:
        return self.meanings.entities

    @property
    def enums(self) -> Mapping[str, EnumType]:
        return self.meanings.enums


def bind_contract(
    contract: syntax.Contract, around: Surroundings, report: Report
) -> tuple[tuple[Operation, ...], tuple[LeftOut, ...]]:
    """The operations in the order of the contract, and those that stay open."""
    paths = PathReader(around.entities, around.enums, around.users)
    paths.aliases.update(_aliases(contract, paths, around))
    bound: list[Operation] = []
    left: list[LeftOut] = []
    for written in contract.operations:
        if written.id.value in around.beyond:
            continue
        problems: list[Unbound] = []
        operation = _Binding(written, contract, paths, around, problems).operation()
        for problem in problems:
            report.add(problem.place, problem.code, problem.message, problem.hint, level=Level.OPEN)
        if operation is None or problems:
            reasons = tuple(dict.fromkeys(problem.message for problem in problems))
            left.append(LeftOut(written.id.value, written.id.place, reasons))
        else:
            bound.append(operation)
    return with_distinct_names(bound), tuple(left)


# -- Paths that do not say the table's name --------------------------------------------------------


def _aliases(
    contract: syntax.Contract, paths: PathReader, around: Surroundings
) -> Iterator[tuple[str, Entity]]:
    """Words of paths that stand for an entity, since what is answered there is one."""
    for operation in contract.operations:
        last = operation.path.value.rstrip("/").rpartition("/")[2]
        is_read = operation.method == "get" and "{" not in operation.path.value
        if not is_read or paths.entity_named(last) is not None:
            continue
        schema = _json_of(_success(operation))
        rows = None if schema is None else rows_within(schema)
        if rows is None:
            continue
        entity = _entity_of(rows[1], around)
        if entity is not None:
            yield squashed(last), entity


def _entity_of(schema: Schema, around: Surroundings) -> Entity | None:
    """The entity that a schema shows: by its name, or because it alone has such columns."""
    flat = flattened(schema)
    name = squashed(flat.name or schema.name or "")
    for entity in around.entities.values():
        own = squashed(entity.name)
        if name in (own, *(own + suffix for suffix in _SUFFIXES)):
            return entity
    fitting = _fitting(schema, around)
    return fitting[0] if len(fitting) == 1 else None


def _fitting(schema: Schema, around: Surroundings) -> list[Entity]:
    """The entities whose rows can be shown so."""
    found: list[Entity] = []
    for entity in around.entities.values():
        problems: list[Unbound] = []
        if ViewBinder(around.meanings, problems).view(entity, schema, "View") is not None:
            found.append(entity)
    return found


def _success(operation: syntax.Operation) -> syntax.Response | None:
    return next((r for r in operation.responses if r.status.startswith("2")), None)


def _json_of(response: syntax.Response | None) -> Schema | None:
    content = response.content if response is not None else {}
    return next((schema for media, schema in content.items() if is_json(media)), None)


@dataclass(frozen=True, slots=True)
class Subject:
    """The entity whose row an operation works on, and those of the rows above it in the path."""

    entity: str | None
    above: tuple[str, ...] = ()
    lists: bool = False  # rows rather than one


def subjects_of(contract: syntax.Contract, around: Surroundings) -> dict[str, Subject]:
    """What each operation works on, those that stay open included."""
    paths = PathReader(around.entities, around.enums, around.users)
    paths.aliases.update(_aliases(contract, paths, around))
    found: dict[str, Subject] = {}
    for written in contract.operations:
        schemas = {p.name.value: p.schema for p in written.parameters if p.location == "path"}
        block = around.reach.operations.get(written.id.value)
        reading = on_parent(written, paths.read(written.path.value, schemas), block)
        parent = reading.row.parent if reading.row is not None else reading.parent
        above = tuple(row.entity for row in parent.chain()) if parent is not None else ()
        entity = around.triggers.get(written.id.value, reading.entity)
        if block is not None and block.search is not None:
            above = (*above, *((reading.row.entity,) if reading.row is not None else ()))
            entity = block.search.entity.value
        accounts = around.meanings.accounts
        if accounts is not None and written.id.value in accounts.operations:
            entity = accounts.entity
        known = entity if entity in around.entities else None
        found[written.id.value] = Subject(known, above, _lists(written, reading))
    return found


def on_parent(
    written: syntax.Operation, reading: PathReading, block: syntax.Block | None
) -> PathReading:
    """`POST /recipes/{slug}/bookmark`, where rules make or delete a bookmark, is of the recipe."""
    acts = block is not None and bool(block.create or block.delete) and not block.set
    is_plain = written.method != "get" and written.body is None
    if not acts or not is_plain or reading.row is not None or reading.parent is None:
        return reading
    return PathReading(row=reading.parent, words=(reading.collection or "",))


def _lists(written: syntax.Operation, reading: PathReading) -> bool:
    """A list may have a word of its own, such as `/recipes/feed`, where rules say which rows."""
    return written.method == "get" and reading.row is None and reading.collection is not None


# -- One operation --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Binding:
    written: syntax.Operation
    contract: syntax.Contract
    paths: PathReader
    around: Surroundings
    problems: list[Unbound]

    @property
    def _id(self) -> str:
        return self.written.id.value

    @property
    def _call(self) -> str:
        return f"`{self.written.method.upper()} {self.written.path}`"

    @property
    def _reach(self) -> Reach:
        return self.around.reach.of(self._id)

    def operation(self) -> Operation | None:
        parameters = tuple(self._parameters())
        schemas = {p.name: p.schema for p in parameters if p.location == "path"}
        reading = self.paths.read(self.written.path.value, schemas)
        reading = on_parent(self.written, reading, self._reach.block)
        kind = self._kind(reading)
        if kind is None:
            return None
        entity = self._entity(kind, reading)
        if self.problems:
            return None
        bare = Operation(
            id=self._id,
            kind=kind,
            method=self.written.method,
            path=self.written.path.value,
            place=self.written.id.place,
            domain=self._domain(entity),
            entity=entity.name if entity is not None else None,
            is_public=not self.written.security or {} in self.written.security,
            parameters=parameters,
            row=reading.row,
            parent=reading.parent if reading.row is None else None,
            parent_joins=reading.joins if reading.row is None else (),
            refusals=tuple(r.status for r in self.written.responses if r.status[:1] in "45d"),
            is_idempotent=self._id in self.around.idempotent,
            summary=self.written.summary,
            description=self.written.description,
            deprecated=self.written.deprecated,
        )
        if kind in (OperationKind.ACCOUNT, OperationKind.WEBHOOK):
            return self._unread(bare)
        return self._filled(bare, entity, reading)

    # -- What it is

    def _kind(self, reading: PathReading) -> OperationKind | None:
        said = self._said_kind()
        if said is not None:
            return said
        if reading.problem is not None:
            self._open(f"{self._call} stays open: {reading.problem}.", _AS_KEY)
            return None
        block = self._reach.block
        if block is not None and block.narrow and _lists(self.written, reading):
            return OperationKind.LIST
        plain = None if reading.words else self._plain_kind(reading)
        is_ruled = block is not None and self.written.method != "get"
        if plain is None or (plain is OperationKind.CREATE and block and block.create):
            plain = OperationKind.ACTION if is_ruled else None
        if plain is None:
            self._say_no_kind(reading)
        return plain

    def _said_kind(self) -> OperationKind | None:
        """What other files than the contract say that it is."""
        block = self._reach.block
        if self._id in self.around.webhooks:
            return OperationKind.WEBHOOK
        accounts = self.around.meanings.accounts
        if accounts is not None and self._id in accounts.operations:
            return accounts.operations[self._id]
        if self.around.has_accounts and (
            self._id in _ACCOUNTS if accounts is not None else is_of_accounts(self._id)
        ):
            return OperationKind.ACCOUNT
        if block is not None and block.search is not None:
            return OperationKind.PICK if block.search.locks else OperationKind.FIND
        return OperationKind.TRANSITION if self._id in self.around.triggers else None

    def _plain_kind(self, reading: PathReading) -> OperationKind | None:
        method = self.written.method
        if reading.link is not None and self.written.body is None and method in ("put", "post"):
            return OperationKind.LINK
        if reading.link is not None and method == "delete":
            return OperationKind.UNLINK
        if reading.row is not None:
            return {
                "get": OperationKind.READ,
                "put": OperationKind.REPLACE,
                "patch": OperationKind.UPDATE,
                "delete": OperationKind.DELETE,
            }.get(method)
        if reading.collection is not None:
            return {"get": OperationKind.LIST, "post": OperationKind.CREATE}.get(method)
        return None

    def _say_no_kind(self, reading: PathReading) -> None:
        if reading.entity is None:
            schema = _json_of(_success(self.written))
            rows = rows_within(schema) if schema is not None else None
            likely = _fitting(rows[1] if rows else schema, self.around) if schema else []
            self._open(
                f"Nothing in the path of {self._call} names a table"
                + (f"; its answer could be {listed([e.name for e in likely])}." if likely else "."),
                f"Call the path or the answer's schema after the table, such as "
                f"`/{likely[0].table.replace('_', '-')}`."
                if likely
                else f"Name the table in the path, or write `{self._id}:` in the rule block.",
            )
            return
        row = self.around.entities[reading.entity].row
        self.problems.append(
            Unbound(
                self.written.id.place,
                f"Nothing says what {self._call} does with the {row}.",
                f"Draw `state --> state : {self._id}` in data-model.md, "
                f"or write `{self._id}:` in the rule block of rules.md.",
                Code.NO_BEHAVIOUR,
            )
        )

    def _entity(self, kind: OperationKind, reading: PathReading) -> Entity | None:
        named = reading.entity
        block = self._reach.block
        if kind in (OperationKind.PICK, OperationKind.FIND) and block and block.search:
            named = block.search.entity.value
            if named not in self.around.entities:  # said where the rules are read
                self.problems.append(
                    Unbound(
                        block.search.entity.place,
                        f"`{self._id}` looks for a row of `{named}`, which is no entity.",
                    )
                )
        if kind is OperationKind.TRANSITION:
            self._check_transition(reading)
            named = self.around.triggers[self._id]
        accounts = self.around.meanings.accounts
        if accounts is not None and self._id in accounts.operations:
            named = accounts.entity
        if kind in (OperationKind.LINK, OperationKind.UNLINK) and reading.link is not None:
            named = reading.link.entity
        return self.around.entities.get(named or "")

    def _check_transition(self, reading: PathReading) -> None:
        entity = self.around.entities[self.around.triggers[self._id]]
        if reading.row is not None and reading.row.entity == entity.name:
            return
        found = f"names {reading.entity}" if reading.row else "names no row"
        self._open(
            f"`{self._id}` is a transition of {entity.name}, but {self._call} {found}.",
            f"Use a path such as `/{entity.table.replace('_', '-')}/{{id}}/…`, "
            f"or choose the row with `pick:` in rules.md.",
        )

    def _domain(self, entity: Entity | None) -> str:
        names = [snake(tag) for tag in self.written.tags[:1]]
        names += [entity.table] if entity is not None else []
        usable = (n for n in names if naming.is_plain(n) and n not in _FOLDERS_TAKEN)
        return next((n for n in usable if naming.reserved_by(n) is None), "api")

    @property
    def _narrowed_by(self) -> frozenset[str]:
        """The parameters of which a `where` says what they mean."""
        block = self._reach.block
        return asked_by(block.narrow) if block is not None else frozenset()

    # -- What goes in and out

    def _unread(self, operation: Operation) -> Operation:
        """With the body as it comes: nothing of it is a column."""
        fields: tuple[BodyField, ...] = ()
        media = self._media()
        if media is None or self.written.body is None:
            return operation
        schema = flattened(self.written.body.content[media])
        fields = tuple(
            BodyField(name, name in schema.required, flattened(inner), inner.place)
            for name, inner in schema.properties.items()
        )
        name = body_name(schema, self._id)
        body = body_of(self.written.body, media, name, fields, is_patch=False)
        answers = tuple(
            Success(int(r.status), r.description)
            for r in self.written.responses
            if r.status.isdigit() and r.status.startswith("2")
        )
        return replace(operation, body=body, answers=answers)

    def _filled(
        self, operation: Operation, entity: Entity | None, reading: PathReading
    ) -> Operation:
        query = self._query(operation, entity)
        link = reading.link if operation.kind in _LINKS else None
        body = self._body(operation, entity)
        answers = tuple(self._answers(operation, entity, query.paging))
        filled = replace(
            operation,
            link=link,
            filters=query.filters,
            sorting=query.sorting,
            order=_order(operation, entity, query),
            paging=query.paging if operation.kind is OperationKind.LIST else None,
            body=body,
            answers=answers,
            needs_if_match=bool(entity and entity.versioned and operation.kind in _CHANGES),
        )
        if operation.kind is OperationKind.REPLACE and body is not None and body.is_merge_patch:
            filled = replace(filled, kind=OperationKind.UPDATE)
        if operation.kind is OperationKind.CREATE and entity is not None:
            self._check_complete(filled, entity)
        self._check_none(answers)
        if operation.kind in _ON_ITS_ROW and not answers and not self.problems:
            self._open(f"{self._call} documents no success.", "Add a response such as `'200'`.")
        narrowed = self._reach.block.narrow if self._reach.block is not None else ()
        return replace(filled, how=tuple(explained(filled, entity, narrowed)))

    def _parameters(self) -> Iterator[Parameter]:
        for p in self.written.parameters:
            is_https_own = p.location == "header" and p.name.value.lower() in _HEADERS_OF_HTTP
            if p.location == "cookie" or is_https_own:
                continue
            schema = flattened(p.schema)
            yield Parameter(p.name.value, p.location, p.required, schema, p.name.place)

    def _query(self, operation: Operation, entity: Entity | None) -> ListQuery:
        query = [p for p in operation.parameters if p.location == "query"]
        is_list = operation.kind is OperationKind.LIST and entity is not None
        found = (
            read_query(entity, query, self.around.meanings, self.problems, self._narrowed_by)
            if is_list and entity is not None
            else ListQuery(rest=tuple(query))
        )
        headers = [p for p in operation.parameters if p.location == "header"]
        for p in (*found.rest, *headers):
            if snake(p.name) not in self._reach.reads and p.name not in self._reach.reads:
                self.problems.append(
                    Unbound(
                        p.place,
                        f"Nothing says what `{p.name}` of {self._call} does.",
                        f"Call it after a column of `{entity.name}`, or drop the parameter."
                        if is_list and entity is not None
                        else f"Use `request.{snake(p.name)}` in a rule, or drop the parameter.",
                    )
                )
        return found

    def _media(self) -> str | None:
        content = self.written.body.content if self.written.body is not None else {}
        fitting = [media for media in content if is_json(media)]
        patches = [media for media in fitting if "merge-patch" in media]
        return next(iter(patches if self.written.method == "patch" else []), None) or next(
            iter(fitting), None
        )

    def _body(self, operation: Operation, entity: Entity | None) -> RequestBody | None:
        written, media = self.written.body, self._media()
        if written is None or media is None:
            if operation.kind in (OperationKind.UPDATE, OperationKind.REPLACE):
                self._open(
                    f"{self._call} changes a row, but has no JSON body to say how.",
                    "Give it a `requestBody`.",
                )
            return None
        schema = written.content[media]
        name = body_name(schema, self._id)
        is_alone = len(flattened(schema).properties) == 1
        envelope = (
            row_envelope(entity, schema, self.around.meanings)
            if entity is not None and operation.kind in (*_WRITERS, *_OF_ACCOUNTS) and is_alone
            else None
        )
        inner = envelope.schema if envelope is not None else schema
        binder = BodyBinder(self.around.meanings, self.problems)
        fields = binder.fields(entity, inner, self._writing(operation, entity))
        if operation.kind in _OF_ACCOUNTS:
            self._check_account(operation.kind, fields)
        names_some = operation.kind is OperationKind.REPLACE and not any(f.required for f in fields)
        is_patch = self.written.method == "patch" or (names_some and bool(fields))
        body = body_of(written, media, name, fields, is_patch=is_patch)
        if envelope is None:
            return body
        named = flattened(inner).name or inner.name
        own = pascal(named or f"{self._id}_{envelope.member}")
        return replace(
            body, name=own, schema=flattened(inner), envelope=envelope.member, wrapped_as=name
        )

    def _check_account(self, kind: OperationKind, fields: tuple[BodyField, ...]) -> None:
        """Who signs in says who they are, and proves it; others bring their token."""
        accounts = self.around.meanings.accounts
        if kind is not OperationKind.SIGN_IN:
            if [one.required for one in fields if one.brings_token] != [True]:
                self._open(
                    f"{self._call} is about a refresh token, but its body does not require one.",
                    "Require `refresh_token` in its body.",
                )
            return
        said = {field.column for field in fields if field.required}
        for column in (accounts.login, accounts.password) if accounts is not None else ():
            if column not in said:
                self._open(
                    f"{self._call} signs in, but its body does not require what `{column}` tells.",
                    "Require the properties by which users sign in: who they are, and `password`.",
                )

    def _writing(self, operation: Operation, entity: Entity | None) -> Writing:
        creates = operation.kind is OperationKind.CREATE
        taken: Mapping[str, str] = {}
        if entity is not None:
            tenant = entity.tenant.column if entity.tenant and entity.tenant.is_direct else None
            taken = taken_columns(
                entity,
                sorted(self.around.states.get(entity.name, ())),
                None if entity.tenant and entity.tenant.is_root else tenant,
                [own for own, _ in operation.parent_joins],
                creates=creates,
            )
        writes = operation.kind in (*_WRITERS, *_OF_ACCOUNTS)
        brings_token = operation.kind in (OperationKind.REFRESH, OperationKind.SIGN_OUT)
        return Writing(creates, writes, taken, self._reach.reads, brings_token)

    def _answers(
        self, operation: Operation, entity: Entity | None, paging: Paging
    ) -> Iterator[Success]:
        found = [
            self._answer(operation, entity, paging, response)
            for response in self.written.responses
            if response.status.isdigit() and response.status.startswith("2")
        ]
        answers = [answer for answer in found if answer is not None]
        yield from (answer for answer in answers if answer.view is not None)
        yield from (answer for answer in answers if answer.view is None)

    def _answer(
        self,
        operation: Operation,
        entity: Entity | None,
        paging: Paging,
        response: syntax.Response,
    ) -> Success | None:
        media = next((media for media in response.content if is_json(media)), None)
        bare = Success(int(response.status), response.description)
        if media is None:
            return bare
        schema = response.content[media]
        bare = replace(bare, media_type=media)
        shown = entity or _entity_of(schema, self.around)
        if shown is None:
            self.problems.append(
                Unbound(
                    schema.place,
                    f"Nothing says which rows {self._call} answers with.",
                    "Name the schema after an entity.",
                )
            )
            return None
        if operation.kind is OperationKind.LIST:
            return self._page(bare, shown, schema, paging)
        binder = ViewBinder(self.around.meanings, self.problems)
        envelope = row_envelope(shown, schema, self.around.meanings)
        if envelope is None:
            return replace(bare, view=binder.view(shown, schema, f"{self._id}_response"))
        return replace(
            bare,
            view=binder.view(shown, envelope.schema, f"{self._id}_{envelope.member}"),
            envelope=envelope.member,
            wrapped_as=pascal(flattened(schema).name or schema.name or f"{self._id}_response"),
            beside=envelope.constants,
        )

    def _page(
        self, bare: Success, entity: Entity, schema: Schema, paging: Paging
    ) -> Success | None:
        rows = rows_within(schema)
        if rows is None:
            self.problems.append(
                Unbound(
                    schema.place,
                    f"The answer of {self._call} should be a list of `{entity.table}`, "
                    "but holds no array of objects, or several.",
                    "Answer with an array, or with an object that has one, such as `items`.",
                )
            )
            return None
        items, one = rows
        name = f"{entity.name}_page"
        page = read_envelope(schema, items, name, self.problems)
        binder = ViewBinder(self.around.meanings, self.problems)
        is_text = kinds(flattened(one)) == ("string",)
        view = binder.text(entity, one) if is_text else binder.view(entity, one, entity.name)
        if page is None or view is None:
            return None
        roles = [field.role for field in page.fields]
        tokens = [field for field in page.fields if field.role is EnvelopeRole.NEXT_TOKEN]
        if (paging.style is PagingStyle.CURSOR) != bool(tokens):
            self._open(
                f"{self._call} has a token for pages in its "
                + ("query, but not in its answer." if not tokens else "answer, but not its query."),
                "Give it both `page_token` and `next_page_token`.",
            )
        ending = [field for field in page.fields if field.role in _ENDING]
        if any(field.required and not field.nullable for field in ending):
            self._open(
                f"{self._call} promises a next page always, which the last page cannot keep.",
                f"Take `{ending[0].path[-1]}` out of `required`, or allow null.",
            )
        self._check_roles(roles, paging)
        return replace(bare, view=view, page=page)

    def _check_roles(self, roles: Sequence[EnvelopeRole], paging: Paging) -> None:
        for role in roles:
            ways = _WAYS_OF.get(role)
            is_sized = role is EnvelopeRole.PAGE_SIZE and paging.size is not None
            if ways is not None and paging.style not in ways and not is_sized:
                self._open(
                    f"{self._call} answers with the {role} of a list, "
                    f"but is read by {paging.style}.",
                    "Let the query and the answer page in the same way.",
                )

    def _check_none(self, answers: Sequence[Success]) -> None:
        """What a search answers when it finds nothing is documented, if it is no refusal."""
        block = self._reach.block
        none = block.search.none if block is not None and block.search is not None else None
        status = none.value.partition(" ")[0] if none is not None else ""
        if status.startswith("2") and all(str(answer.status) != status for answer in answers):
            self._open(
                f"`{self._id}` answers {status} when it finds nothing, "
                "but its contract does not say so.",
                f"Add `'{status}'` to its responses.",
            )

    def _check_complete(self, operation: Operation, entity: Entity) -> None:
        """Every column that must be said is said: by the body, the path, a rule, or us."""
        reach = self._reach
        fields = operation.body.fields if operation.body is not None else ()
        ours = {own for own, _ in operation.parent_joins}
        self._check_row(entity, fields, f"{entity.row}.", ours, reach)

    def _check_row(
        self,
        entity: Entity,
        fields: Sequence[BodyField],
        prefix: str,
        ours: set[str],
        reach: Reach,
    ) -> None:
        said = set(ours) | set(_OURS)
        said |= {f.column for f in fields if f.column and (f.required or f.schema.has_default)}
        said |= {path.removeprefix(prefix) for path in reach.sets if path.startswith(prefix)}
        said |= self.around.states.get(entity.name, frozenset())
        if entity.tenant is not None and entity.tenant.is_direct:
            said.add(entity.tenant.column)
        for column in entity.columns:
            if column.name in said or column.is_filled:
                continue
            optional = next((f for f in fields if f.column == column.name), None)
            self.problems.append(
                Unbound(
                    optional.place if optional is not None else self.written.id.place,
                    f"`{self._id}` may leave out `{optional.name}`, but "
                    f"`{entity.table}.{column.name}` is `not null` and has no default."
                    if optional is not None
                    else f"Nothing says what `{prefix}{column.name}` is "
                    f"when `{self._id}` creates a row.",
                    f"Set it in {_rule_for(prefix, column.name)} of rules.md, require "
                    f"`{column.name}` in the request, or give the column a default.",
                )
            )
        for rows in fields:
            if rows.relation is None:
                continue
            relation = entity.relation(rows.relation)
            target = self.around.entities.get(relation.target) if relation else None
            if relation is not None and target is not None:
                inner = f"{prefix}{relation.name}."
                self._check_row(target, rows.rows, inner, set(relation.target_columns), reach)

    def _open(self, message: str, hint: str | None = None) -> None:
        self.problems.append(Unbound(self.written.id.place, message, hint))


_ENDING = (EnvelopeRole.NEXT_TOKEN, EnvelopeRole.NEXT_PAGE, EnvelopeRole.PREVIOUS_PAGE)
_BY_NUMBER = (PagingStyle.PAGE, PagingStyle.OFFSET)
_WAYS_OF = {
    EnvelopeRole.PAGE: (PagingStyle.PAGE,),
    EnvelopeRole.NEXT_PAGE: (PagingStyle.PAGE,),
    EnvelopeRole.PREVIOUS_PAGE: (PagingStyle.PAGE,),
    EnvelopeRole.OFFSET: (PagingStyle.OFFSET,),
    EnvelopeRole.PAGES: _BY_NUMBER,
    EnvelopeRole.HAS_PREVIOUS: _BY_NUMBER,
    EnvelopeRole.PAGE_SIZE: (*_BY_NUMBER, PagingStyle.CURSOR),
}
_LINKS = (OperationKind.LINK, OperationKind.UNLINK)
_CHANGES = (OperationKind.UPDATE, OperationKind.REPLACE, OperationKind.DELETE)
_OURS = ("created_at", "updated_at", "version")
_AS_KEY = "Name the parameter after the primary key or a unique column of the table before it."


def _rule_for(prefix: str, column: str) -> str:
    """Where a rule sets a column of the new row, or of the rows that come with it."""
    rows = prefix.removesuffix(".")
    return f"a round over `{rows}`" if "." in rows else f"`set: {{ {prefix}{column}: … }}`"


def _order(operation: Operation, entity: Entity | None, query: ListQuery) -> tuple[OrderKey, ...]:
    """As the sorting parameter has it, or newest first; ties by the key, the same way."""
    if operation.kind is not OperationKind.LIST or entity is None:
        return ()
    if query.sorting is not None:
        usual = query.sorting.usual
        first = [OrderKey(usual.column, usual.descending)]
    elif entity.column("created_at") is not None:
        first = [OrderKey("created_at", descending=True)]
    else:
        first = []
    way = bool(first) and first[0].descending
    named = {key.column for key in first}
    keys = [name for name in entity.primary_key.columns if name not in named]
    return (*first, *(OrderKey(name, way) for name in keys))
