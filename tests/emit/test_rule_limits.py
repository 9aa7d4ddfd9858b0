"""What rules determine and no emitter builds yet is left out, and said where it stands."""

from pathlib import Path

import pytest

from specwright.diagnostic import Report
from specwright.emit.backend import emit_backend
from specwright.emit.limits import within_limits
from specwright.model import build_model
from specwright.spec import read_bundle
from specwright.tree import Tree

BUNDLE = Path(__file__).parent / "bundles" / "rounds"
EMPTIED = "  delete: order.lines\n\ncount"

LIMITS = [
    ("        delete: line\n\n", "        do: hook.told(line)\n\n", "Hooks in a round"),
    ("        delete: line\n\n", "        delete: line.product\n\n", "`delete` of such rows"),
    ("      in: Product\n", "      in: Order\n", "the table of the operation's own row"),
    (
        "    actor.placed: actor.placed + 1\n",
        "    order.customer.placed: order.customer.orders.size()\n",
        None,
    ),
    (EMPTIED, "  do: hook.told(order.lines)\n\ncount", "Giving a list"),
    (EMPTIED, "  do: hook.told(order.customer)\n\ncount", "Giving a row that has to be read"),
    (
        EMPTIED,
        "  do: hook.most(order) -> int\n  delete: order.lines.filter(l, l.quantity > most)\n\ncount",
        "by what `most` gives",
    ),
    (
        EMPTIED,
        "  do: hook.most(order) -> int\n  each:\n    - as: line\n      in: order.lines\n"
        "      where: line.quantity > most\n      set:\n        line.note: '\"a\"'\n\ncount",
        "by what `most` gives",
    ),
    (
        "  releaseStock:\n",
        "  releaseStock:\n    do: hook.told(order)\n",
        "effect that some transitions have",
    ),
    (
        "  delete: order.lines\n\ncount",
        "  each:\n    - as: line\n      in: order.lines.filter(l, l.quantity > 1)\n"
        "      set:\n        line.note: '\"a\"'\n    - as: other\n      in: OrderLine\n"
        "      set:\n        other.quantity: '1'\n\ncount",
        "in several ways",
    ),
    (
        "  delete: order.lines\n\ncount",
        "  switch:\n    - when: order.pieces > 1\n      set:\n        order.pieces: '1'\n\ncount",
        "beside `switch`",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), LIMITS)
def test_what_is_not_built_is_said(old: str, new: str, said: str | None) -> None:
    report = Report()
    rules = (BUNDLE / "rules.md").read_text("utf-8")
    assert old in rules
    files = {
        name: (BUNDLE / name).read_text("utf-8")
        for name in ("data-model.md", "spec.md", "plan.md", "contracts/openapi.yaml")
    }
    bundle = read_bundle("rounds", Tree({**files, "rules.md": rules.replace(old, new)}), report)
    model = within_limits(build_model(bundle, report), report)
    emit_backend(model)
    found = [str(one) for one in report]
    if said is not None:
        assert any(said in one and "not-built" in one for one in found), found
        assert model.left_out


def test_a_replacement_may_not_leave_out_what_must_have_a_value() -> None:
    clinic = BUNDLE.parents[1] / "whole" / "clinic"
    files = {str(p.relative_to(clinic)): p.read_text() for p in clinic.rglob("*.*")}
    contract = "contracts/openapi.yaml"
    change = "OwnerChange: { type: object, "
    assert files[contract].count(change) == 1
    files[contract] = files[contract].replace(change, f"{change}required: [name], ")
    report = Report()
    model = build_model(read_bundle("clinic", Tree(files), report), report)
    left_out = within_limits(model, report).left_out
    assert [one.id for one in left_out] == ["changeOwner"]
    assert "without `since`" in left_out[0].reasons[0]


def test_what_is_left_out_anyhow_is_not_told_again() -> None:
    taskboard = BUNDLE.parents[3] / "examples" / "taskboard"
    files = {str(p.relative_to(taskboard)): p.read_text() for p in taskboard.rglob("*.*")}
    assert files["rules.md"].count("`completeTask`, ") == 1
    files["rules.md"] = files["rules.md"].replace("`completeTask`, ", "")
    report = Report()
    model = build_model(read_bundle("taskboard", Tree(files), report), report)
    assert [one.id for one in within_limits(model, report).left_out] == ["completeTask"]
    assert [one.code for one in report] == ["no-access"]
