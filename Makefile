# `make run` starts Switchyard with demo data, `make test` runs every test; `make help` lists the rest.
# Each prepares the machine first (scripts/setup), which takes minutes once and no time after that.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

TARGET := $(or $(CARGO_TARGET_DIR),target)
SITE := $(TARGET)/site
WASM := $(TARGET)/wasm32-unknown-unknown/wasm-release/frontend.wasm
# When was each part of the site made last; forgotten when the site is gone, or when `make watch` writes into it.
STAMPS := $(TARGET)/make
$(if $(wildcard $(SITE)/pkg/switchyard.wasm),,$(shell rm -rf $(STAMPS)))

.PHONY: help run test lint advisories bench banking77 watch dist site server setup clean-data FORCE

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | while IFS='|' read -r name what; do \
		printf '  make %-12s %s\n' "$$name" "$$what"; done

run: site server ## start with demo data on http://127.0.0.1:3000, data in ./data (more arguments: ARGS="--listen ...")
	@exec $(TARGET)/release/switchyard serve --demo --data-dir data $(ARGS)

test: ## run every test, the browser journeys included
	@scripts/setup test
	@$(MAKE) --no-print-directory site
	@scripts/test

lint: ## formatting, clippy (native and wasm), rustdoc, licences and bans of dependencies, TypeScript
	@scripts/setup lint
	@scripts/lint

advisories: ## known vulnerabilities of dependencies (fetches the advisory database)
	@scripts/setup lint
	@source scripts/lib.sh && cargo-deny check advisories

bench: setup ## benchmarks; results in target/bench/
	@mkdir -p $(TARGET)/bench
	ORT_DYLIB_PATH=$(abspath $(TARGET)/onnxruntime/libonnxruntime.so) cargo bench --workspace --exclude frontend --bench '*' $(ARGS)

banking77: server site ## the whole product on real questions (DATA=folder with train.csv and test.csv)
	@source scripts/lib.sh && DATA="$(DATA)" CHROMIUM_PATH="$$(find_chromium)" PROGRAM_UNDER_TEST="$(abspath $(TARGET))/release/switchyard" \
		node_modules/.bin/playwright test --config end2end/banking77.config.ts

watch: setup ## rebuild and reload on every change (needs cargo-leptos)
	@command -v cargo-leptos >/dev/null || { echo "error: cargo-leptos is missing: cargo install cargo-leptos --version 0.3.6 --locked" >&2; exit 1; }
	@rm -rf $(STAMPS)
	@source scripts/lib.sh && PATH="$$PWD/node_modules/.bin:$$CACHE/wasm-bindgen-cli-$$(locked_version wasm-bindgen)/bin:$$PATH" \
		exec cargo leptos watch -- serve --demo --data-dir data $(ARGS)

dist: site server ## a directory and a .tar.gz that run elsewhere
	@scripts/dist

site: $(STAMPS)/site ## what the browser loads: wasm, script, style sheet, icons

server: setup ## the release binary
	cargo build --release --package server --bin switchyard

setup: ## check this machine and prepare what builds need
	@scripts/setup build

clean-data: ## delete ./data, the tasks and people of `make run`
	rm -rf data

$(STAMPS)/site: $(STAMPS)/wasm $(STAMPS)/style $(STAMPS)/public scripts/precompress.mjs
	@node scripts/precompress.mjs $(SITE)
	@touch $@

$(STAMPS)/wasm: $(WASM) scripts/wasm scripts/lib.sh package-lock.json
	@scripts/wasm $(WASM) $(SITE)/pkg
	@mkdir -p $(@D) && touch $@

# Cargo knows best what has changed; it leaves the file alone when nothing has.
$(WASM): FORCE | setup
	cargo build --package frontend --target wasm32-unknown-unknown --profile wasm-release

$(STAMPS)/style: $(shell find style app/src -name '*.css' -o -name '*.rs') package-lock.json | setup
	@mkdir -p $(SITE)/pkg $(@D)
	@node_modules/.bin/tailwindcss --input style/main.css --output $(SITE)/pkg/switchyard.css --minify
	@touch $@

$(STAMPS)/public: $(shell find public -type f)
	@mkdir -p $(SITE) $(@D)
	@cp -R public/. $(SITE)/
	@touch $@
