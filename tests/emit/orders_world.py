"""A small world for expressions: its schema as types, as rows in memory and as tables."""

import asyncio
import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import sqlalchemy
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateTable

import specwright.emit
from specwright.model import types
from specwright.model.types import Column, ListOf, OneOf, Relation, Row, Scalar, Scope, with_null

DIALECT = sqlalchemy.make_url("postgresql+asyncpg://").get_dialect()()
LAUNCHER = Path(specwright.emit.__file__).parent / "templates" / "dev" / "postgres.py"


class OrderStatus(StrEnum):
    DRAFT = "draft"
    PLACED = "placed"
    IN_TRANSIT = "in-transit"


class Role(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"


# -- Types --------------------------------------------------------------------------------------

STATUS = OneOf("order_status", tuple(OrderStatus))
ROLE = OneOf("role", tuple(Role))
INT32 = Scalar(types.Kind.INT, bits=32)


def column(found: types.Type, *, nullable: bool = False) -> Column:
    return Column(with_null(found, nullable=nullable))


FIELDS: Mapping[str, Mapping[str, types.Field]] = {
    "User": {
        "id": column(types.UUID),
        "email": Column(Scalar(types.Kind.TEXT, folded=True)),
        "role": column(ROLE),
        "manager_id": column(types.UUID, nullable=True),
        "manager": Relation("User", many=False, columns=(("manager_id", "id"),), nullable=True),
        "orders": Relation("Order", many=True, columns=(("id", "customer_id"),)),
    },
    "Product": {
        "id": column(types.INT),
        "sku": column(types.TEXT),
        "price": column(types.DECIMAL),
        "on_hand": column(INT32),
        "discontinued": column(types.BOOL, nullable=True),
    },
    "Order": {
        "id": column(types.UUID),
        "customer_id": column(types.UUID),
        "reviewer_id": column(types.UUID, nullable=True),
        "status": column(STATUS),
        "previous_status": column(STATUS, nullable=True),
        "total_cents": column(INT32),
        "weight": column(types.DOUBLE, nullable=True),
        "placed_at": column(types.TIMESTAMP, nullable=True),
        "created_at": column(types.TIMESTAMP),
        "due_on": column(types.DATE, nullable=True),
        "note": column(types.TEXT, nullable=True),
        "gift": column(types.BOOL, nullable=True),
        "urgent": column(types.BOOL),
        "metadata": Column(with_null(types.JSON, nullable=True), attribute="metadata_"),
        "customer": Relation("User", many=False, columns=(("customer_id", "id"),)),
        "reviewer": Relation("User", many=False, columns=(("reviewer_id", "id"),), nullable=True),
        "lines": Relation("OrderLine", many=True, columns=(("id", "order_id"),)),
    },
    "OrderLine": {
        "id": column(types.INT),
        "order_id": column(types.UUID),
        "product_id": column(types.INT, nullable=True),
        "quantity": column(INT32),
        "unit_price_cents": column(types.INT, nullable=True),
        "label": column(types.TEXT),
        "order": Relation("Order", many=False, columns=(("order_id", "id"),)),
        "product": Relation("Product", many=False, columns=(("product_id", "id"),), nullable=True),
    },
    "request": {
        "note": column(types.TEXT, nullable=True),
        "limit": column(types.INT),
        "since": column(types.TIMESTAMP, nullable=True),
        "tags": column(ListOf(types.TEXT)),
        "labels": column(ListOf(types.TEXT), nullable=True),
        "items": column(ListOf(Row("request item", stored=False))),
    },
    "request item": {"product_id": column(types.INT), "quantity": column(types.INT)},
}
SCOPE = Scope(
    {
        "order": Row("Order"),
        "actor": Row("User"),
        "guest": Row("User", nullable=True),
        "request": Row("request", stored=False),
        "now": types.TIMESTAMP,
    },
    lambda entity: FIELDS.get(entity, {}),
)


# -- Tables -------------------------------------------------------------------------------------


class Base(DeclarativeBase):
    type_annotation_map = {
        datetime: sqlalchemy.DateTime(timezone=True),
        StrEnum: sqlalchemy.Text(),
        float: sqlalchemy.Double(),
        Decimal: sqlalchemy.Numeric(12, 2),
        str: sqlalchemy.Text(),
    }


class User(Base):
    __tablename__ = "users"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    role: Mapped[Role] = mapped_column(sqlalchemy.Text)
    manager_id: Mapped[UUID | None]


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(sqlalchemy.BigInteger, primary_key=True)
    sku: Mapped[str] = mapped_column(sqlalchemy.String(32))
    price: Mapped[Decimal]
    on_hand: Mapped[int]
    discontinued: Mapped[bool | None]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    reviewer_id: Mapped[UUID | None]
    status: Mapped[OrderStatus] = mapped_column(sqlalchemy.Text)
    previous_status: Mapped[OrderStatus | None] = mapped_column(sqlalchemy.Text)
    total_cents: Mapped[int]
    weight: Mapped[float | None]
    placed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    due_on: Mapped[date | None]
    note: Mapped[str | None]
    gift: Mapped[bool | None]
    urgent: Mapped[bool]
    metadata_: Mapped[object] = mapped_column("metadata", JSONB, nullable=True)


class OrderLine(Base):
    __tablename__ = "order_lines"
    id: Mapped[int] = mapped_column(sqlalchemy.BigInteger, primary_key=True)
    order_id: Mapped[UUID]
    product_id: Mapped[int | None] = mapped_column(sqlalchemy.BigInteger)
    quantity: Mapped[int]
    unit_price_cents: Mapped[int | None] = mapped_column(sqlalchemy.BigInteger)
    label: Mapped[str]


# -- Rows in memory -----------------------------------------------------------------------------


class UserRow(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    role: Role
    manager_id: UUID | None = None


class ProductRow(msgspec.Struct, frozen=True):
    id: int
    sku: str
    price: Decimal
    on_hand: int
    discontinued: bool | None


class OrderRow(msgspec.Struct, frozen=True):
    id: UUID
    customer_id: UUID
    reviewer_id: UUID | None
    status: OrderStatus
    previous_status: OrderStatus | None
    total_cents: int
    weight: float | None
    placed_at: datetime | None
    created_at: datetime
    due_on: date | None
    note: str | None
    gift: bool | None
    urgent: bool
    metadata_: object


class OrderLineRow(msgspec.Struct, frozen=True):
    id: int
    order_id: UUID
    product_id: int | None
    quantity: int
    unit_price_cents: int | None
    label: str


class ItemRow(msgspec.Struct, frozen=True):
    product_id: int
    quantity: int


class RequestRow(msgspec.Struct, frozen=True):
    note: str | None
    limit: int
    since: datetime | None
    tags: Sequence[str]
    items: Sequence[ItemRow]
    labels: Sequence[str] | None = None


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALICE, BOB, CARL = (UUID(int=number) for number in (1, 2, 3))
USERS = (
    UserRow(ALICE, "Alice@Example.org", Role.CUSTOMER, BOB),
    UserRow(BOB, "bob@example.org", Role.STAFF, None),
    UserRow(CARL, "carl_100%@example.org", Role.CUSTOMER, ALICE),
)
PRODUCTS = (
    ProductRow(1, "KB-01", Decimal("49.00"), 3, discontinued=False),
    ProductRow(2, "kb_02%", Decimal("0.10"), 0, discontinued=None),
    ProductRow(3, "Größe\\É", Decimal("19.99"), 2**31 - 1, discontinued=True),
)
NOTES = (None, "", "gift", "Gift", " 50% off ", "a_b\\c/d", "Éa😀", "zz", "AB")


def _order(number: int) -> OrderRow:
    """Values in many combinations, the extreme ones among them."""
    statuses = tuple(OrderStatus)
    return OrderRow(
        id=UUID(int=100 + number),
        customer_id=(ALICE, BOB, CARL)[number % 3],
        reviewer_id=(None, ALICE, BOB, None)[number % 4],
        status=statuses[number % 3],
        previous_status=(None, *statuses)[number // 3 % 4],
        total_cents=(0, 1, -7, 11700, 2**31 - 1, -(2**31), 99)[number % 7],
        weight=(None, 0.0, 1.5, -2.25, 1e9)[number % 5],
        placed_at=(None, NOON, NOON - timedelta(minutes=15), NOON + timedelta(days=40))[number % 4],
        created_at=NOON - timedelta(minutes=5 * number, microseconds=number),
        due_on=(None, NOON.date(), date(2026, 2, 28))[number % 3],
        note=NOTES[number % len(NOTES)],
        gift=(None, True, False)[number // 2 % 3],
        urgent=number % 2 == 0,
        metadata_=(None, {"a": 1}, [])[number % 3],
    )


def _lines(order: int) -> Iterator[OrderLineRow]:
    for number in range(order % 4):
        count = 10 * order + number
        yield OrderLineRow(
            id=count,
            order_id=UUID(int=100 + order),
            product_id=(1, 2, None, 3)[count % 4],
            quantity=(1, 2, 99, 0, 2**31 - 1)[count % 5],
            unit_price_cents=(None, 100, -3, 10**10)[count % 4],
            label=NOTES[1 + count % 8] or "",
        )


ORDERS = tuple(map(_order, range(24)))
LINES = tuple(line for number in range(24) for line in _lines(number))
REQUEST = RequestRow(
    note="gift",
    limit=3,
    since=NOON - timedelta(minutes=30),
    tags=("gift", "AB"),
    items=(ItemRow(1, 2), ItemRow(3, 5)),
)


def user_of(user_id: UUID | None) -> UserRow | None:
    return next((user for user in USERS if user.id == user_id), None)


def product_of(product_id: int | None) -> ProductRow | None:
    return next((product for product in PRODUCTS if product.id == product_id), None)


NAMES = {  # where the Python back end finds what relations lead to
    "Order.customer": "user_of({row}.customer_id)",
    "Order.reviewer": "user_of({row}.reviewer_id)",
    "Order.lines": "lines_of({row}.id)",
    "User.manager": "user_of({row}.manager_id)",
    "User.orders": "orders_of({row}.id)",
    "OrderLine.order": "order_of({row}.order_id)",
    "OrderLine.product": "product_of({row}.product_id)",
}
GLOBALS: dict[str, Any] = {
    "user_of": user_of,
    "product_of": product_of,
    "lines_of": lambda order_id: [line for line in LINES if line.order_id == order_id],
    "orders_of": lambda user_id: [order for order in ORDERS if order.customer_id == user_id],
    "order_of": lambda order_id: next(order for order in ORDERS if order.id == order_id),
    "OrderStatus": OrderStatus,
    "Role": Role,
}
BOUND: dict[str, Any] = {"actor": USERS[0], "guest": None, "request": REQUEST, "now": NOON}


# -- The database -------------------------------------------------------------------------------


def _launcher() -> ModuleType:
    found = importlib.util.spec_from_file_location("launcher", LAUNCHER)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@contextmanager
def _database_url() -> Iterator[str]:
    """`TEST_DATABASE_URL`, or an empty database of our own, thrown away afterwards."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    named = os.environ.pop("DATABASE_URL", None)  # somebody's, and not for tests
    try:
        with _launcher().running(durable=False) as url:
            yield url
    finally:
        if named is not None:
            os.environ["DATABASE_URL"] = named


@dataclass
class Database:
    """The world as tables; everything happens in a transaction that is never committed."""

    runner: asyncio.Runner
    connection: "asyncpg.Connection[asyncpg.Record]"

    def select(self, statement: ClauseElement, values: Mapping[str, Any]) -> list[Any]:
        """What a statement finds, run as emitted backends run theirs."""
        compiled = statement.compile(dialect=DIALECT)
        names = getattr(compiled, "positiontup", None) or ()
        given = {**compiled.params, **values}
        fetched = self.connection.fetch(str(compiled), *[given[name] for name in names])
        return self.runner.run(self._in_savepoint(fetched))

    async def _in_savepoint(self, fetched: Any) -> list[Any]:
        savepoint = self.connection.transaction()
        await savepoint.start()
        try:
            return list(await fetched)
        finally:
            await savepoint.rollback()


@contextmanager
def database() -> Iterator[Database]:
    with _database_url() as url, asyncio.Runner() as runner:
        connection = runner.run(_connected(url))
        try:
            yield Database(runner, connection)
        finally:
            runner.run(connection.close())


async def _connected(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    connection = await asyncpg.connect(url)
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_to_json, decoder=_from_json, format="binary"
    )
    await connection.execute("SET timezone TO 'UTC'")
    await connection.transaction().start()
    for table, rows in ((User, USERS), (Product, PRODUCTS), (Order, ORDERS), (OrderLine, LINES)):
        created = CreateTable(Base.metadata.tables[table.__tablename__])
        await connection.execute(str(created.compile(dialect=DIALECT)))
        records = [msgspec.structs.astuple(row) for row in rows]
        await connection.copy_records_to_table(table.__tablename__, records=records)
    # What is null in JSON is None to Python as well, though not null to SQL.
    await connection.execute(
        "UPDATE orders SET metadata = 'null' WHERE metadata IS NULL AND urgent"
    )
    return connection


def _to_json(value: object) -> bytes:
    return b"\1" + msgspec.json.encode(value)  # the version of the format


def _from_json(encoded: bytes) -> object:
    return msgspec.json.decode(encoded[1:])
