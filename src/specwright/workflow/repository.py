"""The repository that a run works for; until a person approves, nobody sees it change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from specwright.tree import Tree
from specwright.workflow.git import Git, GitRefused
from specwright.workflow.person import Person
from specwright.workflow.refusal import Refusal

NO_TIP = "0" * 40  # git's word for a branch that does not exist yet
TEXT_MODES = ("100644", "100755")  # neither a link nor a submodule
OURS = ("/.specwright/runs/", "/.specwright/worktrees/", "/.specwright/requests/")

BEFORE_ANY_WORK = (".git", ".specwright")  # a repository, and roles that were imported there


@dataclass(frozen=True, slots=True)
class Baseline:
    """The commit that a run starts from, and the tip of its branch at that time."""

    commit: str
    tip: str | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Repository:
    """A git repository with a working tree, by its top folder."""

    root: Path
    git: Git

    @classmethod
    def at(cls, path: Path, environment: Mapping[str, str]) -> "Repository":
        """The repository that `path` lies in."""
        if not path.is_dir():
            raise Refusal(f"{path} is not a folder.", "Name the folder of the backend.")
        top = Git(path, environment).asks("rev-parse", "--show-toplevel")
        if not top:
            raise Refusal(
                f"{path} is not a git repository with a working tree.",
                "`specwright implement BUNDLE --into REPO` makes one where there is nothing yet.",
            )
        root = _outside_worktrees(Path(top).resolve())
        return cls(root, Git(root, environment))

    @classmethod
    def made(cls, path: Path, environment: Mapping[str, str]) -> "Repository":
        """The repository at `path`, made if there is nothing yet; its HEAD stays unborn."""
        if path.exists() and not path.is_dir():
            raise Refusal(f"{path} is a file, not a folder for a backend.")
        if path.is_dir() and any(entry.name not in BEFORE_ANY_WORK for entry in path.iterdir()):
            return cls._existing(path, environment)
        Person.at_work(Git(_nearest(path), environment))
        path.mkdir(parents=True, exist_ok=True)
        root = path.resolve()
        git = Git(root, environment)
        git("init", "--quiet", "--initial-branch=main")
        return cls(root, git)

    @classmethod
    def _existing(cls, path: Path, environment: Mapping[str, str]) -> "Repository":
        git = Git(path, environment)
        top = git.asks("rev-parse", "--show-toplevel")
        if git.asks("rev-parse", "--is-bare-repository") == "true":
            raise Refusal(
                f"{path} is a bare repository: it has no files to work on.",
                f"Clone it (`git clone {path}`), and name the clone.",
            )
        if not top:
            raise Refusal(
                f"{path} holds files, but is not a git repository with a working tree.",
                f"Run `git init {path}` and commit them, or name an empty or new folder.",
            )
        if Path(top).resolve() != path.resolve():
            raise Refusal(
                f"{path} is a folder inside the repository {top}.",
                f"Name {top} itself, or an empty or new folder.",
            )
        return cls(path.resolve(), Git(path.resolve(), environment))

    @property
    def private(self) -> Path:
        """Git's own folder, which all worktrees share."""
        return (self.root / self.git("rev-parse", "--git-common-dir")).resolve()

    @property
    def head(self) -> str | None:
        return self.git.asks("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def tip(self, branch: str) -> str | None:
        return self.git.asks("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")

    def holding(self, lock: int) -> "Repository":
        """The same, with a lock that outlives a crash for as long as git works."""
        return replace(self, git=replace(self.git, held=(lock,)))

    def branch_point(self, branch: str, person: Person, now: datetime) -> Baseline:
        """HEAD, or the branch where it holds work that HEAD lacks, or an empty commit."""
        self._expect_branch(branch)
        tip, head = self.tip(branch), self.head
        ahead = tip is not None and (head is None or self._lacks(head, tip))
        commit = (tip if ahead else head) or self._empty(person, now)
        return Baseline(commit, tip, tuple(self._notes(branch, commit)))

    def files(self, commit: str) -> Tree:
        """The texts of a commit; links, submodules and what is not UTF-8 are left out."""
        wanted: list[tuple[str, str]] = []
        for entry in self.git.raw("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
            about, path = entry.decode(errors="surrogateescape").split("\t", 1)
            mode, _, blob = about.split()
            if mode in TEXT_MODES and path.isprintable() and "\\" not in path:
                wanted.append((path, blob))
        request = "".join(f"{blob}\n" for _, blob in wanted)
        contents = _contents(self.git.raw("cat-file", "--batch", stdin=request.encode()))
        texts = (
            (path, _text(content)) for (path, _), content in zip(wanted, contents, strict=True)
        )
        return Tree({path: text for path, text in texts if text is not None})

    def holds_same_files(self, one: str, other: str) -> bool:
        return self.git.asks("diff", "--quiet", f"{one}^{{commit}}", other) is not None

    def hide_runs(self) -> None:
        """Keep runs and their worktrees out of `git status`."""
        exclude = (self.root / self.git("rev-parse", "--git-path", "info/exclude")).resolve()
        exclude.parent.mkdir(parents=True, exist_ok=True)
        known = exclude.read_text(encoding="utf-8") if exclude.exists() else ""
        missing = [line for line in OURS if line not in known.splitlines()]
        if missing:
            start = "" if known.endswith("\n") or not known else "\n"
            with exclude.open("a", encoding="utf-8") as file:
                file.write(start + "".join(f"{line}\n" for line in missing))

    def publish(self, branch: str, commit: str, since: str | None) -> None:
        """Let the branch point to the commit, if it is still where the run found it."""
        if self.tip(branch) != commit:
            self.expect_unmoved(branch, since)
        if self.head is None:  # nothing else to stay on
            self.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
        checkout = self._checkout_of(branch)
        if checkout is None:
            reason = "specwright: approved"
            self.git("update-ref", "-m", reason, f"refs/heads/{branch}", commit, since or NO_TIP)
            return
        try:
            git = replace(self.git, folder=checkout)
            git("merge", "--quiet", "--ff-only", "--no-overwrite-ignore", commit)
        except GitRefused as error:
            raise Refusal(
                f"{branch} is checked out in {checkout}, where something is in the way: {error}",
                "Commit it, stash it or move it away, then `specwright resume` the run.",
            ) from error

    def expect_unmoved(self, branch: str, since: str | None) -> None:
        now = self.tip(branch)
        if now != since:
            raise Refusal(
                f"The branch {branch} has moved since the run began, from "
                f"{_short(since)} to {_short(now)}.",
                "Reject this run and implement again: it then starts from there.",
            )

    def is_of_runs(self, branch: str) -> bool:
        """Whether nobody but runs works on a branch: it is new, or a run made its last commit."""
        if self.head is not None and self._checkout_of(branch) is not None:
            return False
        tip = self.tip(branch)
        format_ = "--format=%(trailers:key=Specwright-Run)"
        return tip is None or bool(self.git("log", "-1", format_, tip).strip())

    def _checkout_of(self, branch: str) -> Path | None:
        if self.git.asks("symbolic-ref", "--quiet", "HEAD") == f"refs/heads/{branch}":
            return self.root
        for entry in self.git("worktree", "list", "--porcelain").split("\n\n"):
            lines = entry.splitlines()
            if f"branch refs/heads/{branch}" in lines:
                return Path(lines[0].removeprefix("worktree "))
        return None

    def _expect_branch(self, branch: str) -> None:
        ref = f"refs/heads/{branch}"
        is_taken = branch == "HEAD" or branch.startswith("-")  # git reads them as something else
        if is_taken or self.git.asks("check-ref-format", ref) is None:
            raise Refusal(f"`{branch}` cannot be the name of a branch.", "Try `001-orders`.")
        above = [str(name) for name in PurePosixPath(branch).parents[:-1]]
        below = self.git("for-each-ref", "--format=%(refname:short)", f"{ref}/").splitlines()
        other = next((name for name in (*above, *below) if self.tip(name)), None)
        if other:
            raise Refusal(
                f"There cannot be a branch {branch} beside the branch {other}.",
                "Rename one of them: git keeps branches as files in folders.",
            )

    def _lacks(self, head: str, tip: str) -> bool:
        return self.git.asks("merge-base", "--is-ancestor", tip, head) is None

    def _empty(self, person: Person, now: datetime) -> str:
        """A commit without files that no branch points to."""
        message = "chore: begin with nothing"
        return self.git("commit-tree", self.git("mktree"), "-m", message, **person.at(now))

    def _notes(self, branch: str, commit: str) -> Iterator[str]:
        if self.git("status", "--porcelain"):
            yield f"{self.root} has uncommitted work: the run does not see it, nor touch it."
        if self.head and self.git.asks("symbolic-ref", "--quiet", "HEAD") is None:
            yield f"HEAD is detached at {_short(self.head)}: only the branch {branch} will move."
        if self.head and commit != self.head:
            yield f"The run goes on from the branch {branch}, which holds work that HEAD lacks."


def _outside_worktrees(root: Path) -> Path:
    """A person who tries a run stands in its worktree, and means the repository."""
    ours = root.parts[-3:-1] == (".specwright", "worktrees")
    return root.parents[2] if ours else root


def _nearest(path: Path) -> Path:
    return next(folder for folder in (path, *path.absolute().parents) if folder.is_dir())


def _short(commit: str | None) -> str:
    return commit[:10] if commit else "nothing"


def _contents(batch: bytes) -> Iterator[bytes]:
    """The contents in the answer of `git cat-file --batch`."""
    start = 0
    while start < len(batch):
        end = batch.index(b"\n", start)
        size = int(batch[start:end].split()[2])
        yield batch[end + 1 : end + 1 + size]
        start = end + size + 2


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
