"""Where a stream's messages arrive while a test waits for the ones it expects."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Message = TypeVar("Message")

PATIENCE_S = 15.0


class Inbox(Generic[Message]):
    """Messages in the order of arrival; `put` is a callback for any client."""

    def __init__(self) -> None:
        self.all: list[Message] = []
        self._news = asyncio.Event()

    def put(self, message: Message) -> None:
        self.all.append(message)
        self._news.set()

    async def until(self, satisfied: Callable[[list[Message]], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until all messages so far satisfy a condition."""
        try:
            async with asyncio.timeout(patience_s):
                while not satisfied(self.all):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            shown = "\n".join(str(message)[:300] for message in self.all[-10:])
            raise AssertionError(
                f"not within {patience_s:g} s; {len(self.all)} came, the last:\n{shown}"
            ) from None

    async def first(self, wanted: Callable[[Message], bool] = lambda message: True) -> Message:
        """The first message of a kind."""
        await self.until(lambda messages: any(map(wanted, messages)))
        return next(filter(wanted, self.all))


async def eventually(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait for what nobody announces."""
    try:
        async with asyncio.timeout(patience_s):
            while not condition():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"not within {patience_s:g} s") from None
