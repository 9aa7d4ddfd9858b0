"""Twice the specification is twice the work, not four times: counted in calls, not in seconds."""

import cProfile
import pstats

import pytest

from specwright.build import compile_bundle
from specwright.diagnostic import Report
from specwright.tree import Tree

ENTITY = """
Table shelves_{n} {{
  id      uuid           [pk, default: `gen_random_uuid()`]
  user_id uuid           [not null, ref: > users.id]
  title   varchar(200)   [not null]
  places  int            [not null, default: 1, check: `places BETWEEN 1 AND 9`]
  status  shelf_status_{n} [not null, default: 'draft']
}}
Enum shelf_status_{n} {{
  draft
  open
}}
"""
LIFECYCLE = """
## Shelves{n} lifecycle

```mermaid
stateDiagram-v2
  [*] --> draft
  draft --> open  : open{n} [shelves_{n}.places > 1]
  open  --> draft : close{n}
```
"""
USERS = """
Enum role {
  reader
  keeper
}
Table users {
  id    uuid   [pk, default: `gen_random_uuid()`]
  email citext [not null, unique]
  role  role   [not null, default: 'reader']
}
"""
PATHS = """
  /shelves-{n}:
    post:
      operationId: create{n}
      tags: [shelves_{n}]
      requestBody: {{ required: true, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/NewShelves{n}' }} }} }} }}
      responses: {{ '201': {{ description: OK, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Shelves{n}' }} }} }} }} }}
  /shelves-{n}/{{id}}:
    parameters: [{{ $ref: '#/components/parameters/id' }}]
    get:
      operationId: get{n}
      tags: [shelves_{n}]
      responses: {{ '200': {{ description: OK, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Shelves{n}' }} }} }} }} }}
  /shelves-{n}/{{id}}/open:
    parameters: [{{ $ref: '#/components/parameters/id' }}]
    post:
      operationId: open{n}
      tags: [shelves_{n}]
      responses: {{ '200': {{ description: OK, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Shelves{n}' }} }} }} }} }}
  /shelves-{n}/{{id}}/close:
    parameters: [{{ $ref: '#/components/parameters/id' }}]
    post:
      operationId: close{n}
      tags: [shelves_{n}]
      responses: {{ '200': {{ description: OK, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/Shelves{n}' }} }} }} }} }}
"""
SCHEMAS = """
    NewShelves{n}:
      type: object
      required: [title]
      properties:
        title: {{ type: string, minLength: 1, maxLength: 200 }}
        places: {{ type: integer, minimum: 1, maximum: 9, default: 1 }}
    Shelves{n}:
      type: object
      required: [id, user_id, title, places, status]
      properties:
        id: {{ type: string, format: uuid }}
        user_id: {{ type: string, format: uuid }}
        title: {{ type: string }}
        places: {{ type: integer }}
        status: {{ type: string, enum: [draft, open] }}
"""
CONTRACT = """
openapi: 3.1.0
info: {{ title: Shelves, version: 1.0.0 }}
security: [{{ bearer: [] }}]
paths:{paths}
components:
  securitySchemes: {{ bearer: {{ type: http, scheme: bearer, bearerFormat: JWT }} }}
  parameters: {{ id: {{ name: id, in: path, required: true, schema: {{ type: string, format: uuid }} }} }}
  schemas:{schemas}
"""
ACCESS = "| `create{n}`, `get{n}` | yes | yes |\n| `open{n}`, `close{n}` | `shelves_{n}.user_id == actor.id` | yes |\n"
RULES = "create{n}:\n  set: {{ shelves_{n}.user_id: actor.id }}\n"


def shelves(count: int) -> Tree:
    """`count` tables with a lifecycle and four operations each, all alike."""

    def each(text: str) -> str:
        return "".join(text.format(n=number) for number in range(1, count + 1))

    contract = CONTRACT.format(paths=each(PATHS).rstrip(), schemas=each(SCHEMAS).rstrip())
    table = f"| operation | reader | keeper |\n|---|---|---|\n{each(ACCESS)}"
    return Tree(
        {
            "data-model.md": f"```dbml\n{USERS}{each(ENTITY)}\n```\n{each(LIFECYCLE)}",
            "contracts/openapi.yaml": contract.lstrip(),
            "rules.md": f"# Rules\n\n{table}\n```yaml rules\n{each(RULES)}```\n",
            "plan.md": "```yaml service\nauth:\n  users: User\n```\n",
        }
    )


def calls(count: int) -> int:
    """How many functions are called to compile so many entities."""
    files, report = shelves(count), Report()
    profiler = cProfile.Profile()
    compiled = profiler.runcall(compile_bundle, "shelves", files, report)
    assert compiled.diagnostics == ()
    assert compiled.backend is not None
    return pstats.Stats(profiler).total_calls


@pytest.mark.slow
def test_four_times_the_entities_are_four_times_the_calls() -> None:
    calls(2)  # what is read once in a process: templates, patterns, words
    small, large = calls(8), calls(32)
    assert large < 4.2 * small
