/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last look before a boot configuration is replaced: it is the one that was planned for, byte
 * for byte, or not one byte is written. The volume is mkfs.vfat's and mtools'. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../layers/layers.h"
#include "act/bootconf.h"
#include "format/espnames.h"

#define FOLDER "\\EFI\\Microsoft\\Boot"

static const uint8_t was[] = "the boot configuration as it was planned for",
		     is[] = "the boot configuration as it becomes";

static struct blk *volume(void)
{
	static const char recipe[] =
		"cd '%s' && export PATH=$PATH:/sbin:/usr/sbin MTOOLS_SKIP_CHECK=1 && exec "
		">/dev/null && "
		"truncate -s 2M i && mkfs.vfat --invariant -F 12 i && mmd -i i ::/EFI "
		"::/EFI/Microsoft "
		"::/EFI/Microsoft/Boot && printf '%s' >b && mcopy -i i b ::/EFI/Microsoft/Boot/BCD";
	char dir[] = "/tmp/unbrick-bootconf-XXXXXX", command[600], path[60];

	assert_non_null(mkdtemp(dir));
	(void)snprintf(command, sizeof(command), recipe, dir, (const char *)was);
	if (system(command)) /* NOLINT(cert-env33-c): a fixed command */
		fail_msg("mkfs.vfat and mtools are needed (scripts/install-deps)");
	(void)snprintf(path, sizeof(path), "%s/i", dir);
	struct blk *ret = lay_mem_load(path, 512);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/b", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_non_null(ret);
	return ret;
}

static struct bootconf_write wish(const uint8_t *before, size_t len)
{
	return (struct bootconf_write){.folder = FOLDER,
		.before = before,
		.before_len = len,
		.after = is,
		.kept = ESP_KEPT,
		.after_len = sizeof(is) - 1};
}

static void expect(struct blk *vol, const struct bootconf_write *w, int code)
{
	struct lay_watch *watch = lay_watch_new(vol);

	assert_int_equal(bootconf_check(&watch->blk, w, NULL), code);
	assert_int_equal(watch->writes + watch->flushes, 0);
	assert_int_equal(bootconf_write(&watch->blk, w, NULL), code);
	assert_true(code == 0 ? watch->flushes > 1 : watch->writes + watch->flushes == 0);
	blk_close(&watch->blk);
}

static void test_write__not_what_was_planned_for__nothing_is_written(void **state)
{
	auto_blk struct blk *vol = volume();
	uint8_t other[sizeof(was)];

	(void)state;
	memcpy(other, was, sizeof(was));
	other[sizeof(was) - 2] ^= 1;
	struct bootconf_write w = wish(other, sizeof(was) - 1);
	expect(vol, &w, RS_E_CHANGED);
	w = wish(was, sizeof(was) - 2); /* it became longer */
	expect(vol, &w, RS_E_CHANGED);
	w = wish(was, sizeof(was)); /* or shorter */
	expect(vol, &w, RS_E_CHANGED);
	w = wish(was, sizeof(was) - 1);
	w.folder = "\\EFI\\Nobody";
	expect(vol, &w, RS_E_NO_SUCH_FILE);
	w.folder = FOLDER;
	expect(vol, &w, 0);
	w = wish(is, sizeof(is) - 1); /* which is there now */
	assert_int_equal(bootconf_check(vol, &w, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write__not_what_was_planned_for__nothing_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
