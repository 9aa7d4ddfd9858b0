"""Writes a plan down as the files of a bundle."""

from collections.abc import Iterator
from typing import Any

import yaml

from specwright.tree import Tree
from tests.drawn.blueprint import Arrow, Column, Lifecycle, Operation, Plan, Table

BASE = """TablePartial base {
  id         uuid        [pk, default: `gen_random_uuid()`]
  created_at timestamptz [not null, default: `now()`]
  updated_at timestamptz [not null, default: `now()`]
}
TablePartial stamped {
  created_at timestamptz [not null, default: `now()`]
  updated_at timestamptz [not null, default: `now()`]
}
TablePartial versioned {
  version int [not null, default: 1]
}
"""


def written(plan: Plan) -> Tree:
    return Tree(
        {
            "spec.md": "\n".join(_specification(plan)),
            "data-model.md": "\n".join(_data_model(plan)),
            "contracts/openapi.yaml": _yaml(_contract(plan)),
            "rules.md": "\n".join(_rules(plan)),
            "plan.md": "\n".join(_plan(plan)),
        }
    )


def _yaml(value: Any) -> str:
    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    return yaml.dump(value, Dumper=Plain, sort_keys=False, allow_unicode=True, width=100)


# -- data-model.md ------------------------------------------------------------------------------


def _data_model(plan: Plan) -> Iterator[str]:
    yield "# Data model\n\n```dbml"
    yield BASE
    for enum in plan.enums:
        yield f"Enum {enum.name} {{"
        yield from (f"  {_name(value)}" for value in enum.values)
        yield "}"
    for table in plan.tables:
        yield ""
        yield from _table(table)
    for table in plan.tables:
        yield from (_reference(table, column) for column in table.references if _is_apart(column))
    yield "```"
    for table in plan.tables:
        if table.lifecycle is not None and table.lifecycle.arrows:
            yield f"\n## {table.noun.entity} lifecycle\n\n```mermaid\nstateDiagram-v2"
            yield from _lifecycle(table.lifecycle)
            yield "```"


def _name(word: str) -> str:
    return word if word.isidentifier() else f'"{word}"'


def _table(table: Table) -> Iterator[str]:
    yield f"Table {table.noun.plural} {{"
    if not table.is_link:
        if table.key.kind == "uuid":
            yield "  ~base"
        else:
            counts = "" if "serial" in table.key.kind else ", increment"
            yield f"  id {table.key.kind} [pk{counts}]\n  ~stamped"
        if table.versioned:
            yield "  ~versioned"
    for column in table.columns:
        yield f"  {column.name} {_type(column)}{_settings(table, column)}"
    if table.checks:
        yield "  checks {"
        for number, check in enumerate(table.checks):
            named = f" [name: 'ck_{table.noun.plural}_rule_{number}']" if number == 0 else ""
            yield f"    `{check}`{named}"
        yield "  }"
    indexes = [f"    ({', '.join(names)}) [unique]" for names in table.uniques]
    indexes += [f"    ({', '.join(names)})" for names in table.indexes]
    if table.is_link:
        indexes.append(f"    ({', '.join(column.name for column in table.columns)}) [pk]")
    if indexes:
        yield "\n".join(["  indexes {", *indexes, "  }"])
    yield "}"


def _type(column: Column) -> str:
    if column.enum is not None:
        return column.enum.name
    return f'"{column.kind}"' if " " in column.kind else f"{column.kind}{column.sizes}"


def _settings(table: Table, column: Column) -> str:
    found = [] if column.nullable else ["not null"]
    if column.unique:
        found.append("unique")
    if column.default is not None:
        found.append(f"default: {column.default}")
    if column.low is not None and column.high is not None:
        found.append(f"check: `{column.name} BETWEEN {column.low} AND {column.high}`")
    elif column.low is not None:
        found.append(f"check: `{column.name} >= {column.low}`")
    if column.target is not None and not _is_apart(column):
        found.append(f"ref: > {column.target.noun.plural}.{column.target.key.name}")
    assert table is not None
    return f" [{', '.join(found)}]" if found else ""


def _is_apart(column: Column) -> bool:
    return column.reverse is not None or column.on_delete is not None


def _reference(table: Table, column: Column) -> str:
    assert column.target is not None
    name = f" {column.reverse}" if column.reverse is not None else ""
    to = f"{column.target.noun.plural}.{column.target.key.name}"
    deletes = f" [delete: {column.on_delete}]" if column.on_delete is not None else ""
    return f"Ref{name}: {table.noun.plural}.{column.name} > {to}{deletes}"


def _lifecycle(lifecycle: Lifecycle) -> Iterator[str]:
    yield f"  [*] --> {lifecycle.states[0]}"
    for arrow in lifecycle.arrows:
        yield f"  {arrow.source} --> {arrow.target} : {_label(arrow)}"
    for state in lifecycle.final:
        yield f"  {state} --> [*]"


def _label(arrow: Arrow) -> str:
    guard = f" [{arrow.guard}]" if arrow.guard is not None else ""
    return f"{arrow.trigger}{guard}{f' / {arrow.effect}' if arrow.effect else ''}"


# -- contracts/openapi.yaml ---------------------------------------------------------------------


def _contract(plan: Plan) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in plan.operations:
        paths.setdefault(operation.path, {})[operation.method] = _call(plan, operation)
    components: dict[str, Any] = {"schemas": plan.schemas}
    if plan.users is not None:
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    head: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": plan.title, "version": "1.0.0"}}
    if plan.users is not None:
        head["security"] = [{"bearer": []}]
    return {**head, "paths": paths, "components": components}


def _call(plan: Plan, operation: Operation) -> dict[str, Any]:
    if operation.is_public and plan.users is not None:
        return {**operation.contract, "security": []}
    return operation.contract


# -- rules.md -----------------------------------------------------------------------------------


def _rules(plan: Plan) -> Iterator[str]:
    yield "# Rules\n\n## Access\n"
    columns = [*plan.roles, "signed in", "anyone"]
    yield f"| operation | {' | '.join(columns)} |"
    yield f"|{'---|' * (len(columns) + 1)}"
    for operation in plan.operations:
        cells = [_cell(operation.cells.get(role, "")) for role in columns]
        yield f"| `{operation.id}` | {' | '.join(cells)} |"
    if plan.hidden:
        yield "\n| hidden field | visible to |\n|---|---|"
        yield from (f"| `{name}` | {rule} |" for name, rule in plan.hidden.items())
    block = _block(plan)
    if block:
        yield f"\n## Operations\n\n```yaml rules\n{_yaml(block)}```"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _block(plan: Plan) -> dict[str, Any]:
    block: dict[str, Any] = {}
    if plan.tenant is not None:
        block["tenant"] = plan.tenant.name
    block |= {one.id: one.block for one in plan.operations if one.block}
    derived = {
        f"{table.noun.entity}.{name}": rule
        for table in plan.tables
        for name, (rule, _) in table.derived.items()
    }
    used = {arrow.effect for t in plan.tables if t.lifecycle for arrow in t.lifecycle.arrows}
    effects = {name: what for name, what in plan.effects.items() if name in used}
    sections = {"effects": effects, "derived": derived, "jobs": plan.jobs}
    return block | {name: what for name, what in sections.items() if what}


# -- plan.md, spec.md ---------------------------------------------------------------------------


def _plan(plan: Plan) -> Iterator[str]:
    yield f"# Implementation Plan: {plan.title}\n\n## Technical Context\n"
    yield "**Language/Version**: Python 3.11\n**Storage**: PostgreSQL 16 or newer\n"
    if plan.users is not None:
        users = plan.users.noun.entity
        yield f"## Service\n\n```yaml service\nauth:\n  users: {users}\n  access_token: 15m\n```"


def _specification(plan: Plan) -> Iterator[str]:
    yield f"# Feature Specification: {plan.title}\n\n## Requirements\n"
    for number, operation in enumerate(plan.operations, start=1):
        yield f"- **FR-{number:03}**: Callers MUST be able to {operation.kind}. → `{operation.id}`"
