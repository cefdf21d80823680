/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unbrick, the command line program; apart from the rest of ui/, which the unit tests link, too. */
#include "ui/ui.h"

int main(int argc, char **argv)
{
	return ui_main(argc, argv);
}
