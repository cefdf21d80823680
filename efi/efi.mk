# SPDX-License-Identifier: GPL-3.0-or-later
# The UEFI application $(BUILD)/efi/stub.efi (efi/pack fills it): the sources of efi/, and those of
# rescue/format/ once more for the firmware. Included by the top Makefile.

# an architecture is efi/ARCH.mk and efi/ARCH.c: the others' stay out
EFI_OTHERS = $(filter-out $(ARCH),$(patsubst efi/%.mk,%,$(filter-out efi/efi.mk,$(wildcard efi/*.mk))))
EFI_APP	= $(filter-out $(EFI_OTHERS:%=efi/%.c),$(wildcard efi/*.c))
# what knows the firmware: the application, and the tests' programs for it
EFI_SOURCES = $(EFI_APP) $(wildcard tests/qemu/bootmgfw.c)

# no libc; the stack protector's guard is set in efi/start.c
EFI_DEFS = -ffreestanding -fshort-wchar $(EFI_ARCH_DEFS) -isystem /usr/include/efi \
	  -isystem /usr/include/efi/$(ARCH) -Irescue -I. -DUNBRICK_VERSION='"$(VERSION)"'
EFI_TIDY_FLAGS = -std=gnu17 $(EFI_DEFS)
EFI_CFLAGS = -std=gnu17 -O2 $(WARN) $(WARN_GCC) $(EFI_DEFS) -fpic -fvisibility=hidden \
	  $(EFI_ARCH_CFLAGS) -fno-strict-aliasing -fno-asynchronous-unwind-tables -fno-ident -ftrivial-auto-var-init=zero \
	  -fstack-protector-strong -ffile-prefix-map=$(CURDIR)=.
EFI_SECTIONS = .text .sdata .data .rodata .dynamic .dynsym .rel .rela .rel.* .rela.* .reloc
efi_link = ld -nostdlib -znocombreloc -shared -Bsymbolic --no-undefined --build-id=none -z noexecstack \
	  -T $(EFI_LDS)
efi_copy = objcopy $(foreach s,$(EFI_SECTIONS),-j '$(s)') --target=$(EFI_TARGET) --subsystem=10

$(BUILD)/firmware/%.o: %.c
	@mkdir -p $(@D)
	@echo '  EFICC $<'
	@gcc $(EFI_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/firmware/format.a: $(patsubst %.c,$(BUILD)/firmware/%.o,$(wildcard rescue/format/*.c))
	@rm -f $@
	@ar rcsD $@ $^

$(BUILD)/efi/stub.so: $(patsubst %.c,$(BUILD)/firmware/%.o,$(sort $(EFI_APP))) $(BUILD)/firmware/format.a
	@mkdir -p $(@D)
	@echo '  EFILD $@'
	@$(efi_link) $^ -L/usr/lib -lgnuefi -o $@

$(BUILD)/%.efi: $(BUILD)/%.so
	@$(efi_copy) $< $@

efi: $(BUILD)/efi/stub.efi
.PHONY: efi

# ---- the fake Windows Boot Manager of the boot tests

$(BUILD)/qemu/bootmgfw.so: $(patsubst %,$(BUILD)/firmware/%.o,tests/qemu/bootmgfw efi/$(ARCH) \
	efi/firmware efi/memory efi/start) $(BUILD)/firmware/format.a
	@mkdir -p $(@D)
	@echo '  EFILD $@'
	@$(efi_link) $^ -L/usr/lib -lgnuefi -o $@

# ---- tests of the parts, without a machine (tests/qemu boots them)

CHECKS	+= check-efi
check-efi:
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/efi/stub.efi $(BUILD)/qemu/bootmgfw.efi
	@$(RUN) efi 300 $(call ONE,$(sort $(wildcard tests/efi/check-*)))
.PHONY: check-efi
