# plumbline: build, install, check, bench, reproduce.
# A new tool is a new cmd/NAME.c, with man/NAME.1 and tests/NAME.bats.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

PREFIX         ?= /usr/local
DESTDIR        ?=
PROGRAM_PREFIX ?=
BUILD          ?= build
PROFILE        ?= full

CFLAGS ?= -O3 -g
override CFLAGS += -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra \
	-ffp-contract=off -fno-math-errno -Ilibcommon -MMD -MP
LDLIBS += -lopenblas -llapacke -lmsgpackc -lzstd -lxxhash -ljansson -lpthread -lm

TOOLS := $(sort $(patsubst cmd/%.c,%,$(wildcard cmd/*.c)))
LIB   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard libcommon/*/*.c))
UNITS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))

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

-include $(LIB:.o=.d) $(TOOLS:%=$(BUILD)/cmd/%.d)

.PHONY: all
