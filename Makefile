# The commands of this project. Each is a thin name for a script that can be called by itself.
.DEFAULT_GOAL := help
.PHONY: up down setup build test test-e2e bench format lint help \
	test-unit test-socket test-database test-tsan test-measure test-simulation test-tidy test-packaging test-images \
	test-cluster

up: setup ## Build all, start a local Kubernetes and run the sample instance (CLUSTER=local|existing|kind)
	scripts/up
down: ## Remove what up made
	scripts/down

build: setup ## Build the programs and tests (PRESET=dev|tsan|plain|release)
	scripts/build $(PRESET)
test: setup ## Run all tests; the last line is the sum
	tests/run unit socket database tsan measure simulation tidy packaging images cluster e2e
test-unit test-socket test-database test-tsan test-measure test-simulation test-tidy test-packaging test-images test-cluster: test-%: setup
	tests/run $*
test-unit: ## Tests that need nothing else
test-socket: ## Tests over loopback sockets
test-database: ## Tests on a PostgreSQL of their own
test-tsan: ## Tests of threads under ThreadSanitizer
test-measure: ## Tests that measure, without sanitizers
test-simulation: ## Tests that try very many situations, without sanitizers
test-tidy: ## clang-tidy on what changed since it last found nothing
test-packaging: ## CRD, kustomize, Helm chart and the build itself
test-images: ## The images as they are shipped
test-cluster: ## The local Kubernetes itself
test-e2e: setup ## The product on the local Kubernetes (SCENARIO=name for one)
	tests/run e2e $(SCENARIO)
bench: setup ## Measure operator and server; the report is docs/performance.md
	tests/bench/run

format: ## Format the C++ sources
	git ls-files -co --exclude-standard '*.h' '*.cpp' | xargs clang-format-19 -i
lint: setup ## Check format, C++ (clang-tidy), shell and Python sources
	scripts/lint
setup: ## Install the Debian packages that are missing
	scripts/setup
help: ## Print this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
