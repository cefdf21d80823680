# SPDX-License-Identifier: GPL-3.0-or-later
# Two commands do everything: `make demo` and `make check`. See README.md.

BUILD	?= build
CC	= gcc
CLANG	= clang-14
VERSION	= 0.1.0
PKGS	= blkid libntfs-3g libcrypto json-c inih

WARN	= -Wall -Wextra -Wshadow -Wformat=2 -Wundef -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	  -Wwrite-strings -Wpointer-arith -Wcast-qual -Wcast-align -Wimplicit-fallthrough \
	  -Wnull-dereference -Wconversion -Werror
WARN_GCC = -Wduplicated-cond -Wlogical-op
HARDEN	= -O2 -fPIE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
	  -fcf-protection=full -ftrivial-auto-var-init=zero -fno-strict-aliasing
LDHARDEN = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
CPPFLAGS = -Irescue -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DUNBRICK_VERSION='"$(VERSION)"'
CFLAGS	= -std=gnu17 -g $(if $(SAN),-O1 -fno-omit-frame-pointer $(SAN),$(HARDEN)) $(WARN) \
	  $(if $(findstring gcc,$(CC)),$(WARN_GCC))
LDFLAGS	= $(if $(SAN),$(SAN),$(LDHARDEN))
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) fuse3 2>/dev/null | sed 's/-I/-isystem /g')
LIBS	:= $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# The rooms, lowest first: each may be linked only with those before it.
ROOMS	= core block bitlocker ntfs windows report repair engine
libs_to	= $(foreach r,$(shell for r in $(ROOMS); do echo $$r; [ $$r = $(1) ] && break; done),$(BUILD)/lib/$(r).a)
rev	= $(if $(1),$(call rev,$(wordlist 2,99,$(1))) $(firstword $(1)))

all: $(BUILD)/unbrick

define room
SRC_$(1)	:= $$(wildcard rescue/$(1)/*.c)
OBJ_$(1)	:= $$(SRC_$(1):%.c=$(BUILD)/%.o)
$(BUILD)/lib/$(1).a: $$(OBJ_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcsD $$@ $$^
endef
$(foreach r,$(ROOMS) ui,$(eval $(call room,$(r))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) $(EXTRA_$(notdir $*)) -MMD -MP -c $< -o $@

$(BUILD)/unbrick: $(BUILD)/lib/ui.a $(foreach r,$(call rev,$(ROOMS)),$(BUILD)/lib/$(r).a)
	@echo '  LD $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--whole-archive $< -Wl,--no-whole-archive \
		$(filter-out $<,$^) $(LIBS) $(shell pkg-config --libs fuse3) -o $@

# Unit tests: tests/unit/<room>/test_<module>.c, linked with the rooms up to its own; sources
# beside it that do not begin with test_ are shared by the tests of that room.
TESTS	= $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*/test_*.c))
room_of	= $(word 3,$(subst /, ,$(patsubst $(BUILD)/%,%,$(1))))
.SECONDEXPANSION:
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o \
	$$(patsubst %.c,$(BUILD)/%.o,$$(filter-out tests/unit/$$(*D)/test_%,$$(wildcard tests/unit/$$(*D)/*.c) $$(wildcard tests/layers/*.c))) \
	$$(call rev,$$(call libs_to,$$(*D)))
	@echo '  LD $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LIBS) -lcmocka -lhivex -o $@

# Fuzz targets: tests/fuzz/fuzz_<room>_<parser>.c
FUZZ	= $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: all
