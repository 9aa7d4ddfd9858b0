"""What happens in a scenario: calls, one by one or at the same time, and time that passes."""

import re

from specwright.emit.tests.printing import success_status
from specwright.emit.tests.sentences.calls import call
from specwright.emit.tests.sentences.phrases import NotBuilt, Unclear
from specwright.emit.tests.sentences.story import Story
from specwright.emit.wording import quoted
from specwright.spec.syntax import Step

_UNITS = {"second": "seconds", "minute": "minutes", "hour": "hours", "day": "days"}


def called(story: Story, match: re.Match[str], step: Step) -> None:
    made, operation = call(story, match[0], step.document.value if step.document else None)
    answers = [str(one.status) for one in operation.answers] or [success_status(operation)]
    story.lines += [f"answer = await {made}", f'assert answer.outcome == "{answers[0]}"']


def calls(story: Story, match: re.Match[str], step: Step) -> None:
    made, story.called = call(story, match[0], step.document.value if step.document else None)
    story.lines.append(f"answer = await {made}")
    story.answered = "answer"


def at_once(story: Story, match: re.Match[str], step: Step) -> None:
    texts = re.split(r" and (?=\"?[\w-]+\"? calls )", match[1])
    if len(texts) < 2:  # noqa: PLR2004
        raise Unclear("At the same time as what?")
    document = step.document.value if step.document else None
    calls = [call(story, text, document)[0] for text in texts]
    story.lines.append(f"answers = await asyncio.gather({', '.join(calls)})")
    story.answered, story.races = "answers", True


def time_passes(story: Story, match: re.Match[str], _step: Step) -> None:
    unit = _UNITS[match[2].removesuffix("s")]
    missing = [one.id for one in story.plan.model.left_out if one.id in story.all_jobs]
    if missing:
        raise NotBuilt(f"the job `{missing[0]}`")
    idle = ", ".join(quoted(name) for name in story.idle_jobs)
    without = f", without_jobs=[{idle}]" if idle else ""
    story.lines.append(f"await world.pass_time(timedelta({unit}={match[1]}){without})")
