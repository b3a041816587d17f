# demo: the product at work.  test, check, bench: for those who change it.
# schemathesis: requests made from the OpenAPI document, to the demonstration.
# package: wheels and source archives of both distributions, and the journeys with what a site would install.
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8080
DATA ?= build/demo
BENCHES ?= activation store http list report export playback recorders live collecting vault

# Tests and benches start programs by the hundred: each would compile the product anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench schemathesis package clean

demo: $(VENV)/demo
	@exec $(PY) -m incident_demo --port $(PORT) --data $(DATA)

test: $(VENV)/dev node_modules/.package-lock.json
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: $(VENV)/dev node_modules/.package-lock.json
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m mypy --namespace-packages --explicit-package-bases --follow-imports silent bench
	$(VENV)/bin/lint-imports
	npx --no-install tsc --project tsconfig.json

bench: $(VENV)/dev
	@for bench in $(BENCHES); do $(PY) -m bench.$$bench || exit 1; done

# In an environment of its own: what it brings along is none of the product's business.
schemathesis: $(VENV)/dev build/schemathesis/bin/st
	$(PY) -m bench.interface

build/schemathesis/bin/st:
	python3 -m venv build/schemathesis
	build/schemathesis/bin/python -m pip install --quiet --disable-pip-version-check schemathesis==4.32.5

package: $(VENV)/dev
	rm -rf build/package
	$(PY) -m build --outdir build/package hooks
	$(PY) -m build --outdir build/package .
	python3 -m venv build/package/env
	build/package/env/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		build/package/vms_hooks-*.whl "$$(echo build/package/incident_plugin-*.whl)[demo,dev]"
	build/package/env/bin/python -m pytest -o pythonpath= tests/journeys tests/test_incident_demo.py

clean:
	rm -rf $(VENV) build node_modules

# The stamps name what is installed, so that a second start installs nothing.
$(VENV)/demo: pyproject.toml hooks/pyproject.toml constraints.txt
	@test -x $(PY) || python3 -m venv $(VENV)
	@echo "Installing (only the first time) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable hooks --editable '.[demo]'
	@touch $@

$(VENV)/dev: $(VENV)/demo
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[demo,dev]'
	@touch $@

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@
