# Two commands for a fresh machine, `make demo` and `make test`; each sets up what it needs, offline the second time.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/requirements.lock
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$python && break; done)
PYTEST_ARGS ?=

.PHONY: help setup demo test soak fuzz replies ci lint types contracts migration clean

help:
	@echo "make demo       everything on this machine, with sample mail; Ctrl-C stops it"
	@echo "make test       the whole test suite"
	@echo "make ci         lint, types, contracts, tests with skipping forbidden, coverage"
	@echo "make soak       long runs that print figures: 10,000 messages while somebody works, 200 kills at random"
	@echo "make fuzz       looks for input that breaks a reader of mail, five minutes each"
	@echo "make replies    how exactly new text is told from quotes, beside four other libraries"
	@echo "make lint | types | contracts | migration | clean"

# The environment is complete when its copy of the lock equals the lock; git changes times, so times decide nothing.
setup:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11, 3.12 or 3.13 is needed: apt-get install python3" >&2; exit 1; fi
	@if cmp -s requirements.lock $(LOCKED); then exit 0; fi; \
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		if [ "$$(id -u)" != 0 ]; then \
			echo "Debian's venv module is missing, as root: apt-get install python$$version-venv" >&2; exit 1; fi; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python$$version-venv; \
	fi; \
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		--find-links wheels --only-binary :all: -r requirements.lock; \
	$(BIN)/python -c 'import pathlib, sysconfig; \
		pathlib.Path(sysconfig.get_path("purelib"), "helpdesk.pth").write_text(str(pathlib.Path.cwd()) + "\n")'; \
	printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m helpdesk "$$@"\n' > $(BIN)/helpdesk; \
	chmod +x $(BIN)/helpdesk; \
	cp requirements.lock $(LOCKED)

demo: setup
	@exec $(BIN)/python -m helpdesk demo

# Each worker keeps neighbouring tests together, so that few things are set up twice, and who is done helps the other.
test: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

soak: setup
	$(BIN)/python -m pytest -m soak -s tests/soak

# How exactly new text is found beside other libraries, which live in an environment of their own.
replies: setup
	$(PYTHON) -m venv .venv-rivals
	.venv-rivals/bin/python -m pip install --quiet --disable-pip-version-check -r tests/mailbridge/replies/rivals.txt
	$(BIN)/python -m helpdesk bench replies tests/mailbridge/replies --rivals .venv-rivals/bin/python

# Seconds for each target; what is found lies in build/fuzz.
FUZZ_SECONDS ?= 300
fuzz: setup
	@$(BIN)/python -c 'import atheris' 2>/dev/null || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
			-r tests/fuzz/requirements.txt
	for target in parser replies bounces stamps; do $(BIN)/python -m tests.fuzz.run $$target $(FUZZ_SECONDS); done

ci: lint types contracts
	$(MAKE) test HELPDESK_TEST_NO_SKIP=1 PYTEST_ARGS="--cov --cov-report=term:skip-covered $(PYTEST_ARGS)"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

# Writes the first revision anew from the models; only until the first release.
migration: setup
	$(BIN)/python migrations/rebuild.py

clean:
	rm -rf $(VENV) .venv-rivals .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
