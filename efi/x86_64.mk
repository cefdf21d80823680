# SPDX-License-Identifier: GPL-3.0-or-later
# What x86-64 wants of the compiler and the linker; efi/x86_64.c beside it is the rest.

# the program and its libraries
ARCH_HARDEN = -fcf-protection=full
# the firmware's interrupts run on our stack (no red zone) and save no vector registers; no TLS, so the
# stack protector's guard is a global; the compiler knows that the firmware's functions use Microsoft's
# convention
EFI_ARCH_DEFS = -DGNU_EFI_USE_MS_ABI
EFI_ARCH_CFLAGS = -mno-red-zone -mgeneral-regs-only -maccumulate-outgoing-args -fcf-protection=none \
	  -mstack-protector-guard=global
EFI_LDS	= /usr/lib/elf_x86_64_efi.lds
EFI_TARGET = efi-app-x86_64
