# OptimizerLab. `make compare` and `make test` are the two commands to begin with; both install what
# is missing (Debian packages, through sudo when not root) and build what is not built.

PACKAGES := gnuplot-nox libgnuplot-iostream-dev libopenblas-dev libdnnl-dev \
  libsqlite3-dev zlib1g-dev dataset-fashion-mnist
OPTLAB := .build/release/optlab
# With the libraries that `bench-peers` times.
PYTHON ?= python3
# One thread for each process, as in the lab's workers: more of them wait for one another.
export OPENBLAS_NUM_THREADS := 1
SWIFT_FILES := Package.swift Sources Plugins Tests

.PHONY: compare test test-release mutants setup build bench bench-peers gallery catalogue report-check \
  lint format clean

## Runs the quick suite and draws it under plots/.
compare: build
	$(OPTLAB) compare quick

## Runs all tests in debug mode, where every overflow and every bad index traps.
test: setup
	swift test

## Runs all tests on optimised code.
test-release: setup
	swift test -c release -Xswiftc -enable-testing --scratch-path .build-release-tests

## Plants each fault of Tests/Mutants/faults.txt, runs the tests that should see it, and says which
## survive. It takes hours; FAULTS="two words" plants those whose line has these words.
mutants: setup
	$(PYTHON) Tests/Mutants/plant.py $(FAULTS)

## Installs missing Debian packages, and does nothing where none is missing.
setup:
	@missing=""; \
	for package in $(PACKAGES); do \
	  case $$(dpkg-query --show --showformat='$${db:Status-Status}' $$package 2>/dev/null) in \
	    installed) ;; \
	    *) if [ $$package = gnuplot-nox ] && command -v gnuplot >/dev/null; then :; \
	       else missing="$$missing $$package"; fi ;; \
	  esac; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  if [ $$(id -u) -eq 0 ]; then sudo=; else sudo=sudo; fi; \
	  $$sudo apt-get update -qq && \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    $$missing; \
	fi
	@command -v swift >/dev/null || \
	  { echo "there is no swift on the PATH; install Swift 6.3 from https://swift.org/install"; exit 1; }

build: setup
	swift build -c release --product optlab

## Prints the benchmarks as JSON lines.
bench: build
	$(OPTLAB) bench

## Times the lab and, in the same minute, torch, optax and jax at the same work; prints the ratios.
## It installs no Python packages, but says how to. The lines stay in .build/bench.jsonl and
## .build/peers.jsonl.
bench-peers: build
	@$(PYTHON) Tests/References/peers.py --check
	@rm -f .build/bench.jsonl .build/peers.jsonl
	@set -e; for group in step/ surface/ mlp/ cnn/ suite/ peak/ figures/ plugin/; do \
	  echo "timing $$group"; \
	  $(OPTLAB) bench $$group >> .build/bench.jsonl; \
	  $(PYTHON) Tests/References/peers.py $$group >> .build/peers.jsonl; \
	done
	@$(PYTHON) Tests/References/peers.py --ratios .build/bench.jsonl .build/peers.jsonl

## Draws the committed gallery anew: one of each kind of picture.
gallery: build
	rm -rf .build/gallery .build/whole plots/gallery
	$(OPTLAB) compare quick --store .build/gallery/runs.sqlite --output .build/gallery --format png
	$(OPTLAB) compare maps --store .build/gallery/runs.sqlite --output .build/gallery --format png
	$(OPTLAB) plot race --problems beale --store .build/gallery/runs.sqlite --output .build/gallery \
	  --format png
	$(OPTLAB) compare classic-2d --figures \
	  rank,heat-map,performance-profile,ecdf,tuned,tuning-curve,hyperparameters,time-to-target \
	  --store .build/gallery/runs.sqlite --output .build/whole --format png
	mkdir -p plots/gallery
	cp .build/gallery/*/*/*.png .build/gallery/*/*/*.gif .build/gallery/*/*/*.md plots/gallery/
	cd .build/whole/classic-2d && for picture in rank heat-map performance-profile ecdf \
	  tuned-rosenbrock tuning-curve-rosenbrock hyperparameters-rosenbrock time-to-target-rosenbrock; \
	  do cp $$picture.png $$picture.md $(CURDIR)/plots/gallery/; done

## Opens the report on the quick suite in chromium, uses all of it, and says what is wrong.
report-check: build
	$(OPTLAB) compare quick --store .build/report/runs.sqlite --output .build/report --format svg >/dev/null
	$(OPTLAB) report quick --store .build/report/runs.sqlite --output .build/report/report.html
	$(PYTHON) Tests/ReportTests/browser.py .build/report/report.html

## Writes Plugins/CATALOGUE.md and Plugins/REFERENCES.md anew.
catalogue: setup
	OPTLAB_RECORD=1 swift test --filter 'ListTests/thePageIsTrue|ReferencesPageTests/thePageIsTrue'

lint:
	swift format lint --strict --recursive $(SWIFT_FILES)

format:
	swift format --in-place --recursive $(SWIFT_FILES)

clean:
	rm -rf .build
