# Everything a newcomer types. `make install` needs only Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help install run test test-long check bench docs screens lock catalogue semantics rules clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s '	'

$(VENV)/.installed: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: $(VENV)/.installed ## Build .venv with everything, from locked and hashed requirements

run: install ## Start the server on http://127.0.0.1:7370
	@exec $(BIN)/gatepost serve

check: install ## Lint, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check ## All checks and tests
	$(BIN)/pytest

test-long: install ## The longer suite: crash rounds, soak, fuzzing
	$(BIN)/pytest -m long

bench: ## Measure against the named peers: decisions, questions, sends, memory, start, lint
	@test -d .venv-bench || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/bench.txt
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@if command -v npm >/dev/null; then npm ci --prefix benchmarks --no-audit --no-fund --silent; fi
	@.venv-bench/bin/python benchmarks/decision.py
	@.venv-bench/bin/python benchmarks/authorization.py
	@.venv-bench/bin/python benchmarks/reasoning.py
	@.venv-bench/bin/python benchmarks/sending.py
	@.venv-bench/bin/python benchmarks/hostile.py
	@.venv-bench/bin/python benchmarks/http_servers.py
	@.venv-bench/bin/python benchmarks/footprint.py
	@.venv-bench/bin/python benchmarks/lint.py

docs: install ## Build the documentation into docs/_build
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

screens: install ## Write anew what the commands of the pages print
	GATEPOST_WRITE_SCREENS=1 $(BIN)/pytest -n0 tests/docs/test_documents.py

catalogue: install ## Write the catalogue of actions and condition keys anew from its source
	$(BIN)/python tools/make_catalogue.py

semantics: install ## Write the reference of policy semantics anew from the decision cases
	$(BIN)/python tools/make_semantics.py

rules: install ## Write the reference of the linter's rules anew from the rules
	$(BIN)/python tools/make_rules.py

LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet
lock: ## Compile the requirements anew (needs uv)
	$(LOCK) --all-extras --group dev --group docs --output-file requirements/dev.txt
	$(LOCK) --extra server --constraint requirements/dev.txt --output-file requirements/server.txt
	$(LOCK) --all-extras --group dev --group docs --group bench --constraint requirements/dev.txt --output-file requirements/bench.txt

clean: ## Remove what was built
	rm -rf $(VENV) .venv-bench benchmarks/node_modules build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
