"""Listen keys on disk when the disk is not there at first."""

import asyncio
import logging
from pathlib import Path

import pytest

from perpit.binance.listen_keys import ListenKeys
from perpit.domain.words import USDS_M
from perpit.venue.kept_keys import KeptKeys


async def test_what_could_not_be_written_is_written_at_the_stop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perpit.venue.kept_keys.KEEP_SECONDS", 0.01)
    keys, file = ListenKeys(), tmp_path / "later" / "listen_keys"
    kept = KeptKeys(file, keys)
    async with kept:
        keys.open(1, 1_700_000_000_000, USDS_M)
        while not caplog.records:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        file.parent.mkdir()
    again = ListenKeys()
    KeptKeys(file, again).load([1])
    assert again.living() == keys.living() != []
    assert [record.levelno for record in caplog.records] == [logging.WARNING], "told once"
