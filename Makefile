# The few commands a developer types. Each works on the first try on a machine with Python and a
# package index; what it needs goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := demo/support-triage
WITH_BIN := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: help setup demo test test-gpu check fix docs docs-links bench clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv with everything in it

$(READY): pyproject.toml setup.py constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip -c constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt --editable '.[dev]'
	touch $(READY)

demo: setup  ## scaffold a project, run its pipeline, show what came out
	test -d $(DEMO) || $(WITH_BIN) tunewright new --no-input --output-dir demo
	cd $(DEMO) && $(WITH_BIN) dvc repro
	cd $(DEMO) && $(WITH_BIN) tunewright accept

test: setup  ## all tests but those that need a GPU
	$(BIN)/pytest -m 'not gpu' -n 2 --dist loadscope

test-gpu: setup  ## the tests that need a CUDA device
	$(BIN)/pytest -m gpu

check: setup  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup  ## mend what can be mended: format, lint, JSON Schemas, the copies in template/
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/tunewright schema
	cp conf/.schemas/* 'template/{{cookiecutter.project_slug}}/conf/.schemas/'
	rm 'template/{{cookiecutter.project_slug}}/conf/.schemas/params.schema.json'  # each kind of task has its own
	for kind in template/*/examples/*; do \
		(cd "$$kind" && '$(CURDIR)/$(BIN)/tunewright' schema params > conf/.schemas/params.schema.json) || exit 1; done
	$(BIN)/python tools/option_prompts.py
	cp dvc.yaml 'template/{{cookiecutter.project_slug}}/dvc.yaml'
	cp data/suites/README.md 'template/{{cookiecutter.project_slug}}/data/suites/README.md'
	cp data/README.md 'template/{{cookiecutter.project_slug}}/examples/extraction/data/README.md'
	cp data/raw/tickets.jsonl 'template/{{cookiecutter.project_slug}}/examples/extraction/data/raw/tickets.jsonl'

docs: setup  ## build the documentation site into docs/_build/html; a warning is an error
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build/html

docs-links: setup  ## ask every external link of the documentation, over the network
	$(BIN)/sphinx-build -b linkcheck --quiet docs docs/_build/links

bench: setup  ## measure the commands; see docs/benchmarks.md
	$(BIN)/python benchmarks/commands.py

clean:  ## remove what the commands above made
	rm -rf $(VENV) demo build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
