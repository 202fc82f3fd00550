"""The page at /docs: all that it needs is its own, and anything else under /docs is no path."""

import json
import re
from email.utils import formatdate

import pytest

from perpit.binance.pages import FILES, HTML, SCRIPT, STYLE, Pages, content

NOW_MS = 1_700_000_000_000
ELSEWHERE = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}")


async def get(path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    answer = await Pages(lambda: NOW_MS).http(method, path, b"", [], b"", "127.0.0.1")
    lines = answer.head.decode().removesuffix("\r\n").split("\r\n")
    return answer.status, dict(line.split(": ", 1) for line in lines), answer.body


@pytest.mark.parametrize("path", FILES)
async def test_every_file_is_answered_as_what_it_is(path: str) -> None:
    status, headers, body = await get(path)
    kinds = {"css": STYLE, "js": SCRIPT}
    assert (status, headers["content-type"]) == (200, kinds.get(path.rpartition(".")[2], HTML))
    assert headers["date"] == formatdate(NOW_MS // 1000, usegmt=True)
    assert body


async def test_what_the_page_asks_for_is_there() -> None:
    _status, _headers, page = await get("/docs")
    wanted = re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.decode())
    assert set(wanted) == {path for path in FILES if path.count("/") == 2 and path != "/docs/"}


def test_nothing_comes_from_elsewhere() -> None:
    for name, _kind in FILES.values():
        assert ELSEWHERE.search(content(name).decode()) is None, name


async def test_the_browser_is_told_to_fetch_nothing_from_elsewhere() -> None:
    _status, headers, page = await get("/docs")
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert b"<style" not in page
    assert b" style=" not in page + content("page.js") + content("describe.js")


async def test_a_browser_is_led_from_the_root_to_the_page() -> None:
    status, headers, body = await get("/")
    assert (status, headers["location"], body) == (302, "/docs", b"")
    assert "/docs" in FILES
    assert (await get("/", "POST"))[0] == 404


@pytest.mark.parametrize(
    ("path", "method"), [("/docs/nothing.js", "GET"), ("/docsy", "GET"), ("/docs", "POST")]
)
async def test_anything_else_is_no_path(path: str, method: str) -> None:
    status, headers, body = await get(path, method)
    assert (status, headers["content-type"]) == (404, "application/json")
    assert json.loads(body) == {"code": -5000, "msg": f"Path {path}, Method {method} is invalid"}
