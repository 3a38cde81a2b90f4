# Every target sets up what it needs: Python 3.10 to 3.13 with its venv module, and make, are enough.
#   make demo    opens the eyes of a public-domain portrait, and says where the pictures are
#   make test    the whole test suite, side by side on up to four cores
#   make check   formatting, lint, types; what deploy/ holds: manifests against schemas, Dockerfiles
#   make sheet FACES=folder    a before/after sheet and a table for a folder of photos, into out/sheet
#   make format  puts the formatting right
#   make clean   removes what these targets made
# PYTHON=... names the interpreter to set up with; ARGS=... goes to pytest, and nothing else does, such as
# ARGS="tests/cli -x".

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt
CODE := src tests training benchmarks docs tools deploy examples

# Gigabytes are fetched, and pip goes on with a download that breaks off at once or not at all; a pause mends more. What
# has arrived lies in pip's cache, so another try fetches the rest.
install = for pause in 15 60 0; do $(PIP) $(1) && exit 0; \
	test $$pause = 0 || { echo "installing did not succeed; once more in $$pause s ..." >&2; sleep $$pause; }; \
done; exit 1

export GOMP_SPINCOUNT := 0
export PYTHONDONTWRITEBYTECODE := # empty is off: what is not compiled ahead has to be kept when it is first imported

.PHONY: help demo test check sheet faces-named format clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/ready-to-run
	@$(BIN)/open-the-eyes demo -o out/demo --overwrite

test: $(VENV)/ready-to-develop
	$(BIN)/python -m pytest $(or $(ARGS),--numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder)

check: $(VENV)/ready-to-develop
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy --num-workers auto
	$(BIN)/python -m pytest -rs deploy/tests
	$(BIN)/python -m tools.audit

sheet: faces-named $(VENV)/ready-to-develop
	$(BIN)/python -m training.sheet "$(FACES)" out/sheet

faces-named:
	@test -n "$(FACES)" || { echo "make sheet: expected a folder of photos, such as: make sheet FACES=photos" >&2; exit 2; }

format: $(VENV)/ready-to-develop
	$(BIN)/ruff check --fix-only $(CODE)
	$(BIN)/ruff format $(CODE)

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache

# Each stamp is newer than what it was made from; while it is, nothing is installed and no network is touched.
# Two things halve the time: a new pip, which resolves four times as fast as the one that Python 3.11 brings, and not
# compiling 400 MB of Python of which a run imports a fraction (it is compiled when it is first imported).

# Of an environment that was made when MediaPipe was needed, that and its OpenCV leave first: uninstalled later, it takes
# files of ours along.
leave = $(BIN)/python -m pip uninstall --quiet --yes mediapipe opencv-contrib-python 2>/dev/null

$(VENV)/ready-to-run: $(VENV)/made pyproject.toml constraints.txt
	@echo "setting up: the libraries, about 500 MB, once ..."
	@$(leave)
	@$(call install,-e .)
	@touch $@

$(VENV)/ready-to-develop: $(VENV)/made pyproject.toml constraints.txt
	@echo "setting up: the libraries and the tools, about 3 GB, once ..."
	@$(leave)
	@$(call install,torch) # alone and first, so that nothing else chooses a build of it
	@$(call install,-e ".[dev]")
	@touch $(VENV)/ready-to-run $@

$(VENV)/made:
	@for python in $(or $(PYTHON),python3.12 python3.11 python3.13 python3.10 python3); do \
		"$$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue; \
		found=$$python; break; \
	done; \
	test -n "$$found" || { echo "make: expected Python 3.10, 3.11, 3.12 or 3.13,$(if $(PYTHON), $(PYTHON) is none;, found none of them. Install one, or)" \
		"name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; }; \
	"$$found" -c 'import venv, ensurepip' 2>/dev/null || { echo "make: $$found has no venv module." \
		"On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }; \
	rm -rf $(VENV) && "$$found" -m venv $(VENV) && ($(call install,--upgrade pip)) && touch $@
