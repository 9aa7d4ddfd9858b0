"""`tests/scenarios/test_{feature}.py`: the scenarios of spec.md, by name."""

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from specwright.address import snake
from specwright.diagnostic import Code, Level, Report
from specwright.emit.hooks import hooks_asked_by
from specwright.emit.rendering import render
from specwright.emit.tests.modules import doc
from specwright.emit.tests.plans import Plan
from specwright.emit.tests.printing import test_name
from specwright.emit.tests.sentences import NotBuilt, Story, Unclear, bind, fits, nearest
from specwright.model import Model
from specwright.spec.syntax import Scenario, Step

_WORD = re.compile(r"\w+")
_MADE = re.compile(r"(\w+) = (await given\..+)")


@dataclass(frozen=True, slots=True)
class _Background:
    names: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scenario:
    name: str
    races: bool
    has_background: bool
    uses_cast: bool
    lines: tuple[str, ...]
    hooks: tuple[str, ...]  # that it comes to
    source: Scenario


def emit_scenarios(plan: Plan, report: Report) -> Iterator[tuple[str, str]]:
    features: dict[str, list[Scenario]] = {}
    for scenario in plan.model.scenarios:
        features.setdefault(scenario.feature, []).append(scenario)
    files: dict[str, str] = {}
    for feature, scenarios in features.items():
        name = snake(feature) or "scenarios"
        while f"tests/scenarios/test_{name}.py" in files:
            name += "_too"
        path = f"tests/scenarios/test_{name}.py"
        text = _feature(plan, report, feature, scenarios, path)
        if text is not None:
            files[path] = text
    if files:
        yield "tests/scenarios/__init__.py", '"""The scenarios of spec.md, by name."""\n'
    yield from files.items()


def _feature(
    plan: Plan, report: Report, feature: str, scenarios: Sequence[Scenario], path: str
) -> str | None:
    scenarios = _without_prose(plan, report, feature, scenarios)
    shared = _shared(scenarios)
    start = Story(plan)
    background: _Background | None = None
    if shared:
        if not _told(plan, report, start, shared, feature):
            return None
        names = tuple(thing.variable for thing in start.things.values())
        background = _Background(names, tuple(start.lines))
    told = _named_apart(
        found
        for scenario in scenarios
        if (found := _scenario(plan, report, start, scenario, len(shared))) is not None
    )
    if not told:
        return None
    plan.needs_hooks |= {f"{path}::{one.name}": one.hooks for one in told if one.hooks}
    plan.told |= {f"{path}::{one.name}": one.source for one in told}
    story = next((one.story for one in scenarios if one.story), None)
    return render(
        "tests/scenarios/test_feature.py",
        docstring=doc(f"{feature} ({story})." if story else f"{feature}."),
        background=background,
        scenarios=told,
    )


def _shared(scenarios: Sequence[Scenario]) -> tuple[Step, ...]:
    """The steps of the background: those that several scenarios have from the same place."""
    if len(scenarios) < 2:  # noqa: PLR2004
        return ()
    first, *others = scenarios
    count = 0
    for number, step in enumerate(first.steps):
        place = step.text.place(0)
        if not all(
            len(o.steps) > number and o.steps[number].text.place(0) == place for o in others
        ):
            break
        count += 1
    return first.steps[:count]


def _scenario(
    plan: Plan, report: Report, start: Story, scenario: Scenario, shared: int
) -> _Scenario | None:
    story = start.copy("cast.") if shared else Story(plan)
    if not _told(plan, report, story, scenario.steps[shared:], scenario.name.value):
        return None
    lines = tuple(_without_unused(story.lines))
    return _Scenario(
        test_name(scenario.name.value),
        story.races,
        bool(shared),
        any("cast." in line for line in lines),
        lines,
        tuple(_hooks(plan.model, scenario)),
        scenario,
    )


def _hooks(model: Model, scenario: Scenario) -> Iterator[str]:
    """Those of the operations that it names, and of jobs where it lets time pass."""
    words = {word for step in scenario.steps for word in _WORD.findall(step.text.value)}
    names = [one.id for one in model.operations if one.id in words]
    names += [job.name for job in model.jobs] if words & {"pass", "passes"} else []
    yield from dict.fromkeys(hook for name in names for hook in hooks_asked_by(model, name))


def _without_unused(lines: Sequence[str]) -> Iterator[str]:
    """A row that nothing speaks of later has no variable."""
    for number, line in enumerate(lines):
        made = _MADE.fullmatch(line)
        later = lines[number + 1 :]
        is_used = made is None or any(made[1] in _names_in(one) for one in later)
        yield line if made is None or is_used else made[2]


def _names_in(line: str) -> frozenset[str]:
    """The variables of a line of Python, or of the beginning of one."""
    try:
        nodes = ast.walk(ast.parse(line.strip()))
    except SyntaxError:
        return frozenset() if line.startswith("#") else frozenset(_WORD.findall(line))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def _told(plan: Plan, report: Report, story: Story, steps: Sequence[Step], title: str) -> bool:
    """Whether every step has lines; the report says which has none."""
    is_whole = True
    before = ""
    for number, step in enumerate(steps):
        words = " ".join(step.text.value.split())
        keyword = "And" if step.keyword == before else step.keyword
        before = step.keyword
        story.lines += [f"# {line}" for line in textwrap.wrap(f"{keyword} {words}", 92)]
        try:
            bind(story, step)
        except NotBuilt as missing:
            plan.leave_out(f"The scenario `{title}` needs {missing}, which is not built yet.")
            return False
        except Unclear as unclear:
            if not is_whole and fits(step):  # it may only miss what the first one did not make
                continue
            report.add(
                step.text.place(0),
                Code.SCENARIO_STEP,
                str(unclear),
                unclear.hint or (None if fits(step) else f"Write it like this: `{nearest(step)}`"),
                level=Level.OPEN,
            )
            plan.leave_out(f"The scenario `{title}`: `{words}` is not understood.")
            is_whole = False
        if is_whole and _makes_a_call(step) and not _is_asked_about(steps[number + 1 :]):
            one = story.answered == "answer"
            story.lines.append(
                'assert answer.outcome < "5"'
                if one
                else 'assert all(answer.outcome < "5" for answer in answers)'
            )
    return is_whole


def _without_prose(
    plan: Plan, report: Report, feature: str, scenarios: Sequence[Scenario]
) -> list[Scenario]:
    """Those of which anything is understood; of the others it is said once for all."""
    prose = [one for one in scenarios if one.steps and not any(fits(step) for step in one.steps)]
    if prose:
        called = next((one.id for one in plan.model.operations), "placeOrder")
        several = f"{len(prose)} scenarios" if len(prose) > 1 else f"`{prose[0].name}`"
        report.add(
            prose[0].steps[0].text.place(0),
            Code.SCENARIO_STEP,
            f"No sentence of {several} of `{feature}` fits a pattern: only people can check it.",
            f"Write a call like this: `When alice calls {called}`.",
            level=Level.OPEN,
        )
    return [one for one in scenarios if one not in prose]


def _is_asked_about(after: Sequence[Step]) -> bool:
    """Whether a later step says what the response to a call is."""
    for step in after:
        if _makes_a_call(step):
            return False
        if _asks_for_response(step):
            return True
    return False


def _makes_a_call(step: Step) -> bool:
    return step.keyword == "When" and " calls " in step.text.value


def _asks_for_response(step: Step) -> bool:
    return step.keyword == "Then" and "response" in step.text.value


def _named_apart(scenarios: Iterable[_Scenario]) -> list[_Scenario]:
    counts: dict[str, int] = {}
    found = []
    for one in scenarios:
        counts[one.name] = counts.get(one.name, 0) + 1
        number = counts[one.name]
        name = one.name if number == 1 else f"{one.name}_{number}"
        found.append(replace(one, name=name))
    return found
