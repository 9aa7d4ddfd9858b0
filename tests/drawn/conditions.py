"""Draws what expressions say: conditions on rows and callers, and values to set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.drawn.blueprint import Column, Plan, Table
from tests.drawn.dice import Dice

DURATIONS = ("5m", "1h30m", "24h", "720h", "90s")


@dataclass
class Conditions:
    """Conditions on a row of `table`, which `name` calls otherwise than its table does."""

    dice: Dice
    plan: Plan
    table: Table
    name: str = ""

    @property
    def _row(self) -> str:
        return self.name or self.table.row

    def of_row(self, *, with_actor: bool = True, own: bool = False) -> str:
        """A condition on the row: on its columns; unless `own`, on other rows, too."""
        makers = [self._of_column] * 3
        if with_actor and self.plan.users is not None:
            makers += [self._of_owner if own else self._of_actor]
        if not own:
            makers += [self._of_rows, self._of_rows, self._of_one]
        text = self._made(makers)
        if self.dice.chance(0.2):
            other = self._made(makers)
            if (
                other.split()[0] != text.split()[0]
            ):  # of one value, two claims may exclude each other
                return f"({text}) {self.dice.pick(['&&', '||'])} ({other})"
        return text

    def _made(self, makers: list[Callable[[], str | None]]) -> str:
        for _ in range(8):
            made = self.dice.pick(makers)()
            if made is not None:
                return made
        return f"{self._row}.created_at <= now"

    # -- Own columns

    def _of_column(self) -> str | None:
        """On a column that holds no state and no role: those are asked anyway."""
        columns = [column for column in self.table.plain if column.name != "role"]
        return self.about(self.dice.pick(columns), self._row) if columns else None

    def about(self, column: Column, row: str) -> str | None:
        path = f"{row}.{column.name}"
        said = self._said(column, path)
        if said is None or not column.nullable:
            return said
        if self.dice.chance(0.3):
            return f"{path} {self.dice.pick(['==', '!='])} null"
        return f"{path} != null && {said}"

    def _said(self, column: Column, path: str) -> str | None:
        if column.is_int:
            return self._number(column, path)
        if column.enum is not None:
            values = column.enum.values
            if self.dice.chance(0.3) and len(values) > 2:
                few = ", ".join(f'"{value}"' for value in self.dice.some(values, 2, 2))
                return f"{path} in [{few}]"
            return f'{path} {self.dice.pick(["==", "!="])} "{self.dice.pick(values)}"'
        if column.kind == "bool":
            return self.dice.pick([path, f"!{path}"])
        if column.kind == "timestamptz":
            later = f'now {self.dice.pick(["+", "-"])} duration("{self.dice.pick(DURATIONS)}")'
            return (
                f"{path} {self.dice.pick(['<', '<=', '>', '>='])} {self.dice.pick(['now', later])}"
            )
        if column.kind == "date":
            day = self.dice.pick(["date(now)", 'date("2026-01-31")'])
            return f"{path} {self.dice.pick(['<', '>=', '!='])} {day}"
        if column.is_text:
            return self._text(path)
        if column.kind == "numeric":
            return f"{path} {self.dice.pick(['<', '>='])} {self.dice.pick(['0.5', '10.25', '3'])}"
        if column.kind == "double precision":
            return f"{path} {self.dice.pick(['<', '>='])} {self.dice.pick(['0.5', '3.0'])}"
        return None

    def _number(self, column: Column, path: str) -> str:
        low = column.low if column.low is not None else -10
        high = column.high if column.high is not None else 50
        number = self.dice.number(low, high)
        others = [one for one in self.table.plain if one.is_int and not one.nullable]
        other = f"{self._row}.{self.dice.pick(others).name}" if others else str(number)
        return self.dice.pick(
            [
                f"{path} {self.dice.pick(['<', '<=', '>', '>=', '==', '!='])} {number}",
                f"{path} >= {low} && {path} <= {high}",
                f"{path} + {other} <= {number + 60}",
                f"{path} * 2 >= {other} - {number}",
                f"{path} % 2 == 0",
                f"-{path} < {number}",
            ]
        )

    def _text(self, path: str) -> str:
        return self.dice.pick(
            [
                f'{path} != "forbidden"',
                f"{path}.size() > 1",
                f"size({path}) < 60",
                f'{path}.startsWith("x")',
                f'!{path}.contains("%")',
                f'{path}.lowerAscii() != "x_y"',
                f'{path}.trim() != ""',
            ]
        )

    # -- Other rows

    def _of_rows(self) -> str | None:
        lists = self.plan.rows_of(self.table)
        if not lists:
            return None
        column, other = self.dice.pick(lists)
        rows = f"{self._row}.{column.reverse}"
        inner = [one for one in other.plain if one.kind not in ("jsonb", "bytea", "uuid")]
        inner += [other.lifecycle.column] if other.lifecycle else []
        said = None
        if inner:
            of_rows = Conditions(self.dice, self.plan, other, "r")
            said = of_rows.about(self.dice.pick(inner), "r")
        size = f"{rows}.size() {self.dice.pick(['>', '<=', '==', '<'])} {self.dice.number(0, 3)}"
        if said is None:
            return size
        numbers = [one for one in other.plain if one.is_int and not one.nullable]
        sums = [f"{rows}.map(r, r.{one.name}).sum() < 1000" for one in numbers]
        return self.dice.pick(
            [
                size,
                f"{rows}.all(r, {said})",
                f"{rows}.exists(r, {said})",
                f"!{rows}.exists(r, {said})",
                f"{rows}.filter(r, {said}).size() < {self.dice.number(1, 3)}",
                *sums,
            ]
        )

    def _of_one(self) -> str | None:
        """On the one row that a reference leads to."""
        if not self.table.references:
            return None
        reference = self.dice.pick(self.table.references)
        assert reference.target is not None
        path = f"{self._row}.{reference.relation}"
        columns = [one for one in reference.target.columns if one.target is None]
        said = self.about(self.dice.pick(columns), path) if columns else None
        if reference.nullable and said is not None:
            return f"{path} != null && {said}"
        return said or (f"{path} != null" if reference.nullable else None)

    # -- The caller

    def _of_owner(self) -> str | None:
        owners = [one for one in self.table.references if one.target is self.plan.users]
        if not owners:
            return None
        owner = self.dice.pick(owners)
        return f"{self._row}.{owner.name} {self.dice.pick(['==', '==', '!='])} actor.id"

    def _of_actor(self) -> str | None:
        if self.dice.chance(0.7) or not self.plan.roles:
            return self._of_owner()
        return f'actor.role {self.dice.pick(["==", "!="])} "{self.dice.pick(self.plan.roles)}"'

    def ownership(self) -> str | None:
        owners = [one for one in self.table.references if one.target is self.plan.users]
        return f"{self._row}.{self.dice.pick(owners).name} == actor.id" if owners else None

    def membership(self, *, is_new: bool = False) -> str | None:
        """The caller is among the rows of the row, or of one that it belongs to."""
        found = [] if is_new else list(self._members(self.table, self._row))
        for reference in self.table.references:
            if reference.target is not None and not reference.nullable:
                found += self._members(reference.target, f"{self._row}.{reference.relation}")
        return self.dice.pick(found) if found else None

    def _members(self, table: Table, path: str) -> Iterator[str]:
        for column, other in self.plan.rows_of(table):
            for user in other.references:
                if user.target is self.plan.users and user is not column:
                    yield f"{path}.{column.reverse}.exists(m, m.{user.name} == actor.id)"

    def counting(self) -> str | None:
        """A limit on the caller's rows."""
        lists = self.plan.rows_of(self.plan.users) if self.plan.users else []
        if not lists:
            return None
        column, other = self.dice.pick(lists)
        rows = f"actor.{column.reverse}"
        if other.lifecycle is not None:
            state = self.dice.pick(other.lifecycle.states)
            column_name = other.lifecycle.column.name
            rows = f'{rows}.filter(r, r.{column_name} == "{state}")'
        return f"{rows}.size() < {self.dice.number(1, 3)}"

    def crowded(self) -> str | None:
        """A limit on the rows that belong to the same row as this one."""
        above = [
            one for one in self.table.references
            if one.reverse is not None and not one.nullable
            and one.target not in (self.plan.users, self.table)
        ]  # fmt: skip
        if not above:
            return None
        column = self.dice.pick(above)
        rows = f"{self._row}.{column.relation}.{column.reverse}"
        if self.table.lifecycle is not None:
            state = self.dice.pick(self.table.lifecycle.states)
            rows = f'{rows}.filter(r, r.{self.table.lifecycle.column.name} == "{state}")'
        return f"{rows}.size() <= {self.dice.number(1, 3)}"

    # -- Values

    def sets(self, *, with_actor: bool) -> dict[str, str]:
        """Up to two columns, and what they become."""
        found: dict[str, str] = {}
        for column in self.dice.some(self.table.columns, 1, 3):
            value = self._value(column, with_actor=with_actor)
            if value is not None and len(found) < 2:
                found[f"{self._row}.{column.name}"] = value
        return found

    def _value(self, column: Column, *, with_actor: bool) -> str | None:
        if self.table.lifecycle is not None and column is self.table.lifecycle.column:
            return None
        if column.target is not None:
            return self._reference(column, with_actor=with_actor)
        if column.unique or any(column.name in unique for unique in self.table.uniques):
            return None
        if column.nullable and self.dice.chance(0.4):
            return "null"
        path = f"{self._row}.{column.name}"
        if column.is_int:
            return str(column.low or 1) if column.nullable else f"{path} + 1"
        values = column.enum.values if column.enum is not None else ("",)
        later = f'now + duration("{self.dice.pick(DURATIONS)}")'
        return {
            "enum": f'"{self.dice.pick(values)}"',
            "bool": self.dice.pick(["true", "false"]),
            "timestamptz": self.dice.pick(["now", later]),
            "date": "date(now)",
            "text": '"changed"',
            "citext": '"changed"',
        }.get(column.kind)

    def _reference(self, column: Column, *, with_actor: bool) -> str | None:
        if any(column.name in unique for unique in self.table.uniques):
            return None
        if with_actor and column.target is self.plan.users:
            return "actor.id"
        return "null" if column.nullable else None
