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

# The tests that `make quick` runs. Where PYTHONDONTWRITEBYTECODE is set, Python would compile the tests anew in every
# run, and Waypost in every process that a test starts, which takes three times as long as the command itself.
QUICK = -m 'not (slow or project or service or terminal)' --ignore tests/templates
QUICK_PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n logical --dist worksteal $(QUICK)

.DEFAULT_GOAL := help
.PHONY: help setup quick test check lint types format docs demo screenshots pins proof audit release clean

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install everything that development needs into .venv; does nothing if that is up to date

$(STAMP): pyproject.toml constraints.txt
	@test -n '$(PYTHON)' || { echo 'No Python 3.11 or newer with venv is here; install one, or name it: make PYTHON=...' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --build-constraint constraints.txt --editable . --group dev
	@touch $@

quick: check ## Run the checks and the fast tests, in about a minute: after each change
	$(QUICK_PYTEST)

test: check ## Run every check and every test, next to the servers that are installed: before you submit
	$(BIN)/python -m compileall -q src scripts
	$(BIN)/python scripts/services run $(if $(REQUIRE_SERVICES),--require) -- $(PYTEST)

check: lint types ## Check style, format and types, without the tests

lint: setup ## Check style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: setup ## Check the types
	$(BIN)/mypy

format: setup ## Format the code, and fix what can be fixed automatically
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: setup ## Write the reference pages that are generated from the code
	$(BIN)/python scripts/reference.py

demo: setup ## Show Waypost at work, without a terminal
	$(BIN)/python scripts/demo.py

screenshots: setup ## Write docs/gallery.md and its pictures: every template with every example, in chromium
	$(BIN)/python scripts/screenshots.py

pins: setup ## Update constraints.txt to the newest versions of the development tools
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-annotate \
		--custom-compile-command 'make pins' --group dev --output-file constraints.txt pyproject.toml

EXAMPLES ?= 1000
proof: setup ## Prove every combination that is not proved yet, and write docs/proof.md: an hour or two
	WORKERS=$(WORKERS) $(BIN)/python scripts/proof.py $(EXAMPLES)

audit: setup ## Look up known vulnerabilities in what generated projects install; asks a database on the internet
	PYTHONPATH=tests $(BIN)/python scripts/audit.py

release: setup ## Cut a release from a clean checkout: make release VERSION=X.Y.Z
	@test -n '$(VERSION)' || { echo 'Say which version: make release VERSION=X.Y.Z' >&2; exit 1; }
	$(BIN)/python scripts/release.py $(VERSION)

clean: ## Delete everything that the other targets created
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .cache build dist demo
