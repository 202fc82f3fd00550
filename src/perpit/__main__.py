"""The way in: `perpit` and `python -m perpit`.

Apart from `perpit.cli`, because loading that takes a moment in which nobody but this file can answer a Ctrl-C.
"""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def leave(_number: int, _frame: FrameType | None) -> None:
    """End at once and say nothing: there is nothing to tidy up yet."""
    os._exit(INTERRUPTED)


def main() -> int:
    """Run the command line; a Ctrl-C ends it quietly, from the first moment on."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:  # it may be ignored: so it is for a job in the background
        signal.signal(signal.SIGINT, leave)
    from perpit import cli

    signal.signal(signal.SIGINT, usual)
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
