# Thin on purpose: the work is in aso_network/devtools/.
# Variables: BENCH=path  SITE=name  ARGS="..." (handed to pytest)

export BENCH SITE TEST_SITE ARGS
SHELL := /bin/bash
PYTHON3 ?= python3
TOOL := aso_network/devtools
ifeq ($(strip $(BENCH)),)
unexport BENCH
endif
ifeq ($(strip $(SITE)),)
unexport SITE
endif
ifeq ($(strip $(TEST_SITE)),)
unexport TEST_SITE
endif

.DEFAULT_GOAL := help
.PHONY: help bench demo demo-remove start stop test test-unit test-site test-browser lint screenshots bench-scale bench-portal bench-register bench-voting bench-voting-races bench-voting-kills bench-count bench-fuzz

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1|/' | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'
	@echo '  BENCH=path uses a bench of your own; SITE=name a site; ARGS="-k word" goes to pytest'

bench: ## from a fresh Debian or Ubuntu to a running bench with a site
	@$(TOOL)/bench.sh up

demo: ## fill the site with the demonstration and open it on a local port
	@$(TOOL)/bench.sh demo

demo-remove: ## take the demonstration out of the site again
	@$(TOOL)/bench.sh demo-remove

start: ## web server, workers and realtime in the background
	@$(TOOL)/bench.sh start

stop: ## stop what start and demo started
	@$(TOOL)/bench.sh stop

test: ## all tests that can run here
	@$(PYTHON3) $(TOOL)/test.py unit site browser

test-unit: ## rules only, without Frappe
	@$(PYTHON3) $(TOOL)/test.py unit

test-site: ## on a real site of its own
	@$(PYTHON3) $(TOOL)/test.py site

test-browser: ## in Chromium
	@$(PYTHON3) $(TOOL)/test.py browser

lint: ## ruff, as continuous integration runs it
	@$(PYTHON3) $(TOOL)/test.py lint

screenshots: ## pictures of the demonstration for the documents
	@$(PYTHON3) $(TOOL)/test.py screenshots

bench-scale: ## measure with many members and ballots
	@$(PYTHON3) $(TOOL)/test.py scale

bench-portal: ## the portal's pages to their first byte, beside Frappe's ping
	@$(PYTHON3) $(TOOL)/test.py portal

bench-register: ## 200 people of one hall register for a session, 20 of them for the last places
	@$(PYTHON3) $(TOOL)/test.py register

bench-voting: ## votes a second beside Frappe's ping, 500 voters behind one address, a box of 100,000
	@$(PYTHON3) $(TOOL)/test.py voting

bench-voting-races: ## 1,000 voters, each with two or three requests at once: one vote each
	@$(PYTHON3) $(TOOL)/test.py voting-races

bench-voting-kills: ## 200 killed workers and 5 killed databases during a vote: nothing lost, nothing half done
	@$(PYTHON3) $(TOOL)/test.py voting-kills

bench-count: ## measure reading, counting and hashing, beside what others need
	@$(PYTHON3) $(TOOL)/test.py count

bench-fuzz: ## 100,000 broken files: no traceback, no hang
	@$(PYTHON3) $(TOOL)/test.py fuzz
