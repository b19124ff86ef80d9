# make help lists the targets.

GO       ?= go
EXAMPLE  ?= examples/multi-etcd-multi-master/topology.hcl
OUT      ?= out
TOPOLOGY ?= all
# Stamped into the binary; a checkout without tags is "dev".
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# The platforms of releases; scripts/release has the same list.
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
SNAPSHOT ?= v0.0.0-snapshot.$(shell git log -1 --format=%h)
comma    := ,
space    := $(subst ,, )
# The packages with files for single systems.
SYSTEMS   = ./planner/artifact ./planner/diagtest
# The packages that compare their output with golden files.
GOLDEN    = ./planner $(addprefix ./,$(sort $(dir $(shell git grep -lE '(emit|target)test"' -- 'planner/*/*_test.go'))))
# Tools from the Go proxy, pinned by a separate module.
TOOL      = $(GO) tool -modfile=checks/tools/go.mod
# The lab's modules require programs that it builds by path. No file imports them, so go mod tidy would remove them.
MODULES   = $(dir $(shell git ls-files '*go.mod' ':!e2e/lab'))

.DEFAULT_GOAL := build
.PHONY: help build demo setup test unit consumers browser lint cross golden fuzz vscode release-snapshot bench e2e e2e-bare e2e-hard-way e2e-recover e2e-faults e2e-change e2e-hosts e2e-ansible e2e-boot site clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

build: ## build bin/k8splan
	$(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/k8splan ./cmd/k8splan

demo: build ## validate and generate the highly available example into ./out
	bin/k8splan validate $(EXAMPLE)
	bin/k8splan generate $(EXAMPLE) --out $(OUT)
	@printf '\nNext:\n'
	@printf '  less %s/README.md              what this cluster is, and what it survives\n' '$(OUT)'
	@printf '  bin/k8splan plan %s | less\n' '$(EXAMPLE)'
	@printf '  cd %s/ansible && ansible-playbook site.yml      on machines with these addresses\n' '$(OUT)'
	@printf '  bin/k8splan init all-in-one --target vagrant -o topology.hcl    a topology of your own\n'

setup: ## install the programs that the tests and the lab use (Debian, Ubuntu)
	scripts/install-test-tools.sh

test: setup lint unit browser ## run everything except the lab clusters

unit: ## run only the tests; run make setup first
	$(GO) test -timeout 30m ./...
	cd checks/upstream && $(GO) test ./...
	cd checks/openshift && $(GO) test ./...
	cd checks/containerd && $(GO) test ./...
	cd checks/crio && $(GO) test -tags containers_image_openpgp ./...
	cd checks/ignition && $(GO) test ./...
	cd checks/podnetworks && $(GO) test ./...
	cd checks/terraform/openstack && $(GO) test ./...
	cd checks/diagrams && $(GO) test ./...
	cd scripts/release && $(GO) test ./...
	cd scripts/site && $(GO) test ./...

consumers: ## check the files for eksctl and kops with their own code (minutes to compile)
	cd checks/eksctl && $(GO) test -timeout 30m ./...
	cd checks/kops && $(GO) test -timeout 30m ./...

browser: ## test the page, the pictures, and the playground in headless Chromium; run make setup first
	node --test checks/browser/*.test.mjs

lint: ## check formatting, go vet, staticcheck, go.mod, workflows, scripts
	@unformatted=$$(gofmt -l bench checks cmd e2e planner playground scripts templates topologies $$(find . -maxdepth 1 -name '*.go')) && \
	  { test -z "$$unformatted" || { printf 'gofmt -w %s\n' $$unformatted; exit 1; }; }
	$(GO) vet ./...
	GOOS=windows $(GO) vet $(SYSTEMS)
	GOOS=darwin $(GO) vet $(SYSTEMS)
	GOOS=js GOARCH=wasm $(GO) vet -tags judging ./cmd/k8splan-wasm/...
	$(TOOL) staticcheck ./...
	@for module in $(MODULES); do echo "go mod tidy -diff in $$module" && (cd $$module && $(GO) mod tidy -diff) || exit 1; done
	$(TOOL) actionlint
	shellcheck .ci/run $$(find . \( -path ./.git -o -path ./$(OUT) \) -prune -o -name '*.sh' -print)

vscode: ## test and package the extension for Visual Studio Code (npm): editors/vscode/k8splan.vsix
	cd editors/vscode && npm ci --silent && npm test && npm run package

cross: ## compile for every platform of a release (minutes; CI does it)
	@for platform in $(PLATFORMS); do \
	  echo "go build for $$platform" && GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0 $(GO) build -o /dev/null ./cmd/k8splan || exit 1; done

tables: ## read upstream's flags and configuration fields again (network, a few minutes); review the diff
	$(GO) run ./checks/tables planner/flags $$(date -u +%F)

golden: ## write all golden files again after an intended change; run make setup first, and review the diff
	@tests=$$(awk '/^func Test/ {name = $$2; sub(/\(.*/, "", name)} /Golden\(t/ {print name}' \
	  $$(git grep -l 'Golden(t' -- 'planner/*_test.go') | sort -u | paste -sd'|') && \
	  $(GO) test $(GOLDEN) -run "^(TestGolden|TestTarget|$$tests)" -update

fuzz: ## fuzz the loader, the validator, and whole designs up to their files, five minutes each
	$(GO) test ./planner/spec -run '^$$' -fuzz FuzzLoad -fuzztime 5m
	$(GO) test ./planner/check -run '^$$' -fuzz FuzzRun -fuzztime 5m
	$(GO) test ./planner -run '^$$' -fuzz FuzzDesigns -fuzztime 5m

release-snapshot: ## build the files of a release from this commit, in ./dist: PLATFORMS=linux/amd64 for one platform
	cd scripts/release && $(GO) run . -version $(SNAPSHOT) -platforms $(subst $(space),$(comma),$(strip $(PLATFORMS))) -out ../../dist

bench: build ## measure the speed of the commands against the project's limits
	$(GO) run ./bench
	@if [ "$$(id -u)" = 0 ] && [ -d "$${XDG_CACHE_HOME:-$$HOME/.cache}/k8splan-lab" ]; then $(GO) run ./e2e -k8splan bin/k8splan -bench; \
	else echo 'The lab is not set up here (make e2e does it): site.yml was not measured.'; fi

e2e: build ## build real clusters in the lab (Linux, root): make e2e TOPOLOGY=aio
	$(GO) run ./e2e -k8splan bin/k8splan $(TOPOLOGY)

e2e-bare: build ## boot lab hosts without a cluster, to follow README.md without machines (until ^C): TOPOLOGY=3+3+2 for more hosts
	$(GO) run ./e2e -k8splan bin/k8splan -bare $(or $(filter-out all,$(TOPOLOGY)),aio)

e2e-hard-way: build ## build Kubernetes The Hard Way in the lab, from its tree
	$(GO) run ./e2e -k8splan bin/k8splan -hard-way

e2e-recover: build ## renew certificates, replace hosts, and restore lost clusters in the lab
	$(GO) run ./e2e -k8splan bin/k8splan -recover

e2e-faults: build ## break real clusters and compare with simulate (an hour and a half): CASES="3+1 3+3+2" for some
	$(GO) run ./e2e -k8splan bin/k8splan -faults $(CASES)

e2e-change: build ## edit topologies of running clusters in the lab: CASES="guards external" for some, CHANGE=-seen for results (-record: into docs/change.md)
	$(GO) run ./e2e -k8splan bin/k8splan -change $(CHANGE) $(CASES)

e2e-boot: build ## boot one machine of libvirt/machines.sh in QEMU without KVM, and compare it with its design (Linux, root; minutes)
	$(GO) run ./e2e/boot -k8splan bin/k8splan

e2e-hosts: build ## check hosts that do not meet the requirements, in the lab: CASES="flaws in-spite alone" for some
	$(GO) run ./e2e -k8splan bin/k8splan -hosts $(CASES)

e2e-ansible: build ## build a host and a cluster of eight in the lab, with the ansible-core of Debian trixie (2.19)
	$(GO) run ./e2e -k8splan bin/k8splan -ansible trixie aio 3+3+2

site: ## build the playground and the documentation as static files, in ./dist/site; run make setup first
	rm -rf dist/site
	VERSION=$(VERSION) scripts/site.sh dist/site
	cd scripts/site && $(GO) run . ../../README.md ../../CHANGELOG.md ../../CONTRIBUTING.md ../../ARCHITECTURE.md ../../docs ../../dist/site/docs

clean: ## remove the files that make and its programs wrote here
	rm -rf bin dist $(OUT)
