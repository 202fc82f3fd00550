# Perpit's workshop: `make` lists what it can do. Needs Python 3.11 or newer and nothing else; a C compiler makes it fast.
#
# Two environments, because a stale compiled module would win over an edited source (docs/decisions/0002):
#   .venv           for developers: editable, uncompiled, with every tool
#   .venv-compiled  what users run: a plain install, compiled when there is a C compiler
# Each keeps a note of what it was installed from, and is installed again when that has changed.

DEV := .venv
RUN := .venv-compiled
OTHERS := 3.12 3.13 3.14
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PIP_INSTALL := -m pip --no-input --disable-pip-version-check install

# What an environment was installed from: the build files, and for a plain install the sources and the compiler too.
BUILD_FILES := pyproject.toml setup.py
SOURCES := find src -type f -not -path '*/__pycache__/*' -not -path '*.egg-info/*' | LC_ALL=C sort | xargs cksum
COMPILER := echo "PERPIT_COMPILE=$$PERPIT_COMPILE CC=$$CC"; command -v cc gcc clang || true

.DEFAULT_GOAL := help
.PHONY: help dev serve test check format compiled pythons bench clean FORCE

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'
	@echo '  ARGS="..." is passed on:  make serve ARGS="--port 9000 --memory"   make test ARGS="-k margin"'

serve: $(RUN)/.installed ## run the venue on http://127.0.0.1:8000
	@exec $(RUN)/bin/perpit serve $(ARGS)

dev: $(DEV)/.installed ## set up the developer's environment
	@echo 'Ready in $(DEV), editable and uncompiled. What to do next:'
	@echo '  . $(DEV)/bin/activate   then  perpit serve --memory'
	@echo '  make test               the whole suite; make test ARGS="-k margin" a part of it'
	@echo '  make check              style, types and architecture, as CI has them'

test: $(DEV)/.installed ## run the test suite, uncompiled
	@$(DEV)/bin/python -m pytest -n auto --dist worksteal $(ARGS)

check: $(DEV)/.installed ## ruff, mypy and the architecture contracts
	@$(DEV)/bin/ruff check .
	@$(DEV)/bin/ruff format --check .
	@$(DEV)/bin/mypy
	@$(DEV)/bin/lint-imports

format: $(DEV)/.installed ## put the code into the project's format
	@$(DEV)/bin/ruff check --fix-only --quiet .
	@$(DEV)/bin/ruff format --quiet .

# PERPIT_EXPECT_COMPILED tells the tests that an uncompiled engine is a failure here, not a lack of a compiler.
compiled: $(RUN)/.test-tools ## run the test suite against the compiled install
	@grep -q 'not compiled: \(no C compiler\|switched off\)' $(RUN)/install.log || export PERPIT_EXPECT_COMPILED=1; \
	exec $(RUN)/bin/python -m pytest -n auto --dist worksteal $(ARGS)

# Replaying needs the engine and the journal only, so these environments are small. A Python that is not here is left out.
pythons: $(DEV)/.installed ## the same journal on every other Python that is found: the same hash
	@for version in $(OTHERS); do \
		found=$$(for python in python$$version $$HOME/.pyenv/versions/$$version.*/bin/python; do \
			$$python -c '' 2>/dev/null && echo $$python && break; done); \
		test -n "$$found" || { echo "  no Python $$version on this machine: left out"; continue; }; \
		test -x .venv-$$version/bin/pip || $$found -m venv .venv-$$version; \
		.venv-$$version/bin/python $(PIP_INSTALL) --quiet msgspec mypy-extensions || exit 1; \
	done
	@$(DEV)/bin/python -m pytest tests/compiled/test_other_pythons.py $(ARGS)

bench: $(RUN)/.installed ## measure the compiled install: make bench ARGS=--quick
	@$(RUN)/bin/python -m bench $(ARGS)

clean: ## remove both environments, the build and all caches
	rm -rf $(DEV) $(RUN) .venv-3.* build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests bench examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

%/bin/pip:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'Perpit needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3' >&2; exit 1; }
	@echo '  creating $* with $(PYTHON)'
	@$(PYTHON) -m venv $* || \
		{ rm -rf $*; echo 'This Python cannot make a virtual environment (on Debian: apt install python3-venv)' >&2; exit 1; }

$(DEV)/.installed: $(DEV)/bin/pip FORCE
	@now=$$(cksum $(BUILD_FILES)); test "$$now" = "$$(cat $@ 2>/dev/null)" && exit 0; \
	echo '  installing Perpit and the tools into $(DEV)'; \
	PERPIT_COMPILE=0 $(DEV)/bin/python $(PIP_INSTALL) --editable '.[dev]' >$(DEV)/install.log 2>&1 </dev/null || \
		{ tail -n 25 $(DEV)/install.log; echo 'The install failed; all of it: $(DEV)/install.log' >&2; exit 1; }; \
	echo "$$now" >$@

$(RUN)/.installed: $(RUN)/bin/pip FORCE
	@now=$$(cksum $(BUILD_FILES); $(SOURCES); $(COMPILER)); \
	test "$$now" = "$$(cat $@ 2>/dev/null)" && exit 0; \
	echo '  installing Perpit into $(RUN); with a C compiler this takes a minute or two'; \
	$(RUN)/bin/python $(PIP_INSTALL) --verbose . >$(RUN)/install.log 2>&1 </dev/null || \
		{ tail -n 25 $(RUN)/install.log; echo 'The install failed; all of it: $(RUN)/install.log' >&2; exit 1; }; \
	sed -n 's/^ *perpit: /  perpit: /p' $(RUN)/install.log; \
	echo "$$now" >$@

# The tools of the tests come on top of the plain install, which stays as it is.
$(RUN)/.test-tools: $(RUN)/.installed FORCE
	@now=$$(cksum $(BUILD_FILES)); test "$$now" = "$$(cat $@ 2>/dev/null)" && exit 0; \
	echo '  installing the tools of the tests into $(RUN)'; \
	$(RUN)/bin/python $(PIP_INSTALL) 'perpit[test]' >$(RUN)/test-tools.log 2>&1 </dev/null || \
		{ tail -n 25 $(RUN)/test-tools.log; echo 'The install failed; all of it: $(RUN)/test-tools.log' >&2; exit 1; }; \
	echo "$$now" >$@
