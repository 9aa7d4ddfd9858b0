"""Writes a backend over another, and is killed at its first, second, third … touch of the disk.

dying.py SCRATCH   prints how many deaths there were; after each, the folder is healed and compared
"""

import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from specwright.build import manifest
from specwright.build.comparison import Fate, compare
from specwright.build.destination import Destination
from specwright.build.manifest import Entry, Manifest
from specwright.tree import Tree, digest

TOUCHES = ("open", "os.", "shutil.", "fcntl.")
BEFORE = {"app.py": "1\n", "core/a.py": "2\n", "core/b.py": "3\n", "gone/c.py": "4\n"}
AFTER = {"app.py": "1!\n", "core/a.py": "2\n", "core/b.py": "3!\n", "new/d.py": "5\n"}


def write(folder: Path, files: Mapping[str, str]) -> None:
    destination = Destination.at(folder, folder.parent / "bundle")
    with destination.held():
        tree = Tree(files)
        known = destination.state().manifest
        before = manifest.read(known) if known else Manifest("", "")
        compared = compare(tree, before, destination.lying({*tree, *before.files}), ())
        assert not compared.refused, compared.refused
        entries = {path: Entry(digest(text)) for path, text in tree.items()}
        text = manifest.written(Manifest("0", "toy", entries))
        new = {path: tree[path] for path in compared.written} | {manifest.PATH: text}
        destination.write(new, compared.of(Fate.REMOVED))


def contents(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }


def dies(folder: Path, touches: int) -> bool:
    """Whether it was killed before it had come to its end."""
    child = os.fork()
    if child == 0:
        left = touches

        def nearer(event: str, _: object) -> None:
            nonlocal left
            if event.startswith(TOUCHES):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(nearer)
        write(folder, AFTER)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(scratch: Path) -> None:
    whole = scratch / "whole"
    write(whole, BEFORE)
    write(whole, AFTER)
    deaths = 0
    while True:
        folder = scratch / "folder"
        write(folder, BEFORE)
        if not dies(folder, deaths + 1):
            break
        deaths += 1
        for path, text in contents(folder).items():
            halves = {BEFORE.get(path), AFTER.get(path)}
            assert path.startswith(".specwright/") or text in halves, (deaths, path)
        write(folder, AFTER)
        assert contents(folder) == contents(whole), deaths
        shutil.rmtree(folder)
    print(deaths)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
