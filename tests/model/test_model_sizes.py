"""Input that is made to take for ever does not."""

import time
from collections.abc import Callable

from specwright.diagnostic import Report
from specwright.model import Model

Small = Callable[..., tuple[Model, Report]]

PATH = """\
  /users:
    post:
      operationId: addUser
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/C0' } } } }
      responses: { '201': { description: OK, content: { application/json: { schema: { $ref: '#/components/schemas/C0' } } } } }"""


def _seconds(small: Small, tables: str, schemas: str) -> float:
    started = time.process_time()
    small(tables, PATH, schemas)
    return time.process_time() - started


def _ref(number: int) -> str:
    return f"{{ $ref: '#/components/schemas/C{number}' }}"


def test_schemas_that_all_share_their_parts_are_read_once(small: Small) -> None:
    parts = "\n".join(f"    C{n}: {{ allOf: [{', '.join([_ref(n + 1)] * 6)}] }}" for n in range(14))
    last = "\n    C14: { type: object, properties: { role: { type: string } } }"
    assert _seconds(small, "", parts + last) < 5


def test_schemas_that_nest_each_other_many_times_are_read_once(small: Small) -> None:
    def properties(n: int) -> str:
        return ", ".join(f"p{k}: {_ref(n + 1)}" for k in range(6))

    parts = "\n".join(
        f"    C{n}: {{ type: object, properties: {{ {properties(n)} }} }}" for n in range(14)
    )
    last = "\n    C14: { type: object, properties: { role: { type: string } } }"
    assert _seconds(small, "", parts + last) < 5


def test_relations_that_lead_round_in_circles_end(small: Small) -> None:
    columns = "\n".join(f" c{n}_id uuid [ref: > loops.id]" for n in range(12))
    tables = f"Table loops {{\n id uuid [pk]\n{columns}\n}}"
    names = ", ".join(f"c{n}: {_ref(0)}" for n in range(12))
    schemas = f"    C0: {{ type: object, properties: {{ id: {{ type: string }}, {names} }} }}"
    path = PATH.replace("/users", "/loops")
    started = time.process_time()
    small(tables, path, schemas)
    assert time.process_time() - started < 5


def test_a_thousand_tables_take_seconds(small: Small) -> None:
    tables = "\n".join(
        f"Table t{n} {{\n id uuid [pk]\n u_id uuid [ref: > users.id]\n}}" for n in range(1000)
    )
    schemas = "    C0: { type: object, properties: { role: { type: string } } }"
    assert _seconds(small, tables, schemas) < 15
