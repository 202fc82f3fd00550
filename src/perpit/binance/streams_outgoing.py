"""What was published in one turn of the event loop, and how it gets to the sockets: one write for each.

A channel posts a frame to a line of sockets, not to each of them. When the turn ends, the frames of a line are joined
once, and every socket of it is given the same bytes: a burst costs one system call for each socket, and nothing for
each socket and frame. A socket that stands in several lines gets the frames of all, in the order in which they were
published; sockets that stand in the same lines share that piece, too.
"""

from collections.abc import Callable

from perpit.binance.streams_channel import Line
from perpit.binance.streams_socket import Socket

Lines = tuple[Line, ...]


class Outgoing:
    """`congested(socket, lines)` decides which lines a socket over its soft limit gets now; `defer` calls back soon."""

    def __init__(self, congested: Callable[[Socket, Lines], Lines]) -> None:
        self.defer: Callable[[Callable[[], None]], object] = _at_once
        self._congested = congested
        self._lines: list[Line] = []  # those that have frames
        self._number = 0

    def post(self, line: Line, frame: bytes) -> None:
        """Take a frame for every socket of a line."""
        is_first = not self._lines
        if not line.frames:
            self._lines.append(line)
        self._number += 1
        line.frames.append((self._number, frame))
        if is_first:
            self.defer(self.write)

    def write(self) -> None:
        """Write all that was posted."""
        lines, self._lines = self._lines, []
        try:
            if len(lines) == 1:
                self._write_line(lines[0])
            elif lines:
                self._write_lines(lines)
        finally:  # or a line would never be written again
            for line in lines:
                line.frames = []

    def _write_line(self, line: Line) -> None:
        piece = joined((line,))
        for socket in line.sockets:
            if socket.congested:
                self._write_congested(socket, (line,))
            else:
                socket.write_frame(piece)

    def _write_lines(self, lines: list[Line]) -> None:
        lines_of: dict[Socket, Lines] = {}
        for line in lines:
            alone = (line,)
            for socket in line.sockets:
                before = lines_of.get(socket)
                lines_of[socket] = alone if before is None else before + alone
        pieces: dict[Lines, bytes] = {}
        for socket, its in lines_of.items():
            if socket.congested:
                self._write_congested(socket, its)
                continue
            piece = pieces.get(its)
            if piece is None:
                piece = pieces[its] = joined(its)
            socket.write_frame(piece)

    def _write_congested(self, socket: Socket, lines: Lines) -> None:
        allowed = self._congested(socket, lines)
        if allowed:
            socket.write_frame(joined(allowed))


def joined(lines: Lines) -> bytes:
    """The frames of some lines in the order in which they were posted."""
    if len(lines) == 1:
        frames = lines[0].frames
    else:
        frames = sorted(frame for line in lines for frame in line.frames)
    return frames[0][1] if len(frames) == 1 else b"".join([frame for _number, frame in frames])


def _at_once(write: Callable[[], None]) -> None:
    write()
