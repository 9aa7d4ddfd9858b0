"""Statements in SQLAlchemy Core, as text: where they start, and what narrows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from specwright.emit import names
from specwright.emit.lookups import role_enum
from specwright.emit.python_expressions import to_python
from specwright.emit.sql_expressions import Form, SqlSource, Subject, to_sql
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.access import ANYONE, Permission
from specwright.model.entities import Entity
from specwright.model.typed import Typed


@dataclass
class Conditions:
    """Writes the expressions of one module in SQL; `aliases` are the tables met a second time."""

    aliases: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, None] = field(default_factory=dict)

    def narrowing(self, typed: Typed, subject: Subject | None) -> "Sql":
        """The conditions for a `where`."""
        return self._kept(to_sql(typed, subject, taken=self.aliases))

    def selected(self, typed: Typed, subject: Subject | None, *, negated: bool) -> "Sql":
        """The value, to be selected."""
        form: Form = "opposite" if negated else "value"
        return self._kept(to_sql(typed, subject, form=form, taken=self.aliases))

    def _kept(self, source: SqlSource) -> "Sql":
        self.aliases.update(source.aliases)
        self.definitions.update(dict.fromkeys(source.definitions))
        return Sql(source.text, list(source.conditions), dict(source.binds))


@dataclass(frozen=True, slots=True)
class Sql:
    """`binds` says of each bound parameter what of the scope it is."""

    text: str
    conditions: list[str]
    binds: dict[str, Typed]


@dataclass(frozen=True)
class Scope:
    """What exists for a caller: the rows of their tenant, and of these what their role may read."""

    model: Model
    entity: Entity

    @cached_property
    def table(self) -> str:
        return names.table_class(self.entity)

    @cached_property
    def conditional(self) -> tuple[Permission, ...]:
        """The cells that say which rows a role may read.

        An empty cell says nothing about rows: what its role may do at all, it may do to any.
        """
        seen = self.model.visibility_of(self.entity.name)
        return tuple(cell for cell in seen.permissions if cell.condition) if seen else ()

    @property
    def by_role(self) -> bool:
        """Whether callers of different roles see different rows."""
        return bool(self.conditional)

    @property
    def tenant(self) -> str | None:
        """The condition that keeps to the caller's tenant."""
        path = self.entity.tenant
        if path is None or self.model.tenancy is None:
            return None
        return self._through(self.entity, list(path.relations), path.column)

    def _through(self, entity: Entity, relations: list[str], column: str) -> str:
        table = names.table_class(entity)
        if not relations:
            own = entity.column(column)
            assert own is not None
            return f"{table}.{own.attribute} == bindparam({quoted(self.bind)})"
        relation = entity.relation(relations[0])
        assert relation is not None
        target = self.model.entity(relation.target)
        inner = self._through(target, relations[1:], column)
        (own_column,), (far_column,) = relation.columns, relation.target_columns
        far = f"{names.table_class(target)}.{far_column}"
        return f"{table}.{own_column}.in_(select({far}).where({inner}))"

    @property
    def bind(self) -> str:
        """The bound name of the caller's tenant."""
        assert self.model.tenancy is not None
        return self.model.tenancy.column

    def start(self) -> str:
        """`select(Task).where(…)`: every query that looks for rows starts like this."""
        return selected(self.table, [self.tenant])

    def by_role_function(self, name: str, conditions: Conditions) -> tuple[str, dict[str, Typed]]:
        """The same by role, as a function; and what its conditions bind."""
        enum = role_enum(self.model)
        assert enum is not None
        binds: dict[str, Typed] = {}
        lines = [
            f"def {name}(role: {enum.class_name} | None) -> Select[{self.table}]:",
            f'    """What exists for a caller of this role, as {self._reader} has it."""',
            "    match role:",
        ]
        rest = self.start()
        for cell in self._told_apart:
            found = self.start()
            if cell.condition is not None:
                subject = Subject(self.entity.row, self.entity.name)
                sql = conditions.narrowing(cell.condition, subject)
                binds |= sql.binds
                found = selected(self.table, [self.tenant, *sql.conditions])
            if cell.role == ANYONE:
                rest = found
                continue
            lines.append(f"        case {enum.class_name}.{names.member(cell.role)}:")
            lines.append(f"            return {found}")
        lines += ["        case _:", f"            return {rest}"]
        return "\n".join(lines), binds

    @property
    def _told_apart(self) -> tuple[Permission, ...]:
        """The cells that say which rows; with a condition on `anyone`, also those with none."""
        seen = self.model.visibility_of(self.entity.name)
        cells = seen.permissions if seen else ()
        if any(cell.role == ANYONE for cell in self.conditional):
            return cells
        return self.conditional

    @property
    def _reader(self) -> str:
        seen = self.model.visibility_of(self.entity.name)
        return seen.operation if seen else "the access table"


def ours(entity: Entity, *, by_role: bool) -> str:
    """What every search for rows of the entity starts from; by role it is a function."""
    name = f"_our_{entity.table}"
    return name if by_role else name.upper()


def selected(table: str, conditions: Iterable[str | None]) -> str:
    given = [condition for condition in conditions if condition]
    return f"select({table}){where(given)}"


def where(conditions: Iterable[str]) -> str:
    given = list(conditions)
    return f".where({', '.join(given)})" if given else ""


def by_key(entity: Entity) -> Iterator[str]:
    """The conditions that the primary key is what is bound under its columns' names."""
    table = names.table_class(entity)
    for name in entity.primary_key.columns:
        column = entity.column(name)
        assert column is not None
        yield f"{table}.{column.attribute} == bindparam({quoted(column.attribute)})"


def bound_values(
    binds: dict[str, Typed], renamed: dict[str, str] | None = None
) -> list[tuple[str, str]]:
    """`actor_id`, `actor.id` for each parameter that conditions bind."""
    return [(name, to_python(typed, renamed).text) for name, typed in sorted(binds.items())]
