"""Files that are the old one or the new one, never a part, whatever happens meanwhile."""

import os
import shutil
from pathlib import Path


def replace_whole(file: Path, content: bytes) -> None:
    """Write a file in one go, keeping its mode."""
    draft = file.with_name(f".{file.name}.specwright-draft")
    draft.write_bytes(content)
    if file.exists():
        shutil.copymode(file, draft)
    draft.replace(file)


def settle(folder: Path) -> None:
    """Make sure that a new name in a folder outlives a power cut."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
