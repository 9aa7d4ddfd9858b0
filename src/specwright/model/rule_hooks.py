"""What a rule block leaves to hand-written code: `hook.scoreRisk(order) -> int`."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeGuard

from specwright.address import snake
from specwright.diagnostic import Code, did_you_mean
from specwright.model import types
from specwright.model.expressions import check
from specwright.model.naming import RESERVED_IN_PYTHON
from specwright.model.rule_expressions import Names, RuleExpressions
from specwright.model.rules import Do, DoHook
from specwright.model.typed import Typed
from specwright.spec.cel import parse
from specwright.spec.cel import tree as cel
from specwright.spec.text import Text

_HOOK = re.compile(r"(.*?)(?:->\s*(\w+)(\?)?\s*)?", re.DOTALL)
_RESULTS = {
    "int": types.INT,
    "text": types.TEXT,
    "string": types.TEXT,
    "str": types.TEXT,
    "bool": types.BOOL,
    "double": types.DOUBLE,
    "decimal": types.DECIMAL,
    "uuid": types.UUID,
    "timestamp": types.TIMESTAMP,
    "date": types.DATE,
    "json": types.JSON,
}


class RuleHooks(RuleExpressions):
    """Reads hooks: their arguments, and what they give back."""

    def _hook(self, text: Text, names: Names) -> DoHook | None:
        found = _HOOK.fullmatch(text.value)
        before = len(self.report)
        call = parse(text.part(0, found.end(1)), self.report) if found is not None else None
        if found is None or not _is_hook(call):
            if len(self.report) == before:
                self._say(
                    text.place(0),
                    Code.UNKNOWN_OPERATION,
                    f"`{text.value.strip()}` is neither an operation nor an effect nor a hook.",
                    "Write `do: cancelOrder` or `do: hook.scoreRisk(order) -> int`.",
                )
            return None
        given = [check(argument, self._scope(names), self.report) for argument in call.arguments]
        result = self._result(text, found) if found[2] is not None else None
        arguments = [value for value in given if value is not None]
        is_whole = len(arguments) == len(given) and (found[2] is None or result is not None)
        if not is_whole or not self._is_usable(call, result, names):
            return None
        if any(not self._has_type(value) for value in arguments):
            return None
        named = tuple(zip(_argument_names(call.arguments), arguments, strict=True))
        return DoHook(call.function.value, named, result, text.place(0))

    def _result(self, text: Text, found: re.Match[str]) -> types.Type | None:
        enum = self.around.scopes.enums.get(found[2])
        known: types.Type | None = _RESULTS.get(found[2])
        if enum is not None:
            known = types.OneOf(enum.name, enum.values)
        if known is None:
            every = [*_RESULTS, *self.around.scopes.enums]
            self._say(
                text.place(found.start(2)),
                Code.RULE_TYPE,
                f"`{found[2]}` is no type that a hook can give back.",
                did_you_mean(found[2], every) or "It is `int`, `text`, `bool`, `timestamp`, ….",
            )
            return None
        return types.with_null(known, nullable=found[3] is not None)

    def _is_usable(self, call: cel.Call, result: types.Type | None, names: Names) -> bool:
        """Whether a Python function, and a name in expressions, can be called like it."""
        name = call.function
        if snake(name.value) in RESERVED_IN_PYTHON or name.value.startswith("_"):
            self._say(
                name.place,
                Code.UNUSABLE_NAME,
                f"No function of Python can be called `{snake(name.value)}`.",
                "Give the hook another name.",
            )
            return False
        if result is not None and name.value in names:
            self._say(
                name.place,
                Code.DECLARED_TWICE,
                f"`{name}` already means something here, so it cannot name what the hook gives.",
                "Give the hook another name.",
            )
            return False
        return True

    def _has_type(self, value: Typed) -> bool:
        if not isinstance(value.type, types.Null):
            return True
        self._say(
            value.source.place,
            Code.RULE_TYPE,
            "A hook cannot be given `null`: it tells nothing of its type.",
            "Drop the argument.",
        )
        return False


def results(done: Iterable[Do]) -> Mapping[str, types.Type]:
    """What hooks give back, under their names."""
    return {
        one.name: one.result for one in done if isinstance(one, DoHook) and one.result is not None
    }


def is_hook(text: Text) -> bool:
    """Whether a rule leaves this to hand-written code, rather than to another rule."""
    return text.value.lstrip().startswith("hook.")


def _is_hook(call: cel.Expression | None) -> TypeGuard[cel.Call]:
    if not isinstance(call, cel.Call) or call.target is None:
        return False
    root = cel.path_of(call.target)
    return root is not None and [word.value for word in root] == ["hook"]


def _words(argument: cel.Expression) -> list[str]:
    """`order.lines.size()` ends in `lines_size`; what is worked out has no words of its own."""
    if isinstance(argument, cel.Call) and argument.target is not None and not argument.arguments:
        *before, last = _words(argument.target) or [""]
        return [*before, f"{last}_{snake(argument.function.value)}"] if last else []
    return [word.value for word in cel.path_of(argument) or ()]


def _argument_names(arguments: Iterable[cel.Expression]) -> list[str]:
    """Each by its last word; where two end alike, by all its words."""
    paths = [_words(one) for one in arguments]
    last = [path[-1] if path else "" for path in paths]
    found: list[str] = []
    for number, path in enumerate(paths, start=1):
        name = "_".join(path if last.count(last[number - 1]) > 1 else path[-1:])
        found.append(name if name and name not in found else f"argument_{number}")
    return found
