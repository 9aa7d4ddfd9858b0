"""The step in which an outside agent writes the bodies of hooks; and what it did besides."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from specwright.agents import Commission, NoSuchAgent, Room, agent_of, bodies, inside
from specwright.agents.bounds import Bounds
from specwright.agents.implementer import Account
from specwright.agents.room import KeeperLost, remove
from specwright.agents.sandbox import Sandbox
from specwright.agents.snapshot import Change, Snapshot, changes, snapshot
from specwright.gates import Finding
from specwright.tree import Tree
from specwright.workflow import facts
from specwright.workflow.delivery import Stage
from specwright.workflow.git import Git
from specwright.workflow.ledger import Facts
from specwright.workflow.outside import Outside
from specwright.workflow.refusal import Refusal
from specwright.workflow.run import HOOKS_WRITTEN
from specwright.workflow.steps import HeldAgainst, Site, Step

AGENT = "the agent"
NAMED = 200  # changes that are named; the rest is counted
SAID = 4_000  # characters of what it said that the ledger keeps
CACHES = ("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")
COMMITTED = ("HEAD", "refs", "logs", "packed-refs", "ORIG_HEAD", "COMMIT_EDITMSG")
STAGED = ("objects", "index")

STOPPED: Mapping[str, Callable[[Bounds], str]] = {
    "time": lambda bounds: f"it had not ended after {bounds.seconds:g} s",
    "memory": lambda bounds: f"it took more than {bounds.memory // 1_000_000} MB of memory",
    "processes": lambda bounds: f"it had more than {bounds.processes} processes",
    "output": lambda bounds: f"it printed more than {bounds.output / 1_000_000:g} MB",
    "disk": lambda bounds: f"it filled more than {bounds.disk / 1_000_000:g} MB of the disk",
    "left": lambda _: "it was left alone",
}


@dataclass(frozen=True)
class Walls:
    """What an agent works between."""

    sandbox: Sandbox
    bounds: Bounds
    environment: Mapping[str, str]  # the person's


def asking(walls: Walls) -> Step:
    """Ask the agent of the delivery, and take from it the files that it was asked for."""
    return Step(HOOKS_WRITTEN, Stage.CODE, lambda site: _asked(site, walls))


def _asked(site: Site, walls: Walls) -> Facts:
    commission = site.delivery.commission
    if commission is None:
        raise AssertionError("Only a delivery with a commission asks an agent.")
    job = _Job(site, walls, commission)
    before = {path: job.text(path) for path in commission.writable}
    seen = job.let_work()
    taken, links = job.taken()
    undone = (*job.undone(seen), *links, *seen.outside)
    job.lay_anew()
    objections = (*job.ending(seen.account), *job.objections(taken, before))
    if objections:
        raise HeldAgainst((*objections, *undone))
    bodies_ = {path: text for path, text in taken.items() if text != before[path]}
    site.bench.put(Tree(bodies_), ())
    return job.told(seen, bodies_, {**before, **taken}, undone)


@dataclass(frozen=True)
class _Seen:
    """The worktree before and after, and how the agent fared."""

    before: Snapshot
    after: Snapshot
    account: Account | None  # None: it ended its keeper
    outside: tuple[Finding, ...]
    moved: tuple[str, ...]


@dataclass(frozen=True)
class _Job:
    site: Site
    walls: Walls
    commission: Commission

    @property
    def folder(self) -> Path:
        return self.site.bench.folder

    def text(self, path: str) -> str:
        return inside.read(self.folder, path, bodies.LIMIT)

    def let_work(self) -> _Seen:
        """In its worktree, which is a repository of its own meanwhile: ours is not its business."""
        walls, commission = self.walls, self.commission
        try:
            agent = agent_of(commission.agent, walls.environment)
        except NoSuchAgent as error:
            raise Refusal(str(error), error.hint) from error
        if agent is None:
            raise AssertionError("The compiler is never asked for hooks.")
        held = self.site.bench.repository.git.held
        room = Room(
            self.folder, walls.environment, commission.granted, walls.sandbox, walls.bounds, held
        )
        _of_its_own(self.folder, walls.environment)
        outside = self._outside()
        before = snapshot(self.folder)
        try:
            account = agent.work(commission, room, self.site.workspace.python)
        except KeeperLost:
            account = None
        back = outside.put_back(self._aside) if outside else ()
        moved = outside.moved() if outside else ()
        return _Seen(before, snapshot(self.folder), account, back, moved)

    def _outside(self) -> Outside | None:
        """Where a sandbox holds, whatever changes there was changed by somebody else."""
        if self.walls.sandbox is not Sandbox.NONE:
            return None
        bench = self.site.bench
        return Outside.of(bench.repository, bench.folder.name, Path(self.commission.bundle))

    @property
    def _aside(self) -> Path:
        """Where what it put into places of others is kept, for their sake."""
        folder = self.site.bench.repository.root / ".specwright" / "runs"
        return folder / self.site.run.name / "put-aside"

    def taken(self) -> tuple[dict[str, str], tuple[Finding, ...]]:
        """The files that it may write, where they are files still."""
        found: dict[str, str] = {}
        wrong: list[Finding] = []
        for path in self.commission.writable:
            try:
                found[path] = self.text(path)
            except inside.NotPlain as error:
                wrong.append(_finding(path, f"{error}: it is as it was."))
        return found, tuple(wrong)

    def undone(self, seen: _Seen) -> Iterator[Finding]:
        """Everything else that it changed, by name."""
        others = [
            change
            for change in changes(seen.before, seen.after)
            if change.path not in self.commission.writable and not _is_cache(change)
        ]
        named = [*_in_git(others), *(self._named(one) for one in others if not _is_gits(one))]
        yield from named[:NAMED]
        if len(named) > NAMED:
            yield _finding("and more", f"{len(named) - NAMED} other changes were undone.")
        if seen.account and seen.account.ending.went_on:
            count = seen.account.ending.went_on
            processes = f"{count} process{'es' if count > 1 else ''}"
            yield _finding(AGENT, f"left {processes} at work when it had ended: ended as well.")

    def _named(self, change: Change) -> Finding:
        is_sealed = change.path in self.site.delivery.tests
        what = f"is sealed, and {change.what}" if is_sealed else change.what
        return _finding(change.path, f"{what}: undone.")

    def lay_anew(self) -> None:
        """Nothing of what it left is looked at again."""
        remove(self.folder)
        site = self.site
        site.bench.lay(site.tree(Stage.CODE), site.delivery.removed)

    def ending(self, account: Account | None) -> Iterator[Finding]:
        if account is None:
            yield _finding(AGENT, "ended the process that held it: nothing of it is taken.")
        elif account.ending.stopped:
            why = STOPPED[account.ending.stopped](self.walls.bounds)
            yield _finding(AGENT, f"was stopped: {why}. Nothing of it is taken.")
        elif account.ending.code:
            last = (account.ending.said.strip().splitlines() or ["nothing"])[-1]
            code = account.ending.code
            how = f"with code {code}" if code > 0 else f"by signal {-code}"
            yield _finding(AGENT, f"ended {how}; it last said `{last}`. Nothing of it is taken.")

    def objections(self, taken: Mapping[str, str], before: Mapping[str, str]) -> Iterator[Finding]:
        """What is wrong with a file before anything of it is run."""
        for path, text in taken.items():
            asked = [hook.function for hook in self.commission.hooks if hook.path == path]
            if text != before[path]:
                for one in bodies.objections(text, before[path], asked):
                    yield _finding(f"{path}:{one.line}", f"{one.problem}.")

    def told(
        self,
        seen: _Seen,
        written: Mapping[str, str],
        texts: Mapping[str, str],
        undone: tuple[Finding, ...],
    ) -> Facts:
        from specwright.emit.hooks import is_written  # noqa: PLC0415 - help need not wait for it

        account = seen.account
        if account is None:
            raise AssertionError("An agent that ended its keeper is held against the run.")
        left = [
            one for one in self.commission.hooks if not is_written(texts[one.path], one.function)
        ]
        done = [one for one in self.commission.hooks if one not in left]
        return {
            "bodies": dict(written),
            "written": [f"{one.path}: {one.function}" for one in done],
            "unwritten": [one.name for one in left],
            "without_body": [f"hook {one.path}:{one.function} has no body" for one in left],
            "unjudged": [one.function for one in done if not one.tests],
            "sandbox": self.walls.sandbox,
            "within": self.walls.sandbox.sentence,
            "seconds": round(account.ending.seconds, 3),
            "said": account.ending.said[-SAID:],
            "refused": [f"{one.where}: {one.what}" for one in account.refused],
            "moved": list(seen.moved[:NAMED]),
            "undone": facts.of_findings(undone),
        }


def _of_its_own(folder: Path, environment: Mapping[str, str]) -> None:
    """Turn a worktree into a repository that knows nothing of any other."""
    remove(folder / ".git")
    who = {"GIT_AUTHOR_NAME": "Specwright", "GIT_AUTHOR_EMAIL": "specwright@localhost"}
    who |= {"GIT_COMMITTER_NAME": "Specwright", "GIT_COMMITTER_EMAIL": "specwright@localhost"}
    plain = {"PATH": environment.get("PATH", os.defpath), "GIT_CONFIG_NOSYSTEM": "1", **who}
    git = Git(folder, plain, alone=True)
    git("init", "--quiet", "--template=", "--initial-branch=work")
    git("add", "--all", "--force", ".")
    git("update-ref", "HEAD", git("commit-tree", git("write-tree"), "-m", "As it was compiled"))


def _is_gits(change: Change) -> bool:
    return PurePosixPath(change.path).parts[0] == ".git"


def _in_git(found: list[Change]) -> Iterator[Finding]:
    """A commit is one thing, although git writes it to many files."""
    inner = {change: PurePosixPath(change.path).parts[1:2] for change in found if _is_gits(change)}
    tops = {top for parts in inner.values() for top in parts}
    if tops.intersection(COMMITTED):
        yield _finding(".git", "has another commit or branch: undone.")
    elif tops.intersection(STAGED):
        yield _finding(".git", "holds what was staged: undone.")
    for change, parts in inner.items():
        if not set(parts).intersection((*COMMITTED, *STAGED)):
            yield _finding(change.path, f"{change.what}: undone.")


def _is_cache(change: Change) -> bool:
    """What honest tools leave; it goes with everything else."""
    is_new_folder = change.before is None and change.after and change.after.kind == "folder"
    return bool(is_new_folder) and PurePosixPath(change.path).name in CACHES


def _finding(where: str, problem: str) -> Finding:
    return Finding(where, problem, "")
