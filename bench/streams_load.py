"""The readers of `bench.streams`: many WebSocket connections that count bytes and look at nothing.

    python -m bench.streams_load HOST PORT PATH SOCKETS CORE

Prints `ready` when all are open. Then each line on standard input is a number of bytes: the answer, once at least as
many were read in all, is how many were. Ends with standard input, after a last line: the CPU seconds it took.
"""

import contextlib
import os
import selectors
import socket
import sys
import time

SPARE_FILES = 64
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def allow_open_files(connections: int) -> None:
    """Raise this process's own limit of open files as far as so many connections need and the system allows."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = connections + SPARE_FILES
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def opened(host: str, port: int, path: str) -> socket.socket:
    """A connection past its handshake."""
    connection = socket.create_connection((host, port))
    connection.sendall(HANDSHAKE.format(path=path, host=f"{host}:{port}").encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    if not head.startswith(b"HTTP/1.1 101 "):
        raise ConnectionError(head.decode(errors="replace"))
    connection.setblocking(False)
    return connection


def read(connections: list[socket.socket]) -> None:
    """Read whatever comes; answer questions on standard input."""
    buffer = bytearray(256 * 1024)
    got, wanted = 0, 0
    began = time.process_time()
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ, connection.recv_into)
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
        questions = b""
        while True:
            for key, _ in selector.select():
                if key.data is not None:
                    got += key.data(buffer)
                    continue
                text = os.read(key.fd, 4096)
                if not text:
                    print(time.process_time() - began, flush=True)
                    return
                *lines, questions = (questions + text).split(b"\n")
                wanted = int(lines[-1]) if lines else wanted
            if wanted and got >= wanted:
                wanted = 0
                print(got, flush=True)


def main() -> None:
    host, port, path, sockets, core = sys.argv[1:]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {int(core)})
    allow_open_files(int(sockets))
    connections = [opened(host, int(port), path) for _ in range(int(sockets))]
    print("ready", flush=True)
    read(connections)


if __name__ == "__main__":
    main()
