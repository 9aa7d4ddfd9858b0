import errno
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from specwright.build import Destination, manifest
from specwright.build.manifest import Manifest
from specwright.workflow import Refusal

EMPTY = manifest.written(Manifest("0", "toy"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backend"


@pytest.fixture
def destination(folder: Path, tmp_path: Path) -> Destination:
    return Destination.at(folder, tmp_path / "bundle")


def contents(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}


def write(destination: Destination, files: dict[str, str], *removed: str) -> None:
    with destination.held():
        destination.write(files, removed)


def test_files_are_written_and_deleted_and_nothing_else_is_left(
    destination: Destination, folder: Path
) -> None:
    write(destination, {"a/b/c.py": "1", "d.py": "2", manifest.PATH: EMPTY})
    write(destination, {"d.py": "3"}, "a/b/c.py")
    assert contents(folder) == {"d.py": "3", manifest.PATH: EMPTY}
    assert not (folder / "a").exists()


def test_a_folder_that_somebody_uses_is_not_deleted(destination: Destination, folder: Path) -> None:
    write(destination, {"a/b.py": "1"})
    (folder / "a" / "mine.txt").write_text("mine")
    write(destination, {}, "a/b.py")
    assert contents(folder) == {"a/mine.txt": "mine"}


def test_the_mode_of_a_file_is_kept(destination: Destination, folder: Path) -> None:
    write(destination, {"run": "1"})
    (folder / "run").chmod(0o755)
    write(destination, {"run": "2"})
    assert (folder / "run").stat().st_mode & 0o777 == 0o755


def test_killed_at_any_touch_of_the_disk_the_next_build_heals_it() -> None:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:
        done = subprocess.run(
            [sys.executable, Path(__file__).with_name("dying.py"), scratch],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stderr == ""
    assert int(done.stdout) > 40


class Killed(BaseException):
    """What no code of ours catches."""


def killed_once_decided(
    destination: Destination, files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(_: Path, __: Path) -> Path:
        raise Killed

    with monkeypatch.context() as doomed:
        doomed.setattr(Path, "replace", dying)
        with pytest.raises(Killed):
            write(destination, files)


def test_an_edit_made_after_a_kill_is_not_lost(
    destination: Destination, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(destination, {"a.py": "1", "b.py": "1"})
    killed_once_decided(destination, {"a.py": "2", "b.py": "2"}, monkeypatch)
    (folder / "a.py").write_text("by hand")
    with destination.held():
        pass
    assert contents(folder) == {"a.py": "by hand", "b.py": "2"}


def test_what_an_interrupted_build_is_about_to_write_is_seen_already(
    destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = "migrations/versions/0001_initial.py"
    files = {migration: "revision = '1'\n", manifest.PATH: EMPTY}
    killed_once_decided(destination, files, monkeypatch)
    assert destination.state().manifest == EMPTY
    assert list(destination.state().built) == [migration]


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file can get larger than a hundred bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_leaves_everything_as_it_was(destination: Destination, folder: Path) -> None:
    write(destination, {"a.py": "1"})
    with pytest.raises(Refusal, match="no space left") as refused:
        write(destination, {"a.py": "2", "x/y/b.py": "b" * 200, "z/c.py": "3"}, "a.py")
    assert "is as it was" in str(refused.value)
    assert contents(folder) == {"a.py": "1"}
    assert [entry.name for entry in folder.iterdir()] == ["a.py"]


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_leaves_no_folder_that_was_not_there(
    destination: Destination, folder: Path
) -> None:
    with pytest.raises(Refusal, match="no space left"):
        write(destination, {"x/y/b.py": "b" * 200})
    assert not folder.exists()


def test_an_error_while_files_are_put_in_place_is_made_good_by_the_next_build(
    destination: Destination, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(destination, {"a.py": "1"})
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if self.name == "b.py":
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self))
        return replace(self, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", failing)
        with pytest.raises(Refusal, match="the build is not complete"):
            write(destination, {"a.py": "2", "b.py": "2"})
    with destination.held():
        pass
    assert contents(folder) == {"a.py": "2", "b.py": "2"}


def test_two_builds_at_once_are_one_too_many(destination: Destination) -> None:
    with (
        destination.held(),
        pytest.raises(Refusal, match="Another build is at work"),
        destination.held(),
    ):
        pass


def test_a_build_that_writes_nothing_leaves_no_folder(
    destination: Destination, folder: Path
) -> None:
    with destination.held():
        assert folder.exists()
    assert not folder.exists()


def test_links_and_folders_in_the_place_of_files_are_seen(
    destination: Destination, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder.mkdir()
    (folder / "linked").symlink_to(outside)
    (folder / "link.py").symlink_to(outside / "a.py")
    (folder / "folder.py").mkdir()
    (folder / "file").write_text("")
    paths = ("linked/a.py", "link.py", "folder.py", "file/a.py", "linked/deep/a.py")
    assert sorted(destination.lying((*paths, "fine.py")).blocked) == sorted(paths)


@pytest.mark.parametrize("within", ["", "backend", "a/b"])
def test_a_backend_is_not_built_into_its_bundle(tmp_path: Path, within: str) -> None:
    (tmp_path / "bundle").mkdir()
    with pytest.raises(Refusal, match="lies in the bundle"):
        Destination.at(tmp_path / "bundle" / within, tmp_path / "bundle")


def test_a_bundle_may_lie_in_the_backend(tmp_path: Path) -> None:
    bundle = tmp_path / "specs" / "001-orders"
    bundle.mkdir(parents=True)
    assert Destination.at(tmp_path, bundle).root == tmp_path


def test_a_file_is_no_place_for_a_backend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in ("file", "file/backend"):
        with pytest.raises(Refusal, match="is a file, not a folder"):
            Destination.at(tmp_path / path, tmp_path / "bundle")


def test_our_own_folder_must_not_be_a_link(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / ".specwright").symlink_to(tmp_path)
    with pytest.raises(Refusal, match="is no folder"):
        Destination.at(folder, tmp_path / "bundle")
