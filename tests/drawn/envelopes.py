"""Puts objects around the rows and lists of a contract, and counters beside the rows."""

from typing import Any

from tests.drawn.blueprint import Operation, Plan
from tests.drawn.dice import Dice
from tests.drawn.schemas import Schemas

Spec = dict[str, Any]

_WRITERS = ("create", "update", "replace")
_BY_KIND = {"read", "transition", "action", "pick", *_WRITERS}
COUNT: Spec = {"type": "integer"}
_COUNTERS = {
    "none": ["total"],
    "cursor": ["total", "has_more", "page_size"],
    "offset": ["total", "count", "offset", "limit", "has_more", "total_pages"],
    "page": ["total_count", "page", "per_page", "total_pages", "has_next", "has_previous",
             "next_page"],
}  # fmt: skip


def wrap_rows(dice: Dice, plan: Plan) -> None:
    """`{"task": {…}}`, in requests and answers."""
    constants = {"success": {"type": "boolean"}} if dice.chance(0.4) else {}
    member = "data" if dice.chance(0.3) else None
    for operation in plan.operations:
        if operation.kind not in _BY_KIND:
            continue
        name = member or operation.table.row
        for answer in operation.contract["responses"].values():
            _wrap(answer, name, constants)
        is_read = "request." in str(operation.block)
        if operation.kind in _WRITERS and "requestBody" in operation.contract and not is_read:
            _wrap(operation.contract["requestBody"], name, {})


def _wrap(holder: Spec, name: str, constants: Spec) -> None:
    for media in holder.get("content", {}).values():
        properties = {name: media["schema"], **constants}
        media["schema"] = {"type": "object", "required": [name], "properties": properties}


def add_counters(dice: Dice, plan: Plan, schemas: Schemas) -> None:
    """Some beside the rows, or in an object of their own there."""
    wanted = _COUNTERS[schemas.style]
    chosen = [wanted[0], *dice.some(wanted[1:], 0, 6)]
    types = {name: {"type": "boolean"} if name.startswith("has_") else COUNT for name in chosen}
    types |= {"next_page": {"type": ["integer", "null"]}} if "next_page" in chosen else {}
    said = {schemas.wire(name): schema for name, schema in types.items()}
    within = dice.pick(["", "meta", "pagination"])
    for operation in _lists(plan):
        page = plan.schemas[_page_of(operation)]
        beside = dict(said)
        if within:
            tokens = {k: v for k, v in page["properties"].items() if k != "items"}
            rows = {"items": page["properties"]["items"]}
            beside = {within: {"type": "object", "properties": {**tokens, **said}}}
            page["properties"] = {**rows, **beside}
        else:
            page["properties"] |= beside
        page["required"] = ["items", *beside]


def bare_lists(plan: Plan, schemas: Schemas) -> None:
    """The rows, and nothing around them."""
    if schemas.style == "cursor":
        return
    for operation in _lists(plan):
        page = plan.schemas[_page_of(operation)]
        content = operation.contract["responses"]["200"]["content"]
        content["application/json"]["schema"] = page["properties"]["items"]


def _lists(plan: Plan) -> list[Operation]:
    return [one for one in plan.operations if one.kind == "list"]


def _page_of(operation: Operation) -> str:
    schema = operation.contract["responses"]["200"]["content"]["application/json"]["schema"]
    name: str = schema["$ref"].rpartition("/")[2]
    return name
