"""`docs/format.md` has every key, every function and every pattern of a scenario."""

from pathlib import Path

import pytest

from specwright.emit.tests.sentences import PATTERNS
from specwright.model.typed import Function
from specwright.spec.blocks import KEYS
from specwright.spec.service import AUTH_KEYS, LIMIT_KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")
FUNCTIONS = [one for one in Function if one is not Function.FOLD]


@pytest.mark.parametrize("shape", [pattern.shape for pattern in PATTERNS])
def test_every_pattern_of_a_step_is_there(shape: str) -> None:
    assert f"`{shape}`" in PAGE


@pytest.mark.parametrize("key", [*KEYS, *AUTH_KEYS, *LIMIT_KEYS])
def test_every_key_is_there(key: str) -> None:
    assert f"{key}:" in PAGE or f"`{key}`" in PAGE


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_there(function: str) -> None:
    assert f"{function}(" in PAGE
