"""A coding agent that speaks the Agent Client Protocol, honestly or not: fake_acp.py DEED."""

# ruff: noqa: ASYNC240, ASYNC251 - it blocks as it likes

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import acp
from acp.schema import PermissionOption, ToolCallLocation, ToolCallUpdate

NOT_YET = 'raise HookNotWritten("scoreRisk")'
OPTIONS = [
    PermissionOption(option_id="always", name="Always", kind="allow_always"),
    PermissionOption(option_id="yes", name="Once", kind="allow_once"),
    PermissionOption(option_id="no", name="No", kind="reject_once"),
]


class Agent:
    def __init__(self, deed: str) -> None:
        self.deed = deed
        self.client: Any = None
        self.cwd = ""

    def on_connect(self, client: Any) -> None:
        self.client = client

    async def initialize(self, protocol_version: int, **_: Any) -> acp.InitializeResponse:
        return acp.InitializeResponse(protocol_version=protocol_version)

    async def new_session(self, cwd: str, **_: Any) -> acp.NewSessionResponse:
        self.cwd = cwd
        return acp.NewSessionResponse(session_id="s")

    async def prompt(self, prompt: Any, **_: Any) -> acp.PromptResponse:
        assert "score_risk" in prompt[0].text
        return acp.PromptResponse(stop_reason=await getattr(self, self.deed)() or "end_turn")

    # -- What it does

    async def read(self, path: str, **how: Any) -> str:
        return (await self.client.read_text_file(session_id="s", path=path, **how)).content

    async def write(self, path: str, text: str) -> None:
        await self.client.write_text_file(session_id="s", path=path, content=text)

    async def may(self, kind: str, path: str) -> str:
        call = ToolCallUpdate(
            tool_call_id="1", title=f"{kind} it", kind=kind, locations=[ToolCallLocation(path=path)]
        )
        answer = await self.client.request_permission(
            session_id="s", tool_call=call, options=OPTIONS
        )
        return getattr(answer.outcome, "option_id", "none")

    async def tries(self, path: str) -> str:
        try:
            await self.write(path, "x = 1\n")
        except acp.RequestError:
            return "refused"
        return "written"

    async def honest(self) -> None:
        path = f"{self.cwd}/backend/hooks.py"
        text = await self.read(path)
        assert await self.read(path, line=1, limit=1) == text.splitlines(keepends=True)[0]
        assert await self.may("edit", path) == "yes"
        await self.write(path, text.replace(NOT_YET, "return amount + 1"))
        await self.client.session_update("s", acp.update_agent_message_text("done"))

    async def writes_elsewhere(self) -> None:
        await self.honest()
        for path in ("tests/test_claims.py", "../../../notes.txt", "backend/../tests/conftest.py"):
            assert await self.tries(f"{self.cwd}/{path}") == "refused"
        assert await self.tries("/etc/specwright") == "refused"

    async def links_first(self) -> None:
        hook = Path(self.cwd) / "backend/hooks.py"
        text = hook.read_text()
        hook.parent.rename(hook.parent.with_name("moved"))
        hook.parent.symlink_to("/tmp")
        assert await self.tries(str(hook)) == "refused"
        hook.parent.unlink()
        hook.parent.with_name("moved").rename(hook.parent)
        await self.write(str(hook), text.replace(NOT_YET, "return amount + 1"))

    async def reads_elsewhere(self) -> None:
        try:
            await self.read("/etc/passwd")
        except acp.RequestError:
            await self.honest()

    async def asks_for_more(self) -> None:
        await self.honest()
        assert await self.may("edit", f"{self.cwd}/tests/test_claims.py") == "no"
        assert await self.may("delete", f"{self.cwd}/backend/hooks.py") == "no"
        assert await self.may("fetch", "https://localhost") == "no"
        ran = await self.may("execute", self.cwd)
        Path(self.cwd, "backend", f"ran-{ran}").touch()

    async def writes_past_us(self) -> None:
        await self.honest()
        Path(self.cwd, "tests/conftest.py").write_text("")

    async def refuses(self) -> str:
        return "refusal"

    async def breaks(self) -> None:
        raise OSError("no model")

    async def hangs(self) -> None:
        time.sleep(600)

    async def goes_on(self) -> None:
        """Its turn ends, but it does not."""
        await self.honest()
        asyncio.get_running_loop().call_later(0.3, time.sleep, 600)


NONSENSE = {
    "talks": b"hello\n{]\n[]\n1\nnull\n",
    "answers_wrong": b'{"jsonrpc": "2.0", "id": 0, "result": {"protocolVersion": []}}\n',
    "answers_others": b'{"jsonrpc": "2.0", "id": 99, "result": {}}\n',
    "floods": b"x" * 1_000_000,
}


def main(deed: str) -> None:
    if deed in NONSENSE:
        while os.write(1, NONSENSE[deed]):
            if deed != "floods":
                sys.exit(0)
    asyncio.run(acp.run_agent(Agent(deed)))


if __name__ == "__main__":
    main(sys.argv[1])
