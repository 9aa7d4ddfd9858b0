"""What a build wrote: `.specwright/manifest.json`, by which the next one knows its own files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specwright.tree import PathLeavesTree, Tree
from specwright.workflow import Refusal

FOLDER = ".specwright"
PATH = f"{FOLDER}/manifest.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """The digest of a file as it was emitted, and the addresses of what it was made from."""

    digest: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """The files that a build wrote, and those that are a person's."""

    version: str  # of Specwright
    bundle: str
    files: Mapping[str, Entry] = field(default_factory=dict)
    ejected: tuple[str, ...] = ()
    yours: tuple[str, ...] = ()  # hand-written code, which a build wrote once


def written(manifest: Manifest) -> str:
    """The same text for the same manifest, a line for each file."""
    files = ",\n".join(
        f"    {_json(path)}: {_json({'sha256': entry.digest, 'from': list(entry.sources)})}"
        for path, entry in sorted(manifest.files.items())
    )
    yours = f'  "yours": {_json(sorted(manifest.yours))},\n' if manifest.yours else ""
    return (
        f'{{\n  "specwright": {_json(manifest.version)},\n  "bundle": {_json(manifest.bundle)},\n'
        f'  "ejected": {_json(sorted(manifest.ejected))},\n{yours}'
        f'  "files": {{\n{files}\n  }}\n}}\n'
    )


def read(text: str) -> Manifest:
    try:
        content: dict[str, Any] = json.loads(text)
        files = {
            _path(path): Entry(_text(entry["sha256"]), tuple(map(_text, entry["from"])))
            for path, entry in content["files"].items()
        }
        ejected = tuple(map(_path, content["ejected"]))
        yours = tuple(map(_path, content.get("yours", [])))
        origin = _text(content["specwright"]), _text(content["bundle"])
        return Manifest(*origin, files, ejected, yours)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Refusal(
            f"{PATH} is not as Specwright wrote it, so it does not say which files are its own.",
            "Take it back from version control; or delete it: then nothing that is there is "
            "overwritten.",
        ) from error


def _path(path: str) -> str:
    if next(iter(Tree({path: ""}))) != path:
        raise PathLeavesTree(path)
    return path


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
