"""One edit of an example at a time, and every line that its author then reads beside the usual."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from specwright.model import Model

SLIPS = Path(__file__).parent / "slips"


def _slips() -> Iterator[tuple[str, str]]:
    for path in sorted(SLIPS.glob("*.txt")):
        for slip in path.read_text().strip("\n").split("\n\n"):
            yield path.stem, slip


def _of(slip: str, sign: str) -> list[str]:
    return [line[2:] for line in slip.split("\n") if line.startswith(f"{sign} ")]


@pytest.mark.parametrize(
    ("bundle", "slip"), [pytest.param(b, s, id=f"{b}{n}") for n, (b, s) in enumerate(_slips())]
)
def test_a_slip_is_told_once_and_where_it_is(
    bundle: str,
    slip: str,
    example: Callable[[str], Mapping[str, str]],
    build: Callable[[str, Mapping[str, str]], tuple[Model, list[str]]],
    unedited: Callable[[str], tuple[Model, list[str]]],
) -> None:
    file = slip.split("\n", 1)[0]
    old, new = ("".join(f"{line}\n" for line in _of(slip, sign)) for sign in "-+")
    text = f"{example(bundle)[file]}\n"
    assert text.count(old) == 1, f"The slip's lines stand {text.count(old)} times in {file}."
    _, found = build(bundle, {**example(bundle), file: text.replace(old, new)})
    usual = {line.split(": ", 1)[1] for line in unedited(bundle)[1]}
    news = [line for line in found if line.split(": ", 1)[1] not in usual]
    assert "\n".join(news) == "\n".join(_of(slip, "!"))


def test_the_examples_have_no_slips(
    unedited: Callable[[str], tuple[Model, list[str]]],
) -> None:
    assert unedited("taskboard")[1] == []
    assert [line for line in unedited("orders")[1] if ": later not-built: " not in line] == []
