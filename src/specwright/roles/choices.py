"""The closed lists that settings choose from; those of safety go from loose to strict."""

from enum import StrEnum


class Switch(StrEnum):
    OFF = "off"
    ON = "on"


# -- How a run works


class MigrationsOwner(StrEnum):
    IMPLEMENTER = "implementer"
    OTHER_ROLE = "other-role"


class CommitMode(StrEnum):
    AUTO = "auto"  # on the run's own branch, when every gate is green
    PAUSE = "pause"  # a person approves
    NEVER = "never"  # a person takes the work from the worktree


class Approver(StrEnum):
    ANYONE = "anyone"  # but the runner
    OTHER = "other"  # but the runner, and whoever asked for the run


class OrderOfTests(StrEnum):
    FIRST = "first"
    AFTER = "after"
    ANY = "any"


class Clarify(StrEnum):
    ALL = "all"
    BLOCKING = "blocking"
    NONE_RECORD = "none-record"


class TasksTick(StrEnum):
    AFTER_GATES = "after-gates"
    AFTER_APPROVAL = "after-approval"


class DocsCreate(StrEnum):
    ON_REQUEST = "on-request"
    REQUIRED_SET = "required-set"
    FREE = "free"


class Decisions(StrEnum):
    DECIDE = "decide"
    PROPOSE = "propose"
    FORBIDDEN = "forbidden"


class Workflow(StrEnum):
    TDD7 = "tdd7"
    STAGED7 = "staged7"
    SPEC8 = "spec8"
    TICKET6 = "ticket6"


class Scope(StrEnum):
    NAMED_SPEC = "named-spec"
    BUNDLE = "bundle"


class Scale(StrEnum):
    STATELESS_ONLY = "stateless-only"
    TENFOLD_PROOF = "tenfold-proof"


class Tracker(StrEnum):
    NONE = "none"
    BUILTIN = "builtin"
    LINEAR = "linear"


class BundleLayout(StrEnum):
    DETECT = "detect"
    PLAN_TREE = "plan-tree"
    SPECIFY = "specify"
    TICKET = "ticket"
    FREE = "free"


class Memory(StrEnum):
    NONE = "none"
    USER = "user"
    PROJECT = "project"
    BOTH = "user-and-project"


class KbSearch(StrEnum):
    OFF = "off"
    WHEN_AVAILABLE = "when-available"
    ON = "on"


# -- What is built


class Stack(StrEnum):
    FASTAPI = "fastapi"


class Docstrings(StrEnum):
    PUBLIC = "public"
    COMPLEX_ONLY = "complex-only"
    ALL = "all"


class Lock(StrEnum):
    PER_OPERATION = "per-operation"
    VERSION = "version"
    ROW = "row"
    CONSTRAINT = "constraint"


class ValidationStatus(StrEnum):
    BAD_REQUEST = "400"
    UNPROCESSABLE = "422"


class ApiStyle(StrEnum):
    REST = "rest"
    GRAPHQL = "graphql"
    CUSTOM = "custom"


class VersionIn(StrEnum):
    PATH = "path"
    HEADER = "header"


class AllowBreak(StrEnum):
    NEVER_SILENT = "never-silent"


class AuthScheme(StrEnum):
    JWT = "jwt"
    OAUTH2 = "oauth2"
    SESSION = "session"


class Layout(StrEnum):
    DOMAIN = "domain"
    LAYERED = "layered"
    HEXAGONAL = "hexagonal"


class Cache(StrEnum):
    SPECIFIED = "specified"
    MEASURED = "measured"
    EAGER = "eager"


class Resilience(StrEnum):
    ALL_EXTERNAL = "all-external"
    PER_DEPENDENCY = "per-dependency"


class Hosting(StrEnum):
    SERVER = "server"
    SERVERLESS = "serverless"
