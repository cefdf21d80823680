/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the firmware's build has of <string.h>. The first ones in assembler, as a loop in C would be
 * turned into a call of itself. */
#include <string.h>

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

int memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *x = a, *y = b;

	for (; len; len--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}
