"""Reading contracts: exact content, slips with their exact messages, and nothing that raises."""

import cProfile
import pstats
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specwright.diagnostic import Place, Report
from specwright.spec.contract import read_contract
from specwright.spec.syntax import Contract, Operation, Schema
from specwright.spec.text import Text

PROJECT = Path(__file__).parents[2]
EXAMPLES = PROJECT / "examples"
SHARED = PROJECT.parent / "shared"
OK = "responses: { '200': { description: OK } }"
ID = "{ name: id, in: path, required: true, schema: {} }"
WILD = sorted((SHARED / "bundles" / "wild").glob("*/*/contracts/*.[yj]*"))


def read(written: str) -> tuple[Contract | None, list[str]]:
    report = Report()
    return read_contract(Text("f", written), report), [str(found) for found in report]


def sound(written: str) -> Contract:
    contract, said = read(written)
    assert said == []
    assert contract is not None
    return contract


def example(name: str) -> Contract:
    return sound((EXAMPLES / name).read_text())


def shape(schema: Schema) -> str:
    """A schema in short: `[Name?{a!:string,b:integer}]`."""
    if schema.recursive:
        return f"^{schema.recursive}" + ("?" if schema.nullable else "")
    if schema.name:
        return schema.name + ("?" if schema.nullable else "")
    return body(schema)


def body(schema: Schema) -> str:
    kind = "|".join(schema.types)
    if schema.format:
        kind = schema.format
    if schema.enum:
        kind = "|".join(str(value) for value in schema.enum)
    if schema.items:
        kind = f"[{shape(schema.items)}]"
    if schema.properties:
        inner = ", ".join(
            f"{name}{'!' * (name in schema.required)}: {shape(one)}"
            for name, one in schema.properties.items()
        )
        kind = f"{{{inner}}}"
    for sign, members in (("&", schema.all_of), ("/", schema.any_of), ("^", schema.one_of)):
        kind += "".join(f" {sign} {shape(member)}" for member in members)
    return kind + ("?" if schema.nullable else "")


def line(operation: Operation) -> str:
    """An operation in short."""
    inputs = [f"{p.name}{'!' * p.required}:{shape(p.schema)}" for p in operation.parameters]
    if operation.body:
        inputs += [shape(schema) for schema in operation.body.content.values()]
    outcome = [
        " ".join([response.status, *(shape(schema) for schema in response.content.values())])
        for response in operation.responses
    ]
    signed = "signed " if operation.security else ""
    return (
        f"{signed}{operation.method} {operation.path} {operation.id}({', '.join(inputs)})"
        f" -> {', '.join(outcome)}"
    )


# -- the canonical contracts


def test_the_operations_of_orders_are_read_exactly() -> None:
    contract = example("orders/contracts/openapi.yaml")
    assert (contract.title, contract.version, contract.openapi) == ("Orders API", "1.0.0", "3.1.0")
    assert [line(operation) for operation in contract.operations] == [
        "post /v1/register registerUser(Credentials) -> 201 User",
        "post /v1/login login(Credentials) -> 200 Tokens",
        "post /v1/refresh refresh({refresh_token!: string}) -> 200 Tokens",
        "get /v1/products listProducts(page_size:integer, page_token:string) -> 200 ProductPage",
        "get /v1/products/{id} getProduct(id!:uuid) -> 200 Product",
        "signed patch /v1/products/{id} updateProduct(id!:uuid, ProductPatch) -> 200 Product",
        (
            "signed get /v1/orders listOrders(status:OrderStatus, "
            "order_by:created_at|-created_at|total_cents|-total_cents, page_size:integer, "
            "page_token:string) -> 200 OrderPage"
        ),
        "signed post /v1/orders createOrder(NewOrder) -> 201 Order",
        "signed get /v1/orders/{id} getOrder(id!:uuid) -> 200 Order",
        "signed post /v1/orders/{id}/place placeOrder(id!:uuid) -> 200 Order",
        "signed post /v1/orders/{id}/cancel cancelOrder(id!:uuid) -> 200 Order",
        "signed post /v1/orders/{id}/ship shipOrder(id!:uuid) -> 200 Order",
        "post /v1/webhooks/payments receivePaymentEvent(PaymentEvent) -> 204",
    ]
    assert [line(operation) for operation in contract.webhooks] == [
        "signed post order.placed postOrderPlaced(Order) -> 204",
        "signed post order.paid postOrderPaid(Order) -> 204",
        "signed post order.cancelled postOrderCancelled(Order) -> 204",
    ]


def test_the_schemas_of_orders_are_read_exactly() -> None:
    contract = example("orders/contracts/openapi.yaml")
    assert {name: body(schema) for name, schema in contract.schemas.items()} == {
        "Credentials": "{email!: email, password!: string}",
        "Tokens": "{access_token!: string, refresh_token!: string}",
        "User": "{id!: uuid, email!: email}",
        "Product": "{id!: uuid, sku!: string, name!: string, price_cents!: integer,"
        " on_hand!: integer, reserved: integer}",
        "ProductPatch": "{name: string, price_cents: integer, on_hand: integer}",
        "ProductPage": "{items!: [Product], next_page_token: string}",
        "OrderStatus": "draft|placed|paid|shipped|cancelled",
        "NewOrder": "{lines!: [{product_id!: uuid, quantity!: integer}]}",
        "Order": "{id!: uuid, status!: OrderStatus, total_cents!: integer, charge_id: string?,"
        " placed_at: date-time?, created_at!: date-time,"
        " lines!: [{product_id!: uuid, quantity!: integer, unit_price_cents!: integer}]}",
        "OrderPage": "{items!: [Order], next_page_token: string}",
        "PaymentEvent": "{type!: charge.succeeded|charge.failed, data!: {reference!: uuid}}",
    }
    lines = contract.schemas["NewOrder"].properties["lines"]
    assert (lines.min_items, lines.max_items) == (1, 100)
    assert lines.items is not None
    assert (
        lines.items.properties["quantity"].minimum,
        lines.items.properties["quantity"].maximum,
    ) == (1, 99)
    password = contract.schemas["Credentials"].properties["password"]
    assert (password.min_length, password.max_length, password.write_only) == (12, 128, True)
    assert contract.schemas["Product"].properties["reserved"].read_only
    assert contract.schemas["ProductPatch"].min_properties == 1
    order_by = contract.operations[6].parameters[1].schema
    assert (order_by.has_default, order_by.default) == (True, "-created_at")


def test_the_operations_and_schemas_of_taskboard_are_read_exactly() -> None:
    contract = example("taskboard/contracts/openapi.yaml")
    assert [line(operation).removeprefix("signed ") for operation in contract.operations] == [
        (
            "get /v1/tasks listTasks(status:TaskStatus, page_size:integer, page_token:string)"
            " -> 200 TaskPage"
        ),
        "post /v1/tasks createTask(NewTask) -> 201 Task",
        "post /v1/tasks/claim-next claimNextTask() -> 200 Task, 204",
        "get /v1/tasks/{id} getTask(id!:uuid) -> 200 Task",
        "patch /v1/tasks/{id} updateTask(id!:uuid, TaskPatch) -> 200 Task",
        "delete /v1/tasks/{id} deleteTask(id!:uuid) -> 204",
        "put /v1/tasks/{id}/blockers/{blocker_id} addBlocker(id!:uuid, blocker_id!:uuid) -> 204",
        (
            "delete /v1/tasks/{id}/blockers/{blocker_id} removeBlocker(id!:uuid, blocker_id!:uuid)"
            " -> 204"
        ),
        "post /v1/tasks/{id}/claim claimTask(id!:uuid) -> 200 Task",
        "post /v1/tasks/{id}/heartbeat heartbeat(id!:uuid) -> 200 Task",
        "post /v1/tasks/{id}/give-up giveUp(id!:uuid) -> 200 Task",
        "post /v1/tasks/{id}/reopen reopenTask(id!:uuid) -> 200 Task",
        "post /v1/tasks/{id}/cancel cancelTask(id!:uuid) -> 200 Task",
        "post /v1/tasks/{id}/complete completeTask(id!:uuid, {result!: object}) -> 200 Task",
    ]
    assert all(operation.security == ({"bearer": ()},) for operation in contract.operations)
    assert all(operation.tags == ("tasks",) for operation in contract.operations)
    assert {name: body(schema) for name, schema in contract.schemas.items()} == {
        "TaskStatus": "pending|in_progress|done|failed|cancelled",
        "NewTask": "{title!: string, description: string?, priority: integer}",
        "TaskPatch": "{title: string, description: string?, priority: integer}",
        "Task": "{id!: uuid, project_id!: uuid, title!: string, description: string?,"
        " priority!: integer, status!: TaskStatus, claimed_by: uuid?, claimed_at: date-time?,"
        " lease_until: date-time?, attempts!: integer, result: object?, created_at!: date-time}",
        "TaskPage": "{items!: [Task], next_page_token: string}",
    }
    scheme = contract.security_schemes["bearer"]
    assert (scheme.type, scheme.scheme, scheme.name.value) == ("http", "bearer", "bearer")


def test_the_contract_of_a_client_is_read() -> None:
    contract = example("orders/contracts/clients/payments.openapi.yaml")
    assert contract.version == "2026-01"
    assert [line(operation) for operation in contract.operations] == [
        (
            "post /charges createCharge(Idempotency-Key!:string,"
            " {amount_cents!: integer, reference!: string}) -> 201 {id!: string}, 402"
        ),
        "post /refunds refundCharge(Idempotency-Key!:string, {reference!: string}) -> 201",
    ]


def test_operations_paths_and_properties_know_their_places() -> None:
    written = (EXAMPLES / "orders/contracts/openapi.yaml").read_text()
    lines = written.splitlines()
    contract = sound(written)

    def starts(place: Place, word: str) -> bool:
        return lines[place.line - 1][place.column - 1 :].startswith(word)

    for operation in contract.operations:
        assert starts(operation.id.place, operation.id.value)
        assert starts(operation.path.place, operation.path.value)
        assert all(starts(one.place, f"'{one.status}'") for one in operation.responses)
    for operation in contract.webhooks:
        assert starts(operation.id.place, "post:")
        assert starts(operation.path.place, operation.path.value)
    for schema in contract.schemas.values():
        assert list(schema.properties) == list(schema.property_places)
        assert all(starts(place, name) for name, place in schema.property_places.items())


# -- what strangers wrote


@pytest.mark.parametrize("path", WILD, ids=[f"{path.parents[2].name}" for path in WILD])
def test_contracts_of_strangers_are_read(path: Path) -> None:
    if path.suffix not in (".yaml", ".json"):
        pytest.skip("a contract in Markdown")
    contract, said = read(path.read_text())
    assert contract is not None
    assert contract.operations
    errors = [told for told in said if " error " in told]
    if "eovidiu" in str(path):
        assert errors == [
            (
                "f:231:55: error yaml-quote: A value that contains `: ` must be quoted.\n"
                "    Write `description: 'Filter by start date (operators: gt, gte, lt, lte, eq)'`."
            ),
            (
                "f:293:3: error contract-path: A path ends before `?` and `#`.\n"
                "    Write what follows the `?` as parameters `in: query`."
            ),
        ]
    else:
        assert errors == []


def test_the_strangers_are_there() -> None:
    assert len(WILD) >= 7


def test_the_petclinic_is_read_without_a_word() -> None:
    contract = sound((SHARED / "fixtures/petclinic/openapi.yml").read_text())
    assert (len(contract.operations), len(contract.schemas)) == (37, 17)
    assert [server.value for server in contract.servers] == ["http://localhost:9966/petclinic/api"]


# -- forms that mean the same


def in_full(written: str) -> str:
    """Short words for what comes again and again, so that the tables below stay narrow."""
    for short, full in (("'#/S/", "'#/components/schemas/"), ("<ok>", OK), ("<id>", ID)):
        written = written.replace(short, full)
    return written


def with_schemas(schemas: str, version: str = "3.1.0") -> str:
    indented = "".join(f"    {row}\n" for row in in_full(schemas).strip("\n").splitlines())
    return (
        f"openapi: {version}\ninfo: {{ title: T, version: '1' }}\n"
        f"paths: {{}}\ncomponents:\n  schemas:\n{indented}"
    )


@pytest.mark.parametrize(
    ("version", "written", "expected"),
    [
        ("3.0.3", "A: { type: string, nullable: true }", "string?"),
        ("3.1.0", "A: { type: [string, 'null'] }", "string?"),
        ("3.1.0", "A: { anyOf: [{ type: string }, { type: 'null' }] }", "string?"),
        (
            "3.1.0",
            "A: { oneOf: [{ type: 'null' }, { $ref: '#/S/B' }] }\nB: { type: string }",
            "string?",
        ),
        (
            "3.0.3",
            "A: { allOf: [{ $ref: '#/S/B' }], nullable: true }\nB: { type: string }",
            "string?",
        ),
        (
            "3.1.0",
            "A: { anyOf: [{ type: string }, { type: integer }, { type: 'null' }] }",
            " / string / integer?",
        ),
        ("3.1.0", "A: { type: 'null' }", "None?"),
        ("3.1.0", "A: { const: draft }", "draft"),
        ("3.1.0", "A: true", ""),
        ("3.1.0", "A: { type: [string, integer] }", "string|integer"),
        (
            "3.1",
            "A: { type: array, items: { $ref: '#/S/B' } }\nB: { type: string }",
            "[B]",
        ),
        (
            "3.2.0",
            "A: { allOf: [{ $ref: '#/S/B' }, { properties: { x: {} } }] }\nB: { type: object }",
            " & B & {x: }",
        ),
        ("3.1.0", "A: { $ref: '#/S/B' }\nB: { type: string }", "string"),
        ("3.1.0", "A: { properties: { a: { $ref: '#/S/A' } } }", "{a: ^A}"),
        (
            "3.1.0",
            "A: { properties: { a: { anyOf: [{ $ref: '#/S/A' }, { type: 'null' }] } } }",
            "{a: ^A?}",
        ),
        ("3.1.0", "A: { properties: { x-a: { type: string } } }", "{x-a: string}"),
        (
            "3.1.0",
            "A: { items: { $ref: '#/S/B/properties/b' } }\nB: { properties: { b: { enum: [x] } } }",
            "[x]",
        ),
        (
            "3.1.0",
            "A: { properties: { a: { $ref: '#/S/a~1b%20c' } } }\na/b c: { type: string }",
            "{a: a/b c}",
        ),
    ],
)
def test_a_schema_means_the_same_in_all_its_forms(
    version: str, written: str, expected: str
) -> None:
    contract, said = read(with_schemas(written, version))
    assert contract is not None
    assert [told for told in said if "cannot name a component" not in told] == []
    assert body(contract.schemas["A"]) == expected


def test_an_exclusive_limit_of_3_0_is_one_of_3_1() -> None:
    old = sound(
        with_schemas(
            "A: { minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false }",
            "3.0.3",
        )
    )
    new = sound(with_schemas("A: { exclusiveMinimum: 1, maximum: 9 }"))
    for schema in (old.schemas["A"], new.schemas["A"]):
        assert (schema.minimum, schema.exclusive_minimum) == (None, 1)
        assert (schema.maximum, schema.exclusive_maximum) == (9, None)


def test_what_stands_next_to_a_reference_is_said_about_that_place_alone() -> None:
    contract = sound(
        with_schemas(
            """
A: { properties: { s: { $ref: '#/S/S', description: here, default: b, readOnly: true } } }
S: { type: string, description: there, enum: [a, b] }
"""
        )
    )
    here, there = contract.schemas["A"].properties["s"], contract.schemas["S"]
    assert (here.name, here.description, here.default, here.read_only) == ("S", "here", "b", True)
    assert here.enum == there.enum == ("a", "b")
    assert (there.description, there.has_default, there.read_only) == ("there", False, False)


def test_restrictions_next_to_a_reference_add_to_it() -> None:
    contract = sound(with_schemas("A: { $ref: '#/S/S', maxLength: 3 }\nS: { type: string }"))
    schema = contract.schemas["A"]
    assert schema.name == "A"
    assert schema.max_length == 3
    assert [member.name for member in schema.all_of] == ["S"]


def test_a_component_is_read_once_and_shared() -> None:
    contract = sound(
        with_schemas(
            """
A: { properties: { b: { $ref: '#/S/B' }, c: { $ref: '#/S/C' } } }
B: { properties: { c: { $ref: '#/S/C' } } }
C: { type: string }
"""
        )
    )
    a, b, c = (contract.schemas[name] for name in "ABC")
    assert a.properties["b"] is b
    assert a.properties["c"] is b.properties["c"] is c


def test_a_discriminator_knows_the_components_of_its_values() -> None:
    contract = sound(
        with_schemas(
            """
Pet:
  oneOf: [{ $ref: '#/S/Cat' }, { $ref: '#/S/Dog' }]
  discriminator: { propertyName: kind, mapping: { c: Cat, d: '#/components/schemas/Dog' } }
Cat: { type: object, required: [kind], properties: { kind: { type: string } } }
Dog: { type: object, required: [kind], properties: { kind: { type: string } } }
"""
        )
    )
    schema = contract.schemas["Pet"]
    assert (schema.discriminator, schema.discriminator_names) == ("kind", {"c": "Cat", "d": "Dog"})


def test_members_may_require_the_properties_of_each_other() -> None:
    sound(
        with_schemas(
            """
Base: { type: object, properties: { a: { type: string } } }
A:
  allOf:
    - $ref: '#/S/Base'
    - { type: object, required: [a, b], properties: { b: { type: string } } }
  anyOf: [{ required: [a] }, { required: [b] }]
"""
        )
    )


def test_a_map_may_require_any_key() -> None:
    sound(
        with_schemas("A: { type: object, required: [a], additionalProperties: { type: string } }")
    )


# -- operations


def with_paths(paths: str, rest: str = "", version: str = "3.1.0") -> str:
    indented = "".join(f"  {row}\n" for row in in_full(paths).strip("\n").splitlines())
    return f"openapi: {version}\ninfo: {{ title: T, version: '1' }}\npaths:\n{indented}{rest}"


@pytest.mark.parametrize(
    ("method", "path", "derived"),
    [
        ("get", "/v1/products/{id}", "getV1ProductsById"),
        ("get", "/v1/products", "getV1Products"),
        ("post", "/leaveRequests.list", "postLeaveRequestsList"),
        ("delete", "/a-b/{some_id}/c_d/{other}", "deleteABBySomeIdCDByOther"),
        ("get", "/", "getRoot"),
    ],
)
def test_an_operation_without_id_is_named_by_its_method_and_path(
    method: str, path: str, derived: str
) -> None:
    contract, _ = read(with_paths(f"{path}:\n  {method}: {{ {OK} }}"))
    assert contract is not None
    [operation] = contract.operations
    assert operation.id.value == derived
    assert operation.id.place == Place("f", 5, 5)


def test_an_operation_overrides_the_parameters_of_its_path() -> None:
    contract = sound(
        with_paths(
            f"""
/a/{{id}}:
  parameters:
    - {{ name: id, in: path, required: true, schema: {{ type: string }} }}
    - {{ name: q, in: query, schema: {{ type: string }} }}
  get:
    parameters:
      - {{ name: id, in: path, required: true, schema: {{ type: integer }} }}
      - {{ name: q, in: header, schema: {{ type: boolean }} }}
    {OK}
"""
        )
    )
    [operation] = contract.operations
    assert [(p.location, p.name.value, p.schema.types) for p in operation.parameters] == [
        ("path", "id", ("integer",)),
        ("query", "q", ("string",)),
        ("header", "q", ("boolean",)),
    ]


def test_no_security_overrides_the_security_of_the_contract() -> None:
    rest = """
security: [{ key: [] }, { bearer: [], key: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    bearer: { type: http, scheme: bearer }
"""
    contract = sound(
        with_paths(
            f"/a:\n  get: {{ {OK} }}\n  put: {{ security: [], {OK} }}\n"
            f"  post: {{ security: [{{ bearer: [a, b] }}, {{}}], {OK} }}",
            rest,
        )
    )
    assert [operation.security for operation in contract.operations] == [
        ({"key": ()}, {"bearer": (), "key": ()}),
        (),
        ({"bearer": ("a", "b")}, {}),
    ]
    key = contract.security_schemes["key"]
    assert (key.type, key.location, key.parameter) == ("apiKey", "header", "X-Key")


def test_a_response_has_its_status_headers_and_content() -> None:
    contract = sound(
        with_paths(
            """
/a:
  get:
    responses:
      200:
        description: Fine
        headers:
          x-total: { schema: { type: integer } }
          ETag: { $ref: '#/components/headers/ETag' }
        content: { application/json: { schema: { type: string } }, text/csv; charset=utf-8: {} }
      4XX: { $ref: '#/components/responses/Problem' }
      default: {}
""",
            "components:\n  headers: { ETag: { schema: { type: string } } }\n"
            "  responses: { Problem: { description: Wrong } }\n",
        )
    )
    fine, wrong, default = contract.operations[0].responses
    assert (fine.status, fine.description) == ("200", "Fine")
    assert {name: shape(schema) for name, schema in fine.headers.items()} == {
        "x-total": "integer",
        "ETag": "string",
    }
    assert list(fine.content) == ["application/json", "text/csv; charset=utf-8"]
    assert (wrong.status, wrong.description) == ("4XX", "Wrong")
    assert (default.status, default.description) == ("default", "")


def test_references_may_lead_to_references() -> None:
    contract = sound(
        with_paths(
            f"""
/a:
  $ref: '#/components/pathItems/A'
/b:
  get:
    parameters: [{{ $ref: '#/components/pathItems/A/get/parameters/0' }}]
    {OK}
""",
            f"""
components:
  pathItems:
    A: {{ get: {{ parameters: [{{ $ref: '#/components/parameters/q' }}], {OK} }} }}
  parameters:
    q: {{ $ref: '#/components/parameters/r' }}
    r: {{ name: r, in: query, schema: {{ type: string }} }}
""",
        )
    )
    assert [line(operation) for operation in contract.operations] == [
        "get /a getA(r:string) -> 200",
        "get /b getB(r:string) -> 200",
    ]
    assert contract.operations[0].parameters[0] is contract.operations[1].parameters[0]


# -- slips

SLIPS = Path(__file__).parent / "contract_slips"
REST = """
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  responses: { Order: { description: x } }
  schemas: { S: {} }
"""


def slips(kind: str) -> list[tuple[str, str]]:
    """What is written, and what is told (after `!`), of each paragraph of a table."""
    paragraphs = (SLIPS / f"{kind}.txt").read_text().split("\n\n")
    return [both(paragraph.splitlines()) for paragraph in paragraphs]


def both(rows: list[str]) -> tuple[str, str]:
    written = "\n".join(row for row in rows if not row.startswith("! "))
    return written, "\n".join(row.removeprefix("! ") for row in rows if row.startswith("! "))


def told_about(written: str) -> str:
    return "\n".join(read(written)[1]).replace("f:", "", 1)


@pytest.mark.parametrize(("written", "told"), slips("schemas"))
def test_a_slip_in_a_schema_is_told_once_in_its_place(written: str, told: str) -> None:
    first, _, rest = written.partition("\n")
    version = first.removeprefix("# openapi: ")
    contract = with_schemas(rest, version) if version != first else with_schemas(written)
    assert told_about(contract) == told


@pytest.mark.parametrize(("written", "told"), slips("paths"))
def test_a_slip_in_an_operation_is_told_once_in_its_place(written: str, told: str) -> None:
    assert told_about(with_paths(written, REST)) == told


@pytest.mark.parametrize(("written", "told"), slips("roots"))
def test_a_slip_in_the_rest_is_told_once_in_its_place(written: str, told: str) -> None:
    assert told_about(written) == told


def test_a_file_that_is_no_yaml_is_no_contract() -> None:
    contract, said = read("openapi: 3.1.0\npaths: [\n")
    assert contract is None
    assert [found.split(": ")[1] for found in said] == ["error yaml-unclosed"]


def test_all_slips_of_a_contract_are_told_in_their_order() -> None:
    _, said = read(
        with_paths(
            "/a:\n  get: { operationid: x, <ok> }\n  put: { tags: y, responses: { ok: {} } }",
            "components:\n  schemas: { A: { type: strin }, B: { $ref: '#/x' } }\n",
        )
    )
    assert [found.split(": ")[0] for found in said] == [
        "f:5:12", "f:6:18", "f:6:34", "f:8:25", "f:8:45",
    ]  # fmt: skip


# -- bounds


def test_a_long_chain_of_components_is_read() -> None:
    rows = [f"A{n}: {{ properties: {{ a: {{ $ref: '#/S/A{n + 1}' }} }} }}" for n in range(3000)]
    contract = sound(with_schemas("\n".join([*rows, "A3000: { items: { $ref: '#/S/A0' } }"])))
    assert contract.schemas["A2999"].properties["a"] is contract.schemas["A3000"]
    assert body(contract.schemas["A3000"]) == "[^A0]"


def test_a_long_chain_of_aliases_and_members_is_read() -> None:
    forms = ("A{0}: {{ $ref: '#/S/A{1}' }}", "A{0}: {{ allOf: [{{ $ref: '#/S/A{1}' }}] }}")
    rows = [forms[n % 2].format(n, n + 1) for n in range(3000)]
    contract = sound(with_schemas("\n".join([*rows, "A3000: { type: string }"])))
    assert body(contract.schemas["A0"]) == "string"


def test_members_that_double_at_each_step_take_no_time() -> None:
    form = "A{0}: {{ allOf: [{{ $ref: '#/S/A{1}' }}, {{ $ref: '#/S/A{1}' }}], required: [a] }}"
    rows = [form.format(n, n + 1) for n in range(60)]
    sound(with_schemas("\n".join([*rows, "A60: { properties: { a: {} } }"])))


def test_a_schema_as_deep_as_yaml_allows_is_read() -> None:
    depth = 40
    written = "{ items: " * depth + "{ properties: { a: " * 15 + "{ type: string }" + " } }" * 15
    contract = sound(with_schemas(f"A: {written}{' }' * depth}"))
    schema: Schema | None = contract.schemas["A"]
    for _ in range(depth):
        assert schema is not None
        schema = schema.items


def test_many_misspelt_words_take_no_time() -> None:
    rows = "\n".join(f"A{n}: {{ typo{n}: x, itms: {{ $ref: '#/S/B{n}' }} }}" for n in range(4000))
    _, said = read(with_schemas(rows, "3.0.3"))
    assert len(said) == 8000


# -- nothing raises

CANONICAL = [
    (EXAMPLES / name).read_text()
    for name in (
        "orders/contracts/openapi.yaml",
        "taskboard/contracts/openapi.yaml",
        "orders/contracts/clients/payments.openapi.yaml",
    )
]
BITS = (
    "$ref: '#/components/schemas/Order'", "type: [a]", "null", "[]", "{}", "- x", "'", '"', "x: y",
    "allOf: [{ $ref: '#/components/schemas/Order' }]", "enum: [1, a]", "true", "-1", ".inf", "\t",
    "openapi: 3.0.3", "*x", "&x ", "!x", "properties:", "required: true", "{id}", "#", ",", ": ",
)  # fmt: skip


@given(
    st.sampled_from(CANONICAL),
    st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True), st.integers(0, 60), st.sampled_from(["", *BITS])
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_a_damaged_contract_gives_a_contract_or_a_report(
    written: str, damages: list[tuple[float, int, str]]
) -> None:
    for where, removed, put in damages:
        at = int(where * len(written))
        written = written[:at] + put + written[at + removed :]
    contract, said = read(written)
    assert contract is not None or said


def large_contract(domains: int) -> str:
    """Five operations and one wide schema for each domain."""
    one = "{ $ref: '#/S/Thing%d' }"
    content = f"content: {{ application/json: {{ schema: {one} }} }}"
    operation = (
        "    %s:\n      operationId: %s%d\n      tags: [things]\n"
        "      description: |\n        Some longer words about this operation.\n"
        f"      responses:\n        '200': {{ description: OK, {content} }}\n"
    )
    paths, schemas = [], []
    for n in range(domains):
        paths.append(f"/things{n}:\n")
        paths += [operation % (way, f"{way}Some", n, n) for way in ("get", "post")]
        paths.append(f"/things{n}/{{id}}:\n    parameters: [<id>]\n")
        paths += [operation % (way, f"{way}One", n, n) for way in ("get", "put", "delete")]
        fields = "".join(
            f"    f{f}:\n      type: string\n      description: {'Some words. ' * 12}\n"
            for f in range(30)
        )
        schemas.append(f"Thing{n}:\n  type: object\n  properties:\n{fields}")
    rest = with_schemas("".join(schemas)).partition("paths: {}\n")[2]
    return with_paths("".join(paths).replace("\n    ", "\n  "), rest)


def calls_to_read(domains: int) -> int:
    profiler = cProfile.Profile()
    contract = profiler.runcall(sound, large_contract(domains))
    assert (len(contract.operations), len(contract.schemas)) == (5 * domains, domains)
    return pstats.Stats(profiler).total_calls


def test_four_times_the_contract_is_four_times_the_calls() -> None:
    calls_to_read(2)  # what is read once in a process
    assert calls_to_read(32) < 4.2 * calls_to_read(8)
