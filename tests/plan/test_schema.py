"""A schema: what of the entities a database holds, and how a project keeps it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from random_schemas import TEXT, schemas

from specwright.diagnostic import Place
from specwright.model import entities
from specwright.model.entities import Entity, EnumType, Key, LiteralDefault, SqlDefault
from specwright.model.sql_types import Kind, SqlType
from specwright.plan import Schema, schema_of, stored
from specwright.plan.schema import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique

AT = Place("data-model.md", 1, 1)


def column(name: str, kind: SqlType, default: LiteralDefault | SqlDefault | None = None) -> Column:
    found = entities.Column(name, kind, nullable=True, place=AT, default=default)
    key = Key("pk_tasks", (name,))
    entity = Entity("Task", "task", "tasks", AT, (found,), key)
    return schema_of([entity]).tables[0].columns[0]


def test_an_enum_is_text_with_a_check() -> None:
    mood = EnumType("mood", "Mood", ("good", "bad"), AT)
    found = column(mood.name, SqlType(Kind.ENUM, enum=mood.name))
    assert found.type == TEXT


def test_text_that_is_compared_in_lower_case_is_text() -> None:
    assert column("email", SqlType(Kind.TEXT, folded=True)).type == TEXT


@pytest.mark.parametrize(
    ("default", "sql"),
    [
        (None, None),
        (LiteralDefault(None), None),
        (LiteralDefault(value=True), "true"),
        (LiteralDefault(7), "7"),
        (LiteralDefault(Decimal("1.50")), "1.50"),
        (LiteralDefault("it's"), "'it''s'"),
        (SqlDefault("now()"), "now()"),
    ],
)
def test_a_default_is_sql(default: LiteralDefault | SqlDefault | None, sql: str | None) -> None:
    assert column("it", TEXT, default).default == sql


def test_keys_constraints_and_indexes_are_taken_over_with_why_they_are_there() -> None:
    email = entities.Column("email", TEXT, nullable=False, place=AT)
    entity = Entity(
        "User",
        "user",
        "users",
        AT,
        (email,),
        Key("pk_users", ("email",)),
        uniques=(entities.Unique("uq_users_email", ("email",), ("email",), "one to one"),),
        checks=(entities.Check("ck_users_1", "email <> ''", ("email",)),),
        foreign_keys=(
            entities.ForeignKey(
                "fk", ("email",), "Mail", "mails", ("address",), "cascade", "no action", AT
            ),
        ),
        indexes=(entities.Index("ix_users_email", ("email",), "no other index serves it"),),
    )
    table = schema_of([entity]).by_name["users"]
    assert table == Table(
        "users",
        (Column("email", TEXT, nullable=False),),
        PrimaryKey("pk_users", ("email",)),
        (Unique("uq_users_email", ("email",), ("email",)),),
        (Check("ck_users_1", "email <> ''", ("email",)),),
        (ForeignKey("fk", ("email",), "mails", ("address",), "cascade"),),
        (Index("ix_users_email", ("email",)),),
    )
    assert (table.uniques[0].reason, table.indexes[0].reason) == (
        "one to one",
        "no other index serves it",
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(schemas())
def test_what_is_written_is_read_again(schema: Schema) -> None:
    text = stored.written(schema)
    assert stored.read(text) == schema
    assert stored.written(stored.read(text)) == text


def test_what_is_written_is_short_and_in_the_order_of_the_data_model() -> None:
    table = Table(
        "tasks",
        (
            Column("id", SqlType(Kind.BIGINT, identity=True), nullable=False),
            Column("title", SqlType(Kind.VARCHAR, length=9), default="'é'"),
        ),
        PrimaryKey("pk_tasks", ("id",)),
        indexes=(Index("ix_tasks_title", ("title",), "why"),),
    )
    assert stored.written(Schema((table,))) == (
        """{
  "tables": [
    {
      "name": "tasks",
      "columns": [
        {
          "name": "id",
          "type": "bigint identity",
          "nullable": false
        },
        {
          "name": "title",
          "type": "varchar(9)",
          "default": "'é'"
        }
      ],
      "primary_key": {
        "name": "pk_tasks",
        "columns": [
          "id"
        ]
      },
      "indexes": [
        {
          "name": "ix_tasks_title",
          "columns": [
            "title"
          ]
        }
      ]
    }
  ]
}
"""
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<<<<<<< HEAD\n",
        "[]",
        "{}",
        '{"tables": [{}]}',
        '{"tables": 3}',
        '{"tables": [{"name": "a", "columns": [{"name": "b"}]}]}',
        '{"tables": [{"name": "a", "columns": [{"name": "b", "type": "money"}]}]}',
        '{"tables": [{"name": "a", "columns": [{"name": "b", "type": 3}]}]}',
        '{"tables": [{"name": "a", "columns": [{"name": "b", "type": "text", "what": 1}]}]}',
        "[" * 100_000,
    ],
)
def test_what_nobody_wrote_is_refused_by_name(text: str) -> None:
    with pytest.raises(stored.NotASchema, match=r"\.specwright/schema\.json"):
        stored.read(text)
