"""Bundles to build models of: the two examples, edits of them, and small ones made on the spot."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from specwright.diagnostic import Report
from specwright.model import Model, build_model
from specwright.spec import read_bundle
from specwright.tree import Tree

EXAMPLES = Path(__file__).parents[2] / "examples"

Built = tuple[Model, list[str]]
Files = Mapping[str, str]


@cache
def example_files(name: str) -> Files:
    root = EXAMPLES / name
    named = [root / file for file in ("spec.md", "data-model.md", "rules.md", "plan.md")]
    paths = [*named, *sorted((root / "contracts").rglob("*.yaml"))]
    return {path.relative_to(root).as_posix(): path.read_text() for path in paths}


def built(name: str, files: Files) -> Built:
    report = Report()
    model = build_model(read_bundle(name, Tree(files), report), report)
    return model, [str(found) for found in report]


@cache
def built_example(name: str) -> Built:
    return built(name, example_files(name))


@pytest.fixture(scope="session")
def taskboard() -> Model:
    return built_example("taskboard")[0]


@pytest.fixture(scope="session")
def orders() -> Model:
    return built_example("orders")[0]


@pytest.fixture(scope="session")
def example() -> Callable[[str], Files]:
    return example_files


@pytest.fixture(scope="session")
def build() -> Callable[[str, Files], Built]:
    return built


@pytest.fixture(scope="session")
def unedited() -> Callable[[str], Built]:
    return built_example


_CONTRACT = """\
openapi: 3.1.0
info: {{ title: Small, version: 1.0.0 }}
security: [{{ bearer: [] }}]
paths:
{paths}
components:
  securitySchemes: {{ bearer: {{ type: http, scheme: bearer }} }}
  schemas:
    User: {{ type: object, required: [id], properties: {{ id: {{ type: string, format: uuid }} }} }}
{schemas}
"""
_PATHS = """\
  /users/{id}:
    get:
      operationId: getUser
      parameters: [{ name: id, in: path, required: true, schema: { type: string, format: uuid } }]
      responses:
        '200':
          description: OK
          content: { application/json: { schema: { $ref: '#/components/schemas/User' } } }
"""
_USERS = """\
Enum role {
  admin
}
Table users {
  id uuid [pk, default: `gen_random_uuid()`]
  role role [not null]
}
"""


@pytest.fixture(scope="session")
def small() -> Callable[..., tuple[Model, Report]]:
    """A bundle of a few tables, paths, schemas and rules; admins may do everything."""

    def make(  # the parts of a bundle
        tables: str = "",
        paths: str = _PATHS,
        schemas: str = "",
        rules: str = "",
        diagram: str = "",
        heading: str = "Lifecycle",
    ) -> tuple[Model, Report]:
        report = Report()
        contract = _CONTRACT.format(paths=paths, schemas=schemas)
        drawn = (
            f"\n## {heading}\n\n```mermaid\nstateDiagram-v2\n{diagram}\n```\n" if diagram else ""
        )
        ids = re.findall(r"operationId: (\w+)", paths)
        table = "".join(f"| `{name}` | yes |\n" for name in ids)
        access = f"| operation | admin |\n|---|---|\n{table}\n"
        block = f"```yaml rules\n{rules}\n```\n" if rules else ""
        files = {
            "spec.md": "# Feature Specification: Small\n",
            "data-model.md": f"# Data model\n\n```dbml\n{_USERS}{tables}\n```\n{drawn}",
            "rules.md": f"# Rules\n\n{access}{block}",
            "plan.md": "# Plan\n\n```yaml service\nauth:\n  users: User\n```\n",
            "contracts/openapi.yaml": contract,
        }
        model = build_model(read_bundle("small", Tree(files), report), report)
        return model, report

    return make
