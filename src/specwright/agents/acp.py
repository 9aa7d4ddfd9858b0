"""An agent over the Agent Client Protocol: JSON-RPC on its standard streams, files through us."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import acp
from acp.exceptions import RequestError
from acp.schema import (
    AllowedOutcome,
    ClientCapabilities,
    DeniedOutcome,
    FileSystemCapabilities,
    Implementation,
    PermissionOption,
    ReadTextFileResponse,
    RequestPermissionResponse,
    ToolCallUpdate,
    WriteTextFileResponse,
)

from specwright.agents import inside
from specwright.agents.bodies import LIMIT
from specwright.agents.commission import Commission
from specwright.agents.implementer import Account, Refused
from specwright.agents.room import Held, Room
from specwright.agents.sandbox import Sandbox
from specwright.agents.task import task

GRACE = 3.0  # seconds that an agent has to end after its turn
TRAFFIC = 64_000_000  # bytes that it may send
READABLE = 4_000_000  # bytes of a file that it may ask for
SAID = 64_000  # characters of what it says that are kept
REFUSALS = 100  # that are kept


@dataclass(frozen=True)
class OverProtocol:
    """`acp:CMD`: the words of the command, its program by its absolute path."""

    words: tuple[str, ...]

    def work(self, commission: Commission, room: Room, python: Path) -> Account:
        text = task(commission, room.folder, python)
        client = _Client(room, commission.writable)
        its_in, our_out = os.pipe()
        our_in, its_out = os.pipe()
        with room.scratch() as scratch:
            (scratch / "TASK.md").write_text(text, "utf-8")
            with room.holding(self.words, scratch, stdin=its_in, stdout=its_out) as held:
                os.close(its_in)
                os.close(its_out)
                problem = asyncio.run(_turn(client, room, text, our_in, our_out))
                return client.account(held, problem)


async def _turn(client: "_Client", room: Room, text: str, our_in: int, our_out: int) -> str:
    """One task and its end; what went wrong with the protocol, if something did."""
    logging.disable()  # the package tells the log what an agent says wrong
    try:
        async with (
            asyncio.timeout(room.bounds.seconds + GRACE),
            _streams(our_in, our_out) as (reader, writer),
        ):
            stopped = await _asked(client, room, text, reader, writer)
    except TimeoutError:
        return "it did not answer"
    except Exception as error:  # noqa: BLE001 - whatever nonsense does to the package
        said = (str(error).splitlines() or [type(error).__name__])[0]
        return f"it did not keep to the protocol: {said}"
    finally:
        logging.disable(logging.NOTSET)
    return "" if stopped == "end_turn" else f"it ended its turn with `{stopped}`"


async def _asked(
    client: "_Client",
    room: Room,
    text: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> str:
    agent = acp.connect_to_agent(client, writer, reader)  # type: ignore[arg-type]  # ours has what it may ask for
    try:
        await agent.initialize(
            protocol_version=acp.PROTOCOL_VERSION,
            client_capabilities=ClientCapabilities(
                fs=FileSystemCapabilities(read_text_file=True, write_text_file=True),
                terminal=False,
            ),
            client_info=Implementation(name="specwright", version="0"),
        )
        session = await agent.new_session(cwd=str(room.folder), mcp_servers=[])
        return (await agent.prompt(session.session_id, [acp.text_block(text)])).stop_reason
    finally:
        with suppress(ConnectionError):
            await agent.close()


class _Bounded(asyncio.StreamReader):
    """Ends where there is more than anybody has to say: the package would read on."""

    left = TRAFFIC

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]  # it is fed with bytes
        self.left -= len(data)
        if self.left > 0:
            super().feed_data(data)
        else:
            self.feed_eof()


@asynccontextmanager
async def _streams(
    our_in: int, our_out: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    loop = asyncio.get_running_loop()
    reader = _Bounded()
    incoming, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(our_in, "rb", buffering=0)
    )
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()),
        os.fdopen(our_out, "wb", buffering=0),
    )
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    try:
        yield reader, writer
    finally:
        transport.abort()  # what it has not read by now it never will
        incoming.close()


@dataclass
class _Client:
    """What an agent may ask of us: files of its folder to read, and those of its task to write."""

    room: Room
    writable: tuple[str, ...]
    refused: list[Refused] = field(default_factory=list)
    said: str = ""

    def account(self, held: Held, problem: str) -> Account:
        """How it ended; who does not go after its turn is ended, with nothing held against it."""
        ending = held.wait(GRACE)
        went_well = not problem and ending.stopped in ("", "left")
        said = "\n".join(part for part in (self.said, ending.said, problem) if part)
        code = 0 if went_well else ending.code or 1
        stopped = "" if went_well or ending.stopped == "left" else ending.stopped
        return Account(replace(ending, code=code, stopped=stopped, said=said), tuple(self.refused))

    async def write_text_file(
        self,
        session_id: str,  # noqa: ARG002 - the protocol's
        path: str,
        content: str,
        **_: Any,  # noqa: ANN401 - the protocol's
    ) -> WriteTextFileResponse:
        known = inside.relative(self.room.folder, path)
        if known not in self.writable:
            raise self._refuse(known or path, "asked to write it, which is not its task")
        if len(content.encode(errors="replace")) > LIMIT:
            raise self._refuse(known, f"asked to write more than {LIMIT // 1000} kB")
        try:
            inside.write(self.room.folder, known, content)
        except inside.NotPlain as error:
            raise self._refuse(known, f"asked to write it, but it {error}") from error
        return WriteTextFileResponse()

    async def read_text_file(
        self,
        session_id: str,  # noqa: ARG002 - the protocol's
        path: str,
        line: int | None = None,
        limit: int | None = None,
        **_: Any,  # noqa: ANN401 - the protocol's
    ) -> ReadTextFileResponse:
        known = inside.relative(self.room.folder, path)
        if known is None:
            raise self._refuse(path, "asked to read it, which lies elsewhere")
        try:
            text = inside.read(self.room.folder, known, READABLE)
        except inside.NotPlain as error:
            raise RequestError.invalid_params({"path": f"{known} {error}"}) from error
        if line is None and limit is None:
            return ReadTextFileResponse(content=text)
        start = max(0, (line or 1) - 1)
        lines = text.splitlines(keepends=True)[start:]
        return ReadTextFileResponse(content="".join(lines if limit is None else lines[:limit]))

    async def request_permission(
        self,
        session_id: str,  # noqa: ARG002 - the protocol's
        tool_call: ToolCallUpdate,
        options: list[PermissionOption],
        **_: Any,  # noqa: ANN401 - the protocol's
    ) -> RequestPermissionResponse:
        """Once, never always: edits of its files, and commands where a sandbox holds them."""
        wanted = "allow_once" if self._is_fine(tool_call) else "reject_once"
        if wanted == "reject_once":
            self._refuse(tool_call.title or "a tool", f"asked for `{tool_call.kind or 'other'}`")
        for option in options:
            if option.kind == wanted:
                outcome = AllowedOutcome(outcome="selected", option_id=option.option_id)
                return RequestPermissionResponse(outcome=outcome)
        return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))

    async def session_update(
        self,
        session_id: str,  # noqa: ARG002 - the protocol's
        update: Any,  # noqa: ANN401 - the protocol's
        **_: Any,  # noqa: ANN401 - the protocol's
    ) -> None:
        """Its words are kept, for a person to read."""
        if update.session_update == "agent_message_chunk" and update.content.type == "text":
            self.said = f"{self.said}{update.content.text}"[-SAID:]

    def _is_fine(self, call: ToolCallUpdate) -> bool:
        if call.kind in ("read", "search", "think"):
            return True
        if call.kind == "edit":
            paths = [inside.relative(self.room.folder, one.path) for one in call.locations or ()]
            return bool(paths) and all(path in self.writable for path in paths)
        return call.kind == "execute" and self.room.sandbox is not Sandbox.NONE

    def _refuse(self, where: str, what: str) -> RequestError:
        if len(self.refused) < REFUSALS:
            self.refused.append(Refused(where[:300], what))
        return RequestError.invalid_params(
            {"refused": f"{where}: write {', '.join(self.writable)}"}
        )
