/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/arch.h"

#include <string.h>

#include "format/pe.h"

const uint16_t arch_pe_machine = PE_MACHINE_X64;

uint64_t arch_ticks(void)
{
	return __builtin_ia32_rdtsc();
}

_Noreturn void arch_halt(void)
{
	for (;;)
		__asm__ volatile("hlt");
}

uint64_t arch_kernel_room(const uint8_t *p, size_t len)
{
	return bzimage_room(p, len);
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	void *ret = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
	return ret;
}

void *memmove(void *to, const void *from, size_t len)
{
	char *end = (char *)to + len - 1;
	const char *last = (const char *)from + len - 1;

	if ((size_t)to - (size_t)from >= len) /* also where @to is below @from */
		return memcpy(to, from, len);
	__asm__ volatile("std; rep movsb; cld" : "+D"(end), "+S"(last), "+c"(len) : : "memory");
	return to;
}

void *memset(void *to, int c, size_t len)
{
	void *ret = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(len) : "a"(c) : "memory");
	return ret;
}
