"""Every sentence that is understood, and the step that comes nearest to one that is not."""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from specwright.emit.tests.sentences import given, then, when
from specwright.emit.tests.sentences.calls import CALL
from specwright.emit.tests.sentences.phrases import NAME, WORD, Unclear
from specwright.emit.tests.sentences.story import Story
from specwright.spec.syntax import Step

Handler = Callable[[Story, re.Match[str], Step], None]


@dataclass(frozen=True, slots=True)
class Pattern:
    """`shape` is how an author writes it."""

    keywords: tuple[str, ...]
    shape: str
    form: re.Pattern[str]
    handler: Handler


_NAMES = r'"[^"]+"(?:(?:, | and |, and )"[^"]+")+'
_RESPONSE = r"(\d{3})(?: " + NAME + ")?"


def _pattern(keywords_: Sequence[str], shape: str, form: str, handler: Handler) -> Pattern:
    return Pattern(tuple(keywords_), shape, re.compile(form), handler)


PATTERNS: tuple[Pattern, ...] = (
    _pattern(
        ["Given"],
        'these tasks exist in "acme":',
        rf"these ([a-z_ ]+?) exist(?: in {NAME})?:?",
        given.these_exist,
    ),
    _pattern(
        ["Given"],
        'a done task "t1" exists in "acme" with attempts 1',
        rf"(?:an? )?([a-z_ ]+?) {NAME} exists(?: in {NAME})?(?: with (.+))?",
        given.one_exists,
    ),
    _pattern(
        ["Given"],
        'tasks "t1" and "t2" exist in "acme"',
        rf"([a-z_ ]+?) ({_NAMES}) exist(?: in {NAME})?",
        given.several_exist,
    ),
    _pattern(
        ["Given"],
        'task "t1" is blocked by task "t2"',
        rf"([a-z_ ]+?) {NAME} is {WORD} by ([a-z_ ]+?) {NAME}",
        given.linked,
    ),
    _pattern(
        ["Given"],
        'every task in "acme" has status "done"',
        rf"every ([a-z_ ]+?)(?: in {NAME})? has (.+)",
        given.every_has,
    ),
    _pattern(
        ["Given"],
        'a1 holds claims on tasks "t1" and "t2"',
        rf'("?[\w-]+"?) holds {WORD} on ([a-z_ ]+?) ("[^"]+"(?:(?:, | and )"[^"]+")*)',
        given.holds,
    ),
    _pattern(
        ["Given"], "the job expireLeases does not run", rf"the job {WORD} does not run", given.idle
    ),
    _pattern(
        ["Given"],
        'a1 called claimTask on task "t1"',
        CALL.pattern.replace("call(?:s|ed)", "called"),
        when.called,
    ),
    _pattern(
        ["Given"],
        '"alice" is a customer with a placed order "o1" with 2 of "KB-01"',
        rf'{NAME} is an? {WORD}(?: with an? {WORD} {WORD} {NAME}(?: with (\d+ of "[^"]+"))?)?',
        given.is_a,
    ),
    _pattern(
        ["Given"],
        'alice has a draft order "o1" with lines:',
        rf'("?[\w-]+"?) has an? {WORD} {WORD} {NAME} with (?:(\d+ of "[^"]+")|{WORD}:?)',
        given.has_a,
    ),
    _pattern(
        ["Given"],
        'task "t1" has attempts 3',
        rf"([a-z_ ]+?) {NAME} has (.+)",
        given.has,
    ),
    _pattern(
        ["Given"],
        'project "acme" with agents "a1" and "a2" and task "t1"',
        rf"([a-z_ ]+?) {NAME}(?: with (.+))?",
        given.things,
    ),
    _pattern(
        ["Given", "When"],
        "16 minutes pass",
        r"(\d+) (seconds?|minutes?|hours?|days?) pass(?:es)?",
        when.time_passes,
    ),
    _pattern(
        ["When"],
        'a1 calls claimTask on task "t1" and a2 calls claimTask on task "t1" at the same time',
        r"(.+ calls .+) at the same time:?",
        when.at_once,
    ),
    _pattern(
        ["When"],
        'a1 calls addBlocker on task "t1" with blocker "t2"',
        CALL.pattern.replace("call(?:s|ed)", "calls"),
        when.calls,
    ),
    _pattern(
        ["When"],
        'the webhook receivePaymentEvent delivers "charge.succeeded" for order "o1" twice',
        rf"the webhook {WORD} (?:delivers|is delivered) .+",
        then.later,
    ),
    _pattern(
        ["Then"],
        'the response is 409 "wrong-status"',
        rf"the response is {_RESPONSE}(?: with ([a-z_ ]+?) {NAME})?",
        then.response,
    ),
    _pattern(
        ["Then"],
        'the response has status "done", attempts 1 and no claimed_by',
        r"the response has (.+)",
        then.response_has,
    ),
    _pattern(
        ["Then"],
        'the response lists tasks "t1" and "t2"',
        rf"the response lists (?:(no|\d+) )?([a-z_ ]+?)((?:(?:, | and | ){NAME})*)",
        then.response_lists,
    ),
    _pattern(
        ["Then"],
        'there are 2 tasks with status "done"',
        r"there (?:is|are) (no|\d+) ([a-z_ ]+?)(?: with (.+))?",
        then.there_are,
    ),
    _pattern(
        ["Then"],
        "both responses are 200 with different tasks",
        rf"(both|all|every) responses? (?:are|is) {_RESPONSE}(?: with different ([a-z_ ]+))?",
        then.all_responses,
    ),
    _pattern(
        ["Then"],
        'one response is 200 and the other is 409 "wrong-status"',
        rf"one response is {_RESPONSE} and the other is {_RESPONSE}",
        then.one_response,
    ),
    _pattern(
        ["Then"],
        'task "t1" has status "done", attempts 1 and no claimed_by',
        rf"([a-z_ ]+?) {NAME} has (.+)",
        then.has,
    ),
    _pattern(
        ["Then"], 'event "order.placed" was emitted once', rf"event {NAME} was .+", then.later
    ),
    _pattern(
        ["Then"],
        'payments.refundCharge was called once for order "o1"',
        r"[\w]+\.[\w]+ was called .+",
        then.later,
    ),
)


def bind(story: Story, step: Step) -> None:
    """Add the lines of a step to the story."""
    text = " ".join(step.text.value.split())
    for pattern in PATTERNS:
        if step.keyword in pattern.keywords:
            match = pattern.form.fullmatch(text)
            if match is not None:
                pattern.handler(story, match, step)
                return
    raise Unclear("This step fits no sentence that is understood.")


def fits(step: Step) -> bool:
    """Whether some pattern has the form of the step, whatever it speaks of."""
    text = " ".join(step.text.value.split())
    return any(
        step.keyword in pattern.keywords and pattern.form.fullmatch(text) for pattern in PATTERNS
    )


def nearest(step: Step) -> str:
    """The pattern that an author may have meant."""
    text = " ".join(step.text.value.split())
    built = [one for one in PATTERNS if one.handler is not then.later]
    shapes = [one.shape for one in built if step.keyword in one.keywords]
    scored = [(difflib.SequenceMatcher(None, _plain(text), _plain(s)).ratio(), s) for s in shapes]
    return max(scored)[1]


def _plain(text: str) -> str:
    return re.sub(r'"[^"]*"', '"x"', text)
