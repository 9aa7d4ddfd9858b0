"""What the DBML of a data model says, and what an author reads after a slip."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specwright.diagnostic import Code, Level, Report
from specwright.spec.dbml import parse_dbml
from specwright.spec.syntax import DataModel, Table, Word
from specwright.spec.text import Text

EXAMPLES = Path(__file__).parents[2] / "examples"


def fences(bundle: str) -> list[Text]:
    source = (EXAMPLES / bundle / "data-model.md").read_text("utf-8")
    found = re.finditer(r"^```dbml\n(.*?)^```", source, re.DOTALL | re.MULTILINE)
    return [
        Text("data-model.md", fence[1], source.count("\n", 0, fence.start(1)) + 1)
        for fence in found
    ]


def read(*sources: str) -> tuple[DataModel, list[str]]:
    report = Report()
    model = parse_dbml([Text("m", source) for source in sources], report)
    return model, [str(found) for found in report]


def slips(source: str) -> list[tuple[str, str | None]]:
    """The place with the message, and the hint, of everything that is found."""
    report = Report()
    parse_dbml([Text("m", source)], report)
    return [
        (f"{found.place.line}:{found.place.column} {found.message}", found.hint) for found in report
    ]


def table(source: str) -> Table:
    model, found = read(source)
    assert found == []
    return model.tables[0]


def names(words: tuple[Word, ...]) -> list[str]:
    return [word.value for word in words]


def shape(model: DataModel) -> dict[str, list[str]]:
    """Each column in one line, as an author would say it."""
    return {
        str(each.name): [
            " ".join(
                [
                    f"{column.name} {column.type}",
                    *["pk"] * column.primary_key,
                    *["not null"] * column.not_null,
                    *["unique"] * column.unique,
                    *[f"= {d.value}{' (sql)' * d.is_expression}" for d in [column.default] if d],
                    *[f"check {check.value}" for check in column.checks],
                    *[f"{key}={value}" for key, value in column.custom.items()],
                ]
            )
            for column in each.columns
        ]
        for each in model.tables
    }


def arrows(model: DataModel) -> list[str]:
    return [
        f"{r.table}.{','.join(names(r.columns))} > {r.target}.{','.join(names(r.target_columns))}"
        f" {r.name}{' one' * r.one_to_one} {r.on_delete} {r.on_update}"
        for r in model.references
    ]


# -- The worked bundles -------------------------------------------------------------------------

BASE = [
    "id uuid pk = gen_random_uuid() (sql)",
    "created_at timestamptz not null = now() (sql)",
    "updated_at timestamptz not null = now() (sql)",
]
VERSION = "version int not null = 1"


def test_the_data_model_of_orders_is_read_as_it_stands() -> None:
    report = Report()
    model = parse_dbml(fences("orders"), report)
    assert list(report) == []
    assert shape(model) == {
        "users": [
            *BASE,
            "deleted_at timestamptz",
            "email citext not null unique personal=yes",
            "password_hash text not null",
            "phone text personal=yes encrypted=yes",
            "role role not null = customer",
        ],
        "products": [
            *BASE,
            VERSION,
            "sku varchar(32) not null unique",
            "name text not null",
            "price_cents int not null check price_cents >= 0",
            "on_hand int not null = 0",
            "reserved int not null = 0",
        ],
        "orders": [
            *BASE,
            VERSION,
            "customer_id uuid not null",
            "status order_status not null = draft",
            "total_cents int not null = 0",
            "placed_at timestamptz",
            "charge_id text unique",
        ],
        "order_lines": [
            *BASE,
            "order_id uuid not null",
            "product_id uuid not null",
            "quantity int not null check quantity BETWEEN 1 AND 99",
            "unit_price_cents int not null",
        ],
    }
    assert {str(e.name): names(e.values) for e in model.enums} == {
        "role": ["customer", "staff"],
        "order_status": ["draft", "placed", "paid", "shipped", "cancelled"],
    }
    assert arrows(model) == [
        "orders.customer_id > users.id None None None",
        "order_lines.product_id > products.id None None None",
        "order_lines.order_id > orders.id lines cascade None",
    ]
    users, products, orders, lines = model.tables
    assert names(users.partials) == ["base", "soft_deleted"]
    assert {key: word.value for key, word in orders.custom.items()} == {"audit": "7y"}
    assert [(names(i.columns), i.unique) for i in orders.indexes] == [
        (["customer_id", "created_at"], False)
    ]
    assert [(names(i.columns), i.unique) for i in lines.indexes] == [
        (["order_id", "product_id"], True)
    ]
    check = products.checks[0]
    assert (check.expression.value, str(check.name)) == (
        "reserved >= 0 AND reserved <= on_hand",
        "ck_products_reserved",
    )


def test_the_data_model_of_taskboard_is_read_as_it_stands() -> None:
    report = Report()
    model = parse_dbml(fences("taskboard"), report)
    assert list(report) == []
    assert shape(model) == {
        "projects": [*BASE, "name varchar(80) not null unique"],
        "users": [
            *BASE,
            "project_id uuid not null",
            "email citext not null unique",
            "role role not null = member",
        ],
        "tasks": [
            *BASE,
            VERSION,
            "project_id uuid not null",
            "title varchar(200) not null",
            "description text",
            "priority int not null = 0 check priority BETWEEN 0 AND 9",
            "status task_status not null = pending",
            "claimed_by uuid",
            "claimed_at timestamptz",
            "lease_until timestamptz",
            "attempts int not null = 0",
            "result jsonb",
        ],
        "task_blockers": ["task_id uuid not null", "blocker_id uuid not null"],
    }
    assert arrows(model) == [
        "users.project_id > projects.id None None None",
        "tasks.project_id > projects.id None None None",
        "task_blockers.blocker_id > tasks.id None None None",
        "tasks.claimed_by > users.id claims restrict None",
        "task_blockers.task_id > tasks.id blockers cascade None",
    ]
    assert model.tables[3].indexes[0].primary_key
    assert str(model.tables[2].checks[0].name) == "ck_tasks_lease"
    assert names(model.enums[1].values) == ["pending", "in_progress", "done", "failed", "cancelled"]
    assert model.tables[2].columns[3].note == "ETag / If-Match"


def test_every_word_of_an_expression_knows_its_place() -> None:
    model = parse_dbml(fences("orders"), Report())
    source = (EXAMPLES / "orders" / "data-model.md").read_text("utf-8").split("\n")
    check = model.tables[1].checks[0].expression
    place = check.place(check.value.index("on_hand"))
    assert source[place.line - 1][place.column - 1 :].startswith("on_hand`")


def test_places_count_the_indent_of_a_fence() -> None:
    report = Report()
    parse_dbml([Text("m", "Table t {\n  id itn [not nul]\n}", 10, (4, 4, 4))], report)
    assert [str(found.place) for found in report] == ["m:11:15"]


# -- The notation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("id int [pk]", "id int pk"),
        ("id int [primary key]", "id int pk"),
        ("id int [PK, Not  Null]", "id int pk not null"),
        ("x text [null]", "x text"),
        ("x numeric(10, 2) [default: -1.5]", "x numeric(10,2) = -1.5"),
        ("x text[] [not null]", "x text[] not null"),
        ("x int[3][]", "x int[3][]"),
        ('x "double precision"', "x double precision"),
        ('"Full Name" text', "Full Name text"),
        ("x public.mood", "x mood"),
        ("x bool [default: TRUE]", "x bool = true"),
        ("x text [default: null]", "x text"),
        (r"x text [default: 'it\'s']", "x text = it's"),
        ("x text [default: '']", "x text = "),
        ("x int [check: `x > 0`, check: `x < 9`]", "x int check x > 0 check x < 9"),
        ("x text [search: 'english'] // found by words", "x text search=english"),
        ("x int [\n    not null,\n    /* new */ unique\n  ]", "x int not null unique"),
        ("note text", "note text"),
        ("indexes text [unique]", "indexes text unique"),
        ("table text", "table text"),
        ("ref text", "ref text"),
        ("größe int", "größe int"),
        ("2fa bool", "2fa bool"),
        ("x vector(1536)", "x vector(1536)"),
        ("x text [default: `a\n|| b`]", "x text = a\n|| b (sql)"),
    ],
)
def test_a_column_says(line: str, said: str) -> None:
    model, found = read(f"Table t {{\n  {line}\n}}")
    assert found == []
    assert shape(model) == {"t": [said]}


def test_increment_and_notes_are_kept() -> None:
    read_table = table(
        "Table t [note: 'outer', headercolor: #3498DB] {\n"
        "  id int [increment, note: '''\n    first\n      second\n  ''']\n"
        "  Note: 'inner'\n}"
    )
    assert read_table.columns[0].increment
    assert read_table.columns[0].note == "first\n  second"
    assert read_table.note == "inner"


@pytest.mark.parametrize(
    ("index", "kept"),
    [
        ("a", (["a"], False, False, None, None)),
        ("(a, b) [unique, name: 'ux']", (["a", "b"], False, True, "ux", None)),
        ("(a, b) [pk]", (["a", "b"], True, False, None, None)),
        ("b [type: gin, note: 'words']", (["b"], False, False, None, "gin")),
    ],
)
def test_an_index_says(index: str, kept: tuple[object, ...]) -> None:
    found = table(f"Table t {{\n a int\n b int\n indexes {{ {index} }}\n}}").indexes[0]
    name, kind = (word.value if word else None for word in (found.name, found.type))
    assert (names(found.columns), found.primary_key, found.unique, name, kind) == kept


TWO = "Table a {\n id int\n k int\n}\nTable b {\n id int\n k int\n a_id int\n}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Ref: b.a_id > a.id", "b.a_id > a.id None None None"),
        ("Ref: a.id < b.a_id", "b.a_id > a.id None None None"),
        ("Ref bs: b.a_id > a.id", "b.a_id > a.id bs None None"),
        ("ref { b.a_id > a.id }", "b.a_id > a.id None None None"),
        ("Ref bs {\n  b.a_id > a.id [delete: set null]\n}", "b.a_id > a.id bs set null None"),
        ("Ref: a.id - b.a_id", "b.a_id > a.id None one None None"),
        ("Ref: b.(a_id, k) > a.(id, k)", "b.a_id,k > a.id,k None None None"),
        (
            "Ref: public.b.a_id > public.a.id [delete: no action, update: CASCADE, color: #fff]",
            "b.a_id > a.id None no action cascade",
        ),
        ("Table c as C {\n id int\n}\nRef: C.id > a.id", "c.id > a.id None None None"),
        ("Table c {\n id int [ref: > a.id]\n}", "c.id > a.id None None None"),
        ("Table c {\n id int [ref: - a.id]\n}", "c.id > a.id None one None None"),
        ("Table c {\n id int [ref: < b.a_id]\n}", "b.a_id > c.id None None None"),
    ],
)
def test_a_reference_points_from_the_key_to_what_it_means(line: str, said: str) -> None:
    model, found = read(TWO + line)
    assert found == []
    assert arrows(model) == [said]


def test_blocks_that_only_explain_are_read_over() -> None:
    model, found = read(
        "Project shop {\n  database_type: 'PostgreSQL'\n  Note: '''\n  # Shop }\n  '''\n}\n"
        "TableGroup sales [color: #fff]\n{\n  t\n}\n"
        "Note reminder { 'later' }\n/* Table gone { */\n"
        "Table t\n{\n  id int // Table too {\n  Note { 'text' }\n}"
    )
    assert found == []
    assert shape(model) == {"t": ["id int"]}


def test_partials_stand_where_they_are_named_and_the_table_wins() -> None:
    model, found = read(
        "TablePartial p [audit: '1y'] {\n a int\n b int\n indexes { a }\n checks { `a > 0` }\n}",
        "TablePartial q {\n b text\n c int [ref: > t.id]\n}",
        "Table t [audit: '7y'] {\n id int\n ~p\n a text\n ~q\n z int\n indexes { a [unique] }\n}",
    )
    assert found == []
    assert shape(model) == {"t": ["id int", "a text", "b text", "c int", "z int"]}
    assert arrows(model) == ["t.c > t.id None None None"]
    only = model.tables[0]
    assert only.custom["audit"].value == "7y"
    assert [index.unique for index in only.indexes] == [True]
    assert [check.expression.value for check in only.checks] == ["a > 0"]


def test_the_fences_of_a_file_are_one_model() -> None:
    model, found = read(
        "Table a {\n ~p\n}", "TablePartial p {\n id int\n}\nRef: b.id > a.id", "Table b { id int }"
    )
    assert found == []
    assert arrows(model) == ["b.id > a.id None None None"]


def test_nothing_is_an_empty_model() -> None:
    assert read() == (DataModel(), [])
    assert read("", "// nothing yet") == (DataModel(), [])


# -- Slips --------------------------------------------------------------------------------------

IN_COLUMN = [
    ("x int [not nul]", "10 `not nul` is no setting of a column.", "Did you mean `not null`?"),
    ("x int [notnull]", "10 `notnull` is no setting of a column.", "Did you mean `not null`?"),
    ("x int [required]", "10 `required` is no setting of a column.", "Write `not null`."),
    (
        "x int [persnal: 'yes']",
        "10 `persnal` is no setting of a column.",
        "Did you mean `personal`?",
    ),
    (
        "x int [audit: '7y']",
        "10 `audit` is no setting of a column.",
        "Write it after the name of the table: `Table orders [audit: '7y'] {`.",
    ),
    (
        "x int [delete: cascade]",
        "10 `delete` is no setting of a column.",
        "Write it at a `Ref` of its own: `Ref: orders.customer_id > users.id [delete: cascade]`.",
    ),
    (
        "x int [pk not null]",
        "10 `pk not null` is no setting of a column.",
        "Write `pk, not null`, with commas between.",
    ),
    (
        "x int [default: 1 , check: `x` unique]",
        "34 Before `unique` a comma is missing.",
        "Settings are separated by commas: `[not null, unique]`.",
    ),
    ("x int [null, not null]", "16 `null` and `not null` contradict each other.", None),
    ("x int [unique, unique]", "18 `unique` is stated twice.", "Keep one of the two."),
    ("x int [pk: yes]", "14 `pk` takes no value.", "Write `pk`, or leave it out."),
    (
        "x int [personal]",
        "10 `personal` takes a text in single quotes.",
        "Write `personal: 'yes'`.",
    ),
    ('x text [note: "n"]', "17 `note` takes a text in single quotes.", "Write `note: 'n'`."),
    ("x text [default: draft]", "20 `default` takes a number", "Write `default: 'draft'`."),
    ("x uuid [default: now()]", "20 `default` takes a number", "Write default: `now()`."),
    (
        "x int [check: x IN (1, 2)]",
        "17 `check` takes an SQL expression in backticks.",
        "Write check: `x IN (1, 2)`.",
    ),
    ("x int [default = 0]", "18 The value of `default` comes after a colon", None),
    ("x int [default: ]", "19 The value of `default` is missing.", "Write `default: 0`."),
    ("x int [not null", "9 This list of settings is never closed.", "Close it with `]`."),
    (
        "x int [note: 'n]",
        "16 This text is never closed.",
        r"Close it with `'`; an apostrophe inside of a text is written `\'`.",
    ),
    ("x int [default: `f(]", "19 This expression is never closed.", "Close it with a backtick."),
    ("x int [note: \u2018n\u2019]", "16 This is a typographic quote.", "Write a plain `'`."),
    (
        "x text NOT NULL",
        "10 `NOT NULL` stands outside of square brackets.",
        "Write `x text [not null]`.",
    ),
    (
        "x text DEFAULT now()",
        "10 `DEFAULT now` stands outside of square brackets.",
        "Write x text [default: `now()`].",
    ),
    (
        "x double precision [unique]",
        "12 After the type `double` comes `precision`.",
        'Write `x "double precision"` if this is one type; settings are in square brackets.',
    ),
    ("x int,", "8 A column ends with its line, without a comma.", "Leave the comma out."),
    ("x: int", "4 Between a column and its type stands a space, not a colon.", "Write `x int`."),
    ("x String?", "11 The column `x` goes on with `?` after its end.", None),
    ("x varchar(3", "12 The arguments of this type are never closed.", "Close them with `)`."),
    ("x", "4 The column `x` has no type, but the end of the line after its name.", None),
    ("x [pk]", "5 The column `x` has no type, but `[` after its name.", None),
    ("= x", "3 A line of a table begins with the name of a column, not with `=`.", None),
    ("~bse", "4 There is no partial `bse`.", "Did you mean `base`?"),
    ("x int [ref: o.id]", "15 `ref` takes the column that it points at", "Write `ref: > o.id`."),
    ("x int [ref: > o]", "17 `o` alone is no side of a reference", "Write `o.id`, if that"),
    ("x int [ref: > oo.id]", "17 There is no table `oo`.", None),
    ("x int [ref: > o.ids]", "19 The table `o` has no column `ids`.", "Did you mean `id`?"),
    ("x int [ref: > O.id]", "17 There is no table `O`.", "Did you mean `o`?"),
    ("x int [ref: > o.id [delete: cascade]]", "22 A setting has no settings of its own.", None),
    ("indexs { o_id }", "3 `indexs` is no block of a table.", "Did you mean `indexes`?"),
    ("indexes { (o_id, idd) }", "20 The table `t` has no column `idd`.", "Did you mean `id`?"),
    ("indexes { o_id [uniqe] }", "19 `uniqe` is no setting of an index.", "Did you mean"),
    ("indexes { o_id [type: gn] }", "25 `type` takes one of btree", "Did you mean `gin`?"),
    ("indexes { o_id, id }", "17 An index ends with its line, but here stands `,`.", None),
    (
        "checks { o_id > 0 [name: 'c'] }",
        "12 A check is an SQL expression in backticks, not `o_id`.",
        "Write `o_id > 0` in backticks.",
    ),
    ("checks { `o_id > 0 [name: 'c'] }", "12 This expression is never closed.", None),
    ("Note: x", "9 A note is a text in single quotes, not `x`.", None),
    ("o_id int", "3 The column `o_id` is stated twice.", "The first one stands on line 5."),
    ("O_ID int", "3 `O_ID` and `o_id` differ in their case only.", None),
    ("a" * 64 + " int", f"3 `{'a' * 20}…` is longer than 63 bytes", "Give it a shorter name."),
]


@pytest.mark.parametrize(("line", "message", "hint"), IN_COLUMN)
def test_a_slip_in_a_table_is_named_once_and_costs_nothing_else(
    line: str, message: str, hint: str | None
) -> None:
    """Line 6 holds the slip; the columns above and below, and a reference to them, stay."""
    source = (
        "Table o {\n id int\n}\nTable t {\n  o_id int [ref: > o.id]\n"
        f"  {line}\n  id int [pk]\n}}\nRef: o.id > t.id\nTablePartial base {{\n b int\n}}"
    )
    found = slips(source)
    assert len(found) == 1, found
    assert found[0][0].startswith(f"6:{message}")
    if hint is not None:
        assert (found[0][1] or "").startswith(hint)
    model, _ = read(source)
    columns = names(tuple(column.name for column in model.tables[1].columns))
    assert columns[0] == "o_id"
    assert "id" in columns
    assert "t.o_id > o.id None None None" in arrows(model)
    assert "o.id > t.id None None None" in arrows(model)


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        (
            "Tabel t {\n id int\n}\nRef: t.id > t.id",
            "1:1 `Tabel` begins no statement of DBML.",
            "Did you mean `Table`?",
        ),
        (
            "Table t [audti: '7y'] {\n id int\n}",
            "1:10 `audti` is no setting of a table.",
            "Did you mean `audit`?",
        ),
        (
            "Table 't' {\n id int\n}",
            "1:7 A name is not in single quotes.",
            "Write `t` without quotes, or in double ones.",
        ),
        (
            "Table t x {\n id int\n}\nRef: t.id > t.id",
            "1:9 After Table `t` comes `{`, but here stands `x`.",
            None,
        ),
        (
            "Table t (\n id int\n)\nRef: t.id > t.id",
            "1:9 After Table `t` comes `{`, but here stands `(`.",
            None,
        ),
        (
            "Table {\n id int\n}\nTable o {\n id int [ref: > t.id]\n}",
            "1:7 A `Table` needs a name, not `{`.",
            "Write `Table orders {`.",
        ),
        (
            "Table t {\n id int\n\nTable o {\n id int [ref: > t.id]\n}",
            "1:9 The block of Table `t` is never closed.",
            "Close it with `}`.",
        ),
        (
            "Table t {\n id int\n indexes {\n id\n",
            "3:10 The block of `indexes` is never closed.",
            "Close it with `}`.",
        ),
        ("Table t {\n id int\n}\n}", "4:1 This `}` closes nothing.", "Leave it out."),
        ("Table t {\n}", "1:7 The table `t` has no columns.", "Write `id uuid [pk]`"),
        (
            "Table t { id int }\nTable t { x int }\nRef: t.x > t.id",
            "2:7 The table `t` is stated",
            "The first one stands on line 1.",
        ),
        (
            "Table t { id int }\nTable T { id int }",
            "2:7 `T` and `t` differ in their case only.",
            "The first one stands on line 1; give one table another name.",
        ),
        (
            "CREATE TABLE t (\n id int NOT NULL,\n k int\n);\nTable o { id int [ref: > t.id] }",
            "1:1 `CREATE` begins no statement of DBML.",
            "In DBML: Write `Table orders {`",
        ),
        (
            "model User {\n id Int @id\n}\nTable o { id int [ref: > User.id] }",
            "1:1 `model` begins no statement of DBML.",
            "In DBML",
        ),
        (
            "TablePartial p { id int }\nTablePartial q {\n ~p\n k int\n}",
            "3:3 A partial cannot contain another one, such as `p`.",
            None,
        ),
        (
            "TablePartial p { id int }\nTablePartial p { k int }",
            "2:14 The partial `p` is stated",
            None,
        ),
        (
            "TablePartial p { id int }\nTable t {\n ~p\n ~p\n}",
            "4:3 The partial `p` is stated twice",
            None,
        ),
        (
            "TablePartial p {\n id int [not nul]\n}\nTable a { ~p }\nTable b { ~p }",
            "2:10 `not nul` is no setting of a column.",
            "Did you mean `not null`?",
        ),
        ("Table t {\n ~nowhere\n}\nRef: t.id > t.x", "2:3 There is no partial `nowhere`.", None),
        ("Enum e {\n}", "1:6 Enum `e` has no values.", "Give each a line of its own."),
        ("Enum e {\n a\n a\n}", "3:2 The enum `e` has `a` twice.", "Leave one of them out."),
        (
            "Enum e {\n a,\n b\n}",
            "2:3 Each value of an enum has a line of its own",
            "Leave the comma out.",
        ),
        (
            "Enum e {\n in-progress\n done\n}",
            "2:2 The value `in-progress` is not a plain name.",
            'Write `"in-progress"` in double quotes.',
        ),
        ("Enum e {\n 'a'\n}", "2:2 The value `a` is not a plain name.", 'Write `"a"` in double'),
        (
            "Enum e {\n a [not: 'x']\n}",
            "2:5 `not` is no setting of a value of an enum.",
            "Did you mean `note`?",
        ),
        ("Enum e { a }\nEnum e { b }", "2:6 The enum `e` is stated twice.", None),
        (
            "Enum t { a }\nTable t { id int }",
            "1:6 An enum and a table cannot both be named `t`",
            "Give the enum another name.",
        ),
        ("/* lost\nTable t {", "1:1 This comment is never closed.", "Close it with `*/`."),
        (
            "Table t {\n id int\n Note: '''\n}\n",
            "3:8 This text is never closed.",
            "Close it with `'''`.",
        ),
    ],
)
def test_a_slip_at_the_top_is_named_once_and_nothing_follows_from_it(
    source: str, message: str, hint: str | None
) -> None:
    found = slips(source)
    assert len(found) == 1, found
    assert found[0][0].startswith(message)
    if hint is not None:
        assert (found[0][1] or "").startswith(hint)


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "Ref b.a_id > a.id",
            "10:5 After `Ref` and its name comes a colon, not `b`.",
            "Write `Ref lines: order_lines.order_id > orders.id`.",
        ),
        ("Ref: b.a_id -> a.id", "10:13 `->` is no direction of a reference.", "Write `order_li"),
        ("Ref: b.a_id a.id", "10:13 Between the sides of a reference stands `>`", None),
        (
            "Ref: b.a_id >",
            "10:14 A reference leads from column to column, but here stands the end",
            "Write each side as `users.id`.",
        ),
        ("Ref: b.a_id > users.id", "10:15 There is no table `users`.", None),
        (
            "Ref: b.a_idd > a.id",
            "10:8 The table `b` has no column `a_idd`.",
            "Did you mean `a_id`?",
        ),
        (
            "Ref: b.a_id > a.id [delte: cascade]",
            "10:21 `delte` is no setting of a reference.",
            "Did you mean `delete`?",
        ),
        (
            "Ref: b.a_id > a.id [delete: cascad]",
            "10:29 `delete` takes one of cascade",
            "Did you mean `cascade`?",
        ),
        (
            "Ref: b.a_id > a.id on delete cascade",
            "10:20 A reference ends with its line",
            "What happens on delete is a setting: `[delete: cascade]`.",
        ),
        ("Ref: b.(a_id, k) > a.id", "10:20 Both sides of a reference have as many columns", None),
        (
            "Ref: b.a_id > a.id\nRef: a.id < b.a_id",
            "11:13 `b.a_id` points at `a` already.",
            "Keep one of the two",
        ),
        ("Ref: a.b.c.a_id > a.id", "10:6 Schemas other than", None),
    ],
)
def test_a_slip_in_a_reference_is_named_once(line: str, message: str, hint: str | None) -> None:
    found = slips(TWO + line)
    assert found
    assert found[0][0].startswith(message)
    if hint is not None:
        assert (found[0][1] or "").startswith(hint)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Table core.t { id int }", "Schemas other than `public` are not built yet"),
        ("Table t { id int\n mood core.mood\n}", "Schemas other than `public` are not built yet"),
        ("Table t {\n id int\n indexes { `lower(x)` }\n}", "An index over an expression is not"),
        (TWO + "Ref: a.id <> b.id", "A relation of many to many is not built from `<>` yet."),
        ("Table t { id int }\nrecords t(id) {\n 1\n}", "Sample data is read over"),
    ],
)
def test_what_this_version_does_not_build_is_no_error(source: str, message: str) -> None:
    report = Report()
    model = parse_dbml([Text("m", source)], report)
    assert [found.level for found in report] == [Level.LATER]
    assert next(iter(report)).code is Code.DBML_LATER
    assert next(iter(report)).message.startswith(message)
    assert model.tables[0].columns


def test_a_misspelt_setting_is_found_where_it_stands() -> None:
    whole = fences("orders")[0]
    report = Report()
    before = "reserved    int         [not null, default: 0]"
    assert before in whole.value
    slip = whole.value.replace(before, "reserved    int         [not nul, default: 0]")
    parse_dbml([Text(whole.file, slip, whole.line)], report)
    sentence, hint = "".join(str(found) for found in report).split("\n")
    assert (
        sentence == "data-model.md:46:28: error dbml-setting: `not nul` is no setting of a column."
    )
    assert hint == "    Did you mean `not null`?"


def test_all_slips_of_a_file_are_found_at_once() -> None:
    lines = [line for line, _, _ in IN_COLUMN if not line.startswith(("~", "o_id", "O_ID"))]
    tables = [
        f"Table t{number} {{\n  o_id int [ref: > o.id]\n  {line}\n  id int\n}}\n"
        for number, line in enumerate(lines)
    ]
    assert len(slips("Table o { id int }\n" + "".join(tables))) == len(lines)


# -- Nasty input --------------------------------------------------------------------------------

CANONICAL = [text.value for bundle in ("orders", "taskboard") for text in fences(bundle)]
PIECES = [*"{}[]()'\"`:,.~<>-/*\\\n #\t\0é", "'''", "/*", "Table", "Enum e {", "Ref:", "not nul"]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    source = draw(st.sampled_from(CANONICAL))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(source)))
        end = start + draw(st.integers(0, 20))
        source = source[:start] + draw(st.sampled_from(["", *PIECES])) + source[end:]
    return source


@given(mutated() | st.lists(st.sampled_from(PIECES)).map(" ".join) | st.text())
@settings(max_examples=150, deadline=2000)
def test_no_text_makes_the_parser_fail(source: str) -> None:
    report = Report()
    model = parse_dbml([Text("m", source)], report)
    lines = source.count("\n") + 1
    assert all(1 <= found.place.line <= lines and found.message for found in report)
    for each in model.tables:
        unique = {column.name.value for column in each.columns}
        assert len(unique) == len(each.columns)


@given(st.integers(0, 200), st.sampled_from(CANONICAL))
@settings(max_examples=50, deadline=2000)
def test_a_lost_character_is_told_in_few_sentences(seed: int, source: str) -> None:
    offset = seed * len(source) // 201
    assert len(slips(source[:offset] + source[offset + 1 :])) <= 4


@pytest.mark.parametrize(
    "source",
    [
        "'\n" * 5000,
        "`\n" * 5000,
        "{" * 10000,
        "Table x {\n a b [" + "[" * 10000,
        "Table x {" + "a\n" * 5000,
        "\\'''" * 2500,
        "/*" * 5000,
        "TablePartial p {\n"
        + "".join(f"c{n} int\n" for n in range(1000))
        + "}\n"
        + "".join(f"Table t{n} {{ ~p }}\n" for n in range(2000)),
        "Table p {\n" + "".join(f"c{n} int [ref: > p.c{n}]\n" for n in range(2000)) + "}",
        "".join(f"Table t{n} {{ id int }}\nRef: t{n}.idd > tt{n}.id\n" for n in range(1000)),
    ],
)
def test_nasty_texts_take_little_time(source: str) -> None:
    start = time.process_time()
    parse_dbml([Text("m", source)], Report())
    assert time.process_time() - start < 5
