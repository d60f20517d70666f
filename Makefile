# plumbline: build, install, check, bench, reproduce.
# A new tool is a new cmd/NAME.c, with man/NAME.1 and tests/NAME.bats.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.DEFAULT_GOAL := all

PREFIX         ?= /usr/local
DESTDIR        ?=
PROGRAM_PREFIX ?=
BUILD          ?= build
PROFILE        ?= full

CFLAGS ?= -O3 -g
override CFLAGS += -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra \
	-ffp-contract=off -fno-math-errno -Ilibcommon -MMD -MP
# msgpack-c's library has two names: msgpackc before its release 6
MSGPACK := $(if $(wildcard $(shell $(CC) -print-file-name=libmsgpack-c.so)),msgpack-c,msgpackc)
LDLIBS += -llapacke -lopenblas -l$(MSGPACK) -lzstd -lxxhash -ljansson \
	-lpthread -lm

TOOLS := $(sort $(patsubst cmd/%.c,%,$(wildcard cmd/*.c)))
LIB   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard libcommon/*/*.c))
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
BENCH := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
HELP  := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/*.c))
PAGES := $(wildcard man/*.[1-8])

all: $(TOOLS:%=$(BUILD)/bin/%)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/libcommon.a: $(LIB)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

# The packages that building, testing and reproducing need (Debian, Ubuntu).
PACKAGES := gcc make libc6-dev libopenblas-dev liblapacke-dev libzstd-dev \
	libxxhash-dev libjansson-dev libcmocka-dev bats mandoc datamash \
	gnuplot-nox zstd
deps:
	@missing=; has() { dpkg-query -W -f '$${Status}' "$$1" 2>/dev/null | \
	    grep -q 'ok installed'; }; \
	for p in $(PACKAGES); do has $$p || missing="$$missing $$p"; done; \
	msgpack=; has libmsgpack-dev || has libmsgpack-c-dev || msgpack=1; \
	[ -n "$$missing$$msgpack" ] || exit 0; \
	root=; [ "$$(id -u)" = 0 ] || root=sudo; \
	$$root apt-get update -qq; \
	if [ -n "$$msgpack" ]; then \
		if apt-cache show libmsgpack-c-dev >/dev/null 2>&1; then \
			missing="$$missing libmsgpack-c-dev"; \
		else \
			missing="$$missing libmsgpack-dev"; \
		fi; \
	fi; \
	$$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	    --no-install-recommends $$missing

# `make -j deps check' installs before it compiles.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
$(LIB) $(TOOLS:%=$(BUILD)/cmd/%.o): | deps
endif

check: all $(UNITS) $(HELP) lint
	BUILD=$(BUILD) tests/run

lint: $(TOOLS:%=man/%.1) $(TOOLS:%=tests/%.bats)
	awk -f tests/rooms.awk libcommon/*/*.[ch]
	mandoc -T lint -W warning $(PAGES)

bench: all $(BENCH)
	BUILD=$(BUILD) tests/bench/run

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	for t in $(TOOLS); do \
		install -m 755 $(BUILD)/bin/$$t \
		    $(DESTDIR)$(PREFIX)/bin/$(PROGRAM_PREFIX)$$t; \
	done
	for page in $(PAGES); do \
		name=$$(basename $$page); dir=man$${page##*.}; \
		case " $(TOOLS) " in \
		*" $${name%.*} "*) name=$(PROGRAM_PREFIX)$$name ;; \
		esac; \
		install -d $(DESTDIR)$(PREFIX)/share/man/$$dir; \
		awk -v prefix='$(PROGRAM_PREFIX)' -v tools='$(TOOLS)' \
		    -f man/prefix.awk $$page \
		    > $(DESTDIR)$(PREFIX)/share/man/$$dir/$$name; \
	done

uninstall:
	for t in $(TOOLS); do \
		rm -f $(DESTDIR)$(PREFIX)/bin/$(PROGRAM_PREFIX)$$t \
		    $(DESTDIR)$(PREFIX)/share/man/man1/$(PROGRAM_PREFIX)$$t.1; \
	done
	rm -f $(DESTDIR)$(PREFIX)/share/man/man5/plumbline-stream.5 \
	    $(DESTDIR)$(PREFIX)/share/man/man7/plumbline.7

clean:
	rm -rf $(BUILD)

.PHONY: all deps check lint bench clean install uninstall \
	reproduce
