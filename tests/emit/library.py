"""A bundle of a lending library, whose rules can be exchanged, for tests of what is emitted."""

from specwright.diagnostic import Report
from specwright.model import Model, build_model
from specwright.spec import read_bundle
from specwright.tree import Tree

DATA_MODEL = """
# Data model

```dbml
Enum role {
  reader
  clerk
}
Enum loan_state {
  asked
  lent
  returned
}
Table members {
  id uuid [pk, default: `gen_random_uuid()`]
  email text [not null, unique]
  role role [not null, default: 'reader']
  fines int [not null, default: 0]
}
Table books {
  id uuid [pk, default: `gen_random_uuid()`]
  isbn varchar(13) [not null, unique]
  copies int [not null, default: 1, check: `copies BETWEEN 0 AND 20`]
}
Table loans {
  id uuid [pk, default: `gen_random_uuid()`]
  created_at timestamptz [not null, default: `now()`]
  member_id uuid [not null]
  book_id uuid [not null, ref: > books.id]
  state loan_state [not null, default: 'asked']
  due_at timestamptz
  renewals int [not null, default: 0]

  checks {
    `(state = 'lent') = (due_at IS NOT NULL)` [name: 'ck_loans_due']
  }
}
Ref loans: loans.member_id > members.id
```

## Loan lifecycle

```mermaid
stateDiagram-v2
  [*] --> asked
  asked --> lent : lendBook GUARD / lend
  lent --> returned : returnBook / giveBack
  lent --> lent : renewLoan / lend
```
"""
RULES = """
# Rules

## Access

| operation                | reader                        | clerk |
|--------------------------|-------------------------------|-------|
| `listLoans`, `getLoan`   | `loan.member_id == actor.id`  | yes   |
| `lendBook`, `returnBook` |                               | yes   |
| `renewLoan`              | `loan.member_id == actor.id`  |       |
| `askForLoan`             | yes                           |       |

## Operations

```yaml rules
OPERATIONS
askForLoan:
  set:
    loan.member_id: actor.id
effects:
  lend:
    set:
      loan.due_at: now + duration("336h")
  giveBack:
    set:
      loan.due_at: null
```
"""
CONTRACT = """
openapi: 3.1.0
info: { title: Library, version: 1.0.0 }
security: [{ bearer: [] }]
paths:
  /loans:
    get:
      operationId: listLoans
      responses: { '200': { description: OK, content: { application/json: { schema: { $ref: '#/components/schemas/Loans' } } } } }
    post:
      operationId: askForLoan
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/NewLoan' } } } }
      responses: { '201': { $ref: '#/components/responses/Loan' } }
  /loans/{id}:
    parameters: [{ $ref: '#/components/parameters/id' }]
    get: { operationId: getLoan, responses: { '200': { $ref: '#/components/responses/Loan' } } }
  /loans/{id}/lend:
    parameters: [{ $ref: '#/components/parameters/id' }]
    post: { operationId: lendBook, responses: { '200': { $ref: '#/components/responses/Loan' } } }
  /loans/{id}/return:
    parameters: [{ $ref: '#/components/parameters/id' }]
    post: { operationId: returnBook, responses: { '200': { $ref: '#/components/responses/Loan' } } }
  /loans/{id}/renew:
    parameters: [{ $ref: '#/components/parameters/id' }]
    post: { operationId: renewLoan, responses: { '200': { $ref: '#/components/responses/Loan' } } }
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
  parameters: { id: { name: id, in: path, required: true, schema: { type: string, format: uuid } } }
  responses: { Loan: { description: OK, content: { application/json: { schema: { $ref: '#/components/schemas/Loan' } } } } }
  schemas:
    Loan:
      type: object
      required: [id, state, renewals]
      properties:
        id: { type: string, format: uuid }
        state: { type: string, enum: [asked, lent, returned] }
        renewals: { type: integer }
    NewLoan:
      type: object
      required: [book_id]
      properties: { book_id: { type: string, format: uuid }, renewals: { type: integer, minimum: 0, default: 0 } }
    Loans: { type: object, required: [items], properties: { items: { type: array, items: { $ref: '#/components/schemas/Loan' } } } }
"""
PLAN = """
# Plan

```yaml service
auth:
  users: Member
```
"""
SPEC = """
# Feature Specification: Library

## User Stories

### US1 - Lend (P1)

```gherkin
Feature: Lending
SCENARIOS
```
"""
NO_SCENARIO = '  Scenario: Nothing\n    Given "ann" is a reader\n    Then member "ann" has fines 0'


def library(
    operations: str = "",
    guard: str = "",
    scenarios: str = NO_SCENARIO,
    report: Report | None = None,
) -> Model:
    """The model, with these rules of operations, this guard of `lendBook`, these scenarios."""
    files = {
        "spec.md": SPEC.replace("SCENARIOS", scenarios),
        "data-model.md": DATA_MODEL.replace("GUARD", f"[{guard}]" if guard else ""),
        "rules.md": RULES.replace("OPERATIONS", operations),
        "plan.md": PLAN,
        "contracts/openapi.yaml": CONTRACT,
    }
    found = report if report is not None else Report()
    model = build_model(read_bundle("library", Tree(files), found), found)
    assert not found.failed, [str(one) for one in found]
    return model
