"""What can go wrong with a journal. Every message is one line that names the place and says what to do."""

from pathlib import Path


class JournalError(Exception):
    """A command that cannot be written, or a journal that cannot be read."""


class JournalInUse(JournalError):
    """Another venue writes to the same directory."""

    def __init__(self, directory: Path, owner: str) -> None:
        super().__init__(
            f"{directory} is in use by another venue (process {owner or 'unknown'}): "
            "stop it or choose another data directory"
        )


class JournalTooNew(JournalError):
    """The journal was written by a later version of Perpit."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        super().__init__(
            f"{path} has journal format {version}, this Perpit reads up to {known}: "
            "upgrade Perpit, or choose another data directory"
        )


class JournalDamaged(JournalError):
    """Bytes of the journal are not what was written, at a place that a crash cannot explain."""

    def __init__(self, path: Path, offset: int, seq: int, what: str) -> None:
        super().__init__(
            f"{path} is damaged at byte {offset}, where command {seq} should stand ({what}): "
            "restore the file from a backup, nothing has been changed"
        )
        self.path = path
        self.offset = offset
        self.seq = seq
