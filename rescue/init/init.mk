# SPDX-License-Identifier: GPL-3.0-or-later
# $(BUILD)/init, the first process of the rescue system: format, core, policy, firmware, block and ntfs, nothing else of ours.
# Included by the top Makefile.

INIT_LIBS = $(shell pkg-config --libs libkmod blkid json-c libcrypto)
OBJ_init = $(patsubst %.c,$(BUILD)/%.o,$(filter-out rescue/init/main.c,$(wildcard rescue/init/*.c)))

$(BUILD)/lib/init.a: $(OBJ_init)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcsD $@ $^

INIT_USES = $(BUILD)/lib/init.a $(BUILD)/lib/ntfs.a $(BUILD)/lib/block.a $(BUILD)/lib/firmware.a $(BUILD)/lib/policy.a $(BUILD)/lib/net.a $(BUILD)/lib/core.a \
	$(BUILD)/lib/format.a

$(BUILD)/init: $(BUILD)/rescue/init/main.o $(INIT_USES)
	$(link) $^ $(INIT_LIBS) -o $@

$(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/init/test_*.c)): %: %.o \
	$(patsubst %,$(BUILD)/tests/unit/init/%.o,rig rule_key tree) $(INIT_USES)
	$(link) $^ $(INIT_LIBS) -lcmocka -o $@

# an NTFS that libntfs-3g has filled
$(BUILD)/tests/unit/init/test_stick_ntfs: $(patsubst %,$(BUILD)/tests/unit/%_help.o,ntfswrite/vol) \
	$(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/layers/*.c)) $(RESCUE)
$(BUILD)/tests/unit/init/test_stick_ntfs: INIT_LIBS += $(LIBS)

# limits without waiting for them
$(BUILD)/tests/unit/init/test_late: LDFLAGS += -Wl,--wrap=now_ms -Wl,--wrap=kill

$(BUILD)/tests/unit/init/test_watchdog: LDFLAGS += -Wl,--wrap=now_ms -Wl,--wrap=machine_is_probing
# a firmware that does not answer
$(BUILD)/tests/unit/init/test_firmware: LDFLAGS += -Wl,--wrap=now_ms -Wl,--wrap=init_step

# letters are whose console they are
$(BUILD)/tests/unit/init/test_console: LDFLAGS += -Wl,--wrap=font_choose

comma = ,
# no program, no firmware, no reset, and waiting is the program's turn
$(BUILD)/tests/unit/init/test_screen: LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,init_step \
	process_start process_signal front_start end_now report_write windows_set_next windows_set_setup \
	machine_is_probing machine_quiet_ms work_next network_is_wanted raid_allow_writes module_load_fat \
	stick_offer_folder now_ms)
$(BUILD)/tests/unit/init/test_work: LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,run_program safemode_was_set end_now \
	report_write windows_set_next process_run machine_is_probing machine_quiet_ms)

# the test's machine keeps its network, and its kernel gets no request
$(BUILD)/tests/unit/init/test_network: LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,process_start network_is_wanted socket bind)

# no clock of this machine is set
$(BUILD)/tests/unit/init/test_clock: LDFLAGS += -Wl,--wrap=settimeofday
# what the network would answer
$(BUILD)/tests/unit/init/test_fleet: LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,process_run \
	process_start init_step report_write_start clock_floor network_is_wanted)

$(BUILD)/tests/unit/init/test_fleet_job: LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,net_open net_close net_set_ca net_watch \
	net_set_secrets net_get net_send policy_read policy_fits)

# disks that are not there, at places that the test names
$(BUILD)/tests/unit/init/test_choose: LDFLAGS += $(patsubst %,-Wl$(comma)--wrap=%,place_of \
	disk_is_pluggable disk_is_read_only disk_part_name process_start)

$(filter $(BUILD)/fuzz/fuzz_init_%,$(FUZZ)): $(INIT_USES)
$(BUILD)/fuzz/fuzz_init_ntfs: LIBS += -lcmocka
$(filter $(BUILD)/fuzz/fuzz_init_%,$(FUZZ)): LIBS += $(filter-out %/init.a,$(INIT_USES)) $(INIT_LIBS)

analyzer-objects: $(OBJ_init) $(BUILD)/rescue/init/main.o
