# `make demo` and `make test` do all the set-up there is; they need Python 3.11 or newer and make, the tests Node.js too.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed
EDITOR := tests/editor/node_modules/.installed

.PHONY: install editor demo check test test-slow test-all fuzz bench docs manifest clean

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[all,dev]'
	touch $@

# The language server that the editor schema is tested against; it needs Node.js and npm.
editor: $(EDITOR)

$(EDITOR): tests/editor/package.json tests/editor/package-lock.json
	@command -v npm > /dev/null || { echo "npm is missing: install Node.js, or set RECIPE_WITHOUT_NODE=1"; exit 1; }
	npm ci --prefix tests/editor --no-audit --no-fund --silent
	touch $@

# The main job on the embedded data: a YOLOv8 detector learns to find shapes, on a CPU, in minutes.
demo: install
	$(BIN)/recipe run recipes/yolo_competition.yaml --profile demo

# Lint and types, the same here and in CI.
check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Two files of tests at a time.
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test: check $(if $(RECIPE_WITHOUT_NODE),,editor)
	$(PYTEST) -m "not slow"

# Those that make test leaves out: many kills, many processes, every combination.
test-slow: install $(if $(RECIPE_WITHOUT_NODE),,editor)
	$(PYTEST) -m slow

test-all: check $(if $(RECIPE_WITHOUT_NODE),,editor)
	$(PYTEST)

# The front end against mutated recipes and noise, with fresh seeds: make fuzz SECONDS=120
SECONDS ?= 60
fuzz: install
	$(BIN)/python -m tests.fuzz.run --seconds $(SECONDS)

# Runs beside one another spoil the figures: keep the machine to itself.
bench: install
	$(BIN)/python benchmarks/validate_speed.py
	$(BIN)/python benchmarks/validate_many.py
	$(BIN)/python benchmarks/hostile.py
	$(BIN)/python benchmarks/run_overhead.py
	$(BIN)/python benchmarks/input_speed.py
	$(BIN)/python benchmarks/optimizer_step.py
	$(BIN)/python benchmarks/checkpoint_cost.py
	$(BIN)/python benchmarks/step_overhead.py
	$(BIN)/python benchmarks/loop_overhead.py

docs: install
	$(BIN)/python docs/build_reference.py

manifest: install
	$(BIN)/python docs/build_manifests.py

clean:
	rm -rf .venv tests/editor/node_modules .mypy_cache .ruff_cache .pytest_cache build dist
