import pytest

from specwright.model import naming


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("tasks", "task"),
        ("order_lines", "order_line"),
        ("categories", "category"),
        ("statuses", "status"),
        ("status", "status"),
        ("addresses", "address"),
        ("people", "person"),
        ("children", "child"),
        ("boxes", "box"),
        ("branches", "branch"),
        ("caches", "cache"),
        ("movies", "movie"),
        ("courses", "course"),
        ("leases", "lease"),
        ("houses", "house"),
        ("causes", "cause"),
        ("heroes", "hero"),
        ("shoes", "shoe"),
        ("analyses", "analysis"),
        ("analysis", "analysis"),
        ("indices", "index"),
        ("sizes", "size"),
        ("quizzes", "quiz"),
        ("shelves", "shelf"),
        ("archives", "archive"),
        ("leaves", "leaves"),  # of a tree, or of an employee
        ("news", "news"),
        ("staff", "staff"),
        ("days", "day"),
        ("keys", "key"),
        ("s", "s"),
        ("user_news", "user_news"),
        ("bus", "bus"),
        ("pets", "pet"),
        ("specialties", "specialty"),
    ],
)
def test_a_row_is_called_by_the_singular_of_its_table(table: str, row: str) -> None:
    assert naming.singular(table) == row


def test_an_entity_is_called_by_its_row_in_pascal_case() -> None:
    assert naming.entity_name("order_lines") == "OrderLine"
    assert naming.entity_name("oauth2_tokens") == "Oauth2Token"


def test_names_of_constraints_say_table_and_columns() -> None:
    assert naming.primary_key_name("tasks") == "pk_tasks"
    assert naming.unique_name("lines", ["order_id", "product_id"]) == "uq_lines_order_id_product_id"
    assert naming.foreign_key_name("tasks", ["owner_id"], "users") == "fk_tasks_owner_id_users"
    assert naming.index_name("tasks", ["status"]) == "ix_tasks_status"
    assert naming.check_name("tasks", "priority") == "ck_tasks_priority"


def test_names_that_postgresql_would_cut_stay_apart() -> None:
    columns = ["a_rather_long_name_of_a_column", "another_rather_long_name_of_a_column"]
    one = naming.index_name("measurements", [*columns, "x"])
    other = naming.index_name("measurements", [*columns, "y"])
    assert len(one) == len(other) == 63
    assert one != other
    assert one.startswith("ix_measurements_a_rather_long_name")


@pytest.mark.parametrize(
    ("name", "whose"),
    [("order", "SQL"), ("class", "Python"), ("package", "CEL"), ("task", None), ("status", None)],
)
def test_reserved_words_are_known_by_their_language(name: str, whose: str | None) -> None:
    assert naming.reserved_by(name) == whose


@pytest.mark.parametrize("name", ["Tasks", "größe", "2fast", "a-b", "", "a" * 64])
def test_names_that_need_quotes_are_not_plain(name: str) -> None:
    assert not naming.is_plain(name)


def test_a_column_that_sqlalchemy_would_shadow_has_another_attribute() -> None:
    assert naming.attribute("metadata") == "metadata_"
    assert naming.attribute("title") == "title"
