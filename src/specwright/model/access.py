"""Who may do what, what exists for whom, and which fields are hidden from whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from specwright.diagnostic import Code, Level, Place, Report, did_you_mean
from specwright.model import types
from specwright.model.entities import Entity, EnumType
from specwright.model.operations import Operation, OperationKind
from specwright.model.rule_reading import RuleReader
from specwright.model.typed import Typed
from specwright.model.wording import listed, near_or_all
from specwright.spec import syntax
from specwright.spec.syntax import Word

ANYONE = "anyone"
SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles that a caller can have: the values of `column` of the rows that sign in.

    Where those rows have none, all callers with a token are alike: they are `signed in`.
    """

    entity: str
    column: str | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """A cell of the access table: a role, or `anyone`, and on which condition; None is `yes`."""

    role: str
    condition: Typed | None
    words: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an operation: what no permission grants is denied."""

    operation: str
    permissions: tuple[Permission, ...]
    place: Place

    def of(self, role: str) -> Permission | None:
        """The cell of a role; `anyone` includes callers who are signed in."""
        own = (one for one in self.permissions if one.role == role)
        all_of_them = (one for one in self.permissions if one.role == ANYONE)
        return next(own, None) or next(all_of_them, None)


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which rows of an entity exist for a caller: those that the `operation` may read."""

    entity: str
    operation: str
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class HiddenField:
    """A column that only those see for whom the condition holds."""

    entity: str
    column: str
    visible_to: Typed
    words: str
    place: Place


def read_roles(
    users: Entity | None,
    enums: Mapping[str, EnumType],
    states: Mapping[str, frozenset[str]],
    written: Sequence[Word],
    report: Report,
) -> Roles | None:
    """The enum column `role` of the users, or their only one that holds no state."""
    if users is None:
        return None
    columns = [
        column
        for column in users.columns
        if column.type.enum in enums and column.name not in states.get(users.name, ())
    ]
    named = [column for column in columns if column.name == "role"]
    chosen = named or (columns if len(columns) == 1 else [])
    enum = enums.get(chosen[0].type.enum or "") if chosen else None
    if enum is None:
        others = [word for word in written if word.value not in (ANYONE, SIGNED_IN)]
        if others:
            column = users.column("role")
            why = (
                "has no column `role`" if column is None else f"has a `role` of `{column.type.sql}`"
            )
            report.add(
                others[0].place,
                Code.ROLE_COLUMN,
                f"Nothing says who is `{others[0]}`: `{users.table}` {why}.",
                f"Give it `role role [not null]`, and write an `Enum role` "
                f"with {listed([word.value for word in others])}; "
                f"or head the column with `{SIGNED_IN}`.",
            )
        return Roles(users.name, None, (SIGNED_IN,))
    return Roles(users.name, chosen[0].name, enum.values)


class NamesOf(Protocol):
    """What the conditions of an operation can name."""

    def __call__(self, operation: str, *, is_signed_in: bool) -> Mapping[str, types.Type]: ...


@dataclass(frozen=True)
class AccessReader:
    """Reads the access table; `names` gives what the conditions of an operation can name."""

    roles: Roles | None
    operations: Mapping[str, syntax.Operation]
    report: Report

    def read(
        self,
        rows: Sequence[syntax.AccessRow],
        names: NamesOf,
        reader: RuleReader,
    ) -> dict[str, Access]:
        found: dict[str, Access] = {}
        for row in rows:
            if row.is_open:
                continue
            checked = [cell for cell in row.cells if self._is_role(cell.role)]
            for word in row.operations:
                if not self._is_operation(word):
                    continue
                if word.value in found:
                    self.report.add(
                        word.place,
                        Code.DECLARED_TWICE,
                        f"`{word}` has two rows in the access table.",
                        "Merge them.",
                    )
                    continue
                permissions = self._spelled_out(
                    tuple(self._permissions(word.value, checked, names, reader))
                )
                found[word.value] = Access(word.value, permissions, word.place)
        return found

    def _is_role(self, role: Word) -> bool:
        values = self.roles.values if self.roles is not None else ()
        if role.value in (ANYONE, *values):
            return True
        if role.value == SIGNED_IN and self.roles is not None:
            return True
        if self.roles is not None and self.roles.column is not None:
            self.report.add(
                role.place,
                Code.UNKNOWN_ROLE,
                f"`{role}` is no role: `{self.roles.column}` of {self.roles.entity} "
                f"is {types.quoted(values)}.",
                did_you_mean(role.value, (*values, ANYONE, SIGNED_IN)),
            )
        return False

    def _is_operation(self, word: Word) -> bool:
        if word.value in self.operations:
            return True
        self.report.add(
            word.place,
            Code.UNKNOWN_OPERATION,
            f"`{word}` is no operation of the contract.",
            did_you_mean(word.value, list(self.operations)),
        )
        return False

    def _permissions(
        self,
        operation: str,
        cells: Sequence[syntax.Cell],
        names: NamesOf,
        reader: RuleReader,
    ) -> Iterator[Permission]:
        for cell in cells:
            role = cell.role.value
            if cell.condition is None:
                yield Permission(role, None, None, cell.place)
                continue
            scope = names(operation, is_signed_in=role != ANYONE)
            condition = reader.condition(cell.condition, scope)
            if condition is not None:
                yield Permission(role, condition, cell.condition.value.strip(), cell.place)

    def _spelled_out(self, permissions: tuple[Permission, ...]) -> tuple[Permission, ...]:
        """`signed in` is a cell for each role that has none of its own."""
        values = self.roles.values if self.roles is not None else ()
        own = {one.role for one in permissions}
        found: list[Permission] = []
        for one in permissions:
            rest = [value for value in values if value not in own or value == SIGNED_IN]
            found += [replace(one, role=role) for role in rest] if one.role == SIGNED_IN else [one]
        return tuple(found)

    def check_security(
        self, access: Mapping[str, Access], rows: Sequence[syntax.AccessRow]
    ) -> frozenset[str]:
        """The operations that nobody may call, said as open; contradictions are errors."""
        denied: list[str] = []
        asked = {word.value for row in rows if row.is_open for word in row.operations}
        for name, operation in self.operations.items():
            is_public = not operation.security or {} in operation.security
            row = access.get(name)
            if row is None:
                denied.append(name)
                if rows and name not in asked:  # that there is no table at all is said once
                    self._say_denied(operation)
                continue
            anyone = next((one for one in row.permissions if one.role == ANYONE), None)
            if anyone is not None and not is_public:
                self.report.add(
                    anyone.place,
                    Code.ACCESS_CONTRADICTION,
                    f"`anyone` may call `{name}` here, but its contract asks for a token.",
                    f"Write `security: []` at `{name}`, or empty the cell.",
                )
            if anyone is None and is_public:
                self.report.add(
                    operation.id.place,
                    Code.ACCESS_CONTRADICTION,
                    f"`{name}` asks for no token (`security: []`), but `anyone` may not call it.",
                    f"Fill the cell `anyone` of `{name}` in rules.md, or drop `security: []`.",
                )
        return frozenset(denied)

    def _say_denied(self, operation: syntax.Operation) -> None:
        self.report.add(
            operation.id.place,
            Code.NO_ACCESS,
            f"`{operation.id}` has no row in the access table, so nobody may call it.",
            "Give it a row in the table of rules.md that says who may.",
            level=Level.OPEN,
        )


def read_visibility(
    entities: Sequence[Entity], operations: Sequence[Operation], access: Mapping[str, Access]
) -> tuple[Visibility, ...]:
    """What exists for a caller is what they may read: by the READ of an entity, or its LIST."""
    found: list[Visibility] = []
    for entity in entities:
        reads = [
            operation
            for kind in (OperationKind.READ, OperationKind.LIST)
            for operation in operations
            if operation.kind is kind and operation.entity == entity.name
            if not (operation.row is not None and operation.row.is_actor)
        ]
        if reads and reads[0].id in access:
            permissions = access[reads[0].id].permissions
            found.append(Visibility(entity.name, reads[0].id, permissions))
    return tuple(found)


def read_hidden(
    written: Sequence[syntax.HiddenField],
    entities: Mapping[str, Entity],
    reader: RuleReader,
    actor: Mapping[str, types.Type],
    report: Report,
) -> tuple[HiddenField, ...]:
    found: list[HiddenField] = []
    for one in written:
        entity = entities.get(one.entity.value)
        if entity is None:
            report.add(
                one.entity.place,
                Code.UNKNOWN_ENTITY,
                f"`{one.entity}` is no entity.",
                did_you_mean(one.entity.value, entities),
            )
            continue
        if entity.column(one.field.value) is None:
            report.add(
                one.field.place,
                Code.UNKNOWN_COLUMN,
                f"{entity.name} has no column `{one.field}`.",
                near_or_all(one.field.value, [column.name for column in entity.columns]),
            )
            continue
        names = {entity.row: types.Row(entity.name), **actor, "now": types.TIMESTAMP}
        condition = reader.condition(one.visible_to, names)
        if condition is not None:
            words = one.visible_to.value.strip()
            place = one.entity.place
            found.append(HiddenField(entity.name, one.field.value, condition, words, place))
    return tuple(found)
