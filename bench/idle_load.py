"""Idle HTTP connections for `bench.connections`.

    python -m bench.idle_load HOST PORT PATH CONNECTIONS CORE

Each asks for PATH once and then says nothing. Prints `ready` when all were answered; ends with standard input.
"""

import contextlib
import os
import socket
import sys

from bench.streams_load import allow_open_files


def opened(host: str, port: int, path: str) -> socket.socket:
    """A keep-alive connection that was answered once."""
    connection = socket.create_connection((host, port))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    answer = connection.recv(65536)
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(answer.decode(errors="replace"))
    return connection


def main() -> None:
    host, port, path, connections, core = sys.argv[1:]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {int(core)})
    allow_open_files(int(connections))
    held = [opened(host, int(port), path) for _ in range(int(connections))]
    print("ready", flush=True)
    sys.stdin.read()
    for connection in held:
        connection.close()


if __name__ == "__main__":
    main()
