"""The venue's home: its data directory, the files in it, and the ready-file.

Written by the venue and read by the verbs of the command line, which find it there.

DIR/journal/       the log; owned by `perpit.journal`, which also locks it
DIR/admin_token    the bearer token of venue control, readable by its owner only; kept across restarts
DIR/listen_keys    the living listen keys, as JSON; clients go on with them after a restart (decision 66)
DIR/venue.json     the ready-info of the venue that runs here now; how `perpit accounts` and others find it
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import msgspec
import platformdirs

OWNER_ONLY = 0o600


class AccountKey(msgspec.Struct):
    """A key that comes with the venue: that of the demo account."""

    name: str
    api_key: str
    api_secret: str


class ReadyInfo(msgspec.Struct):
    """Where a venue that answers is reached; the content of the ready-file."""

    rest: str
    ws: str
    ws_api: str
    admin: str
    admin_token: str
    accounts: list[AccountKey]


class CannotStart(Exception):
    """The venue cannot start; the message is one line that says why and what to do, `code` the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Home:
    """The files of one data directory, made when it is not there; raises CannotStart when it cannot be used."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.journal = directory / "journal"
        self.running = directory / "venue.json"
        self.listen_keys = directory / "listen_keys"
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise CannotStart(
                f"cannot make the data directory {directory}: {error.strerror}; choose another with --data"
            ) from None

    def admin_token(self) -> str:
        """The token of this directory; made at the first call. Raises CannotStart."""
        file = self.directory / "admin_token"
        try:
            with contextlib.suppress(FileNotFoundError):
                token = file.read_text().strip()
                if token:
                    return token
            token = new_token()
            write_atomically(file, token.encode() + b"\n")
        except OSError as error:
            raise CannotStart(f"cannot use {file}: {error.strerror}; choose another with --data") from None
        return token

    def forget_running(self) -> None:
        """Nothing runs here any more."""
        self.running.unlink(missing_ok=True)


def default_directory() -> Path:
    """Where a venue lives when nobody says otherwise: the user's state folder."""
    return platformdirs.user_state_path("perpit", appauthor=False)


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def write_ready(file: Path, ready: ReadyInfo) -> None:
    """Write a ready-file; raises CannotStart when that is not possible."""
    try:
        write_atomically(file, msgspec.json.format(msgspec.json.encode(ready)) + b"\n")
    except OSError as error:
        raise CannotStart(
            f"cannot write the ready-file {file}: {error.strerror}; choose another path"
        ) from None


def forget_ready(file: Path) -> None:
    """Take away the ready-file of an earlier run, which tells nothing about this one; raises CannotStart."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise CannotStart(
            f"cannot write the ready-file {file}: {error.strerror}; choose another path"
        ) from None


def read_ready(file: Path) -> ReadyInfo:
    """The ready-info in a file; raises OSError or msgspec.DecodeError."""
    return msgspec.json.decode(file.read_bytes(), type=ReadyInfo)


def write_atomically(file: Path, content: bytes) -> None:
    """Put a file in place whole, for its owner only: a reader sees the old one or the new one, never a part."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as partial:
            os.fchmod(partial.fileno(), OWNER_ONLY)
            partial.write(content)
            partial.flush()
            os.fsync(partial.fileno())
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise
