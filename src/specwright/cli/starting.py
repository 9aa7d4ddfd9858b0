"""`specwright new`: a small bundle to start from."""

import argparse
import re
from importlib.resources import files
from pathlib import Path

from specwright.address import words
from specwright.cli.misuse import Misuse
from specwright.cli.terminal import Style, Terminal
from specwright.workflow import Refusal

PARTS = ("spec.md", "data-model.md", "rules.md", "plan.md", "contracts/openapi.yaml")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}", re.IGNORECASE)


def new(asked: argparse.Namespace, terminal: Terminal) -> int:
    path = Path(asked.name)
    if ".." in path.parts or not _NAME.fullmatch(path.name):
        raise Misuse(
            f"`{asked.name}` cannot be the name of a bundle.",
            "Use letters, digits, `-` and `_`, as in `orders` or `specs/001-orders`.",
        )
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise Refusal(f"{path} is there already.", "Choose another name.")
    for part in PARTS:
        (path / part).parent.mkdir(parents=True, exist_ok=True)
        (path / part).write_text(text_of(part, path.name), "utf-8")
    terminal.say(f"{path} is a bundle of {len(PARTS)} files.", Style.BOLD)
    for part in PARTS:
        terminal.say(f"  {path / part}")
    terminal.say(f"Next: specwright check {path} && specwright build {path} --into backend")
    return 0


def text_of(part: str, name: str) -> str:
    template = files("specwright.cli").joinpath("templates", "new", *part.split("/"))
    title = " ".join(words(re.sub(r"^[\d-]+(?=[a-zA-Z])", "", name))).capitalize()
    return template.read_text("utf-8").replace("{title}", title).replace("{name}", name)
