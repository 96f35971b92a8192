# Two commands do everything: `make load-10` runs the main job, `make test` passes the tests.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first interpreter that really RUNS and is new enough (version-manager shims may be found and still fail).
PY ?= $(shell for p in python3.12 python3.13 python3.11 python3; do $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { $$p -c 'import sys; print(sys.executable)'; break; }; done)
BIN := .venv/bin
HARNESS := $(BIN)/harness

.venv/.stamp: requirements.lock pyproject.toml
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

.PHONY: setup
setup: .venv/.stamp
