# Everything starts here, on a machine that has make and Python 3.11 or newer and nothing else.
# Each target sets the environment up first where that has not been done.

VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest -q

.DEFAULT_GOAL := help
.PHONY: help setup run test test-long lint fmt bench bench-quick bench-peers lock clean

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\): .*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf '  make %-11s %s\n' "$$name" "$$text"; done

setup: $(READY)  ## the environment in .venv, with the dependencies of requirements.lock

$(READY): requirements.lock pyproject.toml tools/setup.sh
	@sh tools/setup.sh $(VENV)

run: $(READY)  ## simulated buyers up, the solar leads routed over real HTTP, one trace, nothing left running
	@$(BIN)/python examples/demo.py

test: lint  ## all checks and tests but the long ones
	$(PYTEST) -n auto --dist worksteal

test-long: $(READY)  ## the tests that take minutes, and new examples for every property
	$(PYTEST) -m "long or hypothesis"

lint: $(READY)  ## style, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: $(READY)  ## put the Python files in the project's format
	$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

bench: $(READY)  ## measure all workloads side by side, minutes; see bench/README.md
	@$(BIN)/python bench --all

bench-quick: $(READY)  ## the same in less than a minute
	@$(BIN)/python bench --quick

bench-peers: $(READY)  ## install what the benches compare with, apart from everything, once
	@sh tools/bench_peers.sh $(BIN)/python

lock: $(READY)  ## pin the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --all-extras --group dev --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra sftp --constraints requirements.lock \
	  --output-file docs/deploy/requirements.lock pyproject.toml

clean:  ## remove what was made here, the demo's journal and the environment included
	rm -rf $(VENV) .venv-peers .leadflow .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
