"""The two documents that the process itself writes: the TODO, and the ticks of `tasks.md`."""

import re
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from specwright.workflow.files import replace_whole

# Spec Kit's form: `- [ ] T001 [P] [US1] Description`.
OPEN_TASK = re.compile(r"^([ \t]*[-*] \[) (\] (?:\*\*)?(T\d+)\b)", re.MULTILINE)


TODO_BEGINS = "---\nbranch: "


def todo(plan: str, branch: str, created: datetime) -> str:
    """The plan under its branch and its time of creation."""
    return f"{TODO_BEGINS}{branch}\ncreated: {created.isoformat()}\n---\n\n{plan.strip()}\n"


def tick(text: str, done: Collection[str]) -> str:
    """Tick the boxes of these tasks; every other byte stays what it was."""
    return OPEN_TASK.sub(lambda box: box[1] + ("X" if box[3] in done else " ") + box[2], text)


def tick_in_place(file: Path, done: Collection[str]) -> None:
    """Tick them in a file that lies outside of the repository."""
    if file.is_file():
        before = file.read_bytes().decode(errors="surrogateescape")
        replace_whole(file, tick(before, done).encode(errors="surrogateescape"))
