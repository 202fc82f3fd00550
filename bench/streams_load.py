"""The readers of `bench.streams`: many WebSocket connections that count bytes and look at nothing.

    python -m bench.streams_load HOST PORT PATH SOCKETS CORE

Prints `ready` when all are open, then reads until standard input closes; `count N` on it prints the bytes got so far
once there are at least N.
"""

import asyncio
import contextlib
import os
import sys

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Tally:
    def __init__(self) -> None:
        self.bytes = 0
        self.wanted = 0
        self.reached = asyncio.Event()


class Reader(asyncio.BufferedProtocol):
    """Counts what follows the handshake's answer; all readers share one buffer that nobody reads."""

    buffer = bytearray(256 * 1024)

    def __init__(self, handshake: bytes, tally: Tally) -> None:
        self.handshake = handshake
        self.tally = tally
        self.opened = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self.handshake)  # type: ignore[attr-defined]

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        if not self.opened.done():
            head = bytes(self.buffer[:nbytes])
            if not head.startswith(b"HTTP/1.1 101") or not head.endswith(b"\r\n\r\n"):
                self.opened.set_exception(ConnectionError(head.decode(errors="replace")))
            else:
                self.opened.set_result(None)
            return
        tally = self.tally
        tally.bytes += nbytes
        if tally.bytes >= tally.wanted:
            tally.reached.set()


async def read(host: str, port: int, path: str, sockets: int) -> None:
    loop = asyncio.get_running_loop()
    tally = Tally()
    handshake = HANDSHAKE.format(path=path, host=f"{host}:{port}").encode()
    for _ in range(sockets):
        reader = (await loop.create_connection(lambda: Reader(handshake, tally), host, port))[1]
        await reader.opened
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        tally.wanted = int(line.split()[1])
        tally.reached.clear()
        if tally.bytes < tally.wanted:
            await tally.reached.wait()
        print(tally.bytes, flush=True)


def main() -> None:
    host, port, path, sockets, core = sys.argv[1:]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {int(core)})
    factory = None
    with contextlib.suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(read(host, int(port), path, int(sockets)))


if __name__ == "__main__":
    main()
