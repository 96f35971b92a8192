# Two commands do everything: `make load-10` runs the main job, `make test` passes the tests.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first interpreter that really RUNS and is new enough (version-manager shims may be found and still fail).
PY ?= $(shell for p in python3.12 python3.13 python3.11 python3; do $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { $$p -c 'import sys; print(sys.executable)'; break; }; done)
BIN := .venv/bin
HARNESS := $(BIN)/harness

# DURATION=30s, USERS=20, WORKERS=2, TARGET_URL=http://… go to the harness; the rest of its options by ARGS='…'.
OPTIONS = $(if $(DURATION),--duration $(DURATION)) $(if $(USERS),--users $(USERS)) $(if $(WORKERS),--workers $(WORKERS)) $(ARGS)
export TARGET_URL TARGET_API_KEY TARGET_DSN TARGET_ENVIRONMENT TARGET_FAULTS

.venv/.stamp: requirements.lock
	@test -n "$(PY)" || { echo "set-up: no Python >= 3.11 with venv found; install one (Debian: apt-get install python3 python3-venv) or name it: make PY=/path/to/python" >&2; exit 4; }
	@echo "set-up: creating .venv with $(PY)" >&2
	@$(PY) -m venv --clear .venv
	@UV=$$(command -v uv || true); \
	if [ -z "$$UV" ] || ! "$$UV" --version >/dev/null 2>&1; then \
	  UV=; $(PY) -m venv .uv && .uv/bin/pip install -q --disable-pip-version-check uv 2>/dev/null && UV=.uv/bin/uv; fi; \
	if [ -n "$$UV" ]; then \
	  echo "set-up: installing the locked packages with uv" >&2; \
	  UV_PYTHON_DOWNLOADS=never $$UV pip sync -q --require-hashes --python $(BIN)/python requirements.lock && \
	  $$UV pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  echo "set-up: installing the locked packages with pip (slower than uv)" >&2; \
	  $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@
	@echo "set-up: done" >&2


.PHONY: help setup load-10 load-50 load-100 spike ramp throughput soak suite ui master worker check test proof lint format clean

help: ## what there is (the default)
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  DURATION=30s make load-10                       a short look"
	@echo "  TARGET_URL=http://127.0.0.1:8000 make load-10   load another system"

setup: .venv/.stamp ## create .venv and install the locked packages

load-10: .venv/.stamp ## 10 users for 5 minutes (REQ-5)
	@$(HARNESS) run load-10 $(OPTIONS)
load-50: .venv/.stamp ## 50 users, against load-10 (REQ-6)
	@$(HARNESS) run load-50 $(OPTIONS)
load-100: .venv/.stamp ## 100 users, against load-10 (REQ-7)
	@$(HARNESS) run load-100 $(OPTIONS)
spike: .venv/.stamp ## from 0 to 100 users in 10 s, and back (REQ-8)
	@$(HARNESS) run spike $(OPTIONS)
ramp: .venv/.stamp ## gradually to 100 users (REQ-2)
	@$(HARNESS) run ramp $(OPTIONS)
throughput: .venv/.stamp ## a constant 120 requests/s (REQ-2)
	@$(HARNESS) run throughput $(OPTIONS)
soak: .venv/.stamp ## 50 users for an hour (LOAD-012)
	@$(HARNESS) run soak $(OPTIONS)

SUITE ?= critical
suite: .venv/.stamp ## the critical-path suite, in less than 15 minutes (SUITE=name for another)
	@$(HARNESS) suite $(SUITE)

ui: .venv/.stamp ## the target and Locust's web UI on loopback, to explore
	@$(HARNESS) ui $(ARGS)

SCENARIO ?= load-100
BIND ?= 127.0.0.1
MASTER ?= 127.0.0.1
master: .venv/.stamp ## wait for WORKERS workers at BIND (PORT=…), then run SCENARIO
	@$(HARNESS) run $(SCENARIO) --master $(BIND) $(if $(PORT),--port $(PORT)) $(if $(WORKERS),,--workers 2) $(OPTIONS)
worker: .venv/.stamp ## one worker of the master at MASTER (PORT=…)
	@$(HARNESS) worker --master $(MASTER) $(if $(PORT),--port $(PORT)) $(ARGS)

check: .venv/.stamp ## plan every scenario without starting anything
	@$(HARNESS) check

test: .venv/.stamp ## all tests (installs chromium with apt-get where it is missing)
	@BIN=$(BIN) tests/run.sh

proof: .venv/.stamp ## the long proofs that `make test` leaves out
	@$(BIN)/pytest -m proof

lint: .venv/.stamp ## ruff, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: .venv/.stamp ## let ruff mend what it can
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

clean: ## remove the environment, caches and what runs left in reports/
	@rm -rf .venv .uv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find reports -mindepth 1 -maxdepth 1 ! -name performance_baseline.json -exec rm -rf {} + 2>/dev/null || true
