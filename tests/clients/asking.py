"""One test for a client's two faces: what the synchronous one returns, the asynchronous one lets await."""

import inspect
from typing import Any


async def ask(answer: Any) -> Any:
    """The answer of a call, awaited if that is what the client wants."""
    return await answer if inspect.isawaitable(answer) else answer
