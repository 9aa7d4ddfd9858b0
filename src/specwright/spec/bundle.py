"""The folder: which file of a bundle holds which fact."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath

from specwright.diagnostic import Code, Level, Place, Report, did_you_mean
from specwright.spec.contract import read_contract
from specwright.spec.dbml import parse_dbml
from specwright.spec.markdown import Block as Part
from specwright.spec.markdown import Fence, read_markdown
from specwright.spec.mermaid import parse_state_diagram
from specwright.spec.readers import is_er_diagram, read_tables
from specwright.spec.rules import read_rules
from specwright.spec.service import client_files, read_service
from specwright.spec.specification import read_specification, report_questions
from specwright.spec.syntax import Bundle, Contract, DataModel, Rules, Service
from specwright.spec.text import Text
from specwright.tree import Tree

SPEC, DATA_MODEL, RULES, PLAN = "spec.md", "data-model.md", "rules.md", "plan.md"
ARCHITECTURE = "architecture.md"  # in place of `plan.md`, as some bundles have it
CONTRACT, CLIENTS = "contracts/openapi.yaml", "contracts/clients/"

_NUMBER = re.compile(r"^(?:\d+-)+(?=.)")
_OPENAPI = re.compile(r"""(?:^|[{,\s])["']?openapi["']?[ \t]{0,9}:""")
_CONTRACT_PROSE = re.compile(r"contracts/[^/]+\.md")
_DATA_FILES = (".yaml", ".yml", ".json")
_DRAWN = ("dbml", "mermaid")
_HOMES = {"dbml": DATA_MODEL, "gherkin": SPEC, "yaml rules": RULES, "yaml service": PLAN}
_REQUIRED: Mapping[str, str] = {
    DATA_MODEL: "Write the tables there in DBML, in a block that begins with ```dbml.",
    RULES: "Say there who may do what, in a table that begins with `| operation | anyone |`.",
    CONTRACT: "Describe the operations there in OpenAPI 3.1.",
}
_MOST_ROWS = 5  # of an access table that a message names
_LEVELS = {DATA_MODEL: Level.ERROR, CONTRACT: Level.ERROR, RULES: Level.OPEN}


def read_bundle(name: str, files: Tree, report: Report) -> Bundle:
    """The bundle in the folder `name`, such as `001-orders`, whose files are `files`."""
    return _Folder(name, files, report).bundle()


@dataclass(frozen=True)
class _Folder:
    name: str
    files: Tree
    report: Report

    def bundle(self) -> Bundle:
        specification = read_specification(self._parts(SPEC), self.report)
        service = self._service()
        clients = self._clients()
        self._check_clients(service, clients)
        return Bundle(
            name=_NUMBER.sub("", self.name, count=1),
            specification=specification,
            data_model=self._data_model(),
            contract=self.contract,
            clients=clients,
            rules=self._rules(),
            service=service,
        )

    # -- Markdown

    def _parts(self, path: str) -> tuple[Part, ...]:
        """The blocks of a Markdown file; those that belong to another file are reported."""
        text = self._text(path)
        if text is None:
            return ()
        parts = read_markdown(text, self.report)
        report_questions(parts, self.report)
        for fence in _fences(parts):
            home = _home(fence)
            is_plan = path == ARCHITECTURE and PLAN not in self.files
            if home not in (None, PLAN if is_plan else path):
                message = f"A `{fence.info}` block is not read in `{path}`."
                hint = f"Move it to `{home}`."
                self.report.add(fence.info.place, Code.UNREAD_BLOCK, message, hint)
        return parts

    def _is_faulty(self, path: str) -> bool:
        """Whether it is said already what is wrong with the file."""
        return any(one.place.file == path for one in self.report)

    def _text(self, path: str) -> Text | None:
        text = self.files.get(path)
        if text is None and self._is_faulty(path):
            return None
        if text is None and path in _REQUIRED:
            message = f"`{path}` is missing."
            hint = self._rename(path) or self._required(path)
            self._add(path, Code.MISSING_FILE, message, hint, level=_LEVELS[path])
        elif text is not None and not text.strip():
            level = _LEVELS.get(path, Level.OPEN)
            hint = self._required(path) if path in _REQUIRED else "Fill it, or delete it."
            self._add(path, Code.EMPTY_FILE, f"`{path}` is empty.", hint, level=level)
        else:
            return None if text is None else Text(path, text.removeprefix("\ufeff"))
        return None

    def _required(self, path: str) -> str:
        """What to write in a file that has to be there."""
        calls = self.contract.operations if path == RULES and self.contract else ()
        named = [f"`{call.id}`" for call in calls[:_MOST_ROWS]]
        if not named:
            return _REQUIRED[path]
        more = f" and {len(calls) - len(named)} more" if len(calls) > len(named) else ""
        return f"{_REQUIRED[path][:-1]}, with a row for {', '.join(named)}{more}."

    def _rename(self, path: str) -> str | None:
        """A hint about a file that is all but called so."""
        ending = PurePosixPath(path).suffix
        others = [
            other
            for other in self.files
            if other.endswith(ending) and not other.startswith(CLIENTS) and other not in _REQUIRED
        ]
        if near := did_you_mean(path, others):
            return near.replace("Did you mean", "Rename").replace("?", f" to `{path}`.")
        prose = next((other for other in self.files if _CONTRACT_PROSE.fullmatch(other)), None)
        stray = next(filter(self._is_openapi, self.files), None)
        if path == CONTRACT and stray:
            return f"Move `{stray}` to `{path}`."
        if path == CONTRACT and prose:
            return f"`{prose}` is read by people only: describe its operations in OpenAPI 3.1."
        return None

    def _data_model(self) -> DataModel:
        parts = self._parts(DATA_MODEL)
        fences = list(_fences(parts))
        for fence in fences:
            near = did_you_mean(fence.language, _DRAWN)
            if near and fence.language not in _DRAWN:
                message = f"This block is not read: nothing here is called `{fence.language}`."
                self.report.add(fence.info.place, Code.UNREAD_BLOCK, message, near)
        tables = [fence.body for fence in fences if fence.language == "dbml"]
        found = parse_dbml(tables, self.report) if tables else read_tables(parts, self.report)
        if not found.tables and not self._is_faulty(DATA_MODEL):
            message = f"`{DATA_MODEL}` has no `dbml` block, so there are no tables."
            self._add(DATA_MODEL, Code.MISSING_BLOCK, message, _REQUIRED[DATA_MODEL])
        diagrams = (
            parse_state_diagram(fence.body, fence.heading, self.report)
            for fence in fences
            if fence.language == "mermaid" and not (is_er_diagram(fence.body) and not tables)
        )
        return replace(
            found, diagrams=tuple(diagram for diagram in diagrams if diagram is not None)
        )

    def _rules(self) -> Rules:
        rules = read_rules(self._parts(RULES), self.report)
        if not rules.access and not self._is_faulty(RULES):
            message = f"`{RULES}` has no access table, so nobody may do anything."
            hint = self._required(RULES)
            self._add(RULES, Code.MISSING_BLOCK, message, hint, level=Level.OPEN)
        return rules

    def _service(self) -> Service:
        architecture = self._parts(ARCHITECTURE)
        plan = self._parts(PLAN) if PLAN in self.files else architecture
        return read_service(plan, self.report)

    # -- contracts

    @cached_property
    def contract(self) -> Contract | None:
        found = self._contract_files()
        if len(found) > 1:
            listed = ", ".join(f"`{path}`" for path in found)
            message = f"A bundle has one contract, and here are {len(found)}: {listed}."
            hint = f"Merge them into `{CONTRACT}`."
            self._add(found[0], Code.DECLARED_TWICE, message, hint)
            return None
        text = self._text(found[0] if found else CONTRACT)
        return read_contract(text, self.report) if text is not None else None

    def _contract_files(self) -> Sequence[str]:
        """Those of the right name; without one, whatever is OpenAPI."""
        named = [path for path in self.files if path.startswith("contracts/openapi.")]
        exact = [path for path in named if path.removeprefix("contracts/openapi") in _DATA_FILES]
        return exact or [
            path
            for path, text in self.files.items()
            if PurePosixPath(path).parent == PurePosixPath("contracts")
            and path.endswith(_DATA_FILES)
            and _OPENAPI.search(text)
        ]

    def _is_openapi(self, path: str) -> bool:
        is_ours = path.endswith(_DATA_FILES) and not path.startswith(CLIENTS)
        return is_ours and bool(_OPENAPI.search(self.files[path]))

    def _clients(self) -> Mapping[str, Contract]:
        clients: dict[str, Contract] = {}
        first: dict[str, str] = {}
        for path in self.files:
            name = path.removeprefix(CLIENTS).partition(".")[0]
            if not path.startswith(CLIENTS) or path not in client_files(name):
                continue
            if first.setdefault(name, path) != path:
                message = f"The client `{name}` has two contracts: `{first[name]}` is the other."
                self._add(path, Code.DECLARED_TWICE, message, "Keep one of the two.")
                continue
            text = self._text(path)
            contract = read_contract(text, self.report) if text is not None else None
            if contract is not None:
                clients[name] = contract
        return clients

    def _check_clients(self, service: Service, clients: Mapping[str, Contract]) -> None:
        for client in service.clients:
            files = client_files(client.value)
            if client.value not in clients and not any(path in self.files for path in files):
                message = f"The contract of the client `{client}` is missing."
                hint = f"Put its OpenAPI file at `{files[0]}`."
                self.report.add(client.place, Code.MISSING_FILE, message, hint)

    def _add(
        self,
        path: str,
        code: Code,
        message: str,
        hint: str | None = None,
        *,
        level: Level = Level.ERROR,
    ) -> None:
        self.report.add(Place(path, 1, 1), code, message, hint, level=level)


def _fences(parts: Sequence[Part]) -> Iterator[Fence]:
    return (part for part in parts if isinstance(part, Fence))


def _home(fence: Fence) -> str | None:
    language = "yaml" if fence.language == "yml" else fence.language
    second = fence.words[1].lower() if len(fence.words) > 1 else ""
    return _HOMES.get(language) or _HOMES.get(f"{language} {second}")
