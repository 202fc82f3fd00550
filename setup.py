"""The one optional step of the build: compile the engine and the path of an order with mypyc.

A wheel that is built where a C compiler is at hand carries `perpit.domain` and `perpit.engine` compiled, as one mypyc
group, and the modules that every order passes on its way to them and back as another. Where there is none, or where
compiling fails, the same wheel is built without, and one line says so: the venue is slower then, never different.
PERPIT_COMPILE=0 does not try; PERPIT_COMPILE=1 makes a failure fatal.

Only wheels are compiled, never an editable install: a stale compiled module beside an edited source wins the import.
Everything else about the project stands in pyproject.toml; why it is done this way, in docs/decisions/0001.
"""

import io
import os
import shlex
import shutil
import sys
import sysconfig
import tempfile
from contextlib import redirect_stdout
from glob import glob
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# Two groups, because each is one C file: two cores compile them at the same time.
ENGINE = ("domain/*.py", "engine/*.py")
PATH_OF_AN_ORDER = (
    "binance/call.py",
    "binance/dialect.py",
    "binance/frames.py",
    "binance/gate.py",
    "binance/limits.py",
    "binance/listen_keys.py",
    "binance/order_batches.py",
    "binance/order_queries.py",
    "binance/orders.py",
    "binance/render.py",
    "binance/request.py",
    "binance/schema.py",
    "binance/security.py",
    "binance/trade.py",
    "binance/ws_api.py",
    "binance/ws_request.py",
    "runtime/alarm.py",
    "runtime/clock.py",
    "runtime/sequencer.py",
    "server/http.py",
    "server/messages.py",
    "server/turns.py",
    "views/accounts.py",
    "views/amendments.py",
    "views/book.py",
    "views/candles.py",
    "views/census.py",
    "views/grid_series.py",
    "views/income.py",
    "views/open_interest.py",
    "views/orders.py",
    "views/prices.py",
    "views/quota.py",
    "views/series.py",
    "views/statistics.py",
    "views/tail.py",
    "views/tails.py",
    "views/trades.py",
    "views/world.py",
)
GROUPS = (("perpit", ENGINE), ("perpit_edge", PATH_OF_AN_ORDER))
CACHE = Path(
    "build/mypyc"
)  # the C sources and what became of them: an unchanged engine is not compiled again
CONSEQUENCE = "the venue runs the same, slower"

wish = os.environ.get("PERPIT_COMPILE", "")
building_a_wheel = "bdist_wheel" in sys.argv


class CannotCompile(Exception):
    """Why all stays uncompiled, in a few words."""


def say(message: str) -> None:
    print(f"perpit: {message}", file=sys.stderr, flush=True)


def require_a_compiler() -> None:
    """Look for what compiling needs before mypyc is fetched and spends its time."""
    if wish == "0":
        raise CannotCompile("switched off by PERPIT_COMPILE=0")
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if os.name == "posix" and shutil.which(compiler) is None:
        raise CannotCompile(f"no C compiler ({compiler})")
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        raise CannotCompile("no Python.h (the headers of this Python are not installed)")


def extensions() -> list[Extension]:
    """Translate to C; the result is one shared library for each group and a small shim for each module."""
    try:
        from mypyc.build import mypycify
    except ImportError:
        raise CannotCompile("mypyc is missing") from None
    groups = [
        ([path for pattern in patterns for path in sorted(glob(f"src/perpit/{pattern}"))], name)
        for name, patterns in GROUPS
    ]
    messages = io.StringIO()
    try:
        with redirect_stdout(messages):
            # no config file: a matter of style that `make check` would refuse must not cost a user the speed
            compiled = mypycify(
                [
                    "--config-file=",
                    f"--cache-dir={os.devnull}",  # mypyc fails on a cache of sources that have changed since
                    "--ignore-missing-imports",
                    *(path for sources, _name in groups for path in sources),
                ],
                opt_level="3",
                debug_level="0",
                separate=groups,
                target_dir=str(CACHE),
            )
    except (Exception, SystemExit) as error:  # mypyc reports what it cannot translate by SystemExit
        lines = messages.getvalue().splitlines() or [f"{type(error).__name__}: {error}"]
        raise CannotCompile(f"mypyc refused: {lines[0]}") from error
    if os.name == "posix":
        for extension in compiled:
            # calls inside a shared library go straight to their function, a third more commands per second
            flags = ["-fno-semantic-interposition", "-fvisibility=hidden"]
            extension.extra_compile_args = [*extension.extra_compile_args, *flags]  # mypyc shares one list
    return compiled


class BuildAllOrNothing(build_ext):
    """A shim without the shared library behind it would break the import, so they arrive together or not at all."""

    def run(self) -> None:
        destination, self.build_lib = self.build_lib, str(CACHE / "lib")
        self.parallel = os.cpu_count()
        try:
            super().run()
        except Exception:  # whatever a compiler may do, the install goes on
            if wish == "1":
                raise
            say(f"not compiled: the C compiler failed; {CONSEQUENCE}")
            self.extensions = []
            return
        finally:
            self.build_lib = destination
        for extension in self.extensions:
            name = self.get_ext_filename(extension.name)
            self.mkpath(os.path.dirname(os.path.join(destination, name)))
            self.copy_file(str(CACHE / "lib" / name), os.path.join(destination, name))
        say("compiled perpit.domain, perpit.engine and the path of an order")


def main() -> None:
    ext_modules: list[Extension] = []
    setup_requires: list[str] = []
    try:
        require_a_compiler()
        # fetched by the installer into the build's own environment: the compiler, and what the compiled modules import
        setup_requires = ["mypy>=2.4", "msgspec", "cryptography", "httptools", "uvicorn", "websockets"]
        if building_a_wheel:
            ext_modules = extensions()
    except CannotCompile as reason:
        if wish == "1":
            sys.exit(f"perpit: cannot compile: {reason}")
        if building_a_wheel:
            say(f"not compiled: {reason}; {CONSEQUENCE}")
    with tempfile.TemporaryDirectory(
        prefix="perpit-build-"
    ) as build_base:  # nothing stale can get into a wheel
        setup(
            ext_modules=ext_modules,
            setup_requires=setup_requires,
            cmdclass={"build_ext": BuildAllOrNothing},
            options={"build": {"build_base": build_base}},
        )


main()
