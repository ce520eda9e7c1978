# Each target first makes sure that setup is done, so any of them works first in a fresh clone.
#   VENV=dir      use that virtual environment instead of .venv
#   PYTHON=path   make it with that Python
#   WORKERS=n     test processes (0: none, for a debugger)
#   ARGS="..."    more arguments for pytest, the demo or the benchmark

VENV ?= .venv
PYTHON ?= python3
WORKERS ?= $(shell expr $$(nproc) + 1)
ARGS ?=
export VENV PYTHON
# The tests start programs a thousand times: what they are compiled to is kept.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
# The Node.js that setup installed, if this machine has none.
NPM := PATH="$$PATH:$(abspath $(BIN))" npm --prefix web
PARALLEL := -n $(WORKERS) --dist loadscope
# The second file keeps to the first one's pins, so that both fit into one environment.
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-check test-quick test test-card world deep check bench format lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: ## make or refresh the virtual environment; quick when nothing changed
	@scripts/setup $(if $(filter setup,$(MAKECMDGOALS)),again)

demo: setup ## tell the story, step by step
	@$(BIN)/zerobar demo $(ARGS)

demo-check: setup ## the same story, checked, without anyone watching
	@$(BIN)/zerobar demo --check $(ARGS)

test-quick: setup ## the tests for every change (under 2 minutes)
	ZEROBAR_PROFILE=quick $(PYTEST) $(PARALLEL) -m "not slow and not deep" $(ARGS)

test: setup ## the tests before handing in (under 15 minutes)
	ZEROBAR_PROFILE=everyday $(PYTEST) $(PARALLEL) -m "not deep" $(ARGS)

test-card: setup ## the Java Card applet in a simulator, held to the Python purse
	ZEROBAR_PROFILE=everyday $(PYTEST) $(PARALLEL) -m "not deep" tests/card $(ARGS)

world: setup ## seeded worlds, one after the other (ARGS="--worlds 100 --seed 1")
	@$(BIN)/zerobar world $(ARGS)

deep: SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
deep: setup ## everything, at length, from a fresh seed (SEED=n repeats a run)
	ZEROBAR_PROFILE=deep $(PYTEST) $(PARALLEL) -m "" --hypothesis-seed=$(SEED) $(ARGS)

check: setup ## format, lint, types, floors, and what the documents claim
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PYTEST) -q tests/test_floors.py tests/test_dependencies.py tests/docs
	$(NPM) run --silent check
	$(NPM) run --silent test

bench: setup ## the benchmark's table
	$(BIN)/python -m bench $(ARGS)

format: setup ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup ## pin the newest dependencies that pyproject.toml allows
	$(COMPILE) --upgrade --extra dev --extra bank --output-file requirements/dev.txt pyproject.toml
	$(COMPILE) --upgrade --extra pcsc --constraint requirements/dev.txt \
		--output-file requirements/pcsc.txt pyproject.toml
	$(COMPILE) --upgrade --extra node --constraint requirements/dev.txt \
		--output-file requirements/node.txt pyproject.toml
	$(COMPILE) --upgrade --extra multibuffer --constraint requirements/dev.txt \
		--output-file requirements/multibuffer.txt pyproject.toml

clean: ## remove what tools left behind; the virtual environment stays
	rm -rf build card/build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bench examples src tests -name __pycache__ -type d -prune -exec rm -rf {} +
