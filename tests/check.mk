# SPDX-License-Identifier: GPL-3.0-or-later
# What must be true of a commit. Included by the top Makefile.

# `make check` runs all, in this order, and each part alone; `T=name` one test

CHECKS	= check-unit check-asan $(if $(filter 1,$(EVERY)),check-clang) check-layers check-docs \
	  check-image check-disks check-net torture fuzz mutants
# What only reads sources takes the time that a processor has nothing else to do: the end of each part,
# and while a machine in QEMU waits.
STATIC	= tidy cppcheck analyzer shellcheck format-check
SOURCES	= $(shell git ls-files 'rescue/*.[ch]' 'efi/*.[ch]' 'tests/*.[ch]')
# sources for the firmware need flags of their own, those of another architecture its compiler
C_FILES	= $(filter-out efi/% $(EFI_SOURCES),$(filter %.c,$(SOURCES)))
SCRIPTS	= $(filter-out %.py,$(shell git grep -lI -e '^\#!/bin/sh' -- scripts tests efi initramfs .ci))
RUN	= UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools tests/run
ONE	= $(if $(T),$(filter %$(T),$(1)),$(1))

check: deps
	@rm -rf $(BUILD)/results $(BUILD)/log
	@mkdir -p $(BUILD)/results $(BUILD)/log
	@nice -n 19 env $(RUN) --part static $(MAKE) -k --no-print-directory $(STATIC) > $(BUILD)/log/static.log 2>&1 & \
	for c in $(CHECKS); do \
		echo "== $$c ($$(date +%H:%M:%S))"; \
		$(RUN) --part $$c $(MAKE) --no-print-directory $$c || echo "failed: $$c"; \
	done; \
	echo "== static ($$(date +%H:%M:%S))"; wait; cat $(BUILD)/log/static.log
	@echo "== longest (seconds, of processor, test)"; $(RUN) --times
	@$(RUN) --summary

# More of what can be had more of: every power cut, every mutant, long fuzzing
check-all:
	@EVERY=1 $(MAKE) --no-print-directory check FUZZ_SECONDS=120 STATES=20000 MUTANT_SECONDS=0 \
		TORTURE_LIMIT=10800 FUZZ_LIMIT=7200 MUTANT_LIMIT=14400 DISKS_LIMIT=7200 NET_LIMIT=1800

deps:
	@scripts/install-deps --quiet

unit-programs: $(TESTS)

check-unit: all
	@$(MAKE) --no-print-directory -j$(JOBS) $(call ONE,$(TESTS)) $(TOOLS)
	@$(RUN) unit 110 $(call ONE,$(TESTS))

# one build for the sanitizers and for fuzzing
# a big block's shadow is cleared by writing, not by a mapping of its own: in a virtual machine that is slow
export ASAN_OPTIONS = detect_leaks=1:clear_shadow_mmap_threshold=1000000000:use_madv_dontdump=0
WITH_ASAN = BUILD=$(BUILD)/asan CC=$(CLANG) SAN="$(SANITIZE) -fsanitize=fuzzer-no-link"
check-asan:
	@$(MAKE) --no-print-directory -j$(JOBS) $(WITH_ASAN) unit-programs
	@$(RUN) asan 400 \
		$(call ONE,$(patsubst $(BUILD)/%,$(BUILD)/asan/%,$(TESTS)))

# A static check is one test: its log says what it found.
define static
	@mkdir -p $(BUILD)/log $(BUILD)/results
	@if { $(2); } > $(BUILD)/log/$(1).log 2>&1; then echo "ok    $(1)"; echo 1 0 0 > $(BUILD)/results/$(1); \
	else echo "FAIL  $(1): see $(BUILD)/log/$(1).log"; tail -n 20 $(BUILD)/log/$(1).log; \
		echo 0 1 0 > $(BUILD)/results/$(1); exit 1; fi
endef
# As the other compiler makes it for use, in check-all: its warnings are tidy's, too, and what it makes
# with the sanitizers runs in check-asan.
check-clang:
	$(call static,clang,$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/clang CC=$(CLANG) all unit-programs)
	@$(RUN) clang 110 $(patsubst $(BUILD)/%,$(BUILD)/clang/%,$(TESTS))

TIDY_FLAGS = -std=gnu17 $(CPPFLAGS) $(PKG_CFLAGS) $(filter-out -Werror,$(WARN))

tidy:
	$(call static,tidy,printf '%s\n' $(C_FILES) | xargs -P $(JOBS) -n 6 sh -c \
		'clang-tidy-14 --quiet "$$@" -- $(subst ','\'',$(TIDY_FLAGS))' tidy $(if $(EFI_SOURCES),&& \
		printf '%s\n' $(EFI_SOURCES) | xargs -P $(JOBS) -n 6 sh -c \
		'clang-tidy-14 --quiet "$$@" -- $(subst ','\'',$(EFI_TIDY_FLAGS))' tidy))

cppcheck:
	$(call static,cppcheck,cppcheck -j$(JOBS) --enable=warning$(,)performance$(,)portability --inline-suppr \
		--error-exitcode=1 -q --std=c11 --suppressions-list=tests/cppcheck.txt -Irescue -I. \
		-D_GNU_SOURCE '-DUNBRICK_VERSION="0"' $(filter rescue/% tests/mkbitlocker/% tests/disks/% tests/layers/%,$(C_FILES)))

analyzer:
	$(call static,analyzer,$(MAKE) -k -j$(JOBS) BUILD=$(BUILD)/analyzer WARN= \
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

check-layers: all $(BUILD)/init $(BUILD)/efi/stub.efi
	$(call static,layers,tests/check-layers)

check-docs: all
	@$(RUN) docs 60 tests/check-docs tests/check-languages tests/check-commands tests/check-powershell

DISKS_LIMIT ?= 1500
check-disks: all
	@$(MAKE) --no-print-directory -j$(JOBS) $(TOOLS)
	@$(RUN) disks $(DISKS_LIMIT) $(call ONE,$(sort $(wildcard tests/disks/check-*)))

# Servers of others in network namespaces; what takes long there is skipped unless EVERY=1
NET_LIMIT ?= 300
check-net: all $(BUILD)/init
	@$(MAKE) --no-print-directory -j$(JOBS) $(TOOLS)
	@$(RUN) net $(NET_LIMIT) $(call ONE,$(sort $(wildcard tests/net/check-*)))

STATES	?= 1000
TORTURE_LIMIT ?= 900
torture:
	@$(MAKE) --no-print-directory -j$(JOBS) $(TORTURE)
	@STATES=$(STATES) $(RUN) torture $(TORTURE_LIMIT) $(call ONE,$(TORTURE))

FUZZ_LIMIT ?= 1200
fuzz:
	@$(MAKE) --no-print-directory -j$(JOBS) $(WITH_ASAN) fuzz-programs
	@FUZZ_SECONDS=$(FUZZ_SECONDS) JOBS=1 $(RUN) fuzz $(FUZZ_LIMIT) tests/fuzz/run

# Checks taken away one by one (tests/mutants). CI tries a part, another one every day.
MUTANT_SECONDS ?= 120
MUTANT_LIMIT ?= 1500
mutants: all
	@$(MAKE) --no-print-directory -j$(JOBS) mutant-parts unit-programs
	@MUTANT_SECONDS=$(MUTANT_SECONDS) $(RUN) mutants $(MUTANT_LIMIT) tests/mutants/run

check-mutants: all
	@$(MAKE) --no-print-directory -j$(JOBS) mutant-parts unit-programs
	@UNBRICK_BUILD=$(BUILD) tests/mutants/run $(T)

# what a test of a mutant may need besides itself
mutant-parts: $(TOOLS)

check-valgrind: unit-programs
	@for t in $(call ONE,$(TESTS)); do \
		valgrind -q --error-exitcode=1 --leak-check=full $$t >/dev/null || exit 1; done

bench: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all $(TOOLS)
	@UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools tests/bench/run

# the demo of the boot is in tests/qemu/qemu.mk
demo-cli: deps
	@$(MAKE) --no-print-directory -j$(JOBS) all $(TOOLS)
	@UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools tests/demo-cli

.PHONY: check check-all deps unit-programs fuzz-programs analyzer-objects $(CHECKS) $(STATIC) \
	check-mutants mutant-parts check-valgrind bench demo-cli
