# Two commands on a fresh machine: `make demo` runs the main job on a sample, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt --editable
BASE := $(VENV)/.base
ALL := $(VENV)/.all

.PHONY: help demo test test-slow fuzz audit-deps lint schema golden samples accuracy benchmark clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

$(BASE): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(INSTALL) .
	@touch $@

$(ALL): $(BASE)
	$(INSTALL) '.[all,dev]'
	@touch $@

demo: $(BASE)  ## install and check a sample video
	@mkdir -p out
	$(BIN)/analyzer check samples/weak.mp4 --platform tiktok --out out || test $$? -eq 1

test: $(ALL)  ## install and run the fast tests
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow"

test-slow: $(ALL)  ## the tests that take minutes
	$(BIN)/python -m pytest -n auto --dist loadfile -m slow

fuzz: $(ALL)  ## damaged files against everything that reads one: MINUTES=5 SEED=1
	$(BIN)/python scripts/fuzz.py --minutes $(or $(MINUTES),5) --seed $(or $(SEED),1) --finds out/finds

audit-deps:  ## known holes in the pinned packages (needs a network)
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet pip-audit
	$(VENV)/audit/bin/python scripts/audit_dependencies.py

lint: $(ALL)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

schema: $(ALL)  ## write docs/report.schema.json anew
	$(BIN)/analyzer schema > docs/report.schema.json

golden: $(ALL)  ## write the golden report anew
	$(BIN)/python scripts/make_golden.py

samples: $(ALL)  ## draw samples/ anew (needs espeak-ng)
	$(BIN)/python scripts/make_samples.py

accuracy: $(ALL)  ## write docs/ACCURACY.md anew (20 minutes)
	$(BIN)/python scripts/evaluate.py --write

benchmark: $(ALL)  ## speed and memory, as ratios (an hour)
	for part in check detection speech vision text batch; do $(BIN)/python scripts/benchmark.py $$part || exit 1; done

clean:
	rm -rf $(VENV) out build *.egg-info
