"""Draws who may do what, which fields are hidden, derived values and jobs."""

from dataclasses import dataclass
from typing import Any

from tests.drawn import words
from tests.drawn.blueprint import Operation, Plan, Table
from tests.drawn.conditions import Conditions
from tests.drawn.dice import Dice

MADE_HERE = ("create", "link", "unlink")  # no row is there yet to ask


@dataclass
class Access:
    dice: Dice
    plan: Plan

    def draw(self) -> None:
        if self.plan.users is None:
            for operation in self.plan.operations:
                operation.cells["anyone"] = "yes"
            return
        for operation in self.plan.operations:
            self._cells(operation)
            if self._may_be_public(operation) and self.dice.has("public"):
                operation.cells["anyone"] = self._public_cell(operation)
        self._hidden()

    def _cells(self, operation: Operation) -> None:
        for role in self.plan.roles:
            if self.dice.chance(0.7):
                operation.cells[role] = self._cell(operation)
        if not self.plan.roles or self.dice.has("signed_in"):
            operation.cells["signed in"] = self._cell(operation)
        if not operation.cells:
            operation.cells[self.plan.roles[-1]] = "yes"

    def _cell(self, operation: Operation) -> str:
        if operation.kind not in ("link", "unlink") and self.dice.has("membership"):
            conditions = Conditions(self.dice, self.plan, operation.table)
            member = conditions.membership(is_new=operation.kind == "create")
            if member is not None:
                return f"`{member}`"
        if operation.kind in MADE_HERE or not self.dice.has("condition"):
            return "yes"
        conditions = Conditions(self.dice, self.plan, operation.table)
        own = conditions.ownership()
        if own is not None and self.dice.chance(0.6):
            return f"`{own}`"
        return f"`{conditions.of_row(own=True)}`"

    def _may_be_public(self, operation: Operation) -> bool:
        """Nothing that it says is about a caller, and nobody's tenant is asked for."""
        return (
            self.plan.tenant is None
            and operation.kind in ("list", "read", "create")
            and "actor" not in str(operation.block)
        )

    def _public_cell(self, operation: Operation) -> str:
        if operation.kind == "create" or self.dice.chance(0.6):
            return "yes"
        conditions = Conditions(self.dice, self.plan, operation.table)
        return f"`{conditions.of_row(with_actor=False, own=True)}`"

    def _hidden(self) -> None:
        for table in self.plan.entities:
            shown = [c for c in table.plain if c.nullable] or table.plain
            if (
                self.plan.roles
                and shown
                and table is not self.plan.users
                and self.dice.has("hidden")
            ):
                role = self.dice.pick(self.plan.roles)
                rule = f'`actor.role == "{role}"`'
                if self.plan.operation("list", table) is not None:
                    column = self.dice.pick(shown)
                    self.plan.hidden[f"{table.noun.entity}.{column.name}"] = rule


@dataclass
class Extras:
    """Derived values, which views show, and jobs, which do transitions."""

    dice: Dice
    plan: Plan

    def derive(self) -> None:
        for table in self.plan.entities:
            if self.dice.has("derived"):
                name = self.dice.pick(words.DERIVED)
                found = self._derived(table)
                if found is not None and name not in table.names:
                    table.derived[name] = found

    def _derived(self, table: Table) -> tuple[str, dict[str, Any]] | None:
        numbers = [c for c in table.plain if c.is_int and not c.nullable]
        lists = self.plan.rows_of(table)
        choices: list[tuple[str, dict[str, Any]]] = []
        if numbers:
            path = f"{table.row}.{numbers[0].name}"
            choices.append((f"{path} * 2", {"type": "integer"}))
            choices.append((f"{path} > 3", {"type": "boolean"}))
        for column, other in lists:
            rows = f"{table.row}.{column.reverse}"
            choices.append((f"{rows}.size()", {"type": "integer"}))
            choices.append((f"{rows}.size() > 0", {"type": "boolean"}))
            inner = [c for c in other.plain if c.is_int and not c.nullable]
            choices += [(f"{rows}.map(r, r.{c.name}).sum()", {"type": "integer"}) for c in inner]
        moments = [c for c in table.of("timestamptz") if not c.nullable]
        choices += [(f"{table.row}.{c.name} < now", {"type": "boolean"}) for c in moments]
        return self.dice.pick(choices) if choices else None

    def jobs(self) -> None:
        for table in self.plan.entities:
            if table.lifecycle is None or not table.lifecycle.arrows or not self.dice.has("job"):
                continue
            arrow = self.dice.pick(table.lifecycle.arrows)
            column = table.lifecycle.column.name
            length = self.dice.pick(["1h", "15m", "24h"])
            old = f'{table.row}.created_at < now - duration("{length}")'
            self.plan.jobs[f"expire{table.noun.entity}"] = {
                "every": self.dice.pick(["30s", "1m", "1h", "24h"]),
                "each": [
                    {
                        "as": table.row,
                        "in": table.noun.entity,
                        "where": f'{table.row}.{column} == "{arrow.source}" && {old}',
                        "do": arrow.trigger,
                    }
                ],
            }
            if self.dice.has("second_round"):
                self._second_round(table)

    def _second_round(self, table: Table) -> None:
        """One over the rows of another table, which sets their columns."""
        tenant = self.plan.tenant.target if self.plan.tenant else None
        others = [o for o in self.plan.entities if o not in (table, self.plan.users, tenant)]
        for other in self.dice.shuffled(others):
            sets = Conditions(self.dice, self.plan, other).sets(with_actor=False)
            if not sets:
                continue
            job = self.plan.jobs[f"expire{table.noun.entity}"]
            job["every"] = self.dice.pick(["1h30m", "1d12h", "90s"])
            old = f'{other.row}.created_at < now - duration("48h")'
            round_of_it = {"as": other.row, "in": other.noun.entity, "where": old, "set": sets}
            job["each"].append(round_of_it)
            return
