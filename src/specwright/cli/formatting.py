"""`specwright fmt`: the bundle in our notation, every word of its authors kept."""

import argparse
from pathlib import Path

from specwright.cli import findings
from specwright.cli.checking import Folder
from specwright.cli.terminal import Style, Terminal
from specwright.diagnostic import Code, Report
from specwright.spec.canonical import canonical, formatted

WOULD_CHANGE = 1
_OF_READING = (Code.UNREAD_FACT, Code.STATED_OTHERWISE)  # what else there is, `check` says


def fmt(asked: argparse.Namespace, terminal: Terminal) -> int:
    folder = Folder.read(asked.bundle)
    report = Report()
    changed = (
        canonical(folder.name, folder.files, report) if asked.canonical else formatted(folder.files)
    )
    unread = [one for one in report if one.code in _OF_READING]
    findings.show(unread, folder.files, folder.seen, terminal)
    for name, text in sorted(changed.items()):
        if not asked.check:
            _write(folder.path / name, text)
        terminal.say(f"{name}: {'would change' if asked.check else 'changed'}", Style.BOLD)
    if not changed:
        terminal.say("Nothing to change.", Style.BOLD)
    return WOULD_CHANGE if asked.check and changed else 0


def _write(path: Path, text: str) -> None:
    """As a whole or not at all; line ends and a mark at the start stay those of the file."""
    path.parent.mkdir(exist_ok=True)
    before = path.read_bytes() if path.exists() else b""
    if b"\r\n" in before:
        text = text.replace("\n", "\r\n")
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(mark + text.encode())
        if path.exists():
            beside.chmod(path.stat().st_mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
