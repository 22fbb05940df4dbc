# Every target installs what it needs: Debian packages by apt, tools in .cache/ and web/node_modules/.

CARGO ?= cargo
DENY := .cache/bin/cargo-deny
MODULES := web/node_modules/.package-lock.json
SCRIPTS := web/dist/reporter.js
NEXTEST := $(shell $(CARGO) nextest --version >/dev/null 2>&1 && echo yes)

# What the tests need beside a C compiler: real browsers, Arabic letters, stock age, Kannel, a mail server, a full disk, the
# commands in docs/.
BUILD_PACKAGES := gcc libc6-dev
TEST_PACKAGES := age chromium curl firefox-esr fonts-noto-core kannel kannel-extras openssl postfix \
	sasl2-bin util-linux

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo build web test test-all lint bench style deny packages test-packages components doctest

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## start both sides on this machine with made-up keys; ARGS="--headless --dir DIR" for scripts
	target/release/amparo demo $(ARGS)

build: packages web ## make target/release/amparo
	$(CARGO) build --release --locked

web: $(SCRIPTS) ## make what a browser runs, in web/dist/

test: test-packages web style doctest ## check the style, then run every test but the heavy ones
ifdef NEXTEST
	$(CARGO) nextest run --locked
else
	$(CARGO) test --locked --all-targets -- --skip heavy_
endif

test-all: test-packages web lint doctest ## run everything, the heavy tests too
ifdef NEXTEST
	$(CARGO) nextest run --locked --profile all
else
	$(CARGO) test --locked --all-targets
endif

lint: style deny ## check the style, and the licences, bans, sources and known holes of the dependencies

bench: test-packages web ## run the benchmarks
	$(CARGO) bench --locked --bench '*'

style: packages components
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

deny: packages $(DENY)
	$(DENY) --locked check licenses bans sources
	.ci/advisories.sh $(DENY)

doctest: packages
	$(CARGO) test --locked --doc

packages:
	@.ci/packages.sh $(BUILD_PACKAGES)

test-packages:
	@.ci/packages.sh $(BUILD_PACKAGES) $(TEST_PACKAGES)

components:
	@$(CARGO) clippy --version >/dev/null 2>&1 && $(CARGO) fmt --version >/dev/null 2>&1 || \
		rustup component add clippy rustfmt

$(MODULES): web/package.json web/package-lock.json
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

$(SCRIPTS): $(MODULES) web/build.mjs $(shell find web/src -type f)
	cd web && npm run --silent build

$(DENY):
	$(CARGO) install cargo-deny --version '^0.20' --locked --root .cache
