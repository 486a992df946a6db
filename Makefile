# make demo   audit the demo project, from nothing but Python 3.11+, make and git
# make test   style, types, import contract, and all tests but those marked slow
# make slow   the tests marked slow: the rare cases of which each takes long
#
# The first Python that is new enough is used; PYTHON=/path/to/python chooses another one.

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
CANDIDATES = $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
RUNS := loadaudit-runs

# Containers often forbid compiled modules to be kept. The tests start hundreds of processes, and each of them would
# compile every module again, which is a quarter of what it costs.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test slow venv lint types imports compiled pytest clean

help:
	@sed -n 's/^# //p' Makefile

venv: $(STAMP)

$(STAMP): setup.cfg pyproject.toml scripts/make_venv.py
	@for python in $(CANDIDATES); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        exec "$$python" scripts/make_venv.py $(VENV); \
	    fi; \
	done; \
	echo "loadaudit needs Python 3.11 or newer and found none among: $(CANDIDATES)." >&2; \
	echo "Install one (Debian: apt-get install python3 python3-venv) or run: make PYTHON=/path/to/python" >&2; \
	exit 1
	@echo "Installing loadaudit and its test tools into $(VENV) (a minute or two, once) ..."
	@$(PY) -m pip install -qq --disable-pip-version-check --editable '.[test]'
	@touch $@

demo: venv
	@mkdir -p $(RUNS)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py seed_demo --if-empty
	@DEMO_FLAWS=all $(PY) manage.py loadaudit run --duration 45 --label demo --report $(RUNS)/demo.html
	@$(PY) -m tests.demo.verdict

# Every part runs, so that one failure does not hide another; pytest comes last, with its own summary. Types take one
# processor for as long as all that stands beside them.
test: venv
	@failed=; \
	echo "--- lint, types, imports"; \
	$(MAKE) --no-print-directory --jobs 2 --keep-going types lint imports compiled || failed=" lint, types or imports"; \
	echo "--- pytest"; \
	$(MAKE) --no-print-directory pytest || failed="$$failed$${failed:+ and} pytest"; \
	if [ -n "$$failed" ]; then echo "make test: FAILED:$$failed" >&2; exit 1; fi; \
	echo "make test: lint, types, imports and pytest passed"

lint: venv
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: venv
	@$(VENV)/bin/mypy

imports: venv
	@$(VENV)/bin/lint-imports --no-logo

# Once, instead of in each of pytest's processes; what cannot be read is shown there.
compiled: venv
	@$(PY) -m pytest --collect-only -qq > /dev/null 2>&1 || true

# Three processes, because many tests wait; those that share a server or a run stay together.
pytest: venv
	@$(PY) -m pytest --numprocesses 3 -m "not slow"

slow: venv
	@$(PY) -m pytest --numprocesses 3 -m slow

# The files of earlier runs stay: they are results.
clean:
	rm -rf $(VENV) .tox .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist *.egg-info
