"""A rule with an expression that is not built yet is never dropped: what needs it is left out."""

from collections.abc import Callable, Mapping

import pytest

from specwright.model import Model

Files = Mapping[str, str]

MATCHES = 'task.title.matches("a.*")'
PLACES = {
    "a requirement": ("rules.md", "rule: task.lease_until > now", f"rule: {MATCHES}", "heartbeat"),
    "a cell": ("rules.md", "`task.claimed_by == actor.id`", f"`{MATCHES}`", "completeTask"),
    "a guard": ("data-model.md", "[task.attempts < 3]", f"[{MATCHES}]", "giveUp"),
    "an effect": (
        "rules.md",
        "task.attempts: 0",
        f"task.attempts: '{MATCHES} ? 1 : 0'",
        "reopenTask",
    ),
    "a job": ("rules.md", "task.lease_until < now\n", f"{MATCHES}\n", "expireLeases"),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_needs_it_is_left_out(
    place: str,
    example: Callable[[str], Files],
    build: Callable[[str, Files], tuple[Model, list[str]]],
) -> None:
    file, old, new, expected = PLACES[place]
    files = dict(example("taskboard"))
    assert old in files[file]
    files[file] = files[file].replace(old, new)
    model, said = build("taskboard", files)
    assert any("expression-later" in line for line in said)
    assert expected in {one.id for one in model.left_out}
    assert expected not in {one.id for one in model.operations} | {job.name for job in model.jobs}
