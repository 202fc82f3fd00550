"""Venue control: the API of whoever runs the venue, under `/venue/v1`. Imports domain and views; never the engine.

Reading order: `routes` (the table), `bodies` (what may be sent), `control` (the way of a request), then the handlers
`accounts`, `keys`, `grids`, `time`, `venue`; `answers` and `describe` are what `/openapi.json` says of them.
"""

from perpit.control.control import Control
from perpit.control.ports import Answer, Ports

__all__ = ["Answer", "Control", "Ports"]
