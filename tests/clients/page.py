"""The snippets of docs/CLIENTS.md, by the heading they stand under, pointed at a venue of a test."""

import re
from pathlib import Path
from typing import NamedTuple

from tests.clients.venue import Account

PAGE = Path(__file__).parents[2] / "docs" / "CLIENTS.md"
BLOCK = re.compile(r"^### (.+?)\n.*?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOST = "127.0.0.1:8000"


class Snippet(NamedTuple):
    """What is shown for one client; `language` is python, javascript or json."""

    language: str
    text: str


SNIPPETS = {name: Snippet(language, text) for name, language, text in BLOCK.findall(PAGE.read_text())}


def pointed(name: str, rest: str, account: Account) -> str:
    """A snippet with the venue's address and an account's key."""
    language, text = SNIPPETS[name]
    text = text.replace(HOST, rest.partition("://")[2])
    if language == "json":
        return text
    names = {"KEY": account.api_key, "SECRET": account.api_secret}
    word = "const " if language == "javascript" else ""
    return "".join(f'{word}{known} = "{value}"\n' for known, value in names.items()) + text
