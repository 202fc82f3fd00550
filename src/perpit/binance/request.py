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
PLAIN: Final = bytes(
    code for code in range(32, 127) if code not in b"%+"
)  # stands for itself, and can be printed


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
    is_plain = not raw.translate(None, PLAIN)
    found: dict[str, str] = {}
    count = 0
    legal = True
    try:
        text = raw.decode()
        for part in text.split("&"):
            if part:
                name, _, value = part.partition("=")  # a name without "=" has an empty value
                if not is_plain:
                    name, value = _decoded(name), _decoded(value)
                    legal = legal and value.isprintable()
                found[name] = value
                count += 1
    except UnicodeDecodeError:
        raise errors.ILLEGAL_CHARS() from None
    if not legal or not (is_plain or text.isprintable()):
        raise errors.ILLEGAL_CHARS()
    if len(found) != count:
        raise errors.DUPLICATE_PARAMETER()
    if count > MAX_PARAMETERS:
        raise errors.TOO_MANY_PARAMETERS()
    return found


def _decoded(text: str) -> str:
    return unquote_plus(text, errors="strict")
