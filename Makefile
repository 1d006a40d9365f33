# The one task runner of Waypost. Needs Python 3.11 or newer, git and make; everything else goes into .venv.

# The newest Python that is new enough and can make a virtual environment. Each is run, not only looked up: a version
# manager's stand-in has the name and runs nothing.
PYTHONS = python3.15 python3.14 python3.13 python3.12 python3.11 python3 python
NEW_ENOUGH = import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in $(PYTHONS); do \
	if $$python -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then echo $$python; break; fi; done)

BIN = .venv/bin
STAMP = .venv/installed

# make test REQUIRE_SERVICES=1 fails where PostgreSQL, MariaDB or Redis cannot be had, rather than skip their tests.
REQUIRE_SERVICES ?=
# More than the two cores that the whole is meant for: tests wait for servers much of the time.
WORKERS ?= 3

# worksteal gives each worker neighbours, so that what a module sets up is set up once, and evens out at the end.
# Not loadgroup: beside pytest 9.2 it spreads the groups without a word (pytest-xdist issue 1386).
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup test proof audit check lint types format docs demo release clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with all that developing needs; again only when pyproject.toml has changed

$(STAMP): pyproject.toml
	@test -n '$(PYTHON)' || { echo 'No Python 3.11 or newer with venv is here; install one, or name it: make PYTHON=...' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

test: setup check ## Run every check and every test, with the servers that are installed here beside them
	$(BIN)/python scripts/services.py run $(if $(REQUIRE_SERVICES),--require) -- $(PYTEST)

EXAMPLES ?= 1000
proof: setup ## Prove what is not proved yet of every combination, and write docs/proof.md: an hour or two
	WORKERS=$(WORKERS) $(BIN)/python scripts/proof.py $(EXAMPLES)

audit: setup ## Look for known vulnerabilities in what generated projects install; asks a database on the internet
	PYTHONPATH=tests $(BIN)/python scripts/audit.py

check: lint types ## Lint and check the types, without the tests

lint: setup ## Check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup ## Check the types
	$(BIN)/mypy

format: setup ## Put the code into its format, and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: setup ## Write the reference pages that follow from the code
	$(BIN)/python scripts/reference.py

demo: setup ## Show Waypost at work, without a terminal
	$(BIN)/python scripts/demo.py

release: setup ## Cut a release from a clean checkout: make release VERSION=X.Y.Z
	@test -n '$(VERSION)' || { echo 'Say which: make release VERSION=X.Y.Z' >&2; exit 1; }
	$(BIN)/python scripts/release.py $(VERSION)

clean: ## Remove what the other targets made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache build dist
