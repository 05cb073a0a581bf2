# Two commands do all set-up: `make demo` and `make test`. Everything installed goes to .venv, the lab's cache
# (~/.cache/kubefabric-lab) and, for the lab only, Debian packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INVENTORY ?= inventory
FABRIC ?=
LAB ?= demo
# For ansible-playbook in `make demo`.
OPTIONS ?=
LAYERS ?= lint unit runs versions lab molecule
# The demo of the example inventory is on the example's fabric.
DESCRIBED = $(or $(FABRIC),$(if $(filter demo-inventory,$(LAB)-$(INVENTORY)),fabrics/dc1.yml))
NAMED = $(if $(filter-out demo,$(LAB)), --name $(LAB))
# Everything is named by version and hash, dependencies too: nothing is left to look up.
PIP := --quiet --disable-pip-version-check --no-compile --require-hashes --no-deps
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"
COLLECTION := .collections/ansible_collections/kubefabric/bgp

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.collections
export ANSIBLE_LOCALHOST_WARNING := False
export ANSIBLE_INVENTORY_UNPARSED_WARNING := False
# Hundreds of processes run the same Python sources: Ansible, the lab's programs, tests. Compiled once, in one place,
# even where the environment asks for no bytecode (images of containers often do) because it must not lie in the tree.
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/build/pycache
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test unit lint docs mutants bench setup clean rehearse requirements

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/.dev ## a virtual ACI fabric and a Kubernetes cluster come up, site.yml configures both, a table proves it (root)
	@$(BIN)/python -m lab.setup --base
	@$(BIN)/python -m lab --name $(LAB) up -i $(INVENTORY)$(if $(filter rehearse,$(LAB)), --own-secrets)$(if $(DESCRIBED), --fabric $(DESCRIBED))
	@set -e; . /run/kubefabric-lab/$(LAB)/environment; \
	  on="-i $(INVENTORY)$${KUBEFABRIC_LAB_INVENTORY:+ -i $$KUBEFABRIC_LAB_INVENTORY} -e @/run/kubefabric-lab/$(LAB)/vars.yml"; \
	  $(BIN)/ansible-playbook kubefabric.bgp.site $$on $(OPTIONS); \
	  echo; echo "The lab stays up: '$(BIN)/python -m lab$(NAMED) status' shows it, '$(BIN)/python -m lab$(NAMED) down' removes it."; \
	  echo "Verify it again: . /run/kubefabric-lab/$(LAB)/environment; $(BIN)/ansible-playbook kubefabric.bgp.verify $$on"

rehearse: ## the same for your own inventory, in a lab of its own: make rehearse INVENTORY=path FABRIC=file
	@if [ -d /run/kubefabric-lab/rehearse ]; then $(BIN)/python -m lab --name rehearse down; fi # what the last one wrote would help this one
	@$(MAKE) --no-print-directory demo LAB=rehearse INVENTORY=$(INVENTORY) FABRIC=$(FABRIC); done=$$?; \
	  if [ -d /run/kubefabric-lab/rehearse ]; then $(BIN)/python -m lab --name rehearse granted; fi; exit $$done

test: $(VENV)/.dev $(VENV)/.lint ## everything that can be checked here is checked; ends with one line: N passed, N failed, N skipped
	@$(BIN)/python -m tests.run --setup $(LAYERS)

unit: setup ## the quick layer alone
	@$(BIN)/python -m tests.run unit

lint: $(VENV)/.lint ## ruff, types, yamllint, ansible-lint, ansible-test sanity, docs
	@$(BIN)/python -m tests.run lint

docs: $(VENV)/.lint ## make the generated pages again
	@$(BIN)/python -m docs.generate

mutants: $(VENV)/.dev ## small changes to the sources that guard deletion, ownership, secrets and rolling back: which ones no test notices
	@$(BIN)/python -m tests.mutants

bench: setup ## requests and seconds, as ratios measured in one run
	@$(BIN)/python -m benchmarks

setup: $(VENV)/.dev $(VENV)/.lint
	@$(BIN)/python -m lab.setup

requirements: $(BIN)/python ## requirements/*.txt again from *.in: every package by version and hash
	@$(PYTHON) -m venv build/uv && build/uv/bin/pip install $(PIP) -r requirements/uv.txt
	@build/uv/bin/$(COMPILE) requirements/uv.in -o requirements/uv.txt
	@build/uv/bin/$(COMPILE) requirements/lint.in -o requirements/lint.txt
	@build/uv/bin/$(COMPILE) -c requirements/lint.txt requirements/dev.in -o requirements/dev.txt

clean: ## the lab, the virtual environment and everything built (not the cache of built tools)
	@if [ -x $(BIN)/python ] && [ -d /run/kubefabric-lab ]; then \
	  for lab in $$(ls /run/kubefabric-lab); do $(BIN)/python -m lab --name $$lab down; done; fi
	rm -rf $(VENV) .collections build .pytest_cache .ruff_cache .mypy_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("kubefabric.bgp needs Python 3.11 or later, not " + sys.version.split()[0] + "; name one: make PYTHON=python3.12 …") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "The venv module is missing; installing Debian's python3-venv …"; \
	  apt-get update -q && apt-get install -y -q python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	@echo "Installing Ansible and the lab's Python packages into $(VENV) …"
	@$(BIN)/pip install $(PIP) -r requirements/dev.txt
	@mkdir -p $(dir $(COLLECTION)) && ln -sfn ../../.. $(COLLECTION)
	@touch $@

$(VENV)/.lint: requirements/lint.txt $(VENV)/.dev
	@echo "Installing linters and molecule into $(VENV) …"
	@$(BIN)/pip install $(PIP) -r requirements/lint.txt
	@touch $@
