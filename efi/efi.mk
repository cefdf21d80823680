# SPDX-License-Identifier: GPL-3.0-or-later
# The UEFI application $(BUILD)/efi/stub.efi (efi/pack fills it): the sources of efi/, and those of
# rescue/format/ once more for the firmware. Included by the top Makefile.

# what knows the firmware: the application, and the tests' programs for it
EFI_SOURCES = $(wildcard efi/*.c tests/qemu/bootmgfw.c)

# no libc; the firmware's interrupts run on our stack (no red zone) and save no vector registers; no
# TLS, so the stack protector's guard is a global, set in efi/start.c; the compiler knows that the
# firmware's functions use Microsoft's convention
EFI_DEFS = -ffreestanding -fshort-wchar -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi \
	  -isystem /usr/include/efi/x86_64 -Irescue -I. -DUNBRICK_VERSION='"$(VERSION)"'
EFI_TIDY_FLAGS = -std=gnu17 $(EFI_DEFS)
EFI_CFLAGS = -std=gnu17 -O2 $(WARN) $(WARN_GCC) $(EFI_DEFS) -fpic -fvisibility=hidden -mno-red-zone \
	  -mgeneral-regs-only -maccumulate-outgoing-args -fno-strict-aliasing -fcf-protection=none \
	  -fno-asynchronous-unwind-tables -fno-ident -ftrivial-auto-var-init=zero \
	  -fstack-protector-strong -mstack-protector-guard=global -ffile-prefix-map=$(CURDIR)=.
EFI_SECTIONS = .text .sdata .data .rodata .dynamic .dynsym .rel .rela .rel.* .rela.* .reloc
efi_link = ld -nostdlib -znocombreloc -shared -Bsymbolic --no-undefined --build-id=none -z noexecstack \
	  -T /usr/lib/elf_x86_64_efi.lds
efi_copy = objcopy $(foreach s,$(EFI_SECTIONS),-j '$(s)') --target=efi-app-x86_64 --subsystem=10

$(BUILD)/firmware/%.o: %.c
	@mkdir -p $(@D)
	@echo '  EFICC $<'
	@gcc $(EFI_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/efi/stub.so: $(patsubst %.c,$(BUILD)/firmware/%.o,$(sort $(wildcard efi/*.c rescue/format/*.c)))
	@mkdir -p $(@D)
	@echo '  EFILD $@'
	@$(efi_link) $^ -L/usr/lib -lgnuefi -o $@

$(BUILD)/%.efi: $(BUILD)/%.so
	@$(efi_copy) $< $@

efi: $(BUILD)/efi/stub.efi
.PHONY: efi

# ---- the fake Windows Boot Manager of the boot tests

$(BUILD)/qemu/bootmgfw.so: $(patsubst %,$(BUILD)/firmware/%.o,tests/qemu/bootmgfw efi/memory \
	efi/start rescue/format/text)
	@mkdir -p $(@D)
	@echo '  EFILD $@'
	@$(efi_link) $^ -L/usr/lib -lgnuefi -o $@

# ---- tests of the parts, without a machine (tests/qemu boots them)

CHECKS	+= check-efi
check-efi:
	@$(MAKE) --no-print-directory -j2 $(BUILD)/efi/stub.efi $(BUILD)/qemu/bootmgfw.efi
	@$(RUN) efi 300 $(call ONE,$(sort $(wildcard tests/efi/check-*)))
.PHONY: check-efi
