"""Draws the calls of the contract, with their schemas, and what the rule block says of each."""

from dataclasses import dataclass, field
from typing import Any

from tests.drawn import words
from tests.drawn.blueprint import Column, Operation, Plan, Table
from tests.drawn.conditions import Conditions
from tests.drawn.dice import Dice
from tests.drawn.schemas import Schemas, camel

Spec = dict[str, Any]
REQUIRES = ("update", "delete", "transition", "action", "create", "replace")


@dataclass
class Operations:
    dice: Dice
    plan: Plan
    schemas: Schemas
    snake_ids: bool
    tags: bool
    version: str  # in front of every path
    statuses: dict[str, int] = field(default_factory=dict)  # of the words of refusals

    def draw(self) -> None:
        tenant = self.plan.tenant.target if self.plan.tenant else None
        for table in self.plan.entities:
            self.schemas.add_row(table)
            if table is tenant:
                self._read(table)
                continue
            self._reads(table)
            if table is not self.plan.users:
                self._writes(table)
                self._moves(table)
        for table in self.plan.tables:
            if table.is_link:
                self._links(table)
        for operation in self.plan.operations:
            self._rules(operation)

    # -- What every call has

    def _add(
        self, kind: str, table: Table, method: str, path: str, name: str, **contract: Any
    ) -> Operation:
        spec: Spec = {"operationId": name, **contract}
        if self.tags:
            spec["tags"] = [table.noun.plural]
        refused = "422" if self.schemas.status_422 else "400"
        if contract.get("requestBody"):
            spec["responses"][refused] = {"description": "Not like this"}
        operation = Operation(name, kind, table, method, f"{self.version}{path}", spec)
        self.plan.operations.append(operation)
        return operation

    def _id(self, verb: str, noun: str) -> str:
        words_of_it = f"{verb}_{noun}"
        return words_of_it if self.snake_ids else camel(words_of_it)

    def _collection(self, table: Table) -> str:
        return f"/{table.noun.plural.replace('_', '-')}"

    def _row(self, table: Table, parameter: str = "id") -> str:
        return f"{self._collection(table)}/{{{parameter}}}"

    def _parameter(self, table: Table, name: str = "id") -> Spec:
        schema = self.schemas.value(table.key)
        return {"name": name, "in": "path", "required": True, "schema": schema}

    def _answer(self, table: Table, status: str = "200") -> Spec:
        schema = {"$ref": f"#/components/schemas/{self.schemas.view_of(table)}"}
        content = {"application/json": {"schema": schema}}
        return {status: {"description": "OK", "content": content}}

    def _body(self, name: str, media: str = "application/json") -> Spec:
        schema = {"$ref": f"#/components/schemas/{name}"}
        return {"required": True, "content": {media: {"schema": schema}}}

    # -- Reading

    def _reads(self, table: Table) -> None:
        self._read(table)
        parents = [c for c in table.references if c.target is not self.plan.users]
        parents = [c for c in parents if c.target is not table and c is not self.plan.tenant]
        if parents and self.dice.has("nested_list"):
            self._nested_list(table, self.dice.pick(parents))
        else:
            name = self._id("list", table.noun.plural)
            self._list(table, name, self._collection(table), [])

    def _read(self, table: Table) -> None:
        name = self._id("get", table.noun.singular)
        parameters = [self._parameter(table)]
        self._add(
            "read", table, "get", self._row(table), name,
            parameters=parameters, responses=self._answer(table),
        )  # fmt: skip

    def _nested_list(self, table: Table, parent: Column) -> None:
        assert parent.target is not None
        if any(c is not parent and c.target is parent.target for c in table.references):
            return  # which of the two is meant?
        path = f"{self._row(parent.target)}{self._collection(table)}"
        name = self._id("list", f"{parent.target.row}_{table.noun.plural}")
        self._list(table, name, path, [self._parameter(parent.target)])

    def _list(self, table: Table, name: str, path: str, parameters: list[Spec]) -> None:
        query = [*self.schemas.paging(), *self._filters(table)]
        if self.dice.has("order_by"):
            query += self._order_by(table)
        schema = self.schemas.add_page(table)
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        self._add(
            "list", table, "get", path, name, parameters=[*parameters, *query],
            responses={"200": {"description": "OK", "content": content}},
        )  # fmt: skip

    def _filters(self, table: Table) -> list[Spec]:
        usable = [c for c in table.columns if c.kind not in ("jsonb", "bytea", "double precision")]
        if not self.dice.has("filter"):
            return []
        found = []
        for column in self.dice.some(usable, 1, 2):
            name = column.name
            if column.is_int or column.kind in ("timestamptz", "date"):
                name = self.dice.pick([name, f"min_{name}", f"{name}_to", f"{name}_gte"])
            schema = self.schemas.value(column)
            found.append({"name": self.schemas.wire(name), "in": "query", "schema": schema})
        return found

    def _order_by(self, table: Table) -> list[Spec]:
        usable = [c for c in table.plain if not c.nullable]
        usable = [c for c in usable if c.kind not in ("jsonb", "bytea", "double precision")]
        names = ["created_at", *(c.name for c in self.dice.some(usable, 0, 2))]
        keys = [sign + self.schemas.wire(name) for name in names for sign in ("", "-")]
        schema: Spec = {"type": "string", "enum": keys}
        if self.dice.chance(0.7):
            schema["default"] = self.dice.pick(keys)
        name = self.dice.pick(["order_by", "sort"])
        return [{"name": self.schemas.wire(name), "in": "query", "schema": schema}]

    # -- Writing

    def _writes(self, table: Table) -> None:
        self._create(table)
        row, parameters = self._row(table), [self._parameter(table)]
        if self.dice.has("patch") and (body := self.schemas.add_patch(table)):
            self._add(
                "update", table, "patch", row, self._id("update", table.row),
                parameters=parameters, responses=self._answer(table),
                requestBody=self._body(body, "application/merge-patch+json"),
            )  # fmt: skip
        if self.dice.has("put") and (body := self.schemas.add_replacement(table)):
            self._add(
                "replace", table, "put", row, self._id("replace", table.row),
                parameters=parameters, responses=self._answer(table),
                requestBody=self._body(body),
            )  # fmt: skip
        if self.dice.has("delete"):
            self._add(
                "delete", table, "delete", row, self._id("delete", table.row),
                parameters=parameters, responses={"204": {"description": "Gone"}},
            )  # fmt: skip

    def _create(self, table: Table) -> None:
        parents = [
            c for c in table.references
            if c.target not in (self.plan.users, table) and c is not self.plan.tenant
            and not (self.plan.tenant and c.name == self.plan.tenant.name)
        ]  # fmt: skip
        path, parameters, by_path = self._collection(table), [], None
        if parents and self.dice.has("nested_create"):
            by_path = self.dice.pick(parents)
            assert by_path.target is not None
            twice = any(c is not by_path and c.target is by_path.target for c in table.references)
            if twice:
                by_path = None
            else:
                path = f"{self._row(by_path.target)}{path}"
                parameters = [self._parameter(by_path.target)]
        sets = self._sets_of_creation(table)
        body = self.schemas.add_creation(table, by_path, {name.rpartition(".")[2] for name in sets})
        operation = self._add(
            "create", table, "post", path, self._id("create", table.row),
            parameters=parameters, responses=self._answer(table, "201"),
            **({"requestBody": self._body(body)} if body else {}),
        )  # fmt: skip
        if sets:
            operation.block["set"] = sets
        if body and self.dice.has("free_field"):
            self._free_field(operation, body)

    def _sets_of_creation(self, table: Table) -> dict[str, str]:
        found = {}
        owners = [c for c in table.references if c.target is self.plan.users]
        if owners and self.dice.chance(0.7):
            found[f"{table.row}.{owners[0].name}"] = "actor.id"
        moments = table.of("timestamptz")
        if moments and self.dice.chance(0.4):
            found[f"{table.row}.{moments[0].name}"] = "now"
        return found

    def _free_field(self, operation: Operation, body: str) -> None:
        """A property that is no column: a rule reads it."""
        wire = self.schemas.wire("accepted_terms")
        schema = self.plan.schemas[body]
        schema["properties"][wire] = {"type": "boolean"}
        schema.setdefault("required", []).append(wire)
        rule = {"rule": "request.accepted_terms == true", "error": "409 terms"}
        operation.block.setdefault("require", []).append(rule)

    # -- Transitions, actions, picks

    def _moves(self, table: Table) -> None:
        parameters = [self._parameter(table)]
        for trigger in table.lifecycle.triggers if table.lifecycle else ():
            verb = trigger.removesuffix(table.noun.entity)
            self._add(
                "transition", table, "post", f"{self._row(table)}/{verb}", trigger,
                parameters=parameters, responses=self._answer(table),
            )  # fmt: skip
        if self.dice.has("pick"):
            self._pick(table)
        if self.dice.has("action"):
            sets = Conditions(self.dice, self.plan, table).sets(with_actor=True)
            if sets:
                operation = self._add(
                    "action", table, "post", f"{self._row(table)}/touch",
                    self._id("touch", table.row),
                    parameters=parameters, responses=self._answer(table),
                )  # fmt: skip
                operation.block["set"] = sets

    def _pick(self, table: Table) -> None:
        triggers = table.lifecycle.triggers if table.lifecycle else []
        if table.lifecycle is None or not triggers:
            return
        trigger = self.dice.pick(triggers)
        source = next(a.source for a in table.lifecycle.arrows if a.trigger == trigger)
        column = table.lifecycle.column.name
        name = self._id("pick_next", table.row)
        path = f"{self._collection(table)}/pick-next"
        responses = {**self._answer(table), "204": {"description": "Nothing there"}}
        operation = self._add("pick", table, "post", path, name, responses=responses)
        numbers = [c.name for c in table.plain if c.is_int and not c.nullable]
        operation.block = {
            "pick": f"{table.row} in {table.noun.entity}",
            "where": f'{table.row}.{column} == "{source}"',
            "order_by": [*(f"-{number}" for number in numbers[:1]), "created_at"],
            "none": 204,
            "do": trigger,
        }

    # -- Links

    def _links(self, table: Table) -> None:
        one, other = table.references
        assert one.target is not None
        assert other.target is not None
        second = other.target.noun.plural
        if one.target is other.target:
            second = table.noun.plural.removeprefix(f"{one.target.row}_")
        path = f"{self._row(one.target)}/{second.replace('_', '-')}/{{{other.name}}}"
        parameters = [self._parameter(one.target), self._parameter(other.target, other.name)]
        done = {"204": {"description": "Done"}}
        for kind, method, verb in (("link", "put", "add"), ("unlink", "delete", "remove")):
            self._add(
                kind, table, method, path, self._id(verb, table.row),
                parameters=parameters, responses=done,
            )  # fmt: skip

    # -- Rules of their own

    def _rules(self, operation: Operation) -> None:
        if operation.kind not in REQUIRES or not self.dice.has("require"):
            return
        conditions = Conditions(self.dice, self.plan, operation.table)
        if operation.kind == "create":
            self._rules_of_creation(operation, conditions)
            return
        by_nobody = operation.kind == "transition"  # a job may do it, too
        rules = [conditions.of_row(with_actor=not by_nobody, own=False)]
        counting = conditions.counting()
        if counting is not None and not by_nobody and self.dice.chance(0.5):
            rules.append(counting)
        if self.dice.has("crowded") and (crowded := conditions.crowded()):
            rules.append(crowded)
        for rule in rules:
            status, word = self.dice.pick([409, 409, 403]), self.dice.pick(words.ERRORS)
            error = f"{self.statuses.setdefault(word, status)} {word}"
            operation.block.setdefault("require", []).append({"rule": rule, "error": error})

    def _rules_of_creation(self, operation: Operation, conditions: Conditions) -> None:
        """On what the request says, and on the caller's rows."""
        body = self.plan.schemas.get(f"New{operation.table.noun.entity}", {})
        said = body.get("required", ())
        columns = [c for c in operation.table.plain if self.schemas.wire(c.name) in said]
        rules = [conditions.about(c, operation.table.row) for c in columns[:1]]
        if self.plan.users is not None:
            rules.append(conditions.counting())
        for rule in rules:
            if rule is not None and "requestBody" in operation.contract:
                word = self.dice.pick(words.ERRORS)
                error = f"{self.statuses.setdefault(word, 409)} {word}"
                operation.block.setdefault("require", []).append({"rule": rule, "error": error})
