"""What is wrong with a bundle, or left open by it: collected values, never exceptions."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How far a bundle with this diagnostic gets."""

    ERROR = "error"  # nothing is written
    OPEN = "open"  # not determined: the operation in question is left out
    LATER = "later"  # determined, but not built by this version


class Code(StrEnum):
    """Every diagnostic by its stable name; each has a folder in `tests/diagnostics`."""

    # Files
    MISSING_FILE = "missing-file"
    EMPTY_FILE = "empty-file"
    FILE_TOO_LARGE = "file-too-large"
    NOT_TEXT = "not-text"
    UNREADABLE_FILE = "unreadable-file"
    LEAVES_FOLDER = "leaves-folder"
    TOO_MANY_FILES = "too-many-files"

    # Markdown and its tables
    UNCLOSED_FENCE = "unclosed-fence"
    UNREAD_BLOCK = "unread-block"
    MISSING_BLOCK = "missing-block"
    UNEVEN_ROW = "uneven-row"
    UNCLEAR_CELL = "unclear-cell"
    OPEN_QUESTION = "open-question"
    UNREAD_FACT = "unread-fact"
    STATED_OTHERWISE = "stated-otherwise"
    REQUIREMENT_TWICE = "requirement-twice"

    # YAML
    YAML_SYNTAX = "yaml-syntax"
    YAML_QUOTE = "yaml-quote"
    YAML_UNCLOSED = "yaml-unclosed"
    YAML_INDENTATION = "yaml-indentation"
    YAML_TAB = "yaml-tab"
    YAML_KEY = "yaml-key"
    YAML_DUPLICATE = "yaml-duplicate"
    YAML_TAG = "yaml-tag"
    YAML_ALIAS = "yaml-alias"
    YAML_NESTING = "yaml-nesting"
    YAML_DOCUMENTS = "yaml-documents"

    # The contract (OpenAPI)
    CONTRACT_VERSION = "contract-version"
    CONTRACT_SHAPE = "contract-shape"
    CONTRACT_KEY = "contract-key"
    CONTRACT_MISSING = "contract-missing"
    CONTRACT_REFERENCE = "contract-reference"
    CONTRACT_SCHEMA = "contract-schema"
    CONTRACT_PATH = "contract-path"
    CONTRACT_PARAMETER = "contract-parameter"
    CONTRACT_RESPONSE = "contract-response"
    CONTRACT_OPERATION_ID = "contract-operation-id"
    CONTRACT_SECURITY = "contract-security"
    CONTRACT_LATER = "contract-later"

    # DBML
    DBML_SYNTAX = "dbml-syntax"
    DBML_UNCLOSED = "dbml-unclosed"
    DBML_SETTING = "dbml-setting"
    DBML_EMPTY = "dbml-empty"
    DBML_NAME = "dbml-name"
    DBML_UNKNOWN_PARTIAL = "dbml-unknown-partial"
    DBML_LATER = "dbml-later"

    # Mermaid state diagrams
    STATE_SYNTAX = "state-syntax"
    STATE_ARROW = "state-arrow"
    STATE_GUARD = "state-guard"
    STATE_LATER = "state-later"

    # Scenarios (Gherkin)
    SCENARIO_SYNTAX = "scenario-syntax"
    SCENARIO_STEP = "scenario-step"
    SCENARIO_TABLE = "scenario-table"
    SCENARIO_EMPTY = "scenario-empty"
    SCENARIO_TWICE = "scenario-twice"
    SCENARIO_OUTLINE = "scenario-outline"
    SCENARIO_TOO_LONG = "scenario-too-long"

    # Rules and the service block
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    WRONG_SHAPE = "wrong-shape"
    CUT_EXPRESSION = "cut-expression"

    # Expressions (CEL)
    EXPRESSION_SYNTAX = "expression-syntax"
    EXPRESSION_TYPE = "expression-type"
    EXPRESSION_NULL = "expression-null"
    EXPRESSION_VALUE = "expression-value"
    EXPRESSION_LATER = "expression-later"
    UNKNOWN_NAME = "unknown-name"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_FUNCTION = "unknown-function"
    UNKNOWN_VALUE = "unknown-value"

    # The model
    UNUSABLE_NAME = "unusable-name"
    DECLARED_TWICE = "declared-twice"
    COLUMN_TYPE = "column-type"
    COLUMN_DEFAULT = "column-default"
    CHECK_EXPRESSION = "check-expression"
    PRIMARY_KEY = "primary-key"
    REFERENCE_TARGET = "reference-target"
    UNKNOWN_TABLE = "unknown-table"
    UNKNOWN_COLUMN = "unknown-column"
    UNKNOWN_ENTITY = "unknown-entity"
    UNKNOWN_OPERATION = "unknown-operation"
    UNKNOWN_EFFECT = "unknown-effect"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_STATE = "unknown-state"
    UNKNOWN_TRIGGER = "unknown-trigger"
    UNKNOWN_LINK = "unknown-link"
    UNKNOWN_EVENT = "unknown-event"
    UNKNOWN_CLIENT = "unknown-client"
    LIFECYCLE_COLUMN = "lifecycle-column"
    INITIAL_STATE = "initial-state"
    STATE_NOT_DRAWN = "state-not-drawn"
    UNREACHABLE_STATE = "unreachable-state"
    GUARDS_OVERLAP = "guards-overlap"
    NO_ACCESS = "no-access"
    NO_AUTH = "no-auth"
    ACCESS_CONTRADICTION = "access-contradiction"
    ROLE_COLUMN = "role-column"
    UNBOUND = "unbound"
    NO_BEHAVIOUR = "no-behaviour"
    UNUSED_EFFECT = "unused-effect"
    NOT_BUILT = "not-built"
    RULE_TARGET = "rule-target"
    RULE_TYPE = "rule-type"
    RULE_CONTEXT = "rule-context"
    ERROR_STATUS = "error-status"
    RULE_CYCLE = "rule-cycle"
    RULE_CONFLICT = "rule-conflict"
    HOOK_SIGNATURE = "hook-signature"
    DURATION = "duration"
    TENANT = "tenant"


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """A character of a file of the bundle; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to put right: where, what is wrong, and what would be right."""

    place: Place
    code: Code
    level: Level
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        line = f"{self.place}: {self.level} {self.code}: {self.message}"
        return f"{line}\n    {self.hint}" if self.hint else line


class Report:
    """The diagnostics found so far, in the order of their places when read."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}

    def add(
        self,
        place: Place,
        code: Code,
        message: str,
        hint: str | None = None,
        *,
        level: Level = Level.ERROR,
    ) -> None:
        """Note a diagnostic; the same one twice is noted once."""
        self._found[Diagnostic(place, code, level, message, hint)] = None

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        self._found.update(dict.fromkeys(diagnostics))

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self._found, key=lambda d: (d.place, d.code, d.message)))

    def __len__(self) -> int:
        return len(self._found)

    def at(self, level: Level) -> list[Diagnostic]:
        return [found for found in self if found.level is level]

    @property
    def failed(self) -> bool:
        """Whether anything found keeps every file from being written."""
        return any(found.level is Level.ERROR for found in self._found)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the known word nearest to a misspelt one, if one is near."""
    by_fold = {name.casefold(): name for name in sorted(known, reverse=True)}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.7)
    return f"Did you mean `{by_fold[near[0]]}`?" if near else None
