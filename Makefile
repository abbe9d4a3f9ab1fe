# `make serve` and `make check` need only Debian's make and python3-venv, in a clone in any folder.
# They set up what is missing: each step leaves a stamp named after all it was made from.

# Debian's own Python where it will do: one that somebody compiled is half as fast if he did not ask for more.
PYTHON ?= $(shell /usr/bin/python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo /usr/bin/python3 || echo python3)
ARGS ?=
PYTEST ?= -n 2 --dist loadfile

# Always `python -m`, never a script of .venv/bin: their first line holds the path of this folder.
PY := .venv/bin/python
export PYTHONUTF8 := 1
# Whoever forbids bytecode has it all compiled anew by each of the hundreds of processes of the tests.
export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON_IS := $(shell $(PYTHON) --version 2>&1)
stamp = .venv/stamps/$(1)-$(shell { echo "$(PYTHON_IS)"; pwd -P; cat $(2); } | sha256sum | cut -c 1-16)
INSTALL := $(PY) -m pip install --quiet --require-hashes
RUN := $(call stamp,run,requirements/run.txt requirements/build.txt pyproject.toml)
TEST := $(call stamp,test,requirements/run.txt requirements/test.txt)
FOREIGN := $(call stamp,foreign,Makefile)
PEERS := $(call stamp,bench,requirements/run.txt requirements/bench.txt)

.PHONY: help serve check check-all assets lint types imports test clients conformance bench bless lock clean
.NOTPARALLEL:

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

serve: assets  ## serve the map on http://127.0.0.1:8000, with demonstration data at first start
	@$(PY) -m mapserver serve $(ARGS)

check: lint types imports test  ## all that a commit must pass

check-all: check clients conformance  ## and foreign clients, conformance, soak, 200 kills, full journeys
	$(PY) -m pytest -m full $(ARGS)

assets: $(RUN)  ## build what the browser gets
	@$(PY) hatch_build.py

lint: $(TEST)  ## ruff
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(TEST) assets  ## mypy and tsc
	$(PY) -m mypy
	$(PY) hatch_build.py npm run --if-present types

imports: $(TEST)  ## the ladder of imports
	$(PY) -c "from importlinter.cli import lint_imports_command as lint; lint()"

test: $(TEST) assets  ## node's tests and pytest
	$(PY) hatch_build.py npm run --if-present test
	$(PY) -m pytest $(PYTEST) $(ARGS)

clients: $(TEST) $(FOREIGN) assets  ## QGIS, GDAL, OWSLib, OpenLayers, MapLibre, Leaflet read every face
	$(PY) -m pytest -m clients tests/clients --floors $(ARGS)

conformance: $(TEST) $(FOREIGN) assets  ## published schemas, assertions of the standards, OGC's own suites
	$(PY) -m pytest -m conformance tests/conformance $(ARGS)

bench: $(TEST) $(PEERS) assets  ## side by side with the peers
	$(PY) -m benchmarks $(ARGS)

bless: $(TEST) assets  ## renew the golden pictures; look at them before committing
	KYZYLKUM_BLESS=1 $(PY) -m pytest $(ARGS)

# No lock names an index: pins and hashes hold wherever the files come from. One version for every Python.
LOCK := $(PY) -m uv --no-config pip compile --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-header --annotation-style line $(if $(UPGRADE),--upgrade)
lock: $(TEST)  ## renew requirements/*.txt after a change in pyproject.toml (UPGRADE=1: all)
	$(LOCK) -o requirements/run.txt pyproject.toml
	$(LOCK) -o requirements/test.txt -c requirements/run.txt --group test
	$(LOCK) -o requirements/bench.txt -c requirements/run.txt -c requirements/test.txt --group bench
	$(LOCK) -o requirements/bench-servers.txt -c requirements/run.txt -c requirements/test.txt \
		-c requirements/bench.txt --group bench-servers
	$(PY) hatch_build.py requires | $(LOCK) -o requirements/build.txt -c requirements/run.txt -

clean:  ## remove all that was made here, but no data
	rm -rf .venv static/dist static/node_modules .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis

# An environment of this very Python is kept, one of another Python or half made is made anew.
$(RUN):
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "This needs Python 3.11 or later; name one with PYTHON=..." >&2; exit 1; }
	@{ [ "$$($(PY) --version)" = "$(PYTHON_IS)" ] && $(PY) -m pip --version; } \
		>/dev/null 2>&1 || { echo "Making the virtual environment .venv"; \
		$(PYTHON) -m venv --clear .venv; } || { \
		echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing what the server and its build need"
	@$(INSTALL) -r requirements/run.txt -r requirements/build.txt
	@$(PY) hatch_build.py
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@mkdir -p .venv/stamps && touch $@

$(TEST): $(RUN)
	@echo "Installing what the tests need"
	@$(INSTALL) -r requirements/run.txt -r requirements/test.txt
	@mkdir -p .venv/stamps && touch $@

# What is missing afterwards is told by the floors of the clients, and by what was not run.
$(FOREIGN): $(TEST)
	@echo "Looking for QGIS, GDAL, R, xmllint and a browser"
	@missing=""; \
	/usr/bin/python3 -I -c 'import qgis' 2>/dev/null || missing="$$missing python3-qgis qgis-providers"; \
	command -v gdalinfo >/dev/null || missing="$$missing gdal-bin"; \
	command -v xmllint >/dev/null || missing="$$missing libxml2-utils"; \
	Rscript -e 'library(sf); library(terra)' >/dev/null 2>&1 || missing="$$missing r-cran-sf r-cran-terra"; \
	command -v chromium >/dev/null || missing="$$missing chromium fonts-dejavu-core"; \
	[ -z "$$missing" ] || { apt-get update -qq && apt-get install -qq --no-install-recommends $$missing; } \
		>/dev/null 2>&1 || echo "Some clients are left out: apt-get install$$missing" >&2
	@mkdir -p .venv/stamps && touch $@

$(PEERS): $(TEST)
	@echo "Installing the peers to measure against"
	@$(INSTALL) -r requirements/run.txt -r requirements/bench.txt
	@Rscript -e 'library(gstat)' >/dev/null 2>&1 || { \
		apt-get update -qq && apt-get install -qq --no-install-recommends r-cran-gstat; } \
		>/dev/null 2>&1 || echo "gstat is left out: apt-get install r-cran-gstat" >&2
	@ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || { \
		apt-get update -qq && apt-get install -qq --no-install-recommends postgresql-15-postgis-3; } \
		>/dev/null 2>&1 || echo "PostGIS is left out: apt-get install postgresql-15-postgis-3" >&2
	@mkdir -p .venv/stamps && touch $@
