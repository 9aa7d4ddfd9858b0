"""`tests/given.py`: a factory for each table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from specwright.emit.rendering import render
from specwright.emit.tests.factory import Factory, Fill, Status
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.values import show
from specwright.emit.tests.variables import factory_of
from specwright.emit.wording import quoted
from specwright.model.sql_types import Kind


@dataclass(frozen=True, slots=True)
class _Home:
    row: str
    words: str


@dataclass(frozen=True, slots=True)
class _Need:
    column: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Status:
    pattern: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Factory:
    row: str
    table: str
    status: str
    initial: str
    values: tuple[tuple[str, str], ...]
    needs: tuple[_Need, ...]
    statuses: tuple[_Status, ...]

    @property
    def has_moment(self) -> bool:
        return any(value == "moment" for _, value in self.values)

    @property
    def is_empty(self) -> bool:
        return not self.values

    @property
    def status_words(self) -> str:
        return self.status.replace("_", " ")


def emit_given(plan: Plan) -> str:
    home = plan.factories.home
    for entity in plan.model.entities:
        if entity.name not in plan.factories:
            plan.leave_out(f"{entity.table}: its rows need one another, so none can be the first.")
    return render(
        "tests/given.py",
        home=_Home(factory_of(home), home.word.replace("_", " ")) if home else None,
        factories=[_factory(plan, factory) for factory in plan.factories.all.values()],
    )


def _factory(plan: Plan, factory: Factory) -> _Factory:
    lifecycle = factory.lifecycle
    return _Factory(
        factory_of(factory.entity),
        factory.entity.table,
        lifecycle.column if lifecycle else "",
        lifecycle.initial if lifecycle else "",
        tuple(_values(factory)),
        tuple(_needs(plan, factory)),
        tuple(_statuses(plan, factory)),
    )


def _values(factory: Factory) -> Iterator[tuple[str, str]]:
    for fill in factory.fills:
        name = fill.column.name
        if factory.lifecycle is not None and name == factory.lifecycle.column:
            yield name, name
        elif fill.way == "moment":
            yield name, "moment"
        elif fill.way == "sample":
            yield name, show(fill.value)
        elif fill.way == "unique":
            yield name, fill.form


def _needs(plan: Plan, factory: Factory) -> Iterator[_Need]:
    home = plan.model.tenancy
    for fill in factory.of("home"):
        assert home is not None
        name = fill.column.name
        yield _Need(
            name, (f"row[{quoted(name)}] = (await home(world))[{quoted(home.root_column)}]",)
        )
    seen: set[str] = set()
    for fill in factory.of("parent"):
        if fill.key is not None and fill.key.name not in seen:
            seen.add(fill.key.name)
            yield _parent(plan, factory, fill)


def _parent(plan: Plan, factory: Factory, fill: Fill) -> _Need:
    key = fill.key
    assert key is not None
    target = plan.model.entity(key.target)
    made = f"await {factory_of(target)}(world{_tenant(plan, factory, key.target)})"
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    if len(pairs) == 1:
        (own, theirs) = pairs[0]
        return _Need(own, (f"row[{quoted(own)}] = ({made})[{quoted(theirs)}]",))
    lines = (f"parent = {made}", *(f"row[{quoted(o)}] = parent[{quoted(t)}]" for o, t in pairs))
    return _Need(key.columns[0], lines)


def _tenant(plan: Plan, factory: Factory, target: str) -> str:
    """The tenant of the row, said to another that it needs."""
    own, other = factory.entity.tenant, plan.model.entity(target).tenant
    if own is None or other is None or not own.is_direct or not other.is_direct:
        return ""
    if own.is_root or other.is_root:
        return ""
    column = quoted(own.column)
    return f", {other.column}=values.get({column}, row.get({column}))"


def _statuses(plan: Plan, factory: Factory) -> Iterator[_Status]:
    merged: dict[tuple[str, ...], list[str]] = {}
    for status in factory.statuses:
        lines = tuple(_status_lines(plan, factory, status))
        if lines:
            merged.setdefault(lines, []).append(quoted(status.name))
    for lines, names in merged.items():
        yield _Status(" | ".join(names), lines)


def _status_lines(plan: Plan, factory: Factory, status: Status) -> Iterator[str]:
    if status.held is not None:
        roles = plan.model.roles
        assert roles is not None
        users = plan.model.entity(roles.entity)
        role = f", {roles.column}={quoted(status.role)}" if roles.column and status.role else ""
        made = f"await {factory_of(users)}(world{_tenant(plan, factory, users.name)}{role})"
        key = quoted(users.primary_key.columns[0])
        yield f"if {quoted(status.held)} not in values:"
        yield f"    row[{quoted(status.held)}] = ({made})[{key}]"
    for name, value in status.values.items():
        yield f"row[{quoted(name)}] = {_shown(factory, name, value)}"


def _shown(factory: Factory, name: str, value: Any) -> str:
    column = factory.entity.column(name)
    if column is not None and column.type.kind is Kind.UUID and value is not None:
        return "uuid4()"
    return show(value)
