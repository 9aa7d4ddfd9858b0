"""What a rule block calls after the commit: operations of other services, by their contracts."""

from collections.abc import Iterator, Mapping

from specwright.address import snake
from specwright.diagnostic import Code, did_you_mean
from specwright.model import types
from specwright.model.expressions import Target, expect
from specwright.model.rule_expressions import Names, RuleExpressions
from specwright.model.typed import Typed
from specwright.model.wire import flattened
from specwright.spec import syntax
from specwright.spec.syntax import Schema


class RuleCalls(RuleExpressions):
    """Reads `call` with its arguments."""

    def _client_operation(self, word: syntax.Word) -> tuple[str, syntax.Operation] | None:
        client, _, name = word.value.partition(".")
        contract = self.around.clients.get(client)
        if contract is None:
            self._say(
                word.place,
                Code.UNKNOWN_CLIENT,
                f"`{client}` is no client of this bundle.",
                did_you_mean(client, sorted(self.around.clients))
                or f"Add `contracts/clients/{client}.openapi.yaml`, and `clients:` in plan.md.",
            )
            return None
        operation = next((op for op in contract.operations if op.id.value == name), None)
        if operation is None:
            self._say(
                word.place,
                Code.UNKNOWN_CLIENT,
                f"`{client}` has no operation `{name}`.",
                did_you_mean(name, [op.id.value for op in contract.operations]),
            )
            return None
        return client, operation

    def _arguments(
        self, call: syntax.Call, operation: syntax.Operation, names: Names
    ) -> Iterator[tuple[str, Typed]]:
        body = only_schema(operation.body.content if operation.body is not None else {})
        fields = {snake(n): (n, inner) for n, inner in body.properties.items()} if body else {}
        fields |= {snake(p.name.value): (p.name.value, p.schema) for p in operation.parameters}
        for one in call.arguments:
            value = self.value(one.value, names)
            name = one.target.value.strip()
            if snake(name) not in fields:
                self._say(
                    one.target.place(0),
                    Code.UNKNOWN_CLIENT,
                    f"`{call.operation}` takes no `{name}`.",
                    did_you_mean(snake(name), fields),
                )
                continue
            wire, schema = fields[snake(name)]
            wanted = self.around.scopes.type_of_schema(schema, f"{call.operation} {name}")
            fitted = self._fit_argument(value, wanted, name)
            if fitted is not None:
                yield wire, fitted
        given = {snake(one.target.value.strip()) for one in call.arguments}
        for name in sorted(body.required) if body else ():
            if snake(name) not in given:
                self._say(call.place, Code.UNKNOWN_CLIENT, f"`{call.operation}` needs `{name}`.")

    def _fit_argument(self, value: Typed | None, wanted: types.Type, name: str) -> Typed | None:
        """A uuid, a moment or an enum goes out as text where the service wants text."""
        if value is None:
            return None
        as_text = types.is_kind(value.type, types.Kind.UUID, types.Kind.TIMESTAMP, types.Kind.DATE)
        if (as_text or isinstance(value.type, types.OneOf)) and types.is_kind(
            wanted, types.Kind.TEXT
        ):
            return value
        return expect(value, Target(f"`{name}`", wanted), self.report)


def only_schema(content: Mapping[str, Schema]) -> Schema | None:
    return next((flattened(schema) for schema in content.values()), None)
