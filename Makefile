# Needs Python 3.11 or later with venv, and make. Everything else is installed into .venv from pins.

VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := python3.13 python3.12 python3.11 python3
# A command of that name may exist and still not run, so each candidate is tried.
PYTHON ?= $(shell for candidate in $(CANDIDATES); do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$candidate; break; fi; done)
PYTEST_ARGS ?=
# One test process per processor; a file stays with one process, which then shares what it set up.
PARALLEL ?= -n auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow lint format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.package ## make .venv with the pinned packages and channelwright

demo: install ## compare the five designs of the flagship pack and print the path of the report
	$(BIN)/channelwright compare scenarios/yangtze_beverage --replications 10 --out results

lint: install ## linter, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

test: lint ## lint, then every normal test with notebooks and documented code
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

test-slow: install ## the tests that take long, alone
	$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

format: install ## put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove environment, caches and results; golden studies stay
	rm -rf $(VENV) build dist results/runs results/studies engine/*.egg-info .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find engine tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: the environment is built again only when the pins change, the package only when its metadata does.
$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { \
		echo "No Python 3.11 or later was found (tried: $(CANDIDATES))."; \
		echo "Install one, or name it: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) does not run or is older than Python 3.11."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "$(PYTHON) lacks venv or ensurepip (on Debian: install python3-venv)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.requirements: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.package: pyproject.toml $(VENV)/.requirements
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
