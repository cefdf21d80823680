# SPDX-License-Identifier: GPL-3.0-or-later
# Two commands do everything: `make demo` and `make check`. See README.md.

BUILD	?= build
CC	= gcc
CLANG	= clang-14
VERSION	= 0.1.0
ARCH	= $(shell uname -m)
PKGS	= blkid libntfs-3g libcrypto json-c inih

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
CFLAGS	= -std=gnu17 -g $(if $(SAN),-O1 -fno-omit-frame-pointer $(SAN),$(HARDEN)) $(WARN) \
	  $(if $(IS_GCC),$(WARN_GCC)) $(EXTRA_CFLAGS)
LDFLAGS	= $(if $(SAN),$(SAN),$(LDHARDEN))
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) fuse3 2>/dev/null | sed 's/-I/-isystem /g')
LIBS	:= $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# ---- the library, one archive a room, lowest first: each links only with those before it

ROOMS	= format core block fat bitlocker ntfs ntfslog ntfswrite windows judge plan act report engine
upto	= $(if $(2),$(firstword $(2)) $(if $(filter $(1),$(firstword $(2))),,$(call upto,$(1),$(wordlist 2,99,$(2)))))
libs_to	= $(patsubst %,$(BUILD)/lib/%.a,$(call upto,$(1),$(ROOMS) ui))
rev	= $(if $(1),$(call rev,$(wordlist 2,99,$(1))) $(firstword $(1)))
RESCUE	= $(call rev,$(ROOMS:%=$(BUILD)/lib/%.a))

all: $(BUILD)/unbrick $(BUILD)/unbrick.1.gz

define room
OBJ_$(1) := $$(patsubst %.c,$(BUILD)/%.o,$$(wildcard rescue/$(1)/*.c)) $$(OBJ_$(1))
$(BUILD)/lib/$(1).a: $$(OBJ_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcsD $$@ $$^
endef
OBJ_judge = $(BUILD)/gen/shipped_rules.o
$(foreach r,$(ROOMS) ui,$(eval $(call room,$(r))))

compile	= @mkdir -p $(@D); echo '  CC $<'; $(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c $< -o $@
link	= @mkdir -p $(@D); echo '  LD $@'; $(CC) $(CFLAGS) $(LDFLAGS)

$(BUILD)/%.o: %.c
	$(compile)

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(compile)

$(BUILD)/gen/shipped_rules.c: scripts/embed-rules $(wildcard rescue/rules/*.ini)
	@mkdir -p $(@D)
	@scripts/embed-rules $(sort $(wildcard rescue/rules/*.ini)) > $@.new && mv $@.new $@

$(BUILD)/unbrick: $(OBJ_ui) $(RESCUE)
	$(link) $^ $(LIBS) $(shell pkg-config --libs fuse3) -o $@

$(BUILD)/unbrick.1.gz: docs/unbrick.1
	@mkdir -p $(@D)
	@gzip -9nc $< > $@

# ---- programs for tests: tests/disks/NAME.c one file each, tests/mkbitlocker/*.c one program;
# all in $(BUILD)/tools (UNBRICK_TOOLS)

TOOLS	= $(patsubst tests/disks/%.c,$(BUILD)/tools/%,$(wildcard tests/disks/*.c)) $(BUILD)/tools/mkbitlocker

$(BUILD)/tools/mkbitlocker: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/mkbitlocker/*.c)) $(BUILD)/lib/core.a \
	$(BUILD)/lib/format.a
	$(link) $^ $(LIBS) -o $@

# Power cuts: tests/torture/torture_NAME.c, one program each; the sources beside them are shared
TORTURE	= $(patsubst tests/torture/%.c,$(BUILD)/tools/%,$(wildcard tests/torture/torture_*.c))
$(TORTURE): $(BUILD)/tools/%: $(BUILD)/tests/torture/%.o $(patsubst %,$(BUILD)/tests/torture/%.o,act sound) \
	$(patsubst %,$(BUILD)/tests/unit/%_help.o,ntfswrite/vol ntfslog/crash ntfslog/replay) \
	$(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/layers/*.c)) $(RESCUE)
	$(link) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/tools/liar: LIBS += $(shell pkg-config --libs fuse3)
$(BUILD)/tools/%: $(BUILD)/tests/disks/%.o $(RESCUE)
	$(link) $^ $(LIBS) -lhivex -o $@

# ---- unit tests: tests/unit/<room>/test_<module>.c, linked with the rooms up to its own; other
# sources beside it are shared by the tests of that room

TESTS	= $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
shared_of = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/unit/$(1)/test_%,$(wildcard tests/unit/$(1)/*.c)) \
	$(if $(filter-out format core report,$(1)),$(wildcard tests/layers/*.c)) \
	$(foreach r,$(helpers_$(1)),$(filter-out tests/unit/$(r)/test_%,$(wildcard tests/unit/$(r)/*.c))))
# the rooms whose tests' makers of volumes the tests of another room use, too
helpers_ntfslog = ntfs
helpers_ntfswrite = ntfs ntfslog
helpers_plan = judge
helpers_act = judge
helpers_engine = judge ntfslog bitlocker
helpers_ui = engine judge ntfslog

# who wipes the keys that were given
$(BUILD)/tests/unit/engine/test_keys: LDFLAGS += -Wl,--wrap=rs_secret_done
# the disk that the engine opens is one of the test's
$(BUILD)/tests/unit/engine/test_unreadable: LDFLAGS += -Wl,--wrap=blk_file_open
# and the disk of this one fails
$(BUILD)/tests/unit/engine/test_run_faults: LDFLAGS += \
	$(foreach f,pread64 __pread64_chk pwrite64 fsync,-Wl$(,)--wrap=$(f))

define room_tests
$(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/$(1)/test_*.c)): %: %.o $(call shared_of,$(1)) \
	$(call rev,$(call libs_to,$(1)))
	$$(link) $$^ $$(LIBS) -lcmocka -lhivex -o $$@
endef
$(foreach r,$(ROOMS) ui,$(eval $(call room_tests,$(r))))
$(BUILD)/tests/unit/ui/test_no_memory: LDFLAGS += -Wl,--wrap=rs_report_json
$(BUILD)/tests/unit/ui/test_terminal: LDFLAGS += -Wl,--wrap=term_now_ns
$(BUILD)/tests/unit/ui/%: LIBS += $(shell pkg-config --libs fuse3)
# what lies in memory when it goes back to the kernel, and memory that cannot be locked
$(BUILD)/tests/unit/core/test_wiped: LDFLAGS += -Wl,--wrap=munmap -Wl,--wrap=mlock

# ---- fuzz targets: tests/fuzz/fuzz_<room>_<parser>.c

FUZZ	= $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 10

fuzz-programs: $(FUZZ)
$(FUZZ): $(BUILD)/fuzz/%: tests/fuzz/%.c $(RESCUE)
	$(link) $(CPPFLAGS) $(PKG_CFLAGS) -fsanitize=fuzzer $^ $(LIBS) -o $@

# ---- checks: `make check` runs all, in this order, and each part alone; `T=name` one test

CHECKS	= check-unit check-asan check-clang tidy analyze shellcheck format-check check-layers \
	  check-docs check-image check-disks torture fuzz mutants
SOURCES	= $(shell git ls-files 'rescue/*.[ch]' 'efi/*.[ch]' 'tests/*.[ch]')
# sources for the firmware need flags of their own: efi/efi.mk checks them
C_FILES	= $(filter-out $(EFI_SOURCES),$(filter %.c,$(SOURCES)))
SCRIPTS	= $(filter-out %.py,$(shell git grep -lI -e '^\#!/bin/sh' -- scripts tests efi initramfs .ci))
RUN	= UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools tests/run
ONE	= $(if $(T),$(filter %$(T),$(1)),$(1))

check: deps
	@rm -rf $(BUILD)/results $(BUILD)/log
	@mkdir -p $(BUILD)/results
	@for c in $(CHECKS); do \
		echo "== $$c ($$(date +%H:%M:%S))"; \
		$(MAKE) --no-print-directory $$c || { \
			echo "failed: $$c"; echo 0 1 0 > $(BUILD)/results/target-$$c; }; \
	done
	@UNBRICK_BUILD=$(BUILD) tests/run --summary

deps:
	@scripts/install-deps --quiet

unit-programs: $(TESTS)

check-unit: all
	@$(MAKE) --no-print-directory -j2 $(call ONE,$(TESTS)) $(TOOLS)
	@$(RUN) unit 110 $(call ONE,$(TESTS))

check-asan:
	@$(MAKE) --no-print-directory -j2 BUILD=$(BUILD)/asan CC=$(CLANG) SAN="$(SANITIZE)" unit-programs
	@ASAN_OPTIONS=detect_leaks=1 $(RUN) asan 400 \
		$(call ONE,$(patsubst $(BUILD)/%,$(BUILD)/asan/%,$(TESTS)))

check-clang:
	@$(MAKE) --no-print-directory -j2 BUILD=$(BUILD)/clang CC=$(CLANG) all unit-programs
	@$(RUN) clang 110 $(patsubst $(BUILD)/%,$(BUILD)/clang/%,$(TESTS))

# A static check is one test: its log says what it found.
define static
	@mkdir -p $(BUILD)/log $(BUILD)/results
	@if { $(2); } > $(BUILD)/log/$(1).log 2>&1; then echo "ok    $(1)"; echo 1 0 0 > $(BUILD)/results/$(1); \
	else echo "FAIL  $(1): see $(BUILD)/log/$(1).log"; tail -n 20 $(BUILD)/log/$(1).log; \
		echo 0 1 0 > $(BUILD)/results/$(1); exit 1; fi
endef
TIDY_FLAGS = -std=gnu17 $(CPPFLAGS) $(PKG_CFLAGS)

tidy:
	$(call static,tidy,printf '%s\n' $(C_FILES) | xargs -P 2 -n 6 sh -c \
		'clang-tidy-14 --quiet "$$@" -- $(subst ','\'',$(TIDY_FLAGS))' tidy $(if $(EFI_SOURCES),&& \
		printf '%s\n' $(EFI_SOURCES) | xargs -P 2 -n 6 sh -c \
		'clang-tidy-14 --quiet "$$@" -- $(subst ','\'',$(EFI_TIDY_FLAGS))' tidy))

analyze: cppcheck analyzer

cppcheck:
	$(call static,cppcheck,cppcheck -j2 --enable=warning$(,)performance$(,)portability --inline-suppr \
		--error-exitcode=1 -q --std=c11 --suppressions-list=tests/cppcheck.txt -Irescue -I. \
		-D_GNU_SOURCE -DUNBRICK_VERSION=1 $(filter rescue/% tests/mkbitlocker/% tests/disks/% tests/layers/%,$(C_FILES)))

analyzer:
	$(call static,analyzer,$(MAKE) -k -j2 BUILD=$(BUILD)/analyzer WARN= \
		EXTRA_CFLAGS="-fanalyzer -DRS_ANALYSIS -Werror $(ANALYZER_OFF)" analyzer-objects)
, := ,
# gcc 12's analyzer does not see the cleanup attribute (every auto_ pointer looks leaked) nor what an
# own allocator of libntfs-3g or json-c returns; the sanitizers look for leaks when the tests run. It
# takes a function of another source for one that may succeed and leave its result NULL (clang-tidy
# looks for NULL, too, and is not off), and a shift of a vector for one of a narrow integer.
ANALYZER_OFF = -Wno-analyzer-null-dereference -Wno-analyzer-possible-null-argument \
	  -Wno-analyzer-shift-count-overflow -Wno-analyzer-malloc-leak \
	  -Wno-analyzer-file-leak -Wno-analyzer-fd-leak \
	  -Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-possible-null-dereference
analyzer-objects: $(foreach r,$(ROOMS) ui,$(OBJ_$(r)))

shellcheck:
	$(call static,shellcheck,shellcheck -x $(SCRIPTS))

format-check:
	$(call static,format,clang-format-14 --dry-run -Werror $(SOURCES))

check-layers: all $(BUILD)/init
	$(call static,layers,tests/check-layers)

check-docs: all
	@$(RUN) docs 60 tests/check-docs

check-disks: all
	@$(MAKE) --no-print-directory -j2 $(TOOLS)
	@$(RUN) disks 1500 $(call ONE,$(sort $(wildcard tests/disks/check-*)))

STATES	?= 1000
torture:
	@$(MAKE) --no-print-directory -j2 $(TORTURE)
	@STATES=$(STATES) $(RUN) torture 900 $(call ONE,$(TORTURE))

fuzz:
	@$(MAKE) --no-print-directory -j2 BUILD=$(BUILD)/libfuzzer CC=$(CLANG) \
		SAN="$(SANITIZE) -fsanitize=fuzzer-no-link" fuzz-programs
	@FUZZ_SECONDS=$(FUZZ_SECONDS) JOBS=1 $(RUN) fuzz 1200 tests/fuzz/run

# Checks taken away one by one (tests/mutants). CI tries a part, another one every day.
MUTANT_SECONDS ?= 120
mutants: all
	@$(MAKE) --no-print-directory -j2 mutant-parts unit-programs
	@MUTANT_SECONDS=$(MUTANT_SECONDS) $(RUN) mutants 1500 tests/mutants/run

check-mutants: all
	@$(MAKE) --no-print-directory -j2 mutant-parts unit-programs
	@UNBRICK_BUILD=$(BUILD) tests/mutants/run $(T)

# what a test of a mutant may need besides itself
mutant-parts: $(TOOLS)

check-valgrind: unit-programs
	@for t in $(call ONE,$(TESTS)); do \
		valgrind -q --error-exitcode=1 --leak-check=full $$t >/dev/null || exit 1; done

bench: deps
	@$(MAKE) --no-print-directory -j2 all $(TOOLS)
	@UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools tests/bench/run

# the demo of the boot is in tests/qemu/qemu.mk
demo-cli: deps
	@$(MAKE) --no-print-directory -j2 all $(TOOLS)
	@UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools tests/demo-cli

# ---- the boot chain (docs/boot.md), each room's rules beside it

include efi/$(ARCH).mk $(wildcard efi/efi.mk rescue/init/init.mk initramfs/image.mk tests/qemu/qemu.mk)

PREFIX	?= /usr/local
install: all
	install -D -m 755 $(BUILD)/unbrick $(DESTDIR)$(PREFIX)/bin/unbrick
	install -D -m 644 $(BUILD)/unbrick.1.gz $(DESTDIR)$(PREFIX)/share/man/man1/unbrick.1.gz
	install -D -m 644 scripts/completion/unbrick.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/unbrick

format:
	clang-format-14 -i $(SOURCES)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name image -prune -o -type f -name '*.d' -print 2>/dev/null)
.PHONY: all check deps cppcheck analyzer unit-programs fuzz-programs analyzer-objects $(CHECKS) check-mutants mutant-parts check-valgrind bench \
	demo demo-cli install format clean
.DELETE_ON_ERROR:
.SECONDARY:
