"""Git as a subprocess: no shell, no hooks, no questions, nothing of the caller's `GIT_*`."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from specwright.workflow.refusal import Refusal

PATIENCE = 600  # seconds for one command

QUIET = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"),
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "advice.detachedHead=false"),
    "--literal-pathspecs",
)

# Who a person is may come from the environment; where a repository is may not.
IDENTITY = (
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
)


class GitRefused(Refusal):
    """Git would not do it; its own words say why."""


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what could point git elsewhere or make it ask."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("GIT_") or name in IDENTITY
    }
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


@dataclass(frozen=True)
class Git:
    """Git in one folder."""

    folder: Path
    environment: Mapping[str, str]
    held: tuple[int, ...] = ()  # open files that git keeps open, such as a lock
    alone: bool = False  # never look for a repository in the folders above

    def __call__(self, *arguments: str, stdin: str = "", **variables: str) -> str:
        """Its answer, without the last line end; a refusal with git's words if it fails."""
        return (
            self.raw(*arguments, stdin=stdin.encode(), **variables)
            .decode(errors="surrogateescape")
            .rstrip("\n")
        )

    def raw(self, *arguments: str, stdin: bytes = b"", **variables: str) -> bytes:
        done = self._run(arguments, stdin, variables)
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip() or f"code {done.returncode}"
            raise GitRefused(f"`git {arguments[0]}` in {self.folder} failed: {words}")
        return done.stdout

    def asks(self, *arguments: str) -> str | None:
        """Its answer, or None where git has none."""
        done = self._run(arguments, b"", {})
        return (
            None if done.returncode else done.stdout.decode(errors="surrogateescape").rstrip("\n")
        )

    def _run(
        self, arguments: tuple[str, ...], stdin: bytes, variables: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[bytes]":
        try:
            return subprocess.run(  # noqa: S603 - a list, never a shell
                ("git", *QUIET, *arguments),  # noqa: S607 - the person's own git
                cwd=self.folder,
                env={**scrubbed(self.environment), **self._walls(), **variables},
                input=stdin,
                capture_output=True,
                pass_fds=self.held,
                timeout=PATIENCE,
                check=False,
            )
        except FileNotFoundError as error:
            missing = "git is not installed" if self.folder.is_dir() else "its folder is gone"
            raise GitRefused(f"`git {arguments[0]}` could not run: {missing}.") from error
        except subprocess.TimeoutExpired as error:
            raise GitRefused(f"`git {arguments[0]}` did not end in {PATIENCE} s.") from error

    def _walls(self) -> dict[str, str]:
        return {"GIT_CEILING_DIRECTORIES": str(self.folder.parent)} if self.alone else {}
