# SPDX-License-Identifier: GPL-3.0-or-later
# Boots in QEMU: `make check-qemu` runs all, two at a time (a machine has one processor); `T=name` one of them. docs/testing.md

CHECKS	+= check-qemu
QEMU_TESTS = $(sort $(wildcard tests/qemu/check-*))
QEMU_ENV = UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools

# what a boot needs besides the image
qemu-parts: all image $(BUILD)/qemu/bootmgfw.efi $(BUILD)/qemu/winmbr.bin $(TOOLS)

# the boot code of a Windows on a BIOS machine
$(BUILD)/qemu/winmbr.bin: tests/qemu/winmbr.S
	@mkdir -p $(@D)
	@gcc -m32 -c $< -o $@.o
	@ld -m elf_i386 -Ttext 0 --oformat binary $@.o -o $@

check-qemu:
	@$(MAKE) --no-print-directory -j$(JOBS) qemu-parts
	@PATIENCE=$${PATIENCE:-2} $(RUN) qemu 2400 $(call ONE,$(QEMU_TESTS))

demo: deps
	@$(MAKE) --no-print-directory -j$(JOBS) qemu-parts
	@$(QEMU_ENV) tests/demo

# the pictures in docs/
screens:
	@$(MAKE) --no-print-directory -j$(JOBS) qemu-parts
	@$(QEMU_ENV) UNBRICK_SCREENS=docs/screens tests/demo
	@$(QEMU_ENV) UNBRICK_SCREENS=docs/screens tests/qemu/check-menu graphics-arrows
	@$(QEMU_ENV) UNBRICK_SCREENS=docs/screens tests/qemu/check-screen technician

bench: bench-boot bench-fleet
bench-boot: deps
	@$(MAKE) --no-print-directory -j$(JOBS) qemu-parts
	@$(QEMU_ENV) tests/bench/boot

bench-fleet: deps
	@$(MAKE) --no-print-directory -j$(JOBS) image $(BUILD)/tools/fetch
	@$(QEMU_ENV) tests/bench/fleet

.PHONY: check-qemu qemu-parts demo screens bench-boot bench-fleet
