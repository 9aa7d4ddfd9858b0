"""Whether every line of a Gherkin block means something: the parser takes slips for prose."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gherkin.dialect import Dialect

from specwright.diagnostic import Code, Report, did_you_mean
from specwright.spec.text import Text

Part = Literal["feature", "rule", "background", "scenario", "examples"]

_LANGUAGE = re.compile(r"\s*#\s*language\s*:\s*([A-Za-z_-]+)\s*")
_QUOTES = ('"""', "```")
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Language:
    """The keywords of one of Gherkin's languages."""

    name: str
    titles: Mapping[str, Part]  # `Scenario Outline` is the title of a scenario
    steps: tuple[str, ...]  # `Given `, with their blanks
    outlines: tuple[str, ...]  # `Scenario Outline`

    def title(self, line: str) -> str | None:
        """The title keyword that a stripped line starts with."""
        return next((title for title in self.titles if line.startswith(f"{title}:")), None)

    def first_title(self, lines: Iterable[str]) -> str | None:
        return next((title for line in lines if (title := self.title(line.strip()))), None)


def language_of(body: Text, report: Report) -> Language | None:
    """English, or what a first line such as `# language: fr` says."""
    first = re.search(r"\S.*", body.value)
    named = _LANGUAGE.fullmatch(first[0]) if first else None
    name = named[1] if named else "en"
    dialect = Dialect.for_name(name)
    if dialect is not None:
        return Language(
            name, _titles(dialect), _steps(dialect), tuple(dialect.scenario_outline_keywords)
        )
    report.add(
        body.place(first.start() if first else 0),
        Code.SCENARIO_SYNTAX,
        f"Gherkin has no language `{name}`.",
        "Leave the line out for English, or write a code such as `fr` or `ja`.",
    )
    return None


def check_lines(body: Text, language: Language, report: Report) -> bool:
    """Report every line that is neither keyword nor table, comment, doc string or prose."""
    return _Check(body, language, report).passes()


@dataclass
class _Check:
    body: Text
    language: Language
    report: Report
    part: Part | None = None
    has_step: bool = False  # since the last title
    quote: tuple[int, int, str] | None = field(default=None)  # where a doc string opened, and how

    def passes(self) -> bool:
        before = len(self.report)
        for row, line in enumerate(self.body.value.split("\n")):
            stripped = line.strip()
            column = len(line) - len(line.lstrip())
            if self.quote is not None:
                self.quote = None if stripped.startswith(self.quote[2]) else self.quote
            elif stripped and not stripped.startswith(("#", "@")):
                self._check(row, column, stripped)
        if self.quote is not None:
            row, column, marks = self.quote
            message = f"This doc string is never closed: it needs a line `{marks}` below."
            self._say(row, column, Code.SCENARIO_SYNTAX, message)
        return len(self.report) == before

    def _check(self, row: int, column: int, line: str) -> None:
        if title := self.language.title(line):
            self.part, self.has_step = self.language.titles[title], False
        elif line.startswith(_QUOTES):
            self.quote = (row, column, line[:3])
            self._check_owner(row, column, "doc string", owned=self.has_step)
        elif line.startswith("|"):
            self._check_owner(row, column, "table", owned=self.has_step or self.part == "examples")
        elif line.startswith(self.language.steps):
            self._check_step(row, column, line)
        else:
            self._check_other(row, column, line)

    def _check_owner(self, row: int, column: int, thing: str, *, owned: bool) -> None:
        if not owned:
            message = f"This {thing} belongs to no step."
            self._say(row, column, Code.SCENARIO_SYNTAX, message, "Write it below its step.")

    def _check_step(self, row: int, column: int, line: str) -> None:
        if self.part in ("background", "scenario"):
            self.has_step = True
        elif self.part == "examples":
            message = f"A step cannot follow the examples: `{_shown(line)}`."
            self._say(row, column, Code.SCENARIO_STEP, message, "Move the examples to the end.")
        elif not line.startswith("*"):  # in prose, a bullet
            message = f"This step stands outside a scenario: `{_shown(line)}`."
            self._say(row, column, Code.SCENARIO_STEP, message, "Write `Scenario: …` above it.")

    def _check_other(self, row: int, column: int, line: str) -> None:
        if slip := self._title_slip(line):
            self._say(row, column, Code.SCENARIO_SYNTAX, *slip)
        elif self.part is None:
            message = f"This line stands above the first scenario: `{_shown(line)}`."
            hint = "Start the block with `Feature: …`, or make the line a comment with `#`."
            self._say(row, column, Code.SCENARIO_SYNTAX, message, hint)
        elif self.part not in ("feature", "rule"):
            self._say(row, column, Code.SCENARIO_STEP, *self._step_slip(line))

    def _title_slip(self, line: str) -> tuple[str, str] | None:
        for title in self.language.titles:
            if line.casefold().startswith(title.casefold()):
                rest = line[len(title) :].lstrip()
                if rest.startswith(":"):
                    return f"`{line[: len(title)]}:` starts nothing.", f"Did you mean `{title}:`?"
                if self.part not in (None, "feature", "rule") and line.startswith(title):
                    return f"`{title}` needs a colon.", f"Write `{title}: {_shown(rest) or '…'}`."
        word, colon, _ = line.partition(":")
        near = did_you_mean(word, self.language.titles) if colon and len(word) < 20 else None  # noqa: PLR2004
        return (f"`{word}:` starts nothing.", near.replace("`?", ":`?")) if near else None

    def _step_slip(self, line: str) -> tuple[str, str]:
        known = [step.strip() for step in self.language.steps if step.strip() != "*"]
        word = line.split(maxsplit=1)[0]
        near = did_you_mean(word, known)
        return (
            f"`{_shown(word)}` is no step keyword.",
            near or "A step starts with `Given`, `When`, `Then`, `And` or `But`.",
        )

    def _say(
        self, row: int, column: int, code: Code, message: str, hint: str | None = None
    ) -> None:
        self.report.add(self.body.at(row, column), code, message, hint)


def _shown(line: str) -> str:
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"


def _titles(dialect: Dialect) -> dict[str, Part]:
    """Longest first: `Scenario Outline` is not a `Scenario`."""
    titles: dict[str, Part] = {}
    titles.update(dict.fromkeys(dialect.feature_keywords, "feature"))
    titles.update(dict.fromkeys(dialect.rule_keywords, "rule"))
    titles.update(dict.fromkeys(dialect.background_keywords, "background"))
    titles.update(dict.fromkeys(dialect.scenario_keywords, "scenario"))
    titles.update(dict.fromkeys(dialect.scenario_outline_keywords, "scenario"))
    titles.update(dict.fromkeys(dialect.examples_keywords, "examples"))
    return dict(sorted(titles.items(), key=lambda title: -len(title[0])))


def _steps(dialect: Dialect) -> tuple[str, ...]:
    keywords = (
        *dialect.given_keywords,
        *dialect.when_keywords,
        *dialect.then_keywords,
        *dialect.and_keywords,
        *dialect.but_keywords,
    )
    return tuple(dict.fromkeys(keywords))
