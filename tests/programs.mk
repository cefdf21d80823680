# SPDX-License-Identifier: GPL-3.0-or-later
# The programs that tests are, and that tests use. Included by the top Makefile.

# ---- programs for tests: tests/disks/NAME.c and tests/net/NAME.c one file each, tests/mkbitlocker/*.c
# one program; all in $(BUILD)/tools (UNBRICK_TOOLS)

TOOLS	= $(patsubst tests/disks/%.c,$(BUILD)/tools/%,$(wildcard tests/disks/*.c)) $(BUILD)/tools/mkbitlocker \
	  $(BUILD)/tools/fetch

$(BUILD)/tools/mkbitlocker: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/mkbitlocker/*.c)) $(BUILD)/lib/core.a \
	$(BUILD)/lib/format.a
	$(link) $^ $(LIBS) -o $@

# nothing of ours: a client of others' servers
$(BUILD)/tools/fetch: $(BUILD)/tests/net/fetch.o
	$(link) $^ -o $@

# The program with one more certificate pinned (PINNED=FILE.pem, which a test makes): the same objects but that list, which
# stands before its archive. tests/disks/check-putback-signed makes it, whenever it runs.
$(BUILD)/rooted/pinned_roots.c: scripts/embed-roots $(wildcard rescue/roots/*.pem) $(PINNED)
	@mkdir -p $(@D)
	@scripts/embed-roots $(sort $(wildcard rescue/roots/*.pem)) $(PINNED) > $@.new && mv $@.new $@
$(BUILD)/rooted/pinned_roots.o: $(BUILD)/rooted/pinned_roots.c
	$(compile)
$(BUILD)/rooted/unbrick: $(BUILD)/rooted/pinned_roots.o $(OBJ_ui) $(RESCUE)
	$(link) $^ $(LIBS) $(UI_LIBS) -o $@

# Power cuts: tests/torture/torture_NAME.c, one program each; the sources beside them are shared
TORTURE	= $(patsubst tests/torture/%.c,$(BUILD)/tools/%,$(wildcard tests/torture/torture_*.c))
# its volume is that of the unit tests
$(BUILD)/tools/torture_change: $(patsubst %,$(BUILD)/tests/unit/%.o,act/change_help act/quarantine_help judge/win_image)
$(BUILD)/tools/torture_change: LIBS += -lhivex
$(BUILD)/tools/torture_change: LDFLAGS += -fuse-ld=lld # takes its files in any order
$(TORTURE): $(BUILD)/tools/%: $(BUILD)/tests/torture/%.o $(patsubst %,$(BUILD)/tests/torture/%.o,act sound) \
	$(patsubst %,$(BUILD)/tests/unit/%_help.o,ntfswrite/vol ntfslog/crash ntfslog/replay) \
	$(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/layers/*.c)) $(RESCUE)
	$(link) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/tools/liar: LIBS += $(shell pkg-config --libs fuse3)
$(BUILD)/tools/%: $(BUILD)/tests/disks/%.o $(RESCUE)
	$(link) $^ $(LIBS) -lhivex -o $@

# made often, linked often, run once
$(BUILD)/tests/%: LDFLAGS += -fuse-ld=lld
$(BUILD)/tests/%: private EXTRA_CFLAGS += -O1 -g1

# ---- unit tests: tests/unit/<room>/test_<module>.c, linked with the rooms up to its own; other
# sources beside it are shared by the tests of that room

TESTS	= $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c))
shared_of = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/unit/$(1)/test_%,$(wildcard tests/unit/$(1)/*.c)) \
	$(if $(filter-out format core policy fleet firmware report,$(1)),$(wildcard tests/layers/*.c)) \
	$(foreach r,$(helpers_$(1)),$(filter-out tests/unit/$(r)/test_%,$(wildcard tests/unit/$(r)/*.c))))
# the rooms whose tests' makers of volumes the tests of another room use, too
helpers_ntfslog = ntfs
helpers_ntfswrite = ntfs ntfslog
helpers_hivewrite = windows
helpers_evidence = windows
helpers_judge = evidence windows
helpers_plan = judge
helpers_act = judge
helpers_engine = judge ntfslog bitlocker
helpers_ui = engine judge ntfslog

# who wipes the keys that were given
$(BUILD)/tests/unit/engine/test_keys: LDFLAGS += -Wl,--wrap=rs_secret_done
# what of a file is left in memory
$(BUILD)/tests/unit/fat/test_fat: LDFLAGS += -Wl,--wrap=rs_wipe
# the disk that the engine opens is one of the test's
$(BUILD)/tests/unit/engine/test_unreadable: LDFLAGS += -Wl,--wrap=blk_file_open
# and the disk of this one fails
$(BUILD)/tests/unit/engine/test_run_faults: LDFLAGS += \
	$(foreach f,pread64 __pread64_chk pwrite64 fsync,-Wl$(,)--wrap=$(f))
# a flush fails before it is read back
$(BUILD)/tests/unit/block/test_written: LDFLAGS += -Wl,--wrap=fsync
# something writes while the disk is opened, and what is asked of it then
$(BUILD)/tests/unit/engine/test_act: LDFLAGS += \
	$(foreach f,en_stack_files quarantine_list blk_check_writable,-Wl$(,)--wrap=$(f))
# what a disk keeps is decided when it is read back
$(BUILD)/tests/unit/engine/test_steps: LDFLAGS += -Wl,--wrap=blk_again_open

# hives of real machines, on volumes of their size
$(BUILD)/tests/unit/act/test_change_real: $(patsubst %,$(BUILD)/tests/unit/%_help.o,ntfs/raw ntfswrite/vol)

define room_tests
$(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/$(1)/test_*.c)): %: %.o $(call shared_of,$(1)) \
	$(call rev,$(call libs_to,$(1)))
	$$(link) $$^ $$(LIBS) -lcmocka -lhivex -o $$@
endef
$(foreach r,$(filter-out net,$(ROOMS)) ui,$(eval $(call room_tests,$(r))))
$(BUILD)/tests/unit/ui/test_no_memory: LDFLAGS += -Wl,--wrap=rs_report_json
$(BUILD)/tests/unit/ui/test_copy: LDFLAGS += $(foreach f,rs_wipe rs_tree_read rs_tree_list_ref rs_tree_is_under \
	statfs64,-Wl$(,)--wrap=$(f))
$(BUILD)/tests/unit/ui/test_screens: LDFLAGS += -Wl,--wrap=rs_stick_is_one
$(BUILD)/tests/unit/ui/test_sticks: LDFLAGS += $(foreach f,rs_stick_list rs_stick_look rs_stick_key_done term_now_ns,-Wl$(,)--wrap=$(f))
$(BUILD)/tests/unit/ui/test_layout: LDFLAGS += -Wl,--wrap=ioctl
$(BUILD)/tests/unit/ui/test_keymap: LDFLAGS += -Wl,--wrap=ioctl
$(BUILD)/tests/unit/core/test_font: LDFLAGS += -Wl,--wrap=ioctl
$(BUILD)/tests/unit/ui/test_letters $(BUILD)/tests/unit/ui/test_consoles: LDFLAGS += -Wl,--wrap=font_choose -Wl,--wrap=font_write
$(BUILD)/tests/unit/ui/test_loop: LDFLAGS += $(foreach f,consoles_key consoles_is_alone consoles_paint \
	consoles_are_gone term_is_cancelled term_now_ns,-Wl$(,)--wrap=$(f))
$(BUILD)/tests/unit/ui/test_ask_key: LDFLAGS += -Wl,--wrap=tui_ask -Wl,--wrap=keymap_restore
$(BUILD)/tests/unit/ui/test_supervisor: LDFLAGS += -Wl,--wrap=term_now_ns
$(BUILD)/tests/unit/ui/test_terminal: LDFLAGS += -Wl,--wrap=term_now_ns -Wl,--wrap=tcsetattr
$(BUILD)/tests/unit/ui/%: LIBS += $(UI_LIBS)
$(BUILD)/tests/unit/engine/test_stick_keys: LDFLAGS += -Wl,--wrap=rs_wipe -Wl,--wrap=rs_secret_done
# what lies in memory when it goes back to the kernel, and memory that cannot be locked
$(BUILD)/tests/unit/core/test_wiped: LDFLAGS += -Wl,--wrap=munmap -Wl,--wrap=mlock

# who reads behind what was allocated (tests/unit/windows/fence.c)
FENCE	= $(foreach f,malloc calloc realloc free,-Wl$(,)--wrap=$(f))
$(BUILD)/tests/unit/windows/%: LDFLAGS += $(FENCE)
$(BUILD)/tests/unit/evidence/%: LDFLAGS += $(FENCE)

# ---- fuzz targets: tests/fuzz/fuzz_<room>_<parser>.c

FUZZ	= $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 5

fuzz-programs: $(FUZZ)
$(BUILD)/fuzz/fuzz_windows_% $(BUILD)/fuzz/fuzz_hivewrite_%: LIBS += -lhivex
$(BUILD)/fuzz/fuzz_ui_%: LIBS += $(UI_LIBS)
$(FUZZ): $(BUILD)/fuzz/%: tests/fuzz/%.c $(BUILD)/lib/ui.a $(RESCUE)
	$(link) -MMD -MP -MF $@.d -MT $@ $(CPPFLAGS) $(PKG_CFLAGS) -fsanitize=fuzzer $< \
		$(filter %.a,$^) $(LIBS) -o $@
