# The commands that check this project. .ci/run runs the targets of `checks` in their order.

GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
BENCHSTAT     = golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# interop and benchmarks are modules of their own, so that what they need never weighs on a user's go.mod.
modules   = . benchmarks interop
platforms = windows/amd64 darwin/arm64 linux/386 js/wasm
releases  = go1.25 go1.26 go1.27
tags      = load,mutants,official

# The oldest Go that go.mod allows, and the newest patch of each release after it.
go1.25 = go1.25.0
go1.26 = go1.26.11
go1.27 = go1.27.4

# make official DIR=FOLDER; .ci/run says where it may be.
DIR ?=
official_packages = $(sort $(dir $(shell grep -rl --include='*_test.go' '^//go:build official' .)))

FUZZTIME  = 1m
ROUNDS    = 10
CALLS     = 50000
MUTATIONS = 300
SEED      = 1
BEFORE    = 154e4c0

checks = quickstart test format vet platforms lint generate tidy build race $(releases) coverage examples interop \
	benchmarks mutants official

.PHONY: all list load fuzz mutation bench bench-peers size measure-test $(checks)

all: $(checks)

list: ## the names of the checks
	@echo $(checks)

# $(call in_modules,COMMAND) runs a command in each module.
in_modules = @for module in $(modules); do \
	(cd $$module && echo "$$module: $(1)" && $(1)) || exit 1; done

quickstart: ## what the README opens with: the main job
	go run ./examples/quickstart

test: ## what the README opens with: the tests, fuzz seeds and examples among them
	go test ./...

format: ## gofmt
	@test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }

vet:
	$(call in_modules,go vet -tags $(tags) ./...)

platforms: ## go vet for platforms that the tests do not run on
	@for platform in $(platforms); do \
		echo "$$platform: go vet ./..."; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} go vet ./... || exit 1; \
	done

lint: ## golangci-lint, gofumpt included
	$(call in_modules,go run $(GOLANGCI_LINT) run --build-tags $(tags) ./...)

generate: ## generated code is what the generator makes today
	@state() { git status --porcelain && git diff; }; \
	before="$$(state)" && go generate ./... && after="$$(state)" && \
	[ "$$before" = "$$after" ] || { state; echo "go generate ./... has changed what git status and git diff show"; exit 1; }

tidy: ## go.mod and go.sum are complete and hold nothing else
	$(call in_modules,go mod tidy -diff && go mod verify)

build:
	$(call in_modules,go build ./...)

race: ## the tests again, in another order, with the race detector
	go test -race -shuffle=on -count=1 ./...

$(releases): ## the tests on each Go release that is supported, but for the one that they have run on already
	@case "$$(go env GOVERSION)" in \
		$@|$@.*) echo "$$(go env GOVERSION) is what the other checks run on" ;; \
		*) echo "GOTOOLCHAIN=$($@) go test ./..." && GOTOOLCHAIN=$($@) go test ./... ;; \
	esac

coverage: ## at least 90 % of the statements of each package of the library, by the tests of them all
	go test -count=1 -coverprofile=coverage.out -coverpkg=.,./losanttest,./internal/api,./internal/rest \
		. ./losanttest ./internal/...
	@awk -f .ci/coverage.awk coverage.out

examples: ## every example becomes a program, which says how it is used, and so does cmd/losant
	go build -o bin/examples/ ./examples/... ./cmd/losant
	@for example in bin/examples/*; do echo "$$example -h" && $$example -h >/dev/null 2>&1 </dev/null || exit 1; done

interop: ## Losant's own JavaScript against this code; interop/README.md says how. It needs Node 18 and npm
	@node -e "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)" && npm --version >/dev/null 2>&1 || \
		{ echo "make interop needs Node 18 or later and npm. On Debian: apt-get install -y nodejs npm"; exit 1; }
	cd interop && npm ci --ignore-scripts --no-audit --no-fund
	cd interop && go test -count=1 ./...

benchmarks: ## each benchmark runs, if only once
	go test -run '^$$' -bench . -benchtime 1x ./...
	cd benchmarks && go test -bench . -benchtime 1x ./...

mutants: ## the test of the tests: each mistake in a copy of the generated code makes one fail
	go test -tags mutants -run '^TestMutantsAreKilled$$' -count=1 -timeout 30m .

official: ## the description and what is made of it against the official one in DIR, where that is
	@if [ -d "$(DIR)" ]; then \
		LOSANT_DESCRIPTION="$(abspath $(DIR))" go test -tags official -count=1 $(official_packages); \
	elif [ "$(origin DIR)" = "command line" ]; then \
		echo "There is no folder $(DIR)."; exit 1; \
	else \
		echo "SKIPPED: there is no official description in '$(DIR)'. make official DIR=FOLDER names its folder."; \
	fi

load: ## more than 200,000 calls of 64 goroutines with faults, under the race detector
	go test -race -tags load -run '^TestLoad$$' -count=1 -v -timeout 30m .

fuzz: ## each fuzz target for FUZZTIME
	@for package in $$(go list . ./losanttest ./internal/...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

mutation: ## breaks what is written by hand in MUTATIONS small ways, and names those that no test notices
	LOSANT_DESCRIPTION="$(if $(DIR),$(abspath $(DIR)))" go run ./internal/mutate -n $(MUTATIONS) -seed $(SEED)

bench: ## measures what docs/performance.md shows, in rounds, and compares the clients
	@mkdir -p bin; for round in $$(seq $(ROUNDS)); do \
		go test -run '^$$' -bench . -benchtime 0.5s . && \
		(cd benchmarks && go test -run '^$$' -bench Loopback -benchtime $(CALLS)x . && \
		go test -run '^$$' -bench Stream -benchtime 500000x . && \
		go test -run '^$$' -bench 'All|Upload' -benchtime 2x .) || exit 1; \
	done | tee bin/bench.txt
	go run $(BENCHSTAT) -col /client bin/bench.txt

bench-peers: ## bench, with Losant's JavaScript client beside the others
	cd benchmarks/peers && npm ci --ignore-scripts --no-audit --no-fund
	$(MAKE) bench

size: ## what the package costs its users: a program with one call beside the one of BEFORE, compiling, allocations
	@cd benchmarks && go run ./size -before "$(BEFORE)"
	@go test -run '^$$' -bench '^BenchmarkCall$$' -benchmem -benchtime 2000x .

measure-test: ## the seconds of go test ./..., when all is compiled
	@go test -run '^$$' ./... >/dev/null && bash -c 'time go test -count=1 ./...'
