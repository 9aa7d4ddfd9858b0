from pathlib import Path

import pytest
from stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Without a sandbox, so that every lie can be told."""
    return Stage.made(tmp_path)
