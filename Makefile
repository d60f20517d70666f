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
MSGPACK = $(shell $(CC) -print-file-name=libmsgpack-c.so | grep -q / && \
	echo msgpack-c || echo msgpackc)
LDLIBS += -llapacke -lopenblas -l$(MSGPACK) -lzstd -lxxhash -ljansson \
	-lzip -lpcre2-8 -lutf8proc -lpthread -lm

VERSION := $(shell sed -n 's/.*PLUMBLINE_VERSION "\(.*\)"/\1/p' libcommon/base/version.h)
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

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# The packages that building, testing and reproducing need (Debian, Ubuntu).
PACKAGES := gcc make libc6-dev libopenblas-dev liblapacke-dev libzstd-dev \
	libxxhash-dev libjansson-dev libzip-dev libpcre2-dev \
	libutf8proc-dev libcmocka-dev bats mandoc datamash gnuplot-nox \
	graphviz zstd xxhash pkgconf curl
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

# What reading and writing streams needs, as a library for other programs.
STREAM_SRC := $(wildcard libcommon/stream/*.c) \
	libcommon/base/err.c libcommon/base/mem.c libcommon/base/utf8.c \
	libcommon/tensor/dtype.c libcommon/tensor/layout.c \
	libcommon/tensor/finite.c
STREAM_API := base/err.h tensor/dtype.h tensor/layout.h \
	$(addprefix stream/,labels.h provenance.h recipe.h reader.h writer.h)
$(BUILD)/libplumbline.a: $(STREAM_SRC:%.c=$(BUILD)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

D     = $(DESTDIR)$(PREFIX)
SHARE = $(D)/share
install: all $(BUILD)/libplumbline.a
	install -d $(D)/bin $(D)/lib/pkgconfig $(SHARE)/man/man1 \
	    $(SHARE)/man/man3 $(SHARE)/man/man5 $(SHARE)/man/man7 \
	    $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions
	for t in $(TOOLS); do \
		name=$(PROGRAM_PREFIX)$$t; \
		install -m 755 $(BUILD)/bin/$$t $(D)/bin/$$name; \
		$(D)/bin/$$name --completion bash \
		    > $(SHARE)/bash-completion/completions/$$name; \
		$(D)/bin/$$name --completion zsh \
		    > $(SHARE)/zsh/site-functions/_$$name; \
	done
	for page in $(PAGES); do \
		name=$${page#man/}; \
		case " $(TOOLS) " in \
		*" $${name%.1} "*) name=$(PROGRAM_PREFIX)$$name ;; \
		esac; \
		awk -v prefix='$(PROGRAM_PREFIX)' -v tools='$(TOOLS)' \
		    -f man/prefix.awk $$page \
		    > $(SHARE)/man/man$${page##*.}/$$name; \
	done
	for h in $(STREAM_API); do \
		install -D -m 644 libcommon/$$h $(D)/include/plumbline/$$h; \
	done
	install -m 644 $(BUILD)/libplumbline.a $(D)/lib/libplumbline.a
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: plumbline' \
	    'Description: tensor streams, plumbline-stream(5)' \
	    'Version: $(VERSION)' 'Cflags: -I$${prefix}/include/plumbline' \
	    'Libs: -L$${prefix}/lib -lplumbline' \
	    'Libs.private: -l$(MSGPACK) -lzstd -lxxhash' \
	    > $(D)/lib/pkgconfig/plumbline.pc

uninstall:
	for t in $(TOOLS:%=$(PROGRAM_PREFIX)%); do \
		rm -f $(D)/bin/$$t $(SHARE)/man/man1/$$t.1 \
		    $(SHARE)/bash-completion/completions/$$t \
		    $(SHARE)/zsh/site-functions/_$$t; \
	done
	rm -f $(SHARE)/man/man[357]/plumbline* $(D)/lib/libplumbline.a \
	    $(D)/lib/pkgconfig/plumbline.pc
	rm -rf $(D)/include/plumbline

# The experiments are a graph of their own, from binaries to the report.
reproduce: all
	+@$(MAKE) --no-print-directory -f pipelines/all.mk \
	    PROFILE=$(PROFILE) BUILD=$(BUILD)

clean:
	rm -rf $(BUILD)

.PHONY: all deps check lint bench clean install uninstall \
	reproduce
