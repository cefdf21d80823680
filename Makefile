# SPDX-License-Identifier: GPL-3.0-or-later
# Two commands do everything: `make demo` and `make check`. See README.md.

# Debian's programs, whatever this machine has before them: a test's Python needs Debian's modules
export PATH := /usr/sbin:/usr/bin:/sbin:/bin:$(PATH)
# and English, whatever its user speaks
export LC_ALL := C.UTF-8
export LANGUAGE :=
BUILD	?= build
CC	= gcc
CLANG	= clang-14
VERSION	= 0.1.0
# where the project is to be found, and whom the user of a package may write to ('Name <address>'): whoever makes a release
# knows it. Nothing names an address that nobody reads.
URL	?=
MAINTAINER ?=
# as many at once as the machine has processors
JOBS	:= $(shell nproc)
ARCH	= $(shell uname -m)
PKGS	= blkid libnvme libntfs-3g libcrypto json-c inih

WARN	= -Wall -Wextra -Wshadow -Wformat=2 -Wundef -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	  -Wwrite-strings -Wpointer-arith -Wcast-qual -Wcast-align -Wimplicit-fallthrough \
	  -Wnull-dereference -Wconversion -Werror
IS_GCC	= $(findstring gcc,$(CC))
WARN_GCC = -Wduplicated-cond -Wlogical-op
# clang 14 cannot fill with zeros without an option of its own
HARDEN	= -O2 -fPIE -D_FORTIFY_SOURCE=$(if $(IS_GCC),3,2) -fstack-protector-strong \
	  -fstack-clash-protection $(ARCH_HARDEN) -fno-strict-aliasing \
	  -ftrivial-auto-var-init=$(if $(IS_GCC),zero,pattern)
LDHARDEN = -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all
CPPFLAGS = -Irescue -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DUNBRICK_VERSION='"$(VERSION)"' \
	  -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(BUILD)=build
CFLAGS	= -std=gnu17 -g $(if $(SAN),-O1 -g1 -fno-omit-frame-pointer $(SAN),$(HARDEN)) $(WARN) \
	  $(if $(IS_GCC),$(WARN_GCC)) $(EXTRA_CFLAGS)
LDFLAGS	= $(if $(SAN),$(SAN) -fuse-ld=lld,$(LDHARDEN))
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) fuse3 2>/dev/null | sed 's/-I/-isystem /g')
LIBS	:= $(shell pkg-config --libs $(PKGS) 2>/dev/null)
# the program's own: the mount and the screen
UI_LIBS	:= $(shell pkg-config --libs fuse3 ncursesw libqrencode 2>/dev/null)

# ---- the library, one archive a room, lowest first: each links only with those before it

ROOMS	= format core net policy fleet firmware block fat bitlocker ntfs ntfslog ntfswrite windows hivewrite evidence judge plan act report engine
upto	= $(if $(2),$(firstword $(2)) $(if $(filter $(1),$(firstword $(2))),,$(call upto,$(1),$(wordlist 2,99,$(2)))))
libs_to	= $(patsubst %,$(BUILD)/lib/%.a,$(call upto,$(1),$(ROOMS) ui))
rev	= $(if $(1),$(call rev,$(wordlist 2,99,$(1))) $(firstword $(1)))
RESCUE	= $(call rev,$(ROOMS:%=$(BUILD)/lib/%.a))

# a language is a file (docs/languages.md); the program finds them beside it
LANGUAGES := $(patsubst rescue/po/%.po,$(BUILD)/locale/%/LC_MESSAGES/unbrick.mo,$(wildcard rescue/po/*.po))

# bash's is written by hand; these are made of the program's help (tests/check-docs compares all three)
COMPLETIONS = $(BUILD)/completion/_unbrick $(BUILD)/completion/unbrick.fish

MANUAL	= $(patsubst docs/%.1,$(BUILD)/%.1.gz,$(wildcard docs/*.1))

all: $(BUILD)/unbrick $(BUILD)/unbrick-net $(MANUAL) $(LANGUAGES) $(COMPLETIONS)

define room
OBJ_$(1) := $$(patsubst %.c,$(BUILD)/%.o,$$(wildcard rescue/$(1)/*.c)) $$(OBJ_$(1))
$(BUILD)/lib/$(1).a: $$(OBJ_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcsD $$@ $$^
endef
OBJ_judge = $(BUILD)/gen/shipped_rules.o
OBJ_windows = $(BUILD)/gen/pinned_roots.o
OBJ_fleet = $(BUILD)/gen/fleet_page.o
$(foreach r,$(filter-out net,$(ROOMS)) ui,$(eval $(call room,$(r))))

compile	= @mkdir -p $(@D); echo '  CC $<'; $(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c $< -o $@
link	= @mkdir -p $(@D); echo '  LD $@'; $(CC) $(CFLAGS) $(LDFLAGS)

$(BUILD)/%.o: %.c
	$(compile)

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(compile)

# what says the version is made again for another one (`make release VERSION=...` after a build)
SAYS_VERSION := $(shell grep -l UNBRICK_VERSION rescue/*/*.c efi/*.c)
$(foreach o,$(SAYS_VERSION:.c=.o),$(BUILD)/$(o) $(BUILD)/firmware/$(o)): $(BUILD)/gen/version
$(BUILD)/gen/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/gen/shipped_rules.c: scripts/embed-rules $(wildcard rescue/rules/*.ini)
	@mkdir -p $(@D)
	@scripts/embed-rules $(sort $(wildcard rescue/rules/*.ini)) > $@.new && mv $@.new $@

$(BUILD)/gen/pinned_roots.c: scripts/embed-roots $(wildcard rescue/roots/*.pem)
	@mkdir -p $(@D)
	@scripts/embed-roots $(sort $(wildcard rescue/roots/*.pem)) > $@.new && mv $@.new $@

$(BUILD)/gen/fleet_page.c: scripts/embed-page rescue/fleet/page.css rescue/fleet/page.js
	@mkdir -p $(@D)
	@$^ > $@.new && mv $@.new $@

$(BUILD)/unbrick: $(OBJ_ui) $(RESCUE)
	$(link) $^ $(LIBS) $(UI_LIBS) -o $@

$(MANUAL): $(BUILD)/%.1.gz: docs/%.1
	@mkdir -p $(@D)
	@gzip -9nc $< > $@

$(BUILD)/completion/_unbrick: SHELL_NAME = zsh
$(BUILD)/completion/unbrick.fish: SHELL_NAME = fish
$(COMPLETIONS): $(BUILD)/unbrick scripts/completion/generate
	@mkdir -p $(@D)
	@scripts/completion/generate $(SHELL_NAME) $< > $@.new && mv $@.new $@

$(BUILD)/locale/%/LC_MESSAGES/unbrick.mo: rescue/po/%.po
	@mkdir -p $(@D)
	@msgfmt -c -o $@.new $< && mv $@.new $@

# ---- what tests it, and the boot chain (docs/boot.md): each room's rules beside it

include tests/programs.mk tests/check.mk
include efi/$(ARCH).mk $(wildcard efi/efi.mk rescue/net/net.mk rescue/init/init.mk initramfs/image.mk tests/qemu/qemu.mk)

PREFIX	?= /usr/local
# Debian's packages have theirs in vendor-completions
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
install: all
	@$(MAKE) --no-print-directory install-files
# what has been built, wherever that was
install-files:
	install -D -m 755 $(BUILD)/unbrick $(DESTDIR)$(PREFIX)/bin/unbrick
	install -D -m 755 $(BUILD)/unbrick-net $(DESTDIR)$(PREFIX)/bin/unbrick-net
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(MANUAL) $(DESTDIR)$(PREFIX)/share/man/man1
	install -D -m 644 scripts/completion/unbrick.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/unbrick
	install -D -m 644 $(BUILD)/completion/_unbrick $(DESTDIR)$(ZSH_COMPLETIONS)/_unbrick
	install -D -m 644 $(BUILD)/completion/unbrick.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/unbrick.fish
	cp -R $(BUILD)/locale $(DESTDIR)$(PREFIX)/share/

format:
	clang-format-14 -i $(SOURCES)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name image -prune -o -type f -name '*.d' -print 2>/dev/null)
.PHONY: all install install-files format clean
.DELETE_ON_ERROR:
.SECONDARY:
