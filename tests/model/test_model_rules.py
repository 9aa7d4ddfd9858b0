"""From small rule blocks to what they do."""
# tables of contracts and messages, a line each

from collections.abc import Callable, Mapping

import pytest

from specwright.diagnostic import Code, Level, Report
from specwright.model import Model
from specwright.model.operations import OperationKind
from specwright.model.rules import DoHook, DoRule
from specwright.model.types import INT

Small = Callable[..., tuple[Model, Report]]
Example = Callable[[str], Mapping[str, str]]
Build = Callable[[str, Mapping[str, str]], tuple[Model, list[str]]]

TABLES = """
Enum mood {
  calm
  angry
}
Table boxes {
  id uuid [pk, default: `gen_random_uuid()`]
  owner_id uuid [ref: > users.id]
  size int [not null, default: 0]
  limit_at int [not null, default: 10]
  mood mood [not null, default: 'calm']
  note text
}
Table things {
  id uuid [pk, default: `gen_random_uuid()`]
  box_id uuid [not null]
  weight int [not null, default: 0]
  mood mood [not null, default: 'calm']
}
Ref things: things.box_id > boxes.id
"""
BOX = """\
    Box: { type: object, properties: { id: { type: string, format: uuid } } }"""
SENT = """\
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [weight], properties: { weight: { type: integer }, owner: { type: string, format: uuid } } } } } }
"""
PATHS = """\
  /boxes/{id}/fill:
    post:
      operationId: fill
      parameters: [{ name: id, in: path, required: true, schema: { type: string, format: uuid } }]
%s      responses: { '200': { description: OK, content: { application/json: { schema: { $ref: '#/components/schemas/Box' } } } } }
  /boxes/{id}/empty:
    post:
      operationId: empty
      parameters: [{ name: id, in: path, required: true, schema: { type: string, format: uuid } }]
      responses: { '204': { description: OK } }"""
EMPTY = "empty:\n  set:\n    box.size: 0\n"


def read(small: Small, fill: str, others: str = EMPTY) -> tuple[Model, Report]:
    lines = "\n".join(f"  {line}" for line in fill.strip("\n").split("\n"))
    sent = SENT if "request." in fill else ""
    return small(TABLES, PATHS % sent, BOX, f"fill:\n{lines}\n{others}")


def fine(small: Small, fill: str, others: str = EMPTY) -> Model:
    model, report = read(small, fill, others)
    assert not list(report), [str(one) for one in report]
    return model


def wrong(small: Small, fill: str, others: str = EMPTY) -> list[tuple[Code, str]]:
    _, report = read(small, fill, others)
    return [(one.code, one.message) for one in report if one.level is Level.ERROR]


def test_a_call_that_only_its_rules_explain_is_an_action(small: Small) -> None:
    model = fine(small, "set:\n  box.size: box.size + 1")
    operation = model.operation("fill")
    assert operation is not None
    assert operation.kind is OperationKind.ACTION
    assert (operation.entity, operation.row and operation.row.entity) == ("Box", "Box")


def test_a_key_that_the_request_says_is_looked_up_first(small: Small) -> None:
    model = fine(small, "set:\n  box.size: request.weight\n  box.owner_id: request.owner")
    rule = model.rule("fill")
    assert rule is not None
    assert [one.names_row for one in rule.block.set] == [None, "User"]
    operation = model.operation("fill")
    assert operation is not None
    assert operation.body is not None
    assert [field.is_free for field in operation.body.fields] == [True, True]


def test_a_row_can_be_made_and_rows_can_go(small: Small) -> None:
    model = fine(
        small,
        "create:\n  Thing:\n    box_id: box.id\n    weight: request.weight\n"
        "delete: box.things.filter(t, t.weight > 9)\nset:\n  box.owner_id: request.owner",
    )
    rule = model.rule("fill")
    assert rule is not None
    (made,), (gone,) = rule.block.create, rule.block.delete
    assert (made.entity, [name for name, _ in made.values]) == ("Thing", ["box_id", "weight"])
    assert gone.entity == "Thing"


def test_a_hook_is_a_typed_function(small: Small) -> None:
    model = fine(small, "do: hook.weigh(box, box.size + 1) -> int")
    rule = model.rule("fill")
    assert rule is not None
    (hook,) = rule.block.do
    assert isinstance(hook, DoHook)
    assert (hook.name, hook.result) == ("weigh", INT)
    assert [name for name, _ in hook.arguments] == ["box", "argument_2"]


def test_what_is_done_works_on_the_row_of_its_entity(small: Small) -> None:
    model = fine(
        small,
        "each:\n  - as: other\n    in: Box\n    where: other.size > 3\n    do: empty",
    )
    rule = model.rule("fill")
    assert rule is not None
    (done,) = rule.block.each[0].block.do
    assert isinstance(done, DoRule)
    assert done.row == "other"


def test_a_rule_that_sums_rows_locks_their_owner(small: Small) -> None:
    model = fine(
        small,
        "require:\n  - rule: box.things.map(t, t.weight).sum() < box.limit_at\n"
        "    error: 409 too-heavy\n"
        "  - rule: box.size < 3\n    error: 409 full\n",
    )
    rule = model.rule("fill")
    assert rule is not None
    assert [len(one.locks) for one in rule.block.require] == [1, 0]


@pytest.mark.parametrize(
    ("fill", "code", "message"),
    [
        ("set:\n  box.size: box.note", Code.EXPRESSION_TYPE, "`box.size` is an int"),
        ("set:\n  size: 3", Code.RULE_TARGET, "`size` is no column of a row."),
        ("set:\n  box.things: 3", Code.UNKNOWN_COLUMN, "`things` is a relation of Box"),
        ("set:\n  box.owner.role: '\"admin\"'", Code.RULE_TARGET, "There may be no row to set"),
        ("set:\n  box.id: box.owner_id", Code.RULE_TARGET, "a key never changes"),
        ("set:\n  box.mood: '\"furious\"'", Code.UNKNOWN_VALUE, "`furious` is none of the values"),
        ("set:\n  box.mood: furious", Code.UNKNOWN_NAME, "YAML takes one pair of quotes"),
        ("delete: box.size", Code.RULE_TYPE, "only rows can be deleted"),
        ("create:\n  Thing:\n    weight: 1", Code.RULE_TARGET,
         "Nothing says what `box_id` of the new thing is."),
        ("create:\n  Thin:\n    weight: 1", Code.UNKNOWN_ENTITY, "`Thin` is no entity."),
        ("each:\n  - as: n\n    in: box.size\n    delete: n", Code.RULE_TYPE, "a round goes over"),
        ("each:\n  - as: box\n    in: Box\n    delete: box", Code.DECLARED_TWICE,
         "`box` already means something here."),
        ("each:\n  - as: t\n    in: box.things\n    set:\n      t.box.size: 3",
         Code.RULE_CONFLICT, "Two rounds over `box.things` could set `t.box.size`"),
        ("each:\n  - as: t\n    in: box.things\n    set:\n      t.weight: 3\n"
         "  - as: u\n    in: Thing\n    set:\n      u.weight: 4",
         Code.RULE_CONFLICT, "could both set `weight` of the same Thing"),
        ("do: emty", Code.UNKNOWN_OPERATION, "`emty` is neither an operation nor an effect."),
        ("do: fill", Code.RULE_CYCLE, "`fill` does itself, without end."),
        ("each:\n  - as: t\n    in: Thing\n    do: fill", Code.RULE_CYCLE, "without end"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_told(
    small: Small, fill: str, code: Code, message: str
) -> None:
    found = wrong(small, fill)
    assert [one for one, _ in found] == [code], found
    assert message in found[0][1]


def test_what_is_done_needs_a_row_of_its_entity(small: Small) -> None:
    job = "jobs:\n  tidy:\n    every: 1m\n    each:\n      - as: t\n        in: Thing\n        do: empty"
    assert wrong(small, "set:\n  box.size: 1", EMPTY + job) == [
        (Code.RULE_CONTEXT, "`empty` works on a box, and there is none here.")
    ]


def test_a_search_finds_a_row_beside_that_of_the_path(small: Small) -> None:
    model = fine(
        small,
        "find: other in Box\nwhere: other.owner_id == box.owner_id\nnone: 409 no-other"
        "\nset:\n  other.size: box.size",
    )
    operation, rule = model.operation("fill"), model.rule("fill")
    assert operation is not None
    assert rule is not None
    assert operation.kind is OperationKind.FIND
    assert rule.block.search is not None
    assert (rule.block.search.none_status, rule.block.search.none_error) == (409, "no-other")


@pytest.mark.parametrize("index", ["", "  indexes { (box_id, mood) [unique] }"])
def test_rounds_that_a_unique_index_keeps_apart_may_set_what_they_lead_to(
    example: Example, build: Build, index: str
) -> None:
    files = example("orders")
    old = "indexes { (order_id, product_id) [unique] }"
    new = old if index else ""
    _, found = build("orders", {**files, "data-model.md": files["data-model.md"].replace(old, new)})
    conflicts = [line for line in found if "rule-conflict" in line]
    assert len(conflicts) == (0 if index else 4)


def test_guards_speak_of_rows_before_and_never_of_states_written_elsewhere(small: Small) -> None:
    model, report = small(
        TABLES,
        PATHS % "",
        BOX,
        "fill:\n  set:\n    box.mood: '\"angry\"'\n",
        diagram=" [*] --> calm\n calm --> angry : empty\n angry --> calm : empty",
        heading="Box lifecycle",
    )
    assert model.lifecycles[0].entity == "Box"
    assert [one.message for one in report] == [
        "No rule sets `box.mood`: only transitions of its lifecycle write a state."
    ]
