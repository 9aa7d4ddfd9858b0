from pathlib import Path

import pytest
from talk import Run, Said

from specwright.cli import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The real command, as somebody would type it in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def running(*words: str | Path) -> Said:
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return running


@pytest.fixture
def bundle(run: Run, tmp_path: Path) -> Path:
    """The bundle that `specwright new` gives, in the folder `notes`."""
    assert run("new", "notes").code == 0
    return tmp_path / "notes"
