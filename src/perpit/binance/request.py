"""From the bytes of a query string or a form body to parameters.

`Dialect.http` calls `parse` once per request. Query and body are read apart, because a name may stand once in each
(the query's value counts, semantics 6.1.2) but not twice in one of them.
"""

from typing import Final
from urllib.parse import unquote_plus

from perpit.binance import errors

MAX_BODY: Final = 64 * 1024
MAX_QUERY: Final = 16 * 1024
MAX_PARAMETERS: Final = 100


def parse(query: bytes, body: bytes) -> dict[str, str]:
    """All parameters of a request by name.

    Raises -1100 for bytes that are no text, -1101 for a name that stands twice or too many names.
    """
    if not body:
        return pairs(query) if query else {}
    parameters = pairs(body)
    if query:
        parameters.update(pairs(query))
    return parameters


def pairs(raw: bytes) -> dict[str, str]:
    """The names and values of one part; an escaped character is decoded, a plus is a blank."""
    try:
        text = raw.decode()
        if "%" in text or "+" in text:
            split = [_decoded(part) for part in text.split("&") if part]
            legal = all(value.isprintable() for _name, value in split)
        else:
            split = [part.split("=", 1) for part in text.split("&") if part]
            legal = text.isprintable()
    except UnicodeDecodeError:
        raise errors.ILLEGAL_CHARS() from None
    try:
        found = dict(split)
    except ValueError:  # a name without "=": its value is empty
        found = {pair[0]: pair[1] if len(pair) == 2 else "" for pair in split}
    if not legal:
        raise errors.ILLEGAL_CHARS()
    if len(found) != len(split):
        raise errors.DUPLICATE_PARAMETER()
    if len(found) > MAX_PARAMETERS:
        raise errors.TOO_MANY_PARAMETERS()
    return found


def _decoded(part: str) -> list[str]:
    name, _, value = part.partition("=")
    return [unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")]
