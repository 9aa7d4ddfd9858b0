# `make demo` shows the main job; `make check` is what CI runs. Both install what they need in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo check test quick drawn liars lint types imports golden

demo: .venv/ready
	$(BIN)/python examples/demo.py

check: lint types imports test

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable . --group dev
	touch $@

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

imports: .venv/ready
	$(BIN)/lint-imports

test: .venv/ready
	$(BIN)/python -m pytest --numprocesses=2

# All tests but those that run an emitted backend.
quick: .venv/ready
	$(BIN)/python -m pytest --numprocesses=2 -m "not slow"

# Builds bundles that are drawn at random, and runs their emitted tests: make drawn DRAWN=200.
drawn: .venv/ready
	DRAWN=$${DRAWN:-20} $(BIN)/python -m pytest --numprocesses=2 tests/drawn

# Coding agents that lie: who catches each, and whether it was undone.
liars: .venv/ready
	$(BIN)/python tests/agents/liars.py

# Writes the golden trees anew, for review.
golden: .venv/ready
	$(BIN)/python tests/emit/golden.py
