"""WebSocket frames made by hand: a public message is encoded once and the same bytes go to every subscriber.

Owned by the streams. Server frames are not masked, so a frame depends on its payload only (RFC 6455, 5.2).
"""

from typing import Final

TEXT: Final = 0x81  # a whole text message in one frame: FIN and opcode 1


def text_frame(payload: bytes) -> bytes:
    """The server frame that carries `payload`, UTF-8 text, as one unfragmented message."""
    size = len(payload)
    if size < 126:
        return bytes((TEXT, size)) + payload
    if size < 65536:
        return bytes((TEXT, 126, size >> 8, size & 255)) + payload
    return bytes((TEXT, 127)) + size.to_bytes(8, "big") + payload


def shutdown_notice(now_ms: int) -> bytes:
    """The frame that says that the venue is about to stop; the same for streams and the WebSocket API."""
    return text_frame(b'{"event":{"e":"serverShutdown","E":%d}}' % now_ms)


def wrapped(stream: str, payload: str) -> bytes:
    """The message a combined socket gets: the payload under the name of its stream (semantics 7.1.5)."""
    return f'{{"stream":"{stream}","data":{payload}}}'.encode()
