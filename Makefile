# metline: every target works alone, from a fresh clone, with python3 and make.
UV_VERSION := 0.13.9
PYTHON     ?= python3
TOOLS      := .tools/uv-$(UV_VERSION)
UV         := $(TOOLS)/bin/uv
INSTALLED  := .venv/.installed
RUN        := $(UV) run --frozen --no-sync
PACKAGES   := routing handlers models telephony web sandbox service

.DEFAULT_GOAL := help
.PHONY: help install run test check bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# uv comes from its wheel: in a venv, else with pip, else straight from the registry.
$(UV):
	@mkdir -p .tools
	@$(PYTHON) .ci/get-uv $(UV_VERSION) $(TOOLS)

$(INSTALLED): $(UV) pyproject.toml uv.lock
	@$(UV) sync --frozen --quiet
	@touch $@

install: $(INSTALLED) ## install everything into .venv

run: $(INSTALLED) ## start the service and the sandbox carrier; Ctrl-C stops all of it
	@exec $(RUN) metline up

test: $(INSTALLED) ## the whole test suite; routing/ must be covered, every branch
	@$(RUN) pytest -n 3 --dist loadfile --cov --cov-report=
	@$(RUN) coverage report --include='routing/*' --fail-under=100

check: $(INSTALLED) ## formatting, lint, types, import rules, migrations and docs in step
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) metline db check
	@$(RUN) metline docs check

bench: $(INSTALLED) ## every benchmark, as ratios; writes bench/results/*.json
	@$(RUN) python -m bench

clean: ## remove the installation and caches; embedded data (.metline) stays
	rm -rf .venv .tools .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf .coverage htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
