"""The queries of jobs: the next row that is due, locked, one after the other."""

from dataclasses import dataclass

from specwright.address import snake
from specwright.emit import names
from specwright.emit.handled import Handled
from specwright.emit.queries import Sql
from specwright.emit.repository_parts import Module, Repository
from specwright.emit.sql_expressions import Subject
from specwright.emit.sweeps import Sweep
from specwright.model.entities import Entity
from specwright.model.naming import attribute


@dataclass(frozen=True)
class SweepQueries:
    """Writes into the module how jobs go over the rows of one entity."""

    handled: Handled
    module: Module
    repository: Repository

    @property
    def _entity(self) -> Entity:
        return self.handled.entity

    def write(self) -> None:
        for sweep in self.handled.sweeps:
            self._sweep(sweep)

    def _sweep(self, sweep: Sweep) -> None:
        function, row = snake(sweep.name), names.row_class(self._entity)
        self.module.functions.append(self._due(sweep))
        first, following = f"_FIRST_FOR_{function}".upper(), f"_NEXT_FOR_{function}".upper()
        self.module.closing.append(f"{first} = _due_for_{function}()")
        self.module.closing.append(f"{following} = _due_for_{function}({self._after})")
        keys = ", ".join(f"after_{name}=last.{name}" for name in self._keys)
        self.repository.for_jobs.append(
            f"async def pick_for_{function}(self, last: {row} | None, now: datetime)"
            f" -> {row} | None:\n"
            f'    """The first that is due behind the last one; those that others hold are '
            f'skipped."""\n'
            f"    if last is None:\n"
            f"        return await {first}.first(self._connection, now=now)\n"
            f"    return await {following}.first(self._connection, {keys}, now=now)"
        )

    def _due(self, sweep: Sweep) -> str:
        table = names.table_class(self._entity)
        where = self._where(sweep)
        ordered = ", ".join(f"{table}.{name}" for name in self._keys)
        conditions = ", ".join(["*behind", *where.conditions])
        row = names.row_class(self._entity)
        return (
            f"def _due_for_{snake(sweep.name)}(*behind: ColumnElement[bool]) -> Statement[{row}]:\n"
            f"    return Statement({row}, select({table}).where({conditions})"
            f".order_by({ordered}).limit(1).with_for_update(key_share=True, skip_locked=True))"
        )

    def _where(self, sweep: Sweep) -> Sql:
        where = sweep.each.block.where
        if where is None:
            return Sql("", [], {})
        return self.module.conditions.narrowing(where, Subject(sweep.each.name, self._entity.name))

    @property
    def _after(self) -> str:
        """What holds of the rows that come behind the one that was the last."""
        table = names.table_class(self._entity)
        own = [f"{table}.{name}" for name in self._keys]
        last = [f'bindparam("after_{name}", type_={own}.type)'
                for name, own in zip(self._keys, own, strict=True)]  # fmt: skip
        if len(own) == 1:
            return f'{own[0]} > bindparam("after_{self._keys[0]}")'
        return f"tuple_({', '.join(own)}) > tuple_({', '.join(last)})"

    @property
    def _keys(self) -> list[str]:
        return [attribute(name) for name in self._entity.primary_key.columns]
