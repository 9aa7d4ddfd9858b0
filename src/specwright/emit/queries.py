"""Statements in SQLAlchemy Core, as text: where they start, and what narrows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from specwright.emit import names
from specwright.emit.lookups import operation_rule, permissions, role_enum
from specwright.emit.python_expressions import to_python
from specwright.emit.roles import CallersRole
from specwright.emit.sql_expressions import Form, SqlSource, Subject, to_sql
from specwright.emit.wording import quoted
from specwright.model import Model
from specwright.model.access import ANYONE, Permission
from specwright.model.entities import Entity
from specwright.model.operations import Operation, OperationKind
from specwright.model.typed import Name, Typed, walk


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
        return tuple(cell for cell in self._seen if cell.condition)

    @property
    def _seen(self) -> tuple[Permission, ...]:
        seen = self.model.visibility_of(self.entity.name)
        return seen.permissions if seen else ()

    def of_list(self, operation: Operation) -> tuple[Permission, ...]:
        """The cells that say which rows a list has, of those that exist for its caller."""
        cells = permissions(self.model, operation.id)
        said, seen = ({one.role: one.words for one in some} for some in (cells, self._seen))
        return () if said == seen else _told_apart(cells)

    @cached_property
    def asks_time(self) -> bool:
        """Whether it depends on the time which rows exist for a caller, or are listed."""
        cells, narrowed = [*self.conditional], list[Typed]()
        for operation in self.model.operations:
            if operation.kind is OperationKind.LIST and operation.entity == self.entity.name:
                cells += self.of_list(operation)
                rule = operation_rule(self.model, operation.id)
                narrowed += [one.condition for one in rule.block.narrow] if rule else []
        conditions = [*narrowed, *(cell.condition for cell in cells if cell.condition)]
        return any(
            isinstance(node, Name) and node.name == "now"
            for one in conditions
            for node in walk(one)
        )

    @property
    def by_role(self) -> bool:
        """Whether callers of different roles see different rows."""
        return bool(self.conditional) and not self._all_alike

    @cached_property
    def _all_alike(self) -> bool:
        """Whether every caller has signed in, and none has a role that could tell them apart."""
        return not role_enum(self.model) and not any(one.is_public for one in self.model.operations)

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

    def start_of_all(self, conditions: Conditions) -> tuple[str, dict[str, Typed]]:
        """The same where all callers are alike; and what its conditions bind."""
        subject = Subject(self.entity.row, self.entity.name)
        told = [conditions.narrowing(c.condition, subject) for c in self.conditional if c.condition]
        asked = [condition for sql in told for condition in sql.conditions]
        binds = {name: typed for sql in told for name, typed in sql.binds.items()}
        return selected(self.table, [self.tenant, *asked]), binds

    def by_role_function(self, name: str, conditions: Conditions) -> tuple[str, dict[str, Typed]]:
        """The same by role, as a function; and what its conditions bind."""
        told = CallersRole(self.model)
        binds: dict[str, Typed] = {}
        lines = [
            f"def {name}({told.parameter}: {told.annotation}) -> Select[{self.table}]:",
            f'    """What exists for such a caller, as {self._reader} has it."""',
            f"    match {told.parameter}:",
        ]
        rest = self.start()
        for cell in _told_apart(self._seen):
            found = self.start()
            if cell.condition is not None:
                subject = Subject(self.entity.row, self.entity.name)
                sql = conditions.narrowing(cell.condition, subject)
                binds |= sql.binds
                found = selected(self.table, [self.tenant, *sql.conditions])
            if cell.role == ANYONE:
                rest = found
                continue
            lines.append(f"        case {told.pattern(cell.role)}:")
            lines.append(f"            return {found}")
        lines += ["        case _:", f"            return {rest}"]
        return "\n".join(lines), binds

    @property
    def _reader(self) -> str:
        seen = self.model.visibility_of(self.entity.name)
        return seen.operation if seen else "the access table"


def _told_apart(cells: tuple[Permission, ...]) -> tuple[Permission, ...]:
    """The cells that say which rows; with a condition on `anyone`, also those with none."""
    conditional = tuple(cell for cell in cells if cell.condition)
    return cells if any(cell.role == ANYONE for cell in conditional) else conditional


def repository_of(model: Model, entity: Entity) -> str:
    """A repository as services make one: `TaskRepository(connection, actor)`."""
    now = ", self._now" if Scope(model, entity).asks_time else ""
    return f"{names.repository_class(entity)}(connection, actor{now})"


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
