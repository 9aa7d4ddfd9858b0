"""Hand-written code that rules ask: what is not written says so, and what has changed is named."""

import __future__

import inspect
from types import FunctionType

from backend.core.errors import Refusal


class HookNotWritten(Refusal):
    """A rule asks hand-written code that nobody has written yet."""

    status = 501
    type = "hook-not-written"

    def __init__(self, hook: str) -> None:
        super().__init__(f"The hook `{hook}` is not written yet.")


class HookChanged(TypeError):
    """A function is not signed as its protocol has it."""


def expect_signed(hooks: object, protocol: type) -> None:
    """Every function of the protocol must be there, signed alike word for word."""
    for name, asked in vars(protocol).items():
        if name.startswith("_") or not inspect.isfunction(asked):
            continue
        written = inspect.getattr_static(type(hooks), name, None)
        where = f"{type(hooks).__module__}.{type(hooks).__qualname__}.{name}"
        if not isinstance(written, FunctionType):
            raise HookChanged(f"{where} is missing: it is `{_signature(asked)}`.")
        if not inspect.iscoroutinefunction(written):
            raise HookChanged(f"{where} must be an `async def`.")
        if _signature(written) != _signature(asked):
            said = f"`{_signature(written)}`, where its protocol has `{_signature(asked)}`"
            raise HookChanged(f"{where} is {said}.")


def _signature(function: FunctionType) -> inspect.Signature:
    """With its annotations as they are meant, whether or not they are read late."""
    late = function.__code__.co_flags & __future__.annotations.compiler_flag
    return inspect.signature(function, eval_str=bool(late))
