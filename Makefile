# make book   builds the book: _build/html/index.html
# make test   tests everything, in under ten minutes
# `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CHAPTER := math
NOTEBOOKS := $(wildcard book/*.ipynb)
SCRIPTS := $(wildcard perfbook/explore/*.js)
# nbval takes seconds to load, in each of pytest's processes.
QUICK := -p no:nbval
step = @printf '\n\033[1m%s\033[0m\n' '== $(1)'
export DENO_NO_UPDATE_CHECK := 1

.PHONY: help book lab test lint unit notebooks-test browser notebooks benchmarks address pins clean

help:
	@echo 'make book        build the book: _build/html/index.html'
	@echo 'make lab         open chapter 1 in JupyterLab, or CHAPTER=patterns, CHAPTER=war-stories'
	@echo 'make test        test everything: style, models, notebooks, and the built book in Chromium'
	@echo 'make lint        style, spelling and JavaScript only'
	@echo 'make unit        the models and the package only'
	@echo 'make notebooks   run the notebooks again and store their outputs'
	@echo 'make benchmarks  measure the models against their peers, and the pages'
	@echo 'make address     after a change of the address in _config.yml: the badge in the README'
	@echo 'make pins        after a change in requirements: pin what they need'
	@echo 'make clean       remove what was built, but not .venv'

book: $(VENV)/.book kernels
	$(call step,The pages)
	@rm -rf _build/html _build/.doctrees _build/jupyter_execute
	@$(BIN)/jupyter-book build . -n -W --keep-going
	@echo
	@echo 'The book is ready, and needs no network. Open this file in a browser:'
	@echo "  $(CURDIR)/_build/html/index.html"

lab: $(VENV)/.book kernels
	@$(BIN)/jupyter lab book/$(CHAPTER).ipynb

# The notebooks' cells and the pages take a core each.
test: $(VENV)/.test lint unit
	$(call step,The notebooks and the pages at once)
	@$(MAKE) --no-print-directory -j2 --output-sync=target notebooks-test book
	@$(MAKE) --no-print-directory browser
	$(call step,All passed)

lint: $(VENV)/.test
	$(call step,Style: ruff)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	$(call step,Spelling: codespell)
	@git ls-files -z | xargs -0 $(BIN)/codespell
	$(call step,JavaScript: deno)
	@$(BIN)/deno fmt --check $(SCRIPTS)
	@$(BIN)/deno lint $(SCRIPTS)
	@$(BIN)/deno check $(SCRIPTS)

unit: $(VENV)/.test kernels
	$(call step,The models and the package: pytest)
	@$(BIN)/pytest tests --ignore=tests/book -n 2 $(QUICK)

notebooks-test: $(VENV)/.test kernels
	$(call step,The notebooks: every cell against its stored output)
	@$(BIN)/pytest --nbval --nbval-current-env --nbval-cell-timeout=300 $(NOTEBOOKS)

browser: $(VENV)/.test
	$(call step,The built book in Chromium)
	@$(BIN)/python -m tests.book.chromium
	@$(BIN)/pytest tests/book -n 2 --dist loadgroup $(QUICK)

notebooks: $(VENV)/.book kernels
	@$(BIN)/python -m perfbook.explore.notebooks $(NOTEBOOKS)

benchmarks: $(VENV)/.test kernels
	@$(BIN)/python -m benchmarks

address: $(VENV)/.book
	@$(BIN)/python .ci/address.py

pins:
	@$(PYTHON) .ci/pins.py

clean:
	rm -rf _build dist perfbook/explore/wasm .pytest_cache .hypothesis .ruff_cache
	find perfbook tests benchmarks .ci -name __pycache__ -prune -exec rm -rf {} +

# ---- What the targets above stand on ----

.PHONY: kernels compile compile-pages compile-notebooks

kernels: $(VENV)/.book
	@$(MAKE) --no-print-directory compile

compile:
	$(call step,The kernels: for the pages and for the notebooks at once)
	@$(MAKE) --no-print-directory -j2 compile-pages compile-notebooks

compile-pages:
	@$(BIN)/python -m perfbook.explore.build

compile-notebooks:
	@$(BIN)/python -m perfbook.kernel

$(BIN)/python:
	$(call step,A Python environment in $(VENV))
	@PYTHON='$(PYTHON)' .ci/environment $(VENV)

# pip makes no bytecode: Python does, of what it imports, which is a small part.
# The kernels are compiled before the package is installed, since pip would do it without a word for a minute.
$(VENV)/.book: $(BIN)/python binder/requirements.txt requirements.txt requirements-book.txt pyproject.toml hatch_build.py
	$(call step,What builds the book)
	@$(BIN)/python -m pip install --no-compile -r requirements-book.txt
	@$(MAKE) --no-print-directory compile
	@$(BIN)/python -m pip install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.book requirements-test.txt requirements-test-alone.txt
	$(call step,What tests the book)
	@$(BIN)/python -m pip install --no-compile -r requirements-test.txt
	@$(BIN)/python -m pip install --no-compile --no-deps -r requirements-test-alone.txt
	@touch $@
