"""Every setting that a role, a project, a bundle or a person may choose."""

from typing import Any

from specwright.roles.choices import (
    AllowBreak,
    ApiStyle,
    Approver,
    AuthScheme,
    BundleLayout,
    Cache,
    Clarify,
    CommitMode,
    Decisions,
    DocsCreate,
    Docstrings,
    Hosting,
    KbSearch,
    Layout,
    Lock,
    Memory,
    MigrationsOwner,
    OrderOfTests,
    Resilience,
    Scale,
    Scope,
    Stack,
    Switch,
    TasksTick,
    Tracker,
    ValidationStatus,
    VersionIn,
    Workflow,
)
from specwright.roles.kinds import Built, Choice, Names, Number, Setting, Words

OBEYED, LATER = Built.OBEYED, Built.LATER

# -- How a run works

COMMIT = Choice(
    "commit.mode", CommitMode.PAUSE, "who commits what was proven", OBEYED, is_safety=True
)
APPROVER = Choice(
    "commit.approver", Approver.ANYONE, "who may approve what was run", OBEYED, is_safety=True
)
MIGRATIONS_OWNER = Choice(
    "migrations.owner",
    MigrationsOwner.IMPLEMENTER,
    "who may change the schema",
    OBEYED,
    is_safety=True,
)
MIGRATIONS_ROLE = Words(
    "migrations.role", "data-engineer", "the other role that owns migrations", OBEYED
)
TESTS_ORDER = Choice(
    "tests.order", OrderOfTests.FIRST, "whether tests are written before the code", OBEYED
)
CLARIFY = Choice("clarify", Clarify.BLOCKING, "which open questions stop a run", OBEYED)
TASKS_TICK = Choice(
    "tasks.tick", TasksTick.AFTER_GATES, "when the boxes of tasks.md are ticked", OBEYED
)
DOCS_CREATE = Choice(
    "docs.create",
    DocsCreate.ON_REQUEST,
    "which documents are written beside the code",
    OBEYED,
    later=(DocsCreate.REQUIRED_SET, DocsCreate.FREE),  # but for the plan
)
DOCS_TODO = Words("docs.todo_path", "", "where the plan is written before any test", OBEYED)
PREFER_EDIT = Choice(
    "files.prefer_edit", Switch.ON, "whether each new file needs a reason in the plan", OBEYED
)
DECISIONS = Choice(
    "architecture.decisions",
    Decisions.FORBIDDEN,
    "what happens where the bundle leaves a decision",
    is_safety=True,
)
CHALLENGE = Choice("challenge_features", Switch.OFF, "whether a feature may be questioned")
WORKFLOW = Choice("workflow", Workflow.TDD7, "the phases and their order")
SCOPE = Choice("scope", Scope.NAMED_SPEC, "what of a larger plan is built")
SCALE = Choice("scale.design", Scale.STATELESS_ONLY, "for which growth is designed")
TRACKER = Choice("tracker", Tracker.NONE, "where tickets are kept in step")
TRACKER_REQUIRED = Choice(
    "tracker.required", Switch.OFF, "whether a tracker that is down stops a run"
)
LAYOUT_OF_BUNDLE = Choice("bundle.layout", BundleLayout.DETECT, "how the specification is laid out")
PATHS = Names("paths", ("**",), "what a run may write", is_safety=True)
TOOLS = Names("tools", ("**",), "what whoever writes may use", is_safety=True)
MODEL = Words("model", "", "the language model that is asked, where one is")
MEMORY = Choice(
    "memory",
    Memory.PROJECT,
    "where learnings are kept",
    OBEYED,
    later=(Memory.USER, Memory.PROJECT, Memory.BOTH),
)
KB_SEARCH = Choice(
    "kb.search",
    KbSearch.WHEN_AVAILABLE,
    "whether knowledge is searched first",
    OBEYED,
    later=(KbSearch.ON,),
)
ROOT_CAUSE = Number(
    "stuck.root_cause_minutes", 30, "minutes at a red gate before its cause is searched", LATER
)
BLOCKED = Number("stuck.blocked_after", 2, "vain searches for a cause before it is blocked", LATER)
SCAN = Number("scan.threshold", 10, "files above which a program scans them", LATER)

# -- What is built

VALIDATION_STATUS = Choice(
    "http.validation_status",
    ValidationStatus.BAD_REQUEST,
    "the answer to what is not valid, where the contract does not say",
    OBEYED,
)
P95 = Number("budget.p95_ms", 500, "milliseconds that an answer may take", LATER)
COVERAGE_CRITICAL = Number("coverage.critical", 80, "percent covered on critical paths", LATER)
COVERAGE_SERVICES = Number("coverage.services", 80, "percent covered of the logic", LATER)
COVERAGE_DIFF = Number("coverage.diff", 100, "percent covered of what is new", LATER)
STACK = Choice("stack", Stack.FASTAPI, "what the backend is made with")
LAYOUT = Choice("layout", Layout.DOMAIN, "the folders of the backend")
LOCK = Choice("lock", Lock.PER_OPERATION, "how concurrent writes are kept apart")
API_STYLE = Choice("api.style", ApiStyle.REST, "the kind of interface")
API_VERSION = Choice("api.version_in", VersionIn.PATH, "where the version of the interface stands")
API_BREAK = Choice(
    "api.allow_break", AllowBreak.NEVER_SILENT, "whether an interface may break its callers"
)
AUTH = Choice("auth.scheme", AuthScheme.JWT, "how one signs in")
REVOCATION = Choice(
    "auth.instant_revocation", Switch.OFF, "whether signing out takes effect at once"
)
CACHE = Choice("cache", Cache.SPECIFIED, "what is cached")
RESILIENCE = Choice("resilience", Resilience.ALL_EXTERNAL, "which calls are retried", LATER)
HOSTING = Choice("hosting", Hosting.SERVER, "where the backend runs")
BARE_LIST = Choice("compat.bare_list", Switch.OFF, "whether lists come without an envelope")
DOCSTRINGS = Choice("docstrings", Docstrings.PUBLIC, "what is documented in the code")

_ALL: tuple[Setting[Any], ...] = (
    *(COMMIT, APPROVER, MIGRATIONS_OWNER, MIGRATIONS_ROLE, TESTS_ORDER, CLARIFY, TASKS_TICK),
    *(DOCS_CREATE, DOCS_TODO, PREFER_EDIT, DECISIONS, CHALLENGE, WORKFLOW, SCOPE, SCALE),
    *(TRACKER, TRACKER_REQUIRED, LAYOUT_OF_BUNDLE, PATHS, TOOLS, MODEL, MEMORY, KB_SEARCH),
    *(ROOT_CAUSE, BLOCKED, SCAN),
    *(VALIDATION_STATUS, P95, COVERAGE_CRITICAL, COVERAGE_SERVICES, COVERAGE_DIFF, STACK),
    *(LAYOUT, LOCK, API_STYLE, API_VERSION, API_BREAK, AUTH, REVOCATION, CACHE, RESILIENCE),
    *(HOSTING, BARE_LIST, DOCSTRINGS),
)
SETTINGS = {setting.name: setting for setting in _ALL}
