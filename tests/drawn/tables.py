"""Draws the tables: who signs in, whose everything is, columns, references, constraints."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.drawn import words
from tests.drawn.blueprint import Column, Enum, Plan, Table
from tests.drawn.dice import Dice
from tests.drawn.words import Noun

MOST_COLUMNS = 6


@dataclass
class Tables:
    dice: Dice
    plan: Plan
    count: int

    def draw(self) -> None:
        if self.dice.has("tenancy"):
            self._tenant()
        if self.dice.has("auth"):
            self._users()
        while len(self.plan.entities) < self.count:
            self._table()
        for table in self.plan.entities:
            self._self_reference(table)
            self._constraints(table)
        if self.dice.has("link"):
            self._link()

    # -- Tables

    def _tenant(self) -> None:
        root = self._add(self.dice.pick(words.TENANTS))
        root.columns.append(Column("name", "varchar", "(80)", length=80, unique=True))
        self.plan.tenant = Column(f"{root.row}_id", root.key_kind, target=root)

    def _users(self) -> None:
        taken = {table.noun for table in self.plan.tables}
        users = self._add(self.dice.pick([one for one in words.PEOPLE if one not in taken]))
        self.plan.users = users
        if self.plan.tenant is not None:
            users.columns.append(self.plan.tenant)
        users.columns.append(Column("email", "citext", unique=True))
        if not self.dice.has("all_alike"):
            self._roles(users)

    def _roles(self, users: Table) -> None:
        self.plan.roles = self.dice.pick(words.ROLES)
        role = Enum(self.dice.pick(["role", "user_role", f"{users.row}_role"]), self.plan.roles)
        self.plan.enums.append(role)
        users.columns.append(
            Column("role", "enum", enum=role, default=f"'{self.plan.roles[0]}'"),
        )

    def _table(self) -> None:
        table = self._add(self._noun())
        is_scoped = self._refer(table)
        if self.plan.tenant is not None and not is_scoped:
            tenant = self.plan.tenant
            table.columns.insert(0, Column(tenant.name, tenant.kind, target=tenant.target))
        for _ in range(self.dice.number(1, MOST_COLUMNS)):
            self._column(table)
        if table.plain == []:
            table.columns.append(Column("name", "text"))

    def _add(self, noun: Noun) -> Table:
        by_number = self.dice.has("number_key") and noun not in words.PEOPLE
        kind = self.dice.pick(["int", "bigint", "serial", "bigserial"]) if by_number else "uuid"
        table = Table(noun, Column("id", kind), versioned=self.dice.has("versioned"))
        self.plan.tables.append(table)
        return table

    def _noun(self) -> Noun:
        taken = {table.noun.entity for table in self.plan.tables}
        while True:
            common = [*words.COMMON, *words.IRREGULAR]
            noun = self.dice.pick(words.COLLIDING if self.dice.has("strange_names") else common)
            if self.dice.chance(0.3):
                noun = noun.after(self.dice.pick(words.FIRST_WORDS))
            if noun.entity not in taken:
                return noun

    def _link(self) -> None:
        one, other = (self.dice.pick(self.plan.entities) for _ in range(2))
        if self.plan.tenant is not None and self.plan.tenant.target in (one, other):
            return
        noun = Noun(f"{one.row}_{other.noun.plural}", f"{one.row}_{other.row}")
        is_same = one is other
        if is_same:
            noun = Noun(f"{one.row}_neighbours", f"{one.row}_neighbour")
        related = {other} & {c.target for c in one.references}
        related |= {one} & {c.target for c in other.references}
        if any(table.noun == noun for table in self.plan.tables) or related:
            return
        second = "neighbour_id" if is_same else f"{other.row}_id"
        columns = [
            Column(f"{one.row}_id", one.key_kind, target=one, on_delete="cascade"),
            Column(second, other.key_kind, target=other, on_delete=self._on_delete()),
        ]
        table = Table(noun, columns[0], columns, is_link=True)
        if is_same:
            table.checks.append(f"{columns[0].name} <> {columns[1].name}")
        name = "neighbours" if is_same else other.noun.plural
        if name not in one.names and name != second:
            columns[0].reverse = name
            one.reverses.add(name)
        self.plan.tables.append(table)

    # -- References

    def _refer(self, table: Table) -> bool:
        """Draw references; whether one of them leads to the tenant without fail."""
        others = [other for other in self.plan.entities if other is not table]
        if self.plan.tenant is not None:
            others = [other for other in others if other is not self.plan.tenant.target]
        if not others:
            return False
        scoped = self._reference(table, self.dice.pick(others))
        if self.dice.has("second_reference"):
            scoped = self._reference(table, self.dice.pick(others)) or scoped
        return scoped

    def _reference(self, table: Table, target: Table) -> bool:
        name = f"{target.row}_id"
        if target is self.plan.users:
            name = self.dice.pick([*words.OWNERS, name])
        nullable = self.dice.chance(0.3)
        column = Column(name, target.key_kind, nullable=nullable, target=target)
        if name in table.names or column.relation in table.names:
            return False
        column.on_delete = self._on_delete(nullable=nullable)
        table.columns.append(column)
        self._reverse(table, target, column)
        return not nullable

    def _reverse(self, table: Table, target: Table, column: Column) -> None:
        if not self.dice.has("reverse"):
            return
        short = table.noun.plural.rpartition("_")[2]
        name = self.dice.pick([table.noun.plural, short, f"{short}_of_it"])
        if name not in target.names and name not in RESERVED:
            column.reverse = name
            target.reverses.add(name)

    def _on_delete(self, *, nullable: bool = False) -> str | None:
        choices = [None, "restrict", "cascade", "no action"]
        return self.dice.pick([*choices, "set null"] if nullable else choices)

    def _self_reference(self, table: Table) -> None:
        tenant = self.plan.tenant.target if self.plan.tenant else None
        if table in (self.plan.users, tenant) or not self.dice.has("self_reference"):
            return
        name = self.dice.pick(["parent_id", "previous_id", "replaced_by"])
        column = Column(name, table.key_kind, nullable=True, target=table)
        if name in table.names or column.relation in table.names:
            return
        table.columns.append(column)
        self._reverse(table, table, column)

    # -- Columns

    def _column(self, table: Table) -> None:
        column = self.dice.pick(self._makers())()
        if column.name in table.names or column.name in RESERVED:
            return
        column.nullable = self.dice.chance(0.3)
        if self.dice.chance(0.3) and not column.nullable:
            column.default = self._default(column)
        table.columns.append(column)

    def _makers(self) -> list[Callable[[], Column]]:
        texts, numbers = self._text, self._whole
        rest = [self._fraction, self._flag, self._moment, self._enum, self._rare]
        return [texts, texts, texts, numbers, numbers, *rest]

    def _text(self) -> Column:
        name = self.dice.pick(words.TEXTS)
        kind = self.dice.pick(["text", "text", "varchar", "varchar", "citext"])
        if kind != "varchar":
            return Column(name, kind)
        length = self.dice.pick([2, 16, 40, 80, 200])
        return Column(name, kind, f"({length})", length=length)

    def _whole(self) -> Column:
        kind = self.dice.pick(["int", "int", "int", "bigint", "smallint"])
        column = Column(self.dice.pick(words.NUMBERS), kind)
        if self.dice.has("check"):
            column.low, column.high = self.dice.pick([(0, None), (1, 99), (0, 9), (-5, 5), (1, 1)])
        return column

    def _fraction(self) -> Column:
        name = self.dice.pick(words.FRACTIONS)
        if self.dice.chance(0.3):
            return Column(name, "double precision")
        return Column(name, "numeric", self.dice.pick(["(10, 2)", "(5, 4)", ""]))

    def _flag(self) -> Column:
        return Column(self.dice.pick(words.FLAGS), "bool")

    def _moment(self) -> Column:
        if self.dice.chance(0.3):
            return Column(self.dice.pick(words.DAYS), "date")
        return Column(self.dice.pick(words.MOMENTS), "timestamptz")

    def _enum(self) -> Column:
        name, values = self.dice.pick(words.KINDS)
        enum = next((one for one in self.plan.enums if one.name == name), None)
        if enum is None:
            enum = Enum(name, values)
            self.plan.enums.append(enum)
        return Column(self.dice.pick([name, f"{name}_of_it"]), "enum", enum=enum)

    def _rare(self) -> Column:
        if self.dice.chance(0.6):
            return Column(self.dice.pick(words.BLOBS), "jsonb")
        if self.dice.chance(0.5):
            return Column(self.dice.pick(words.BYTES), "bytea")
        return Column("external_id", "uuid")

    def _default(self, column: Column) -> str | None:
        if column.is_int:
            return str(column.low if column.low is not None else self.dice.pick([0, 1, 100]))
        if column.kind == "enum" and column.enum is not None:
            return f"'{self.dice.pick(column.enum.values)}'"
        return {
            "bool": self.dice.pick(["true", "false"]),
            "numeric": self.dice.pick(["0", "1.5"]),
            "double precision": "0.5",
            "timestamptz": "`now()`",
            "jsonb": "'{}'",
            "text": "''",
            "citext": "'none'",
            "varchar": "'it'",
            "uuid": "`gen_random_uuid()`",
        }.get(column.kind)

    # -- Constraints

    def _constraints(self, table: Table) -> None:
        whole = [column for column in table.plain if column.is_int and column.low is None]
        if len(whole) > 1 and self.dice.has("table_check"):
            one, other = whole[:2]
            if one.default is None and other.default is None:
                table.checks.append(f"{one.name} <= {other.name}")
        narrow = [column for column in table.of("text", "varchar") if column.default is None]
        if narrow and self.dice.has("table_check"):
            table.checks.append(f"length({narrow[0].name}) >= {self.dice.number(1, 2)}")
        self._uniques(table)
        comparable = [column for column in table.columns if column.kind not in ("jsonb", "bytea")]
        if comparable and self.dice.has("index"):
            table.indexes.append(tuple(c.name for c in self.dice.some(comparable, 1, 3)))

    def _uniques(self, table: Table) -> None:
        if table is self.plan.users:
            return
        words_of_it = [c for c in table.of("text", "varchar", "citext") if (c.length or 9) > 2]
        for column in words_of_it[:1]:
            column.unique = column.default is None and self.dice.has("unique")
        together = [c for c in (*words_of_it[1:], *table.references) if not c.nullable]
        if len(together) > 1 and self.dice.has("unique"):
            table.uniques.append(tuple(column.name for column in together[:2]))


RESERVED = frozenset({"when", "order", "user", "type_", "offset", "limit", "references", "any"})
