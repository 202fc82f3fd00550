"""How verbs reach a running venue: find its address and token, call venue control, turn errors into one line.

Sought in this order: --url and --token; PERPIT_URL and PERPIT_TOKEN; --ready-file; the data directory (--data,
PERPIT_DATA or the default one), where a venue notes that it runs.
"""

import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import quote

import msgspec
import typer

from perpit.cli.failure import Failure
from perpit.home import ReadyInfo, default_directory, read_ready

PANEL = "Which venue"
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="Its address, http://host:port.", rich_help_panel=PANEL),
]
Token = Annotated[
    str | None,
    typer.Option("--token", metavar="TOKEN", help="Its admin token.", rich_help_panel=PANEL),
]
ReadyFile = Annotated[
    Path | None,
    typer.Option(
        "--ready-file", metavar="FILE", help="The file that serve --ready-file wrote.", rich_help_panel=PANEL
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Its data directory; the default one when left out.",
        rich_help_panel=PANEL,
    ),
]
OPTIONS: Final[dict[str, Any]] = {"url": Url, "token": Token, "ready_file": ReadyFile, "data": Data}
Json = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]

Which = Callable[[], "Remote"]

PATIENCE_SECONDS = 60.0


class Remote(NamedTuple):
    """A running venue, as its control is reached."""

    url: str
    token: str
    trusted: Path | None = None  # the certificate that the venue made for itself

    def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        patience_s: float | None = PATIENCE_SECONDS,
    ) -> dict[str, Any]:
        """Call /venue/v1 + path; raises Failure with what the venue said is wrong, or when it has not answered after
        `patience_s` (None: it may take its time).
        """
        import ssl

        import httpx

        verify: ssl.SSLContext | bool = True
        if self.trusted is not None:
            verify = ssl.create_default_context(cafile=self.trusted)
        try:
            answer = httpx.request(
                method,
                f"{self.url}/venue/v1{path}",
                json=body,
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=httpx.Timeout(PATIENCE_SECONDS, read=patience_s),
                verify=verify,
            )
        except httpx.ReadTimeout:
            raise Failure(
                f"the venue at {self.url} has not answered for {patience_s:g} s; it is busy, and may yet do it"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Failure(
                f"no venue answers at {self.url} ({error}); start one with perpit serve, or give --url"
            ) from None
        return read_answer(self.url, answer.status_code, answer.content)


def read_answer(url: str, status: int, content: bytes) -> dict[str, Any]:
    """The JSON object of an answer; raises Failure when it is an error or no answer of a venue."""
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Failure(f"what answers at {url} is not a venue (status {status}); check --url")
    if status == 401:
        raise Failure(
            f"the venue at {url} has another admin token; it is in its ready-file and in its data directory"
        )
    if status >= 400:
        raise Failure(str(answer.get("error", answer)))
    return answer


def find(url: str | None, token: str | None, ready_file: Path | None, data: Path | None) -> Remote:
    """The venue that is meant; raises Failure when none can be found."""
    named = ready_file is not None or data is not None
    url = url or (None if named else os.environ.get("PERPIT_URL"))
    token = token or (None if named and url is None else os.environ.get("PERPIT_TOKEN"))
    if url is not None and not url.startswith(("http://", "https://")):
        raise Failure(f"--url: {url!r} is not an address; write it like http://127.0.0.1:8000", 2)
    if url is not None and token is not None:
        return Remote(url.rstrip("/"), token)
    directory = data or Path(os.environ.get("PERPIT_DATA") or default_directory()).expanduser()
    if url is not None and not named and not (directory / "venue.json").exists():
        raise Failure(f"--url {url} needs the admin token of that venue; give --token, or --ready-file", 2)
    ready = ready_at(ready_file, directory)
    own = directory / "tls_cert.pem"
    trusted = own if ready.rest.startswith("https") and own.exists() else None
    return Remote((url or ready.rest).rstrip("/"), token or ready.admin_token, trusted)


def of_a_venue(verb: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the options that say which venue is meant. It takes `venue`, which finds it when it is called: after
    the verb has looked at what else was asked."""
    own = inspect.signature(verb, eval_str=True)

    def command(
        *, url: str | None, token: str | None, ready_file: Path | None, data: Path | None, **given: Any
    ) -> None:
        verb(venue=lambda: find(url, token, ready_file, data), **given)

    kept = [parameter for parameter in own.parameters.values() if parameter.name != "venue"]
    last = [parameter for parameter in kept if parameter.annotation == Json]
    options = [_keyword(name, annotation) for name, annotation in OPTIONS.items()]
    listed = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in (*(each for each in kept if each not in last), *options, *last)
    ]
    # what typer reads: the signature, and once more the annotations
    vars(command)["__signature__"] = own.replace(parameters=listed)
    command.__annotations__ = {each.name: each.annotation for each in listed}
    command.__name__, command.__doc__ = verb.__name__, verb.__doc__
    return command


def _keyword(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def ready_at(ready_file: Path | None, directory: Path) -> ReadyInfo:
    """What a venue wrote down when it began to answer."""
    file = ready_file or directory / "venue.json"
    try:
        return read_ready(file)
    except FileNotFoundError:
        if ready_file is not None:
            raise Failure(
                f"there is no ready-file at {file}; give the one that serve --ready-file wrote"
            ) from None
        raise Failure(
            f"no venue runs in {directory}; start one with perpit serve, or give --url and --token"
        ) from None
    except (OSError, msgspec.DecodeError) as error:
        raise Failure(f"cannot read {file}: {error}; give --url and --token") from None


def segment(text: str) -> str:
    """Text as one segment of a path."""
    return quote(text, safe="")
