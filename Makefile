# Établi. `make run` starts the product with demonstration data; `make help` lists the rest.
.DEFAULT_GOAL := run
.PHONY: run test engines lint format bench screenshots migrate lock clean help setup setup-dev web

PORT ?= 8000
HOST ?= $(if $(PHONE),0.0.0.0,127.0.0.1)
DATA_DIR ?= .data
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
WORKERS ?= $(if $(filter 1,$(CORES)),0,2)
PYTEST := .venv/bin/python -m pytest
export PYTHON CHROMIUM
export PYTHONUTF8 := 1
unexport PYTHONDONTWRITEBYTECODE # tests start many processes: each would compile all of the sources

run: web ## Start Établi with demonstration data (PHONE=1 for phones; PORT=8000 HOST=127.0.0.1 DATA_DIR=.data)
	@exec .venv/bin/etabli serve --demo $(if $(PHONE),--tls) --host $(HOST) --port $(PORT) --data-dir "$(DATA_DIR)"

test: setup-dev web ## Run every test (ARGS="tests/server -k login" to choose, WORKERS=0 for one process)
	@.ci/chromium
	@$(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

engines: setup-dev web ## Do the main job in Chromium, Firefox and WebKit (ARGS="-k webkit" to choose)
	@.ci/chromium
	@.ci/engines
	@$(PYTEST) -m engines tests/engines $(ARGS)

lint: setup-dev ## Check style, types and the dependency rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: setup-dev ## Format the code and mend what can be mended
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

bench: setup-dev web ## Measure speed (not part of the tests); all of it runs, and a missed goal shows in the exit status
	@.ci/chromium
	@status=0; for part in tests.bench tests.bench.app_start tests.bench.scan_to_page tests.bench.large_plant tests.bench.close_job tests.bench.notices tests.bench.kpis tests.bench.calendar_steps tests.bench.generator tests.bench.part_search tests.bench.reports tests.bench.memory; do \
	  .venv/bin/python -m $$part || status=1; \
	done; \
	$(PYTEST) -m bench -s tests/mobile_app tests/web $(ARGS) || status=1; \
	exit $$status

screenshots: setup-dev web ## Draw every screen at three sizes, in both languages and themes, into screenshots/
	@.ci/chromium
	@.venv/bin/python -m tests.e2e.screenshots $(ARGS)

migrate: setup ## Bring the database of DATA_DIR or DATABASE_URL up to date
	@.venv/bin/etabli migrate --data-dir "$(DATA_DIR)"

lock: ## Resolve pyproject.toml into the lock files (UPGRADE=1 for newer versions)
	@.ci/lock

clean: ## Remove everything made here but the data: environment, caches, build
	@rm -rf .venv .cache .build .pytest_cache .hypothesis screenshots *.egg-info
	@find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup:
	@.ci/setup run

setup-dev:
	@.ci/setup dev

web: setup
	@.venv/bin/python -m mobile_app.web.build
