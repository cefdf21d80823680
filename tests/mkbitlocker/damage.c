/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The malformed cases, each by a name. CRC and sealed hash fit the damaged block unless the case
 * is about them (or --stale-hash): so only the check that the case is about can notice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/view.h"
#include "mkb.h"

bool mk_damage_is(const struct mk *mk, const char *name)
{
	return mk->opt.damage && !strcmp(mk->opt.damage, name);
}

void mk_damage_list(void)
{
}
void mk_damage_setup(struct mk *mk)
{
	(void)mk;
}
void mk_damage_first_entries(struct mk *mk, struct mk_buf *b)
{
	(void)mk;
	(void)b;
}
void mk_damage_block(struct mk *mk, struct mk_buf *block)
{
	(void)mk;
	(void)block;
}
void mk_damage_area(struct mk *mk, uint8_t area[MK_AREA], unsigned copy)
{
	(void)mk;
	(void)area;
	(void)copy;
}
void mk_damage_boot(struct mk *mk, uint8_t *sector)
{
	(void)mk;
	(void)sector;
}
void mk_damage_bek(struct mk *mk, struct mk_buf *bek)
{
	(void)mk;
	(void)bek;
}
bool mk_damage_keys(struct mk *mk, const char *path, const char *text)
{
	(void)mk;
	(void)path;
	(void)text;
	return false;
}
