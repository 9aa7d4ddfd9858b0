"""Draws what rules leave to hand-written code: what it is given, and where what it gives goes."""

from dataclasses import dataclass

from tests.drawn.blueprint import INTS, Column, Operation, Plan, Table
from tests.drawn.dice import Dice
from tests.drawn.schemas import camel

SETTING = ("action", "transition")  # the others write what the request says
ASKING = ("create", "update", "replace", "delete")
RESULTS = {
    **dict.fromkeys(INTS, "int"),
    **dict.fromkeys(("text", "varchar", "citext"), "text"),
    "bool": "bool",
    "numeric": "decimal",
    "double precision": "double",
    "timestamptz": "timestamp",
    "date": "date",
    "jsonb": "json",
}


@dataclass
class Hooks:
    dice: Dice
    plan: Plan

    def draw(self) -> None:
        """Once all calls are there: some of them come to hand-written code."""
        for operation in self.plan.operations:
            if operation.kind in (*SETTING, *ASKING) and self.dice.has("hook"):
                self._hook(operation)

    def _hook(self, operation: Operation) -> None:
        number = sum("do" in one.block for one in self.plan.operations)
        name = camel(
            f"{self.dice.pick(['score', 'weigh', 'judge'])}_{operation.table.row}_{number}"
        )
        call = f"hook.{name}({', '.join(self._arguments(operation))})"
        column = self._column(operation)
        if column is not None:
            nullable = "?" if column.nullable and self.dice.chance(0.5) else ""
            result = column.enum.name if column.enum else RESULTS[column.kind]
            operation.block["do"] = f"{call} -> {result}{nullable}"
            target = f"{operation.table.row}.{column.name}"
            operation.block.setdefault("set", {})[target] = name
            if result == "int" and not nullable and self.dice.chance(0.5):
                self._require(operation, f"{name} <= {column.high or 5}")
        elif self.dice.chance(0.7):
            operation.block["do"] = f"{call} -> bool"
            self._require(operation, name)
        else:
            operation.block["do"] = call

    def _require(self, operation: Operation, rule: str) -> None:
        asked = {"rule": rule, "error": "409 judged-otherwise"}
        operation.block.setdefault("require", []).append(asked)

    def _arguments(self, operation: Operation) -> list[str]:
        table = operation.table
        if operation.kind == "create":
            return ["now"]  # of the row there is nothing yet but what the request may say
        found = [table.row, "now", *(f"{table.row}.{one.name}" for one in table.columns)]
        found += [f"{table.row}.{one.reverse}.size()" for one, _ in self.plan.rows_of(table)]
        return self.dice.some(found, 0, 3)

    def _column(self, operation: Operation) -> Column | None:
        """Where what it gives goes: a column that nothing else sets or holds to anything."""
        if operation.kind not in SETTING:
            return None
        table = operation.table
        taken = {path for effect in self.plan.effects.values() for path in effect.get("set", {})}
        taken |= set(operation.block.get("set", {}))
        free = [
            one
            for one in table.plain
            if (one.enum is not None or one.kind in RESULTS)
            and not one.unique
            and f"{table.row}.{one.name}" not in taken
            and not self._is_held(table, one)
        ]
        return self.dice.pick(free) if free else None

    def _is_held(self, table: Table, column: Column) -> bool:
        is_role = table is self.plan.users and column.name == "role"
        checked = any(column.name in check for check in table.checks)
        return is_role or checked or any(column.name in one for one in table.uniques)
