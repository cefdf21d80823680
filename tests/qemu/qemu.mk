# SPDX-License-Identifier: GPL-3.0-or-later
# Boots in QEMU: `make check-qemu` runs all, one after another; `T=name` one of them. docs/testing.md

CHECKS	+= check-qemu
QEMU_TESTS = $(sort $(wildcard tests/qemu/check-*))
qemu_env = UNBRICK_BUILD=$(BUILD) UNBRICK_TOOLS=$(BUILD)/tools

# what a boot needs besides the image
qemu-parts: all image $(BUILD)/qemu/bootmgfw.efi $(TOOLS)

check-qemu:
	@$(MAKE) --no-print-directory -j2 qemu-parts
	@JOBS=1 $(RUN) qemu 1500 $(call ONE,$(QEMU_TESTS))

.PHONY: check-qemu qemu-parts
