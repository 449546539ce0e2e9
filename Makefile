# make demo: watch the whole product at work.  make test lint bench: what developers need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEM := .ci/system-packages

.PHONY: setup setup-dev demo test lint format lock bench days faults fleet fuzz package package-test supply clean

setup: $(VENV)/.runtime
	@$(SYSTEM) mosquitto=mosquitto

setup-dev: $(VENV)/.dev
	@$(SYSTEM) mosquitto=mosquitto chromium=chromium tshark=tshark strace=strace pg_ctlcluster=postgresql

$(BIN)/python:
	@$(SYSTEM) $(PYTHON)=python3
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(SYSTEM) no-venv=python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml $(wildcard edge/locating/kernel*.[ch] edge/rules/*.c drivers/llrp/*.c) | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'from edge.locating import kernel; print("locating works on reads with", "compiled code" if kernel.KERNEL else f"numpy alone: {kernel.REASON}")'
	@touch $@

$(VENV)/.dev: .ci/dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .ci/dev.lock
	@touch $@

demo: setup
	@$(BIN)/warehouse-edge demo

test: setup-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-dev
	$(BIN)/python -m tests.benchmarks

# make faults FAULTS=quick makes a tenth of the tries
FAULTS ?= full
faults: setup-dev
	@$(SYSTEM) iptables=iptables ip=iproute2 gcc=gcc mkfs.ext4=e2fsprogs
	$(BIN)/python -m tests.faults --scale $(if $(filter quick,$(FAULTS)),0.1,1)

# a thousand simulated days, every promise checked: make days SEEDS=100
SEEDS ?= 1000
days: setup-dev
	$(BIN)/warehouse-sim days --seeds $(SEEDS) --processes 2

# fifty gateways, one central system, and harm done to them
fleet: setup-dev
	$(BIN)/python -m tests.fleet --plot docs/scale-fleet.svg

# so many tries of each target: make fuzz TRIES=10000000
TRIES ?= 1000000
fuzz: setup-dev
	$(BIN)/python -m tests.fuzz --each --tries $(TRIES)
	OPENAPI_EXAMPLES=200 $(BIN)/python -m pytest -q -o faulthandler_timeout=0 tests/web/test_openapi.py

# new pins and hashes; needs uv on the PATH. Index addresses stay out of the files.
lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile pyproject.toml --extra simulators --group build --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements.lock -o .ci/dev.lock

package: $(VENV)/.dev
	@$(SYSTEM) gcc=gcc
	.ci/package

# on a fresh Debian with a systemd of its own: install, upgrade, way back, remove; needs root
package-test: $(VENV)/.dev
	.ci/package-test

# list of parts (CycloneDX), licences page, and a look for known vulnerabilities
supply: $(VENV)/.dev
	.ci/supply

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
