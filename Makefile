# Everything a newcomer needs: `make demo`, `make test`. Both build .venv when it is missing.
PYTHON ?= python3
VENV ?= .venv
DJANGO ?= 4.2
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test test-long check test-all test-django chaos schema bench clean

demo: $(VENV)/.demo  ## the main job: an app under gunicorn, visitors, and traffic that moves
	$(BIN)/banditware demo

test: $(VENV)/.test  ## the whole suite, with 100 % branch coverage of the core
	$(BIN)/python -m pytest -n auto --cov --cov-report=term

test-long: $(VENV)/.test  ## the state machine of counting, fifty times as long
	BANDITWARE_TEST_TIMES=50 $(BIN)/python -m pytest -n auto tests/stores/test_machine.py

check: $(VENV)/.test  ## format, lint, types, import rules, and that generated files are current
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-all:  ## the suite on every supported CPython that is installed
	sh tests/test-all.sh

test-django:  ## what concerns Django on 4.2, or with DJANGO=6.0 PYTHON=python3.12 on the newest
	$(PYTHON) -m venv $(VENV)-django-$(DJANGO)
	$(VENV)-django-$(DJANGO)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/test.txt -e .
	$(VENV)-django-$(DJANGO)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/django-$(DJANGO).txt
	$(VENV)-django-$(DJANGO)/bin/python -m pytest -k django tests/django tests/conformance

chaos: $(VENV)/.test  ## every failure on every kind of store: what was recorded, stored, lost, doubled
	PYTHONPATH=. $(BIN)/python tests/chaos/matrix.py

schema: $(VENV)/.test  ## write the JSON Schemas of the configuration and of the decision log anew
	$(BIN)/banditware schema > docs/banditware.schema.json
	$(BIN)/banditware schema --log > docs/decision-log.schema.json

bench: $(VENV)/.bench  ## overhead next to the peers
	$(BIN)/python benchmarks/overhead.py

clean:
	rm -rf $(VENV) .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(BIN)/python pyproject.toml requirements/core.txt
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
