"""From a message of the WebSocket API to an id, a method and parameters as text; and who signed them.

Parameters arrive as JSON and are read as the text they would be in a query, so that one schema reads both (semantics
7.6.5): numbers as they were written, booleans as `true` and `false`, null as not sent.

The signed text is all parameters but the signature, sorted by name, `name=value` joined by `&` (semantics 7.6.4).
Clients differ in how they write a value there, so each of these is tried while it differs from the one before:

| text | who signs it |
|---|---|
| as it stands in the JSON | the exchange's documentation, python-binance |
| percent-encoded | the official SDK |
| either, with booleans as Python prints them | the same, when a boolean is sent |
"""

from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from perpit.binance import errors, request
from perpit.binance.security import Signatures
from perpit.domain.commands import CreateKey

SMALLEST_EXPONENT: Final = -40
LARGEST_EXPONENT: Final = 40
BOOLEAN: Final = {False: "false", True: "true"}


class WsRequest:
    """One request. `id_json` is its id as JSON; `sent` its parameters as text.

    `written` are the parameters that stood in the message in another form than in `sent`.
    """

    __slots__ = ("id_json", "method", "sent", "written")

    def __init__(self) -> None:
        self.id_json = b"null"
        self.method = ""
        self.sent: dict[str, str] = {}
        self.written: dict[str, str] = {}

    def read(self, message: bytes) -> None:
        """Fill in what the message holds; raises at the first fault, what was read by then stays (semantics 7.6.9)."""
        try:
            content = _decode(message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise errors.BAD_MESSAGE() from None
        if type(content) is not dict:
            raise errors.BAD_MESSAGE()
        request_id = content.get("id")
        if request_id is not None:
            if type(request_id) is not str and type(request_id) is not int:
                raise errors.MANDATORY("id")
            self.id_json = _encode(request_id)
        method = content.get("method")
        if type(method) is not str or not method:
            raise errors.MANDATORY("method")
        self.method = method
        params = content.get("params")
        if params is not None:
            if type(params) is not dict:
                raise errors.MANDATORY("params")
            self._read_params(params)

    def _read_params(self, params: dict[str, Any]) -> None:
        if len(params) > request.MAX_PARAMETERS:
            raise errors.TOO_MANY_PARAMETERS()
        sent = self.sent
        for name, value in params.items():
            kind = type(value)
            if kind is str:
                if not value.isprintable():
                    raise errors.ILLEGAL_CHARS()
                sent[name] = value
            elif kind is int:
                sent[name] = str(value)
            elif kind is bool:
                sent[name] = BOOLEAN[value]
                self.written[name] = str(value)
            elif kind is tuple:
                sent[name] = value[0]
                if value[1]:
                    self.written[name] = value[1]
            elif value is not None:
                raise errors.MANDATORY(name)

    def check_signature(self, signatures: Signatures, key: CreateKey) -> None:
        """Raises -1022 unless the key signed these parameters, in one of the forms that clients sign."""
        sent = self.sent
        signature = sent["signature"].encode()
        names = sorted(sent)
        names.remove("signature")
        text = "&".join([f"{name}={sent[name]}" for name in names])
        if signatures.fits(key, text.encode(), signature):
            return
        tried = {text}
        written = sent | self.written
        for form in (sent, written):
            pairs = [(name, form[name]) for name in names]
            for text in (urlencode(pairs), "&".join([f"{name}={value}" for name, value in pairs])):
                if text not in tried and signatures.fits(key, text.encode(), signature):
                    return
                tried.add(text)
        raise errors.BAD_SIGNATURE()


def _number(text: str) -> tuple[str, str]:
    """A JSON number with a point or an exponent, as text without exponent; and as it was written if that differs.

    Python writes 0.00001 as 1e-05.
    """
    if "e" not in text and "E" not in text:
        return text, ""
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not SMALLEST_EXPONENT < exponent < LARGEST_EXPONENT:
        return text, ""
    return f"{number:f}", text


_decode = msgspec.json.Decoder(float_hook=_number).decode
_encode = msgspec.json.Encoder().encode
