"""The stories of `spec.md`: scenarios, requirements with their links, and open questions."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from specwright.diagnostic import Code, Level, Report
from specwright.spec.gherkin import read_scenarios
from specwright.spec.markdown import Block, Fence, Grid, Heading, Paragraph, code_spans
from specwright.spec.syntax import Requirement, Scenario, Specification, Step, Word
from specwright.spec.text import Text

_TITLE = re.compile(r"(?:Feature Specification|機能仕様書) ?[:\u2013\u2014-] ?", re.IGNORECASE)
_STORY = re.compile(
    r"(?:User Story |US|ユーザーストーリー ?)(\d{1,4})\b[ :.\u2013\u2014-]{0,5}", re.IGNORECASE
)
_PRIORITY = re.compile(r"\((?:Priority: ?)?P\d\)$")
_REQUIREMENT = re.compile(
    r"\*\*((?:FR|NFR|SC|CAP|AC|C|SEC|PERF)-\d{1,4}[a-z]?):?\*\*(?: ?\([^()\n]{1,80}\))?:? ?"
)
_QUESTION = re.compile(r"`[^`]*`|\[NEEDS CLARIFICATION:?\s{0,9}([^\]]{0,500})\]")
_ARROW = "→"
_REMARK = re.compile(r"\([^()]*\)")
_BETWEEN_LINKS = re.compile(r"(?:[\s,;.&+]|and)*")
_STEP = re.compile(r"\*\*([^*\n]{1,12})\*\*:?")
_KEYWORDS = {
    "given": "Given",
    "when": "When",
    "then": "Then",
    "前提": "Given",
    "操作": "When",
    "もし": "When",
    "結果": "Then",
    "ならば": "Then",
}
_CONTINUED = ("and", "but", "かつ", "しかし")


def read_specification(blocks: Sequence[Block], report: Report) -> Specification:
    """What `spec.md` says; one without a heading has an empty title."""
    reading = _Reading(report)
    for block in blocks:
        reading.take(block)
    _check_names(reading.scenarios, report)
    _check_ids(reading.requirements, report)
    return Specification(reading.title, tuple(reading.scenarios), tuple(reading.requirements))


def report_questions(blocks: Iterable[Block], report: Report) -> None:
    """Note each `[NEEDS CLARIFICATION: …]`: what it asks about stays open."""
    for block in blocks:
        for text in _prose(block):
            for found in _QUESTION.finditer(text.value):
                if found[1] is not None:
                    question = " ".join(found[1].split()) or "what is meant here"
                    report.add(
                        text.place(found.start()),
                        Code.OPEN_QUESTION,
                        f"This question is open: “{question}”",
                        "Put the answer in the place of the marker.",
                        level=Level.OPEN,
                    )


def _prose(block: Block) -> Iterable[Text]:
    if isinstance(block, Paragraph):
        return (block.text,)
    if isinstance(block, Grid):
        return (*block.header, *(cell for row in block.rows for cell in row))
    return ()


@dataclass
class _Reading:
    report: Report
    title: str = ""
    scenarios: list[Scenario] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)
    story: str | None = None
    story_level: int = 0
    feature: str = ""
    criteria: int = 0  # numbered scenarios of this story so far

    def take(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Fence) and block.language in ("gherkin", "feature"):
            self.scenarios.extend(
                read_scenarios(block.body, self.feature or self.title, self.story, self.report)
            )
        elif isinstance(block, Paragraph) and block.is_item:
            self._item(block)

    def _heading(self, heading: Heading) -> None:
        title = heading.title.value
        if heading.level == 1 and not self.title:
            self.title = _without(_TITLE, title)
        if story := _STORY.match(title):
            self.story, self.story_level = f"US{int(story[1])}", heading.level
            self.feature = _PRIORITY.sub("", title[story.end() :]).strip() or self.story
            self.criteria = 0
        elif heading.level <= self.story_level:
            self.story, self.story_level, self.feature = None, 0, ""

    def _item(self, item: Paragraph) -> None:
        if found := _REQUIREMENT.match(item.text.value):
            self.requirements.append(_requirement(item.text, found))
        elif steps := _prose_steps(item.text):
            self.criteria += 1
            name = f"{self.story}/AC{self.criteria}" if self.story else f"AC{self.criteria}"
            feature = self.feature or self.title
            place = item.text.place(0)
            self.scenarios.append(Scenario(feature, Word(name, place), steps, self.story))


def _requirement(text: Text, found: re.Match[str]) -> Requirement:
    said = text.value[found.end() :]
    before, arrow, _ = said.rpartition(_ARROW)
    links: tuple[Word, ...] = ()
    if arrow:
        after = found.end() + len(before) + len(arrow)
        links = _links(text.part(after, len(text.value)))
    return Requirement(
        Word(found[1], text.place(found.start(1))),
        " ".join((before if links else said).split()),
        links,
    )


def _links(text: Text) -> tuple[Word, ...]:
    """The names behind an arrow; nothing if the arrow is a part of the prose."""
    # A remark in parentheses is blotted out, so that everything else keeps its place.
    value = _REMARK.sub(lambda remark: " " * len(remark[0]), text.value)
    spans, prose = code_spans(Text(text.file, value, text.line, text.indents, text.gaps))
    if not _BETWEEN_LINKS.fullmatch(prose):
        return ()
    return tuple(Word(span.value, span.place(0)) for span in spans)


def _prose_steps(text: Text) -> tuple[Step, ...]:
    """The steps of `**Given** a, **When** b, **Then** c`, of which the first may be missing."""
    marks = [mark for mark in _STEP.finditer(text.value) if _keyword(mark) is not None]
    if not marks or text.value[: marks[0].start()].strip():
        return ()
    steps: list[Step] = []
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        keyword = _keyword(mark) or (steps[-1].keyword if steps else "Given")
        end = following.start() if following else len(text.value)
        steps.append(Step(keyword, _clause(text, mark.end(), end)))
    return tuple(steps) if {"When", "Then"} <= {step.keyword for step in steps} else ()


def _keyword(mark: re.Match[str]) -> str | None:
    """`Given`, `When` or `Then`; empty for an `And`, None for any other word in bold."""
    word = mark[1].strip(" :").lower()
    return "" if word in _CONTINUED else _KEYWORDS.get(word)


def _clause(text: Text, start: int, end: int) -> Text:
    said = text.value[start:end]
    start += len(said) - len(said.lstrip(" \t\n:,、"))
    return text.part(start, start + len(text.value[start:end].rstrip(" \t\n,、;")))


def _check_names(scenarios: Sequence[Scenario], report: Report) -> None:
    first: dict[tuple[str, str], Word] = {}
    for scenario in scenarios:
        name = scenario.name
        earlier = first.setdefault((scenario.feature, name.value), name)
        if earlier is not name:
            report.add(
                name.place,
                Code.SCENARIO_TWICE,
                f"`{scenario.feature}` has two scenarios `{name.value}`; "
                f"the first is on line {earlier.place.line}.",
                "Name them apart: their tests are named after them.",
            )


def _check_ids(requirements: Sequence[Requirement], report: Report) -> None:
    times = Counter(requirement.id.value for requirement in requirements)
    first: dict[str, Word] = {}
    for requirement in requirements:
        earlier = first.setdefault(requirement.id.value, requirement.id)
        if times[requirement.id.value] > 1 and earlier is not requirement.id:
            report.add(
                requirement.id.place,
                Code.REQUIREMENT_TWICE,
                f"`{requirement.id}` is given twice; the first is on line {earlier.place.line}.",
                "Give this one a number of its own.",
            )


def _without(start: re.Pattern[str], title: str) -> str:
    found = start.match(title)
    return title[found.end() :] if found else title
