# Everything a newcomer needs: `make demo`, `make test`. Both build .venv when it is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

FRAMEWORKS := test-flask-2.3 test-django-4.2 test-django-6.0 test-starlette-0.37

.PHONY: demo test test-long check gate instructions instructions-all test-all $(FRAMEWORKS) conformance chaos schema bench clean

demo: $(VENV)/.demo  ## the main job: an app under gunicorn, visitors, and traffic that moves
	$(BIN)/banditware demo

# Hundreds of processes import what is here: where bytecode may not be written, each compiles it anew.
test: $(VENV)/.test  ## the whole suite, with 100 % branch coverage of the core
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto -rs --cov --cov-report=term

test-long: $(VENV)/.test  ## the state machine of counting, fifty times as long
	BANDITWARE_TEST_TIMES=50 $(BIN)/python -m pytest -n auto tests/stores/test_machine.py

check: $(VENV)/.test  ## format, lint, types, import rules, and that generated files are current
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

gate: $(VENV)/.core  ## no hot path takes 5 % more machine instructions than its baseline
	PYTHONPATH=. $(BIN)/python benchmarks/instructions.py --check

instructions: $(VENV)/.core  ## count the instructions of the hot paths, and make that the baseline
	PYTHONPATH=. $(BIN)/python benchmarks/instructions.py --write

instructions-all:  ## the same on every supported CPython that is installed
	sh tests/test-all.sh instructions

test-all:  ## the suite on every supported CPython that is installed
	sh tests/test-all.sh

# Django 4.2 needs CPython 3.10 to 3.12, and 6.0 needs 3.12: say PYTHON=python3.12.
$(FRAMEWORKS): test-%:  ## an adapter on the oldest or newest version that it supports
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/test.txt -e .
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/$*.txt
	.venv-$*/bin/python -m pytest --no-cov tests/$(firstword $(subst -, ,$*))
	PYTHONPATH=.:adapters .venv-$*/bin/python tests/conformance/noting.py \
	  $(firstword $(subst -, ,$*)) .venv-$*/conformance.json

conformance: $(VENV)/.test $(FRAMEWORKS)  ## every case through every way in, on all versions: docs/conformance.md
	PYTHONPATH=.:adapters $(BIN)/python tests/conformance/noting.py every $(VENV)/conformance.json
	$(BIN)/python tests/conformance/table.py $(VENV)/conformance.json \
	  $(FRAMEWORKS:test-%=.venv-%/conformance.json) > docs/conformance.md

chaos: $(VENV)/.test  ## every failure on every kind of store: what was recorded, stored, lost, doubled
	PYTHONPATH=. $(BIN)/python tests/chaos/matrix.py

schema: $(VENV)/.test  ## write the JSON Schemas of the configuration and of the decision log anew
	$(BIN)/banditware schema > docs/banditware.schema.json
	$(BIN)/banditware schema --log > docs/decision-log.schema.json

bench: $(VENV)/.bench  ## everything beside its peers: docs/benchmarks.md (BENCH=--quick: does it run?)
	PYTHONPATH=. $(BIN)/python benchmarks/every.py $(BENCH)

clean:
	find . -name __pycache__ -prune -exec rm -rf {} +
	rm -rf $(VENV) .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(BIN)/python pyproject.toml hatch_build.py requirements/core.txt
	$(PIP) -r requirements/core.txt -e .
	@touch $@

$(VENV)/.demo: $(VENV)/.core requirements/demo.txt
	$(PIP) -r requirements/demo.txt
	@touch $@

$(VENV)/.test: $(VENV)/.core requirements/test.txt requirements/demo.txt
	$(PIP) -r requirements/test.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.test requirements/bench.txt
	$(PIP) -r requirements/bench.txt
	@touch $@
