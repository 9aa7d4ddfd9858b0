"""What a bundle says of settings: its `yaml settings` blocks, and its contract."""

from collections.abc import Iterable, Iterator

from specwright.diagnostic import Code, Place, Report
from specwright.roles.precedence import Level, Said
from specwright.roles.reading import read_settings
from specwright.roles.settings import VALIDATION_STATUS
from specwright.spec.markdown import Fence, read_markdown
from specwright.spec.rules import is_yaml_of
from specwright.spec.syntax import Contract
from specwright.spec.text import Text
from specwright.spec.yaml import read_yaml
from specwright.tree import Tree

HOMES = ("spec.md", "plan.md", "architecture.md")


def read_bundle_settings(files: Tree, report: Report) -> tuple[Said, ...]:
    """The settings of all blocks; two that do not agree are an error at the second."""
    first: dict[str, Said] = {}
    for said, place in _blocks(files, report):
        earlier = first.setdefault(said.setting.name, said)
        if earlier.value != said.value:
            message = f"{earlier} stands against {said}."
            report.add(place, Code.DECLARED_TWICE, message, "Keep one of the two.")
    return tuple(first.values())


def contract_says(contract: Contract | None) -> Iterator[Said]:
    """400 or 422 for what is not valid, where the contract documents one of them."""
    responses = [
        one for call in (contract.operations if contract else ()) for one in call.responses
    ]
    for status in ("400", "422"):
        documented = next((one for one in responses if one.status == status), None)
        value = VALIDATION_STATUS.read(status)
        if documented is not None and value is not None:
            where = f"{documented.place.file}:{documented.place.line}"
            yield Said(VALIDATION_STATUS, value, Level.BUNDLE, where)
            return


def _blocks(files: Tree, report: Report) -> Iterator[tuple[Said, Place]]:
    for path in HOMES:
        text = files.get(path, "")
        for fence in _fences(path, text) if "settings" in text else ():
            if is_yaml_of("settings", fence, report, bare=True):
                node = read_yaml(fence.body, report)
                for said in read_settings(node, Level.BUNDLE, None, report):
                    yield said, fence.info.place


def _fences(path: str, text: str) -> Iterable[Fence]:
    parts = read_markdown(Text(path, text.removeprefix("\ufeff")), Report())
    return (part for part in parts if isinstance(part, Fence))
