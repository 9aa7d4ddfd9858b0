"""Scenarios from Gherkin blocks: parsed, backgrounds put first, outlines written out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from gherkin.errors import CompositeParserException, ParserException
from gherkin.parser import Parser
from gherkin.parser_types import (
    BackgroundEnvelope,
    DataTable,
    DocString,
    Envelope,
    Feature,
    Location,
    RuleEnvelope,
    ScenarioEnvelope,
    TableRow,
)
from gherkin.parser_types import Scenario as ParsedScenario
from gherkin.parser_types import Step as ParsedStep
from gherkin.token import Token
from gherkin.token_matcher import TokenMatcher

from specwright.diagnostic import Code, Place, Report, did_you_mean
from specwright.spec.gherkin_lines import Language, Part, check_lines, language_of
from specwright.spec.syntax import Scenario, Step, Word
from specwright.spec.text import Text

MOST_LINES = 3_000  # of one block
MOST_STEPS = 10_000  # of one block, with its outlines written out

_PLACEHOLDER = re.compile(r"<([^<>\n]{1,100})>")
_KEYWORDS = {"Context": "Given", "Action": "When", "Outcome": "Then"}
_MISPLACED: Mapping[Part, str] = {
    "feature": "One block holds one feature: start another block for this one.",
    "rule": "This rule cannot stand here.",
    "background": "The background comes once, before the first scenario.",
    "scenario": "This scenario cannot stand here.",
    "examples": "These examples belong to no scenario.",
}


def read_scenarios(
    body: Text, feature: str, story: str | None, report: Report
) -> tuple[Scenario, ...]:
    """The scenarios of one block; `feature` names them where no line `Feature: …` does."""
    if body.value.count("\n") > MOST_LINES:
        _report_length(body, report)
        return ()
    language = language_of(body, report)
    if language is None or not check_lines(body, language, report):
        return ()
    if language.first_title(body.value.split("\n")) is None:
        hint = "Write `Scenario: …` with its steps, or leave the block out."
        report.add(body.place(0), Code.SCENARIO_EMPTY, "This block holds no scenario.", hint)
        return ()
    source = _Source(body, language)
    parsed = _parse(source, report)
    if parsed is None:
        return ()
    reading = _Reading(source, parsed["name"] or feature, story, report)
    return tuple(reading.scenarios(parsed["children"], ()))


class _Matcher(TokenMatcher):
    """Takes tags for comments: they mean nothing here, and many of them cost quadratic time."""

    def match_TagLine(self, token: Token) -> bool:  # noqa: ARG002, N802  the library's name
        return False

    def match_Comment(self, token: Token) -> bool:  # noqa: N802  the library's name
        if not token.line.startswith("@"):
            return super().match_Comment(token)
        self._set_token_matched(token, "Comment", "", indent=0)
        return True


class _Source:
    """What the parser reads, with the places of what it tells."""

    def __init__(self, body: Text, language: Language) -> None:
        self.body = body
        self.language = language
        self.lines = body.value.split("\n")
        title = language.first_title(self.lines)
        self._above = title is not None and language.titles[title] != "feature"

    @property
    def text(self) -> str:
        """The block, below a nameless feature if it has none of its own."""
        feature = next(t for t, part in self.language.titles.items() if part == "feature")
        return f"{feature}:\n{self.body.value}" if self._above else self.body.value

    def row(self, location: Location) -> int:
        return location["line"] - 1 - self._above

    def line(self, location: Location) -> str:
        return self.lines[self.row(location)]

    def place(self, location: Location) -> Place:
        return self.body.at(self.row(location), location.get("column", 1) - 1)

    def after(self, location: Location, keyword: str, value: str, shown: str) -> Text:
        """`shown`, at the place of `value`, which stands behind a keyword."""
        row = self.row(location)
        column = self.lines[row].find(value, location.get("column", 1) - 1 + len(keyword))
        place = self.body.at(row, max(column, 0))
        return Text(place.file, shown, place.line, (place.column - 1,))


def _parse(source: _Source, report: Report) -> Feature | None:
    try:
        return Parser().parse(source.text, _Matcher(source.language.name))["feature"]
    except CompositeParserException as failure:
        errors = [error for error in failure.errors if isinstance(error, ParserException)]
    for error in errors:
        line = source.line(error.location)
        column = len(line) - len(line.lstrip())
        place = source.body.at(source.row(error.location), column)
        if line.lstrip().startswith("|"):
            message = "This row has more or fewer cells than the first row of its table."
            hint = "Write `\\|` for a `|` that belongs to a cell, and nothing for an empty cell."
            report.add(place, Code.SCENARIO_TABLE, message, hint)
            continue
        title = source.language.title(line.strip())
        message = _MISPLACED[source.language.titles[title]] if title else "This cannot stand here."
        report.add(place, Code.SCENARIO_SYNTAX, message)
    return None


class _Reading:
    """One reading of a parsed block."""

    def __init__(self, source: _Source, feature: str, story: str | None, report: Report) -> None:
        self._source = source
        self._feature = feature
        self._story = story
        self._report = report
        self._steps = 0

    def scenarios(
        self, children: Sequence[Envelope], background: tuple[Step, ...]
    ) -> Iterator[Scenario]:
        for child in children:
            if "background" in child:
                steps = cast(BackgroundEnvelope, child)["background"]["steps"]
                background = self._read(steps, background, {})
            elif "rule" in child:
                rule = cast(RuleEnvelope, child)["rule"]
                yield from self.scenarios(rule["children"], background)
            else:
                yield from self._scenario(cast(ScenarioEnvelope, child)["scenario"], background)

    def _scenario(self, parsed: ParsedScenario, background: tuple[Step, ...]) -> Iterator[Scenario]:
        if not self._is_whole(parsed):
            return
        name = parsed["name"]
        for values in self._examples(parsed):
            filled = _fill(name, values)
            if values and filled == name:
                filled = f"{name} ({', '.join(values.values())})"
            text = self._source.after(parsed["location"], parsed["keyword"] + ":", name, filled)
            steps = self._read(parsed["steps"], background, values)
            if self._steps > MOST_STEPS:
                _report_length(self._source.body, self._report)
                return
            yield Scenario(self._feature, Word(filled, text.place(0)), steps, self._story)

    def _is_whole(self, parsed: ParsedScenario) -> bool:
        place = self._source.place(parsed["location"])
        if not parsed["name"]:
            message = f"This `{parsed['keyword']}:` has no name, and its test is named after it."
            self._report.add(place, Code.SCENARIO_EMPTY, message)
        elif not parsed["steps"]:
            message = f"The scenario `{parsed['name']}` has no steps."
            hint = "Write `When …` and `Then …` below it."
            self._report.add(place, Code.SCENARIO_EMPTY, message, hint)
        elif parsed["keyword"] in self._source.language.outlines and not parsed["examples"]:
            message = f"The outline `{parsed['name']}` has no examples."
            hint = "Write `Examples:` with a table below it, or call it `Scenario:`."
            self._report.add(place, Code.SCENARIO_OUTLINE, message, hint)
        else:
            return True
        return False

    def _examples(self, parsed: ParsedScenario) -> Iterator[Mapping[str, str]]:
        if not parsed["examples"]:
            yield {}
        for examples in parsed["examples"]:
            heading: TableRow | None = examples.get("tableHeader")
            if heading is None or not examples["tableBody"]:
                self._report.add(
                    self._source.place(examples["location"]),
                    Code.SCENARIO_OUTLINE,
                    "These examples need a table: a heading, and a row for each scenario.",
                )
                continue
            columns = [cell["value"] for cell in heading["cells"]]
            self._check_placeholders(parsed, columns)
            for row in examples["tableBody"]:
                values = [cell["value"] for cell in row["cells"]]
                yield dict(zip(columns, values, strict=True))

    def _check_placeholders(self, parsed: ParsedScenario, columns: Sequence[str]) -> None:
        for step in parsed["steps"]:
            line = self._source.line(step["location"])
            for match in _PLACEHOLDER.finditer(line):
                if match[1] not in columns:
                    self._report.add(
                        self._source.body.at(self._source.row(step["location"]), match.start()),
                        Code.SCENARIO_OUTLINE,
                        f"The examples have no column `{match[1]}`.",
                        did_you_mean(match[1], columns),
                    )

    def _read(
        self,
        steps: Sequence[ParsedStep],
        before: tuple[Step, ...],
        values: Mapping[str, str],
    ) -> tuple[Step, ...]:
        """The steps, behind those that stand before them."""
        self._steps += len(before) + len(steps)
        read = list(before)
        for step in steps:
            earlier = read[-1].keyword if read else None
            keyword = _KEYWORDS.get(step["keywordType"], earlier)
            if keyword is None:
                self._report.add(
                    self._source.place(step["location"]),
                    Code.SCENARIO_STEP,
                    f"`{step['keyword'].strip()}` continues a step, but none stands before it.",
                    "Start with `Given` or `When`.",
                )
                return ()
            read.append(self._step(keyword, step, values))
        return tuple(read)

    def _step(self, keyword: str, step: ParsedStep, values: Mapping[str, str]) -> Step:
        text = _fill(step["text"], values)
        return Step(
            keyword,
            self._source.after(step["location"], step["keyword"], step["text"], text),
            self._table(step["dataTable"], values) if "dataTable" in step else None,
            self._document(step["docString"], values) if "docString" in step else None,
        )

    def _table(self, table: DataTable, values: Mapping[str, str]) -> tuple[tuple[Word, ...], ...]:
        return tuple(
            tuple(
                Word(_fill(cell["value"], values), self._source.place(cell["location"]))
                for cell in row["cells"]
            )
            for row in table["rows"]
        )

    def _document(self, document: DocString, values: Mapping[str, str]) -> Text:
        first = self._source.row(document["location"]) + 1
        rows = document["content"].split("\n")
        lines = self._source.lines[first : first + len(rows)]
        places = [
            self._source.body.at(first + number, max(len(line) - len(row), 0))
            for number, (row, line) in enumerate(zip(rows, lines, strict=False))
        ]
        return Text(
            self._source.body.file,
            _fill(document["content"], values),
            places[0].line,
            tuple(place.column - 1 for place in places),
        )


def _fill(text: str, values: Mapping[str, str]) -> str:
    """The text of an outline with the values of one row of its examples."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text) if values else text


def _report_length(body: Text, report: Report) -> None:
    report.add(
        body.place(0),
        Code.SCENARIO_TOO_LONG,
        f"This block has more than {MOST_LINES:,} lines, or {MOST_STEPS:,} steps in all scenarios.",
        "Split it into several blocks.",
    )
