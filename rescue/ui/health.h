/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a disk does, as far as the kernel tells without asking it: what it counted. */
#ifndef UNBRICK_UI_HEALTH_H
#define UNBRICK_UI_HEALTH_H

#include "ui/page.h"

#define HEALTH_FOLDER "/sys/block"

/** @folder as HEALTH_FOLDER, @disk "/dev/sda"; says nothing where nothing is told (an image).
 * Source: Linux, drivers/scsi/scsi_sysfs.c (state, iorequest_cnt, ioerr_cnt, in hex), and
 * drivers/nvme/host (state). */
void health_say(const char *folder, const char *disk, struct page *p);

/** What it says of itself, its warnings apart: they are told with the disk. */
void health_say_own(const struct disk_health *h, struct page *p);

#endif
