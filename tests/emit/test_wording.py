import pytest

from specwright.emit.wording import with_article


@pytest.mark.parametrize(
    ("noun", "told"),
    [
        ("task", "a task"),
        ("order_line", "an order line"),
        ("user", "a user"),
        ("unit", "a unit"),
        ("update", "an update"),
        ("hour", "an hour"),
        ("one_time_code", "a one time code"),
        ("owner", "an owner"),
    ],
)
def test_the_article_goes_by_the_sound(noun: str, told: str) -> None:
    assert with_article(noun) == told
