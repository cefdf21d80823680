/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of sources, alone, so that a test links one with others. */
#include "judge/source.h"

const struct evidence_source *const judge_sources[] = {
	&source_rules, &source_named, &source_diagnosis, NULL};
