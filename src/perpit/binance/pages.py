"""`/docs`: the page on which a reader finds calls and streams. It renders the two descriptions in the browser.

The files stand in `page/` and are all that the page needs: a venue works where there is no internet (decision 63). They
are read at the first request and kept; `Pages.http` is asked by the server for every path that begins with `/docs`, and
by a browser for `/`, from where it is led there.
"""

from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from perpit.binance import errors
from perpit.binance.call import Answer

Headers = list[tuple[bytes, bytes]]

HTML: Final = "text/html; charset=utf-8"
SCRIPT: Final = "text/javascript; charset=utf-8"
STYLE: Final = "text/css; charset=utf-8"
FILES: Final = {
    "/docs": ("page.html", HTML),
    "/docs/": ("page.html", HTML),
    "/docs/page.css": ("page.css", STYLE),
    "/docs/describe.js": ("describe.js", SCRIPT),
    "/docs/call.js": ("call.js", SCRIPT),
    "/docs/page.js": ("page.js", SCRIPT),
}
ROOT: Final = "/"
FOUND: Final = 302
METHODS: Final = ("GET", "HEAD")
# Nothing from elsewhere, neither fetched nor run, and no frame around it: keys may be typed into the page.
POLICY: Final = "default-src 'self'; img-src data:; frame-ancestors 'none'"
HEAD: Final = "content-type: %s\r\ndate: %s\r\ncache-control: no-cache\r\ncontent-security-policy: %s\r\n"


class Pages:
    """Answers `/docs` and the files that it asks for."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms

    async def http(
        self, method: str, path: str, query: bytes, headers: Headers, body: bytes, client_ip: str
    ) -> Answer:
        """One file; anything else is no path of the API either."""
        date = formatdate(self._now_ms() // 1000, usegmt=True)
        found = FILES.get(path)
        if path == ROOT and method in METHODS:
            return Answer(FOUND, (HEAD % (HTML, date, POLICY) + "location: /docs\r\n").encode(), b"")
        if found is None or method not in METHODS:
            refusal = errors.NO_SUCH_PATH(path[:200], method[:20])
            head = HEAD % ("application/json", date, POLICY)
            return Answer(refusal.status, head.encode(), msgspec.json.encode(refusal.body()))
        name, kind = found
        return Answer(200, (HEAD % (kind, date, POLICY)).encode(), content(name))


@cache
def content(name: str) -> bytes:
    """A file of the page."""
    return (files("perpit.binance") / "page" / name).read_bytes()
