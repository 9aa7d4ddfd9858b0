"""Expressions about the world of orders, for hypothesis to draw: all of them well typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from specwright.diagnostic import Report
from specwright.model.expressions import check
from specwright.model.types import Row, Scope, Type
from specwright.spec.cel import parse
from specwright.spec.text import Text

ORDERED = ("==", "!=", "<", "<=", ">", ">=")
EQUAL = ("==", "!=")

# Paths of each kind from a row of each entity; those that end in `?` may be null.
PATHS = {
    "Order": {
        "int": ("total_cents", "lines.size()"),
        "double": ("weight?",),
        "decimal": (),
        "text": ("note?", "customer.email", "reviewer.email?"),
        "timestamp": ("placed_at?", "created_at"),
        "date": ("due_on?",),
        "uuid": ("id", "customer_id", "reviewer_id?", "customer.manager_id?", "reviewer.manager.id?"),
        "status": ("status", "previous_status?"),
        "bool": ("urgent", "gift?"),
        "null": ("reviewer?", "customer.manager?", "metadata?", "reviewer.manager?"),
    },
    "OrderLine": {
        "int": ("quantity", "unit_price_cents?", "product_id?", "product.on_hand?", "order.total_cents"),
        "double": (),
        "decimal": ("product.price?",),
        "text": ("label", "product.sku?", "order.note?", "order.customer.email"),
        "timestamp": ("order.placed_at?",),
        "date": (),
        "uuid": ("order_id", "order.customer_id"),
        "status": ("order.status",),
        "bool": ("product.discontinued?", "order.urgent"),
        "null": ("product?", "order.reviewer?"),
    },
}  # fmt: skip
ANYWHERE = {
    "int": ("request.limit", "request.tags.size()", "request.items.map(i, i.quantity).sum()"),
    "text": ("request.note?", "actor.email"),
    "timestamp": ("now", "request.since?"),
    "uuid": ("actor.id", "guest.id?", "actor.manager_id?"),
    "null": ("guest?",),
}
LITERALS = {
    "int": ("0", "1", "-7", "99", "2147483647", "3000000000"),
    "double": ("0.0", "1.5", "-2.25"),
    "decimal": ("0.10", "19.99", "49", "0.105"),
    "text": ('"gift"', '"Gift"', '""', '"a_b"', '"50%"', '"é"', '"AB"', '"b\\\\c"'),
    "timestamp": ('timestamp("2026-03-01T12:00:00Z")',),
    "date": ('date("2026-03-01")',),
    "duration": ('duration("15m")', 'duration("-1h")', 'duration("960h")'),
    "uuid": ('"00000000-0000-0000-0000-000000000001"',),
    "status": ('"draft"', '"in-transit"'),
}


@dataclass(frozen=True)
class Here:
    """What can be named where an expression stands, and how deep it may still grow."""

    scope: Scope
    rows: tuple[tuple[str, str], ...]  # names of rows, and their entities
    depth: int

    def deeper(self) -> "Here":
        return replace(self, depth=self.depth - 1)

    def naming(self, name: str, found: Type) -> "Here":
        names = {**self.scope.names, name: found}
        rows = self.rows
        if isinstance(found, Row):
            rows = (*rows, (name, found.entity))
        return Here(Scope(names, self.scope.row_fields), rows, self.depth - 1)

    def paths(self, kind: str) -> list[str]:
        own = [f"{name}.{path}" for name, of in self.rows for path in PATHS[of].get(kind, ())]
        return [*own, *ANYWHERE.get(kind, ())]

    def is_typed(self, text: str) -> bool:
        report = Report()
        expression = parse(Text("here", text), report)
        return expression is not None and check(expression, self.scope, report) is not None


Draw = st.DrawFn
Maker = Callable[[Draw, "Here"], str]


def conditions(scope: Scope) -> st.SearchStrategy[str]:
    return condition(Here(scope, (("order", "Order"),), depth=3))


def values(scope: Scope) -> st.SearchStrategy[str]:
    here = Here(scope, (("order", "Order"),), depth=3)
    return st.sampled_from(("int", "text", "decimal", "timestamp", "duration", "double")).flatmap(
        lambda kind: value(here, kind)
    )


@st.composite
def value(draw: Draw, here: Here, kind: str) -> str:
    if here.depth <= 0 or draw(st.sampled_from(("plain", "made"))) == "plain":
        return draw(leaf(here, kind))
    inner = here.deeper()
    makers: dict[str, Sequence[Maker]] = {
        "int": (_sum, _product, _quotient, _length, _count, _total, _whole),
        "decimal": (_decimal,),
        "double": (_double,),
        "text": (_joined, _trimmed, _said),
        "timestamp": (_moved,),
        "duration": (_between,),
        "date": (_day,),
    }
    made: list[Maker] = [*makers.get(kind, ()), lambda d, h: _chosen(d, h, kind)]
    make: Maker = made[draw(st.integers(0, len(made) - 1))]
    return make(draw, inner)


@st.composite
def leaf(draw: Draw, here: Here, kind: str) -> str:
    found = [*here.paths(kind), *LITERALS.get(kind, ())]
    return draw(st.sampled_from(found)).removesuffix("?")


def _path(draw: Draw, here: Here, kind: str) -> str:
    """A path, which unlike a literal has its type by itself."""
    found = here.paths(kind)
    if not found:
        found = [f"{one}" for one in LITERALS[kind]]
    return draw(st.sampled_from(found)).removesuffix("?")


def _sum(draw: Draw, here: Here) -> str:
    operator = draw(st.sampled_from("+-"))
    return f"({draw(value(here, 'int'))} {operator} {draw(value(here, 'int'))})"


def _product(draw: Draw, here: Here) -> str:
    return f"{draw(leaf(here, 'int'))} * {draw(st.sampled_from(['2', '-3', 'order.total_cents']))}"


def _quotient(draw: Draw, here: Here) -> str:
    operator, divisor = draw(st.sampled_from("/%")), draw(st.sampled_from(["2", "-3", "7"]))
    if draw(st.booleans()):
        return f"({draw(value(here, 'int'))}) {operator} {divisor}"
    return f"(order.total_cents != 0 ? 1000 {operator} order.total_cents : 0)"


def _length(draw: Draw, here: Here) -> str:
    return f"size({draw(value(here, 'text'))})"


def _whole(draw: Draw, here: Here) -> str:
    return f"int({_path(draw, here, 'double')})"


def _lines(draw: Draw, here: Here) -> tuple[str, Here]:
    """A list of rows, and the place of a condition on one of them."""
    found = ["order.lines", "order.customer.orders", "actor.orders"]
    found += [f"{name}.lines" for name, of in here.rows if of == "Order" and name != "order"]
    listed = draw(st.sampled_from(found))
    of = "OrderLine" if listed.endswith("lines") else "Order"
    name = draw(st.sampled_from(["l", "one", "thing"])) + str(here.depth)
    return listed, here.naming(name, Row(of))


def _count(draw: Draw, here: Here) -> str:
    listed, inside = _lines(draw, here)
    name = inside.rows[-1][0]
    return f"{listed}.filter({name}, {draw(condition(inside))}).size()"


def _total(draw: Draw, here: Here) -> str:
    listed, inside = _lines(draw, here)
    name = inside.rows[-1][0]
    kept = f".filter({name}, {draw(condition(inside))})" if draw(st.booleans()) else ""
    function = draw(st.sampled_from(["sum", "min", "max"]))
    return f"{listed}{kept}.map({name}, {_of_each(draw, inside)}).{function}()"


def _of_each(draw: Draw, inside: Here) -> str:
    """A number that tells one of the list from another."""
    name, of = inside.rows[-1]
    own = draw(st.sampled_from(PATHS[of]["int"])).removesuffix("?")
    return (
        f"({name}.{own} + {draw(value(inside, 'int'))})" if draw(st.booleans()) else f"{name}.{own}"
    )


def _decimal(draw: Draw, here: Here) -> str:
    operator = draw(st.sampled_from("+-*"))
    left = draw(st.sampled_from([*here.paths("decimal"), "order.total_cents"])).removesuffix("?")
    return f"({left} {operator} {draw(leaf(here, 'decimal'))})" if here.paths("decimal") else "1.5"


def _double(draw: Draw, here: Here) -> str:
    operator = draw(st.sampled_from("+-*"))
    return f"(order.weight {operator} {draw(leaf(here, 'double'))} / 4.0)"


def _joined(draw: Draw, here: Here) -> str:
    return f"({draw(value(here, 'text'))} + {draw(leaf(here, 'text'))})"


def _trimmed(draw: Draw, here: Here) -> str:
    method = draw(st.sampled_from(["trim", "lowerAscii", "upperAscii", "slugify"]))
    return f"{_path(draw, here, 'text')}.{method}()"


def _said(draw: Draw, here: Here) -> str:
    kind = draw(st.sampled_from(["int", "uuid", "bool", "status"]))
    return f"string({_path(draw, here, kind)})"


def _moved(draw: Draw, here: Here) -> str:
    operator = draw(st.sampled_from("+-"))
    return f"({_path(draw, here, 'timestamp')} {operator} {draw(leaf(here, 'duration'))})"


def _between(draw: Draw, here: Here) -> str:
    return f"({_path(draw, here, 'timestamp')} - {draw(leaf(here, 'timestamp'))})"


def _day(draw: Draw, here: Here) -> str:
    return f"date({_path(draw, here, 'timestamp')})"


def _chosen(draw: Draw, here: Here, kind: str) -> str:
    test = draw(condition(here))
    return f"({test} ? {_path(draw, here, kind)} : {draw(value(here, kind))})"


@st.composite
def condition(draw: Draw, here: Here) -> str:
    simple = (_compared, _compared, _null, _listed, _flag, _found)
    grown = (_both, _both, _not, _chosen_condition, _each, _guarded, _same_truth, _among)
    makers = simple if here.depth <= 0 else (*simple, *grown)
    return makers[draw(st.integers(0, len(makers) - 1))](draw, here.deeper())


def _compared(draw: Draw, here: Here) -> str:
    kinds = ["int", "text", "timestamp", "date", "uuid", "status", "duration", "double"]
    kind = draw(st.sampled_from([*kinds, *(["decimal"] if here.paths("decimal") else [])]))
    operator = draw(st.sampled_from(EQUAL if kind in ("uuid", "status") else ORDERED))
    pair = [_path(draw, here, kind), f"({draw(value(here, kind))})"]
    if draw(st.booleans()):
        pair.reverse()
    return f"{pair[0]} {operator} {pair[1]}"


def _null(draw: Draw, here: Here) -> str:
    kinds = ("null", "text", "timestamp", "uuid", "bool", "status")
    found = [path for kind in kinds for path in here.paths(kind) if path.endswith("?")]
    return f"{draw(st.sampled_from(found)).removesuffix('?')} {draw(st.sampled_from(EQUAL))} null"


def _listed(draw: Draw, here: Here) -> str:
    kind = draw(st.sampled_from(["int", "text", "status"]))
    listed = draw(st.lists(st.sampled_from(LITERALS[kind]), min_size=1, max_size=3))
    return f"{_path(draw, here, kind)} in [{', '.join(listed)}]"


def _flag(draw: Draw, here: Here) -> str:
    path = _path(draw, here, "bool")
    return path + draw(st.sampled_from(["", " == true", " != true"]))


def _found(draw: Draw, here: Here) -> str:
    method = draw(st.sampled_from(["startsWith", "endsWith", "contains"]))
    return f"{_path(draw, here, 'text')}.{method}({draw(leaf(here, 'text'))})"


def _among(draw: Draw, here: Here) -> str:
    if draw(st.booleans()):
        known = ("order.note in request.labels", "request.labels.exists(x, x == request.note)")
        narrowed = draw(st.sampled_from(known))
        tests = ("request.labels != null && %s", "(request.labels == null || !(%s))")
        test = draw(st.sampled_from(tests)) % narrowed
        return test if here.is_typed(test) else "order.note in request.tags"
    listed, inside = _lines(draw, here)
    name = inside.rows[-1][0]
    return f"{_path(draw, here, 'int')} in {listed}.map({name}, {_of_each(draw, inside)})"


def _both(draw: Draw, here: Here) -> str:
    operator = draw(st.sampled_from(["&&", "||"]))
    return f"({draw(condition(here))} {operator} {draw(condition(here))})"


def _not(draw: Draw, here: Here) -> str:
    inside = draw(condition(here))
    negated = f"!({inside})"
    return negated if here.is_typed(negated) else inside


def _guarded(draw: Draw, here: Here) -> str:
    """A path that is known not to be null, so that `!` may stand before what is said of it."""
    kind = draw(st.sampled_from(["timestamp", "text"]))
    found = [path for path in here.paths(kind) if path.endswith("?")]
    path = draw(st.sampled_from(found)).removesuffix("?")
    operator = draw(st.sampled_from(["<", ">=", "==", "!="]))
    literal = draw(st.sampled_from(LITERALS[kind]))
    guard = draw(st.sampled_from([f"{path} != null &&", f"{path} == null ||"]))
    return f"({guard} !({path} {operator} {literal}))"


def _same_truth(draw: Draw, here: Here) -> str:
    operator = draw(st.sampled_from(EQUAL))
    text = f"(({draw(condition(here))}) {operator} ({draw(condition(here))}))"
    return text if here.is_typed(text) else "order.urgent"


def _chosen_condition(draw: Draw, here: Here) -> str:
    parts = [draw(condition(here)) for _ in range(3)]
    return f"({parts[0]} ? {parts[1]} : {parts[2]})"


def _each(draw: Draw, here: Here) -> str:
    if draw(st.integers(0, 5)) == 0:
        return "request.items.exists(i, i.quantity > request.limit)"
    listed, inside = _lines(draw, here)
    name = inside.rows[-1][0]
    macro = draw(st.sampled_from(["all", "exists", "exists_one"]))
    return f"{listed}.{macro}({name}, {draw(condition(inside))})"
