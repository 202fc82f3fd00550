"""Signed REST calls as the exchange's documentation describes them, with nothing but an HTTP library.

The counterparty of every test is made of it, and `test_unknown_client.py` tests it as a client in its own right.
"""

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

import httpx


class ApiError(Exception):
    """The venue said no."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code


class SignedRest:
    """One account's signed calls. Parameters go into the query string; `offset_ms` is added to the local time."""

    def __init__(self, rest: str, api_key: str, api_secret: str, offset_ms: int = 0) -> None:
        self._secret = api_secret.encode()
        self.offset_ms = offset_ms
        self.http = httpx.Client(base_url=rest, headers={"X-MBX-APIKEY": api_key}, timeout=10)

    def close(self) -> None:
        self.http.close()

    def sign(self, text: str) -> str:
        """HMAC-SHA256 of the text as it is sent, in hexadecimal."""
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def signed(self, parameters: dict[str, Any]) -> str:
        """A query string with timestamp and, last, signature."""
        query = urlencode({**parameters, "timestamp": int(time.time() * 1000) + self.offset_ms})
        return f"{query}&signature={self.sign(query)}"

    def get(self, path: str, **parameters: Any) -> Any:
        return self._call("GET", path, parameters)

    def post(self, path: str, **parameters: Any) -> Any:
        return self._call("POST", path, parameters)

    def put(self, path: str, **parameters: Any) -> Any:
        return self._call("PUT", path, parameters)

    def delete(self, path: str, **parameters: Any) -> Any:
        return self._call("DELETE", path, parameters)

    def _call(self, method: str, path: str, parameters: dict[str, Any]) -> Any:
        return read(self.http.request(method, f"{path}?{self.signed(parameters)}"))


def read(answer: httpx.Response) -> Any:
    """The body of an answer; raises ApiError for one that says no."""
    body = answer.json()
    if answer.is_success:
        return body
    raise ApiError(answer.status_code, body["code"], body["msg"])
