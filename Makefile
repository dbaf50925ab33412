# The commands that check this project. .ci/run runs the targets of `checks` in their order.

GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
OLDEST_GO     = $(shell sed -n 's/^go //p' go.mod)
FUZZTIME      = 1m
ROUNDS        = 5
BENCHFLAGS    =

checks = quickstart test format vet lint tidy build race oldest coverage interop

.PHONY: all list load fuzz bench bench-peers $(checks)

all: $(checks)

list: ## the names of the checks
	@echo $(checks)

quickstart: ## what the README opens with: the main job
	go run ./examples/quickstart

test: ## what the README opens with: the tests, fuzz seeds and examples among them
	go test ./...

format: ## gofmt
	@test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }

vet:
	go vet ./...

lint: ## golangci-lint, gofumpt included
	go run $(GOLANGCI_LINT) run --build-tags interop,load ./...

tidy: ## go.mod and go.sum are complete and hold nothing else
	go mod tidy -diff
	go mod verify

build: ## every example compiles to a program
	go build -o bin/ ./examples/...

race: ## the tests again, in another order, with the race detector
	go test -race -shuffle=on -count=1 ./...

oldest: ## the tests with the oldest Go that go.mod allows
	GOTOOLCHAIN=go$(OLDEST_GO) go test ./...

coverage: ## at least 90 % of the statements of each package
	go test -count=1 -cover . ./losanttest | awk '{ print } /coverage:/ { \
		for (i = 1; i < NF; i++) if ($$i == "coverage:" && $$(i+1)+0 < 90) low = 1 } END { exit low }'

interop: ## Losant's own JavaScript against this code; interop/README.md says how. It needs Node 20 and npm
	@node -e "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)" && npm --version >/dev/null 2>&1 || \
		{ echo "make interop needs Node 20 or later and npm. On Debian: apt-get install -y nodejs npm"; exit 1; }
	cd interop && npm ci --ignore-scripts --no-audit --no-fund
	go vet -tags interop ./interop/...
	go test -tags interop -count=1 ./interop/...

load: ## more than 200,000 calls of 64 goroutines with faults, under the race detector
	go test -race -tags load -run '^TestLoad$$' -count=1 -v -timeout 30m .

fuzz: ## each fuzz target for FUZZTIME
	@for package in . ./losanttest; do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

bench: ## measures all that docs/performance.md shows, and writes its tables and its chart
	@for round in $$(seq $(ROUNDS)); do \
		go test -run '^$$' -bench '^Benchmark(Get|Patch|Delete|Decode|Heap)$$' -benchtime 0.5s . || exit 1; \
	done > docs/performance.txt
	go run ./benchmarks -rounds $(ROUNDS) $(BENCHFLAGS) >> docs/performance.txt
	go run ./benchmarks report docs/performance.txt docs

bench-peers: ## bench, with Losant's JavaScript client beside the others
	cd benchmarks/peers && npm ci --ignore-scripts --no-audit --no-fund
	$(MAKE) bench BENCHFLAGS=-peers
