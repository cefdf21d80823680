/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a hive before and after its edits to writes, in an order that Windows' recovery knows. */
#include <stdlib.h>

#include "hivewrite/hivewrite.h"

void hw_plan_done(struct hw_plan *p)
{
	free(p->writes);
	free(p->bytes);
	*p = (struct hw_plan){0};
}
