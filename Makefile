# make run    the web app with a drawn class (installs the runtime first, without torch)
# make test   the whole suite
# make faults kills, failures of the disk and power cuts, long (docs/reliability.md)
# make fuzz   damaged bytes wherever bytes come in, long
# make lint   ruff and mypy, and TypeScript on the browser's scripts (needs Node 20 or later)
# make docs   the documents as a site in site/, every link checked
# make dist   wheel and source archive, checked, with their list of parts (docs/releasing.md)
# make sbom   what the runtime is made of, with versions and licences: dist/sbom.json (CycloneDX)
# make hashes the same as a list that pip takes with --require-hashes: dist/hashed.txt
# make audit  what is known against any of them (asks PyPI, with names and versions only)
# make clean  removes what the others made

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo $$p && break; done)
RUNTIME := .venv
TESTING := .venv-test
TOOLS := .venv-tools
DOCS := .venv-docs
TORCH := 2.13.0
# Python compiles what is used when it is first used; the rest would be 70 MB for nothing.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt

.PHONY: run test faults fuzz lint scripts docs dist sbom hashes audit clean python
.DELETE_ON_ERROR:

run: $(RUNTIME)/.installed
	@$(RUNTIME)/bin/fewshot-fer serve --drawn 12

# Two at a time: much of the suite waits for browsers, servers and processes that are killed. A
# file stays in one worker, so that what it opens is opened once.
test: $(TESTING)/.installed
	$(TESTING)/bin/python -m pytest -n 2 --dist loadfile --durations=15 $(TESTS)

# FAULTS="--every 3 --kills 10000" for more or less of them.
faults: $(TESTING)/.installed
	$(TESTING)/bin/python -m tests.faults $(FAULTS)

# FUZZ="--cases 100000 --only images" for more of one.
fuzz: $(TESTING)/.installed
	$(TESTING)/bin/python -m tests.fuzz $(FUZZ)

lint: $(TESTING)/.installed
	$(TESTING)/bin/ruff check .
	$(TESTING)/bin/ruff format --check .
	$(TESTING)/bin/mypy
	@$(MAKE) --no-print-directory scripts

# TypeScript only looks at the scripts' types; what is served is the files as they are.
scripts: node_modules/.installed
	node_modules/.bin/tsc

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { \
		echo "The browser's scripts are checked with Node 20 or later, which is not here." >&2; exit 1; }
	@npm ci --silent --no-audit --no-fund
	@touch $@

docs: $(DOCS)/.installed
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/mkdocs build --quiet
	@echo "The site is in site/: open site/index.html, or look at it with $(DOCS)/bin/mkdocs serve"

dist: sbom
	rm -f dist/*.whl dist/*.tar.gz
	$(TOOLS)/bin/python -m build
	$(TOOLS)/bin/twine check --strict dist/*.whl dist/*.tar.gz

sbom: $(RUNTIME)/.installed $(TOOLS)/.installed
	@mkdir -p dist
	$(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file dist/sbom.json $(RUNTIME)

hashes: dist/hashed.txt

dist/hashed.txt: pyproject.toml constraints.txt | $(TOOLS)/.installed
	@mkdir -p dist
	$(TOOLS)/bin/uv pip compile pyproject.toml --extra web --extra postgres --quiet --universal \
		--python-version 3.11 --constraint constraints.txt --generate-hashes --output-file $@

audit: dist/hashed.txt
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement dist/hashed.txt

# The stamps say that an environment is complete: nothing is installed twice.
$(RUNTIME)/.installed: pyproject.toml constraints.txt | python
	@echo "Installing the runtime into $(RUNTIME) (once, about a minute) ..."
	@$(PYTHON) -m venv $(RUNTIME)
	@$(RUNTIME)/bin/python $(PIP_INSTALL) --editable '.[web]'
	@touch $@

# torch first and by itself, so that pip keeps that build. facenet-pytorch is only the reference
# of the parity tests; its own pins (torch<2.3, numpy<2) are older than everything else here.
$(TESTING)/.installed: pyproject.toml constraints.txt | python
	@echo "Installing the tests' environment into $(TESTING) (once, some minutes) ..."
	@$(PYTHON) -m venv $(TESTING)
	@$(TESTING)/bin/python -m pip install --quiet --disable-pip-version-check torch==$(TORCH)
	@$(TESTING)/bin/python $(PIP_INSTALL) --editable '.[train,dev]'
	@$(TESTING)/bin/python $(PIP_INSTALL) --no-deps facenet-pytorch==2.6.0
	@touch $@

# The reference is read from the source, so the product itself is not installed here.
$(DOCS)/.installed: pyproject.toml constraints.txt | python
	@$(PYTHON) -m venv $(DOCS)
	@$(DOCS)/bin/python $(PIP_INSTALL) $$($(PYTHON) -c "import tomllib; print(*tomllib.load(open( \
		'pyproject.toml', 'rb'))['project']['optional-dependencies']['docs'])")
	@touch $@

# What packages and looks at packages; the product needs none of it.
$(TOOLS)/.installed: | python
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check build twine cyclonedx-bom \
		pip-audit uv
	@touch $@

python:
	@test -n "$(PYTHON)" || { \
		echo "No Python 3.11, 3.12 or 3.13 was found. Install one, or say where it is:" >&2; \
		echo "    make run PYTHON=/path/to/python3.12" >&2; exit 1; }

clean:
	rm -rf $(RUNTIME) $(TESTING) $(TOOLS) $(DOCS) node_modules build dist site .mypy_cache .pytest_cache .ruff_cache
