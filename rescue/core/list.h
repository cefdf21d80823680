/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays that grow, and lists of numbers made of one. */
#ifndef UNBRICK_CORE_LIST_H
#define UNBRICK_CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One more row of zeros at the end of an array of *@n; its memory doubles when *@n is a power of
 * two. @array the address of the pointer to its rows (NULL at first; free() it). NULL: no memory,
 * and all is as it was. */
void *rs_list_add(void *array, size_t *n, size_t row_bytes);

struct rs_numbers {
	uint64_t *v;
	size_t n;
};

/** At its end. False: no memory. */
bool rs_numbers_add(struct rs_numbers *l, uint64_t number);
/** @is_unique: each once. */
void rs_numbers_sort(struct rs_numbers *l, bool is_unique);

/* Of a list that is sorted: */

/** How many times it is there. */
size_t rs_numbers_count(const struct rs_numbers *l, uint64_t number);
/** To its place, unless it is there. False: no memory. */
bool rs_numbers_insert(struct rs_numbers *l, uint64_t number);
/** One of those that are there. */
void rs_numbers_remove(struct rs_numbers *l, uint64_t number);
void rs_numbers_done(struct rs_numbers *l);
#define auto_numbers __attribute__((cleanup(rs_numbers_done)))

#endif
