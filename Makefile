# Two commands do everything: `make run` shows the whole loop on real data, `make test` passes all tests.
.DEFAULT_GOAL := help
.PHONY: help run test build format check bench clean setup

PYTHON := .venv/bin/python
export MARTLET_PYTHON_ENV := $(CURDIR)/.venv

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

setup: ## Install what is missing (apt, uv); nothing to do when all is there
	@scripts/setup

build: setup ## Build the release binary: .build/release/martlet
	swift build -c release --product martlet

run: build ## Build, then the demo: a year of flights through the whole loop (ARGS="--months 3")
	.build/release/martlet demo --python $(PYTHON) $(ARGS)

test: ## Set up and pass all tests: format, Swift, Python against the real binary
	@scripts/test

check: ## What CI checks besides tests: format, no forbidden calls
	@scripts/check

format: ## Format all Swift code in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests

bench: build ## Compare with the peers, side by side (NAME=log-batch for one)
	@scripts/setup test
	$(PYTHON) bench/run.py $(NAME)

clean: ## Remove what building made; .venv and data stay
	rm -rf .build
