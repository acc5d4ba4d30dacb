# Takos Home. `make run` starts the app, `make test` checks everything.
# Every Go command here uses the same build flags, so that the C code of the
# window is compiled once (5 minutes from cold, seconds after that).

GO      ?= go
BIN     := bin/takoshome
WEB     := assets/web
ORTC    := sfu/ortc/testdata/mediasoup
# The Node.js among the page's modules goes before the system's: Debian 12 has
# one that the test tools no longer run on.
NODE    := $(CURDIR)/$(WEB)/node_modules/node-linux
export PATH := $(NODE)-x64/bin:$(NODE)-arm64/bin:$(PATH)
# Packages that need C: the window, devices, and the program that contains them.
CGO     := takoshome $(addprefix takoshome/,ui app/capture app/playback app/sound)
PURE     = $(filter-out $(CGO),$(shell $(GO) list ./...))

# What Debian 12 lacks: to build, and to test besides.
BUILD_PACKAGES := gcc libc6-dev ca-certificates pkgconf libgl1-mesa-dev libx11-dev libxcursor-dev \
	libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libvpx-dev libopus-dev libopusfile-dev libspeexdsp-dev libopenh264-dev
TEST_PACKAGES  := nodejs npm chromium firefox-esr xvfb xauth dbus libgl1-mesa-dri pulseaudio pulseaudio-utils \
	iproute2 nftables miniupnpd-nftables xdotool openssl coturn nginx-light systemd

.PHONY: build run test test-go test-web test-browser lint bench web deps deps-test fuzz clean

build: deps
	$(GO) build -o $(BIN) .

# The host alone, for a server: no window, no devices, and nothing of C.
.PHONY: server
server:
	CGO_ENABLED=0 $(GO) build -trimpath -tags headless -o bin/takoshome-server .

run: build
	$(BIN)

test: deps-test web-modules test-web test-go build test-browser

# The window is left out of the race detector: with it, all its C is compiled a
# second time, and its state belongs to Fyne's goroutine alone.
test-go:
	$(GO) test -race $(PURE)
	$(GO) test $(CGO)
	$(MAKE) fuzz FUZZTIME=10000x

test-web:
	cd $(WEB) && npm test

test-browser: build
	cd $(WEB) && npm run test:browser

# Every fuzz target a number of times; the corpus of past finds is in testdata.
FUZZTIME ?= 500000x
fuzz:
	.ci/fuzz $(FUZZTIME) $(PURE)

lint: deps-test web-modules
	$(GO) vet ./...
	CGO_ENABLED=0 $(GO) vet -tags headless .
	GOOS=windows CGO_ENABLED=0 $(GO) vet $(PURE)
	GOOS=darwin CGO_ENABLED=0 $(GO) vet $(PURE)
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...
	cd $(WEB) && npm run check
	$(MAKE) web
	@test -z "$$(git status --porcelain -- $(WEB)/dist)" || \
		{ echo "assets/web/dist differs from its sources: commit the result of 'make web'." >&2; exit 1; }

bench: deps-test web-modules build
	$(GO) test -run '^$$' -bench . ./sfu
	$(GO) test -run '^$$' -bench 'Sign|Verify|AcceptEvent' ./app/identity
	$(GO) test -run '^$$' -bench RingsOnTheOtherHost -benchtime 20x ./app
	$(GO) test -run '^$$' -bench . ./app/media ./app/capture ./app/participant
	$(GO) test -run '^$$' -bench 'Idle|FourVideos' -benchtime 1x ./ui
	cd $(WEB) && npm run bench

# What a forwarded packet costs, beside the naive loop; under 8 minutes. The last line is JSON.
.PHONY: bench-engine
bench-engine: build
	$(GO) run ./app/loadtest/enginebench -program $(BIN) -gro

# The page that friends open, built into the program.
web: web-modules
	cd $(WEB) && npm run build

.PHONY: web-modules
web-modules: $(WEB)/node_modules/.package-lock.json $(ORTC)/node_modules/.package-lock.json

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

# Installs only what is missing, and asks nothing of a machine that has all.
deps:
	@.ci/apt $(BUILD_PACKAGES)

deps-test: deps
	@.ci/apt $(TEST_PACKAGES)

clean:
	rm -rf bin $(WEB)/node_modules $(ORTC)/node_modules
