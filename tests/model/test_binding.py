"""From small contracts to what their calls mean."""
# tables of contracts and messages, a line each

from collections.abc import Callable

import pytest

from specwright.diagnostic import Level, Report
from specwright.model import Model
from specwright.model.operations import (
    ColumnValue,
    DerivedValue,
    EnvelopeRole,
    LinkEnd,
    LinkRow,
    Operation,
    OrderKey,
    PagingStyle,
    PathKey,
    RelatedCount,
    RelatedValue,
    RelatedView,
    RowInPath,
)

Small = Callable[..., tuple[Model, Report]]

TABLES = """
Table authors {
  id uuid [pk, default: `gen_random_uuid()`]
  created_at timestamptz [not null, default: `now()`]
  full_name text [not null]
  email citext [not null, unique]
}
Table books {
  id uuid [pk, default: `gen_random_uuid()`]
  author_id uuid [not null, ref: > authors.id]
  isbn varchar(13) [not null, unique]
  title text [not null]
  subtitle text
  page_count int
  price numeric(10, 2) [not null, default: 0]
  is_lent bool [not null, default: false]
  published_at timestamptz
  book_date date
  extra jsonb
}
Ref written: books.author_id > authors.id
Table tags {
  id uuid [pk, default: `gen_random_uuid()`]
  name text [not null, unique]
}
Table book_tags {
  book_id uuid [not null]
  tag_id uuid [not null, ref: > tags.id]
  indexes { (book_id, tag_id) [pk] }
}
Ref tags: book_tags.book_id > books.id [delete: cascade]
""".replace("uuid [not null, ref: > authors.id]", "uuid [not null]")

ID = "{ name: %s, in: path, required: true, schema: { type: string, format: uuid } }"
JSON = "content: { application/json: { schema: %s } }"


def ref(name: str) -> str:
    return f"{{ $ref: '#/components/schemas/{name}' }}"


def call(  # the parts of a call
    operation: str,
    path: str,
    method: str = "get",
    *,
    answer: str | None = None,
    status: int = 200,
    body: str | None = None,
    query: str = "",
    media: str = "application/json",
) -> str:
    """One call of a contract; the parameters of its path are uuids."""
    keys = [part[1:-1] for part in path.replace(":", "/").split("/") if part.startswith("{")]
    parameters = ", ".join([*(ID % key for key in keys), *([query] if query else [])])
    content = "" if answer is None else f", {JSON % answer}"
    sent = (
        ""
        if body is None
        else f"      requestBody: {{ required: true, content: {{ {media}: {{ schema: {body} }} }} }}\n"
    )
    return (
        f"  {path}:\n    {method}:\n      operationId: {operation}\n"
        f"      parameters: [{parameters}]\n{sent}"
        f"      responses: {{ '{status}': {{ description: OK{content} }} }}"
    )


BOOK = """\
    Book:
      type: object
      required: [id, title]
      properties:
        id: { type: string, format: uuid, readOnly: true }
        title: { type: string }
"""


def bind(small: Small, paths: str, schemas: str = BOOK, **others: str) -> Operation:
    model, report = small(TABLES, paths, schemas, **others)
    assert not list(report), [str(one) for one in report]
    (operation,) = model.operations
    return operation


def left_open(small: Small, paths: str, schemas: str = BOOK, **others: str) -> list[str]:
    model, report = small(TABLES, paths, schemas, **others)
    assert not report.at(Level.ERROR), [str(one) for one in report]
    assert [one.id for one in model.left_out] == ["op"]
    assert model.operations == ()
    return [one.message for one in report.at(Level.OPEN)]


# -- Which kind, and which row


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("get", "/books", None, "list"),
        ("get", "/api/v2/books", None, "list"),
        ("get", "/book", None, "list"),
        ("post", "/books", "Book", "create"),
        ("get", "/books/{id}", None, "read"),
        ("get", "/books/{bookId}", None, "read"),
        ("get", "/books/{book_id}", None, "read"),
        ("get", "/books/{uuid}", None, "read"),
        ("put", "/books/{id}", "Book", "replace"),
        ("patch", "/books/{id}", "Book", "update"),
        ("delete", "/books/{id}", None, "delete"),
        ("get", "/authors/{id}/written", None, "list"),
        ("get", "/authors/{authorId}/books", None, "list"),
        ("get", "/authors/{authorId}/books/{bookId}", None, "read"),
        ("put", "/books/{id}/tags/{tag_id}", None, "link"),
        ("post", "/books/{id}/tags/{tagId}", None, "link"),
        ("delete", "/books/{id}/tags/{tag_id}", None, "unlink"),
        ("delete", "/books/{id}/book-tags/{tag}", None, "unlink"),
    ],
)
def test_method_and_path_give_the_kind(
    small: Small, method: str, path: str, body: str | None, kind: str
) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    shows_rows = kind == "list"
    answer = None if kind in ("link", "unlink", "delete") else rows if shows_rows else ref("Book")
    rules = (
        "op:\n  set:\n    book.author_id: actor.id\n    book.isbn: '\"9\"'"
        if kind == "create"
        else ""
    )
    written = call("op", path, method, answer=answer, body=ref(body) if body else None)
    tables = TABLES.replace("authors.id\n", "users.id\n") if kind == "create" else TABLES
    model, report = small(tables, written, BOOK, rules=rules)
    assert not list(report), [str(one) for one in report]
    assert [str(one.kind) for one in model.operations] == [kind]


def test_a_path_of_two_rows_says_how_they_belong_together(small: Small) -> None:
    path = "/authors/{authorId}/books/{isbn}"
    paths = call("op", path, answer=ref("Book")).replace(
        ID % "isbn", "{ name: isbn, in: path, required: true, schema: { type: string } }"
    )
    author = RowInPath("Author", (PathKey("id", "authorId"),))
    assert bind(small, paths).row == RowInPath(
        "Book", (PathKey("isbn", "isbn"),), author, (("author_id", "id"),)
    )


def test_a_collection_below_a_row_is_of_that_row(small: Small) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    operation = bind(small, call("op", "/authors/{id}/books", answer=rows))
    assert operation.parent == RowInPath("Author", (PathKey("id", "id"),))
    assert operation.parent_joins == (("author_id", "id"),)


def test_a_link_knows_both_its_ends(small: Small) -> None:
    operation = bind(small, call("op", "/books/{id}/tags/{tag_id}", "put", status=204))
    assert operation.entity == "BookTag"
    assert operation.link == LinkRow(
        "BookTag",
        (
            LinkEnd("book_id", "Book", "id", "id", "id"),
            LinkEnd("tag_id", "Tag", "id", "tag_id", "id"),
        ),
    )


def test_me_is_the_row_of_the_caller(small: Small) -> None:
    operation = bind(small, call("op", "/users/me", answer=ref("User")), schemas="")
    assert (str(operation.kind), operation.row) == ("read", RowInPath("User", (), is_actor=True))


def test_a_word_that_is_no_table_stands_for_what_is_answered_there(small: Small) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    both = call("op", "/works", answer=rows) + "\n" + call("one", "/works/{id}", answer=ref("Book"))
    model, report = small(TABLES, both, BOOK)
    assert not list(report)
    assert [one.entity for one in model.operations] == ["Book", "Book"]


def test_a_word_that_could_be_two_tables_stays_open(small: Small) -> None:
    schemas = "    Thing: { type: object, properties: { id: { type: string, format: uuid } } }"
    rows = f"{{ type: array, items: {ref('Thing')} }}"
    assert left_open(small, call("op", "/things", answer=rows), schemas) == [
        "Nothing in the path of `GET /things` names a table; "
        "its answer could be `User`, `Author`, `Book` or `Tag`."
    ]


@pytest.mark.parametrize(
    ("path", "method", "message"),
    [
        ("/books/{id}/lend", "post", "Nothing says what `POST /books/{id}/lend` does with the book."),
        ("/books/search", "get", "Nothing says what `GET /books/search` does with the book."),
        ("/health", "get", "Nothing in the path of `GET /health` names a table."),
        ("/books/{title}", "get", "`GET /books/{title}` stays open: `{title}` is no key of `Book`, "
         "which has the keys `id`, `isbn`."),
        ("/{tenant}/books", "get", "`GET /{tenant}/books` stays open: "
         "nothing says what `{tenant}` is the key of."),
        ("/books/{id}/{other}", "get", "`GET /books/{id}/{other}` stays open: "
         "nothing says what `{other}` is the key of."),
        ("/books/{id}", "post", "Nothing says what `POST /books/{id}` does with the book."),
        ("/books/{id}", "put", "`PUT /books/{id}` changes a row, but has no JSON body to say how."),
    ],
)  # fmt: skip
def test_a_call_that_means_nothing_stays_open(
    small: Small, path: str, method: str, message: str
) -> None:
    assert left_open(small, call("op", path, method, status=204)) == [message]


# -- What comes out


def view_of(small: Small, properties: str, **others: str) -> Operation:
    schemas = f"    Book:\n      type: object\n      properties:\n{properties}"
    return bind(small, call("op", "/books/{id}", answer=ref("Book")), schemas, **others)


@pytest.mark.parametrize(
    ("name", "schema", "source"),
    [
        ("title", "{ type: string }", ColumnValue("title")),
        ("pageCount", "{ type: [integer, 'null'] }", ColumnValue("page_count")),
        ("page_count", "{ type: [number, 'null'] }", ColumnValue("page_count")),
        ("isLent", "{ type: boolean }", ColumnValue("is_lent")),
        ("price", "{ type: number }", ColumnValue("price")),
        ("price", "{ type: string }", ColumnValue("price")),
        ("bookId", "{ type: string, format: uuid }", ColumnValue("id")),
        ("author", "{ type: string, format: uuid }", ColumnValue("author_id")),
        ("date", "{ type: [string, 'null'], format: date }", ColumnValue("book_date")),
        ("authorFullName", "{ type: string }", RelatedValue("author", "full_name")),
        ("author_email", "{ type: string, format: email }", RelatedValue("author", "email")),
        ("tags_count", "{ type: integer }", RelatedCount("tags")),
        ("extra", "{ type: [object, 'null'] }", ColumnValue("extra")),
        ("extra", "{}", ColumnValue("extra")),
        ("subtitle", "{ oneOf: [{ type: string }, { type: 'null' }] }", ColumnValue("subtitle")),
        ("label", "{ type: string }", DerivedValue("label")),
    ],
)
def test_a_property_is_bound_to_what_it_means(
    small: Small, name: str, schema: str, source: object
) -> None:
    rules = "derived:\n  Book.label: book.title" if name == "label" else ""
    operation = view_of(small, f"        {name}: {schema}", rules=rules)
    assert operation.view is not None
    assert [(one.name, one.source) for one in operation.view.fields] == [(name, source)]


def test_rows_within_rows_are_views_within_views(small: Small) -> None:
    inner = "{ type: object, properties: { id: { type: string }, fullName: { type: string } } }"
    tags = "{ type: array, items: { type: object, properties: { tag_id: { type: string } } } }"
    operation = view_of(small, f"        author: {inner}\n        tags: {tags}")
    assert operation.view is not None
    author, tag = (one.source for one in operation.view.fields)
    assert isinstance(author, RelatedView)
    assert isinstance(tag, RelatedView)
    assert (author.relation, author.many, author.view.name) == ("author", False, "BookAuthor")
    assert (tag.relation, tag.many, tag.view.name) == ("tags", True, "BookTag")
    assert list(operation.view.relations()) == ["author", "tags"]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("colour: { type: string }",
         "`colour` of `Book` is neither a column nor a relation of `Book`, nor derived."),
        ("title: { type: integer }",
         "`title` is `integer` in the contract and `text` in the data model."),
        ("title: { type: string, format: date-time }",
         "`title` has the format `date-time`, but is `text` in the data model."),
        ("price: { type: boolean }",
         "`price` is `boolean` in the contract and `numeric(10, 2)` in the data model."),
        ("id: { type: string, format: date }",
         "`id` has the format `date`, but is `uuid` in the data model."),
        ("author: { type: array, items: { type: object, properties: { id: { type: string } } } }",
         "`author` of `Book` is a list in the contract, but the relation `Book.author` leads to "
         "one row."),
        ("author: { $ref: '#/components/schemas/Loop' }",
         "`Loop` contains itself, so a response has no end."),
    ],
)  # fmt: skip
def test_a_property_that_means_nothing_stays_open(
    small: Small, properties: str, message: str
) -> None:
    loop = (
        "\n    Loop: { type: object, properties: { written: { type: array, "
        "items: { type: object, properties: { author: { $ref: '#/components/schemas/Loop' } } } } } }"
    )
    schemas = f"    Book:\n      type: object\n      properties:\n        {properties}{loop}"
    assert left_open(small, call("op", "/books/{id}", answer=ref("Book")), schemas) == [message]


def test_what_is_never_null_on_the_wire_is_not_null_in_the_table(small: Small) -> None:
    schemas = (
        "    Book: { type: object, required: [subtitle], "
        "properties: { subtitle: { type: string } } }"
    )
    assert left_open(small, call("op", "/books/{id}", answer=ref("Book")), schemas) == [
        "`subtitle` of `Book` is required and never null in the contract, "
        "but null is possible in the data model."
    ]
    optional = schemas.replace("required: [subtitle], ", "")
    operation = bind(small, call("op", "/books/{id}", answer=ref("Book")), optional)
    assert operation.view is not None
    assert operation.view.fields[0].leaves_out_null


def test_all_of_is_one_schema(small: Small) -> None:
    schemas = (
        "    BookFields: { type: object, required: [title], properties: { title: { type: string } } }\n"
        "    Book: { allOf: [{ $ref: '#/components/schemas/BookFields' }, "
        "{ type: object, required: [id], properties: { id: { type: string } } }] }"
    )
    operation = bind(small, call("op", "/books/{id}", answer=ref("Book")), schemas)
    assert operation.view is not None
    assert [(one.name, one.required) for one in operation.view.fields] == [
        ("title", True),
        ("id", True),
    ]


def test_an_answer_may_be_wrapped(small: Small) -> None:
    wrapped = f"{{ type: object, required: [book], properties: {{ book: {ref('Book')} }} }}"
    operation = bind(small, call("op", "/books/{id}", answer=wrapped))
    assert operation.answers[0].envelope == "book"
    assert operation.view is not None
    assert operation.view.name == "Book"


# -- Lists


def page(*others: str) -> str:
    rows = f"items: {{ type: array, items: {ref('Book')} }}"
    return f"{{ type: object, required: [items], properties: {{ {', '.join([rows, *others])} }} }}"


def parameter(name: str, schema: str = "{ type: integer }") -> str:
    return f"{{ name: {name}, in: query, schema: {schema} }}"


def test_a_bare_array_has_no_pages(small: Small) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    operation = bind(small, call("op", "/books", answer=rows))
    assert operation.answers[0].page is not None
    assert operation.answers[0].page.items is None
    assert operation.paging is not None
    assert operation.paging.style is PagingStyle.NONE
    assert operation.order == (OrderKey("id", descending=False),)


@pytest.mark.parametrize(
    ("query", "others", "style", "roles"),
    [
        ([("limit", "{ type: integer, maximum: 50, default: 10 }"), ("cursor", "{ type: string }")],
         ["nextCursor: { type: [string, 'null'] }"], "cursor", [EnvelopeRole.NEXT_TOKEN]),
        ([("limit", "{ type: integer, maximum: 50, default: 10 }"), ("offset", "{ type: integer }")],
         ["total: { type: integer }", "offset: { type: integer }", "limit: { type: integer }"],
         "offset", [EnvelopeRole.TOTAL, EnvelopeRole.OFFSET, EnvelopeRole.PAGE_SIZE]),
        ([("size", "{ type: integer, maximum: 50, default: 10 }"),
          ("page", "{ type: integer, minimum: 0 }")],
         ["totalElements: { type: integer }", "totalPages: { type: integer }",
          "page: { type: integer }", "has_more: { type: boolean }"],
         "page", [EnvelopeRole.TOTAL, EnvelopeRole.PAGES, EnvelopeRole.PAGE, EnvelopeRole.HAS_MORE]),
        ([("per_page", "{ type: integer, maximum: 50, default: 10 }"), ("page", "{ type: integer }")],
         ["meta: { type: object, properties: { total_count: { type: integer } } }"],
         "page", [EnvelopeRole.TOTAL]),
        ([("limit", "{ type: integer, maximum: 50, default: 10 }")],
         ["items_count: { type: integer }"], "none", [EnvelopeRole.TOTAL]),
    ],
)  # fmt: skip
def test_a_list_is_read_as_its_parameters_and_its_answer_say(
    small: Small,
    query: list[tuple[str, str]],
    others: list[str],
    style: str,
    roles: list[EnvelopeRole],
) -> None:
    parameters = ", ".join(parameter(name, schema) for name, schema in query)
    operation = bind(small, call("op", "/books", answer=page(*others), query=parameters))
    paging = operation.paging
    assert paging is not None
    assert (str(paging.style), paging.default_size, paging.largest_size) == (style, 10, 50)
    assert operation.answers[0].page is not None
    assert [field.role for field in operation.answers[0].page.fields] == roles
    assert paging.first_page == (0 if "minimum: 0" in parameters else 1)


@pytest.mark.parametrize(
    ("name", "schema", "column", "compares"),
    [
        ("title", "{ type: string }", "title", "="),
        ("isLent", "{ type: boolean }", "is_lent", "="),
        ("author", "{ type: string, format: uuid }", "author_id", "="),
        ("author_id", "{ type: array, items: { type: string, format: uuid } }", "author_id", "in"),
        ("minPrice", "{ type: number }", "price", ">="),
        ("price_max", "{ type: number }", "price", "<="),
        ("published_after", "{ type: string, format: date-time }", "published_at", ">"),
        ("published_at_lte", "{ type: string, format: date-time }", "published_at", "<="),
        ("date", "{ type: string, format: date }", "book_date", "="),
    ],
)
def test_a_query_parameter_filters_by_a_column(
    small: Small, name: str, schema: str, column: str, compares: str
) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    operation = bind(small, call("op", "/books", answer=rows, query=parameter(name, schema)))
    assert [(one.column, one.compares) for one in operation.filters] == [(column, compares)]


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ("[title, -title]", [("title", False), ("title", True)]),
        ("[pageCount, '+page_count']", [("page_count", False), ("page_count", False)]),
        ("['title:asc', 'title:desc']", [("title", False), ("title", True)]),
        ("[title_asc, title_desc]", [("title", False), ("title", True)]),
    ],
)
def test_a_list_is_sorted_by_the_values_of_a_parameter(
    small: Small, values: str, keys: list[tuple[str, bool]]
) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    sort = parameter("sort", f"{{ type: string, enum: {values} }}")
    operation = bind(small, call("op", "/books", answer=rows, query=sort))
    assert operation.sorting is not None
    assert [(key.column, key.descending) for key in operation.sorting.keys] == keys


def test_a_direction_may_have_a_parameter_of_its_own(small: Small) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    query = ", ".join(
        [
            parameter("sort_by", "{ type: string, enum: [title], default: title }"),
            parameter("order", "{ type: string, enum: [asc, desc] }"),
        ]
    )
    operation = bind(small, call("op", "/books", answer=rows, query=query))
    assert operation.sorting is not None
    assert operation.sorting.direction is not None
    assert operation.order == (
        OrderKey("title", descending=False),
        OrderKey("id", descending=False),
    )


@pytest.mark.parametrize(
    ("query", "others", "message"),
    [
        ("q", [], "Nothing says what `q` of `GET /books` does."),
        ("extra", [], "`extra` is `integer` in the contract and `jsonb` in the data model."),
        (
            "page_token",
            [],
            "`GET /books` has a token for pages in its query, but not in its answer.",
        ),
        ("limit", ["cursor: { type: string }"], "has a token for pages in its answer"),
        (
            "limit",
            ["page: { type: integer }"],
            "answers with the page of a list, but is read by none",
        ),
        ("limit", ["weather: { type: string }"], "`weather` of `BookPage` stands beside the rows"),
    ],
)
def test_a_list_that_does_not_add_up_stays_open(
    small: Small, query: str, others: list[str], message: str
) -> None:
    found = left_open(small, call("op", "/books", answer=page(*others), query=parameter(query)))
    assert any(message in one for one in found), found


def test_a_token_that_is_always_there_cannot_be(small: Small) -> None:
    answer = page("next: { type: string }").replace("[items]", "[items, next]")
    query = parameter("cursor", "{ type: string }")
    assert left_open(small, call("op", "/books", answer=answer, query=query)) == [
        "`GET /books` promises a next page always, which the last page cannot keep."
    ]


# -- What goes in


def test_a_body_writes_columns_by_their_wire_names(small: Small) -> None:
    body = (
        "{ type: object, properties: { title: { type: string }, pageCount: "
        "{ type: [integer, 'null'] }, id: { type: string, readOnly: true } } }"
    )
    operation = bind(
        small,
        call(
            "op",
            "/books/{id}",
            "patch",
            answer=ref("Book"),
            body=body,
            media="application/merge-patch+json",
        ),
    )
    assert operation.body is not None
    assert operation.body.is_merge_patch
    assert [(one.name, one.column) for one in operation.body.fields] == [
        ("title", "title"),
        ("pageCount", "page_count"),
    ]


def test_a_key_in_a_body_names_a_row_that_is_looked_up(small: Small) -> None:
    body = "{ type: object, properties: { author: { type: string, format: uuid } } }"
    operation = bind(small, call("op", "/books/{id}", "patch", answer=ref("Book"), body=body))
    assert operation.body is not None
    field = operation.body.fields[0]
    assert (field.column, field.names_row) == ("author_id", "Author")


def test_a_body_may_be_wrapped(small: Small) -> None:
    body = "{ type: object, properties: { book: { type: object, properties: { title: { type: string } } } } }"
    operation = bind(small, call("op", "/books/{id}", "put", answer=ref("Book"), body=body))
    assert operation.body is not None
    assert (operation.body.envelope, operation.body.fields[0].column) == ("book", "title")


def test_rows_can_be_created_with_the_row_that_they_belong_to(small: Small) -> None:
    book = "{ type: object, required: [isbn, title], properties: { isbn: { type: string }, title: { type: string } } }"
    body = (
        "{ type: object, required: [fullName, email], properties: { fullName: { type: string }, "
        f"email: {{ type: string }}, written: {{ type: array, items: {book} }} }} }}"
    )
    shown = "{ type: object, properties: { id: { type: string } } }"
    operation = bind(small, call("op", "/authors", "post", answer=shown, body=body, status=201))
    assert operation.body is not None
    written = operation.body.fields[2]
    assert (written.relation, [row.column for row in written.rows]) == (
        "written",
        ["isbn", "title"],
    )
    assert operation.conflicts == ("uq_authors_email", "uq_books_isbn")


def test_what_nobody_says_of_a_new_row_stays_open(small: Small) -> None:
    body = "{ type: object, required: [title], properties: { title: { type: string } } }"
    found = left_open(small, call("op", "/books", "post", answer=ref("Book"), body=body))
    assert found == [
        "Nothing says what `book.author_id` is when `op` creates a row.",
        "Nothing says what `book.isbn` is when `op` creates a row.",
    ]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ("colour: { type: string }",
         "`colour` of the request is no column of `Book`, and no rule uses it."),
        ("title: { type: [string, 'null'] }",
         "`title` may be null in the contract, but is `not null` in the data model."),
        ("page_count: { type: number }",
         "`page_count` is `number` in the contract and `int` in the data model."),
        ("id: { type: string }", "A request cannot write `book.id`: a key never changes."),
        ("tags: { type: array, items: { type: object, properties: { tag_id: { type: string } } } }",
         "Nothing says what becomes of the present `book.tags` when a change brings a list of "
         "them."),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_written_stays_open(
    small: Small, properties: str, message: str
) -> None:
    body = f"{{ type: object, properties: {{ {properties} }} }}"
    paths = call("op", "/books/{id}", "patch", answer=ref("Book"), body=body)
    assert left_open(small, paths) == [message]


def test_two_schemas_of_one_name_get_names_of_their_own(small: Small) -> None:
    one = "{ type: object, properties: { id: { type: string } } }"
    other = "{ type: object, properties: { title: { type: string } } }"
    rows = f"{{ type: array, items: {other} }}"
    paths = (
        call("op", "/books/{id}", answer=ref("Book")) + "\n" + call("other", "/books", answer=rows)
    )
    schemas = f"    Book: {one}"
    model, report = small(TABLES, paths, schemas)
    assert not list(report)
    names = [operation.view.name for operation in model.operations if operation.view]
    assert names == ["Book", "BookView"]


# -- What holds for all


@pytest.mark.parametrize(
    ("statuses", "status"), [("400", 400), ("422", 422), ("400 422", 400), ("", 400)]
)
def test_the_validation_status_is_one_for_the_contract(
    small: Small, statuses: str, status: int
) -> None:
    more = "".join(f", '{one}': {{ description: No }}" for one in statuses.split())
    paths = call("op", "/books/{id}", answer=ref("Book"))
    model, _ = small(TABLES, paths.removesuffix(" }") + more + " }", BOOK)
    assert model.validation_status == status
    assert model.operations[0].refusals == tuple(statuses.split())


def test_every_decision_is_said_in_words(small: Small) -> None:
    rows = f"{{ type: array, items: {ref('Book')} }}"
    query = parameter("title", "{ type: string }")
    operation = bind(small, call("op", "/authors/{id}/books", answer=rows, query=query))
    assert operation.how == (
        "GET /authors/{id}/books lists the rows of `books` that the caller may see.",
        "`{id}` is `id` of Author; one that the caller cannot see is 404.",
        "`title` keeps those whose `title` = its value.",
        "It is ordered by `id` up.",
        "The contract has no pages, so every row is answered.",
        "200 shows `Book`.",
    )
