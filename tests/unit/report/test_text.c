/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/text.h"

static char out[65536];

static void put(void *user, const char *line)
{
	size_t len = strlen(out);

	(void)user;
	assert_null(strchr(line, '\n'));
	(void)snprintf(out + len, sizeof(out) - len, "%s\n", line);
}

/* The rendered text of a report; single quotes stand for double ones. */
static const char *render(const char *json)
{
	char *copy = strdup(json);

	assert_non_null(copy);
	for (char *p = copy; (p = strchr(p, '\''));)
		*p = '"';
	struct json_object *root = json_tokener_parse(copy);
	free(copy);
	assert_non_null(root);
	out[0] = '\0';
	report_text(root, put, NULL);
	json_object_put(root);
	return out;
}

static void test_list__bitlocker_and_windows__each_has_its_line(void **state)
{
	(void)state;
	assert_string_equal(
		render("{'command':'list','disks':[{'path':'d.img','size_bytes':68719476736,"
		       "'sector_bytes':512,'scheme':'gpt','volumes':[{'number':1,"
		       "'partition':{'number':1,'type_name':'EFI system'},'size_bytes':104857600,"
		       "'content':'fat','label':'SYSTEM'},{'number':3,'partition':{'number':3,"
		       "'uuid':'aa-bb'},'size_bytes':1610612736,'content':'bitlocker',"
		       "'bitlocker':{'state':'encrypted','method':'AES-XTS 128','unlocked':true,"
		       "'unlocked_by':{'kind':'recovery password'},'inside':'ntfs',"
		       "'protectors':[{'kind':'TPM'},{'kind':'recovery password'}],"
		       "'recovery_key_ids':['64311DEA-4587-4029-924A-BA299647998E'],"
		       "'copies_good':[true,false,true]},'ntfs':{'label':'Windows','journal':"
		       "{'state':'unclean','version':'2.0','reason':'3 records'},"
		       "'hibernation':{'hibernated':true,'detail':'hibr'},'refusal':'no'},"
		       "'windows':{'root':'\\\\Windows','product':'Windows 11 Pro','build':22631,"
		       "'revision':3880,'display_version':'23H2','computer_name':'PC','arch':'x64'}"
		       ","
		       "'quarantines':[{'id':'20261124T200000Z','state':'active','files':1}]}]}],"
		       "'outcome':{'status':0,'result':'done','text':'listed'}}"),
		"d.img: 64 GiB, GPT, 512-byte sectors\n"
		"  NO PART       SIZE  CONTENT            LABEL\n"
		"   1    1    100 MiB  FAT                SYSTEM (EFI system)\n"
		"   3    3    1.5 GiB  BitLocker (NTFS)   Windows\n"
		"       UUID:      aa-bb\n"
		"       BitLocker: AES-XTS 128, encrypted, open by recovery password\n"
		"       Opened by: TPM, recovery password\n"
		"       Key ID:    64311DEA-4587-4029-924A-BA299647998E\n"
		"                  metadata copy 2 of 3 is damaged\n"
		"       Windows:   Windows 11 Pro 23H2, build 22631.3880, computer PC, x64\n"
		"                  in \\Windows\n"
		"       Journal:   unclean (version 2.0), 3 records\n"
		"       Hibernated: yes, hibr\n"
		"       No repair: no\n"
		"       Undo ID:   20261124T200000Z, 1 file, active\n");
}

#define JOURNAL                                                                                    \
	"{'state':'pending','version':'2.0','reason':'open','pending':true,'records':106,"         \
	"'redone':41,'transactions':22,'losers':1,'since_lsn':'0x287b04','can_replay':true}"
#define VOLUME(journal)                                                                            \
	"'disks':[{'path':'d','volumes':[{'number':3,'name':'d','windows':{'product':'W'},"        \
	"'ntfs':{'journal':" journal "}}]}]"

static void test_journal__pending__said_with_what_is_shown(void **state)
{
	(void)state;
	assert_string_equal(render("{'command':'scan'," VOLUME(JOURNAL) "}"),
		"Volume 3: d: W\n"
		"  Journal: pending (version 2.0): 106 records, 41 to apply, 22 transactions, 1\n"
		"           never ended, since LSN 0x287b04\n"
		"           shown as Windows will see it; nothing was written for that\n");
}

static void test_journal__refused__said_with_the_reason(void **state)
{
	(void)state;
	assert_string_equal(
		render("{'command':'scan'," VOLUME("{'state':'torn','reason':'open','can_replay':"
						   "false,'refused':{'object':"
						   "'d','text':'damaged','detail':'LSN "
						   "7','next':'chkdsk'},'pending':false}") "}"),
		"Volume 3: d: W\n"
		"  Journal: torn, open\n"
		"           shown as it lies on the disk, no repair is offered:\n"
		"           d: damaged: LSN 7; chkdsk\n");
}

static void test_journal__idle_or_clean__no_word_in_a_scan(void **state)
{
	(void)state;
	assert_string_equal(render("{'command':'scan'," VOLUME("{'state':'idle','pending':false,"
							       "'can_replay':true}") "}"),
		"Volume 3: d: W\n");
}

static void test_journal__one_of_each__in_the_singular(void **state)
{
	(void)state;
	assert_string_equal(
		render("{'command':'scan'," VOLUME("{'state':'pending','version':'2.0','pending':"
						   "true,'records':1,'redone':1,'transactions':1,"
						   "'losers':1,'since_lsn':'0x1'}") "}"),
		"Volume 3: d: W\n"
		"  Journal: pending (version 2.0): 1 record, 1 to apply, 1 transaction, 1 never\n"
		"           ended, since LSN 0x1\n");
	assert_string_equal(
		render("{'command':'replay','replay':[{'volume':3,'state':'pending','records':1,"
		       "'redone':1,'blocks':1,'losers':1,'zeroed':2,'result':'planned'}]}"),
		"\nPlan:\n"
		"      REPLAY    the journal of volume 3: 1 of 1 record, 1 block\n"
		"      Losers:  1 transaction never ended: undone, as Windows would\n"
		"      Note:    the contents of 2 small files are not in the journal: they read\n"
		"               as zeros, as they will in Windows\n");
}

#define REPLAY(result)                                                                             \
	"{'command':'replay','disks':[{'path':'d'}],'replay':[{'volume':3,'state':'pending',"      \
	"'records':106,'redone':41,'blocks':13,'losers':2,'zeroed':1,'plan':'a long name of a "    \
	"plan, that is longer than a line is by itself.plan','result':'" result "'}]"
#define REPLAY_TEXT                                                                                \
	"\nPlan:\n"                                                                                \
	"      REPLAY    the journal of volume 3: 41 of 106 records, 13 blocks\n"                  \
	"      Losers:  2 transactions never ended: undone, as Windows would\n"                    \
	"      Note:    the contents of 1 small file are not in the journal: they read\n"          \
	"               as zeros, as they will in Windows\n"                                       \
	"      Saved in: a long name of a plan, that is longer than a line is by\n"                \
	"                itself.plan\n"

static void test_replay__plan__is_the_beginning_of_the_end(void **state)
{
	(void)state;
	assert_string_equal(render(REPLAY("planned") "}"), REPLAY_TEXT);
	assert_string_equal(render(REPLAY("done") ",'outcome':{'status':0,'text':'t'}}"),
		REPLAY_TEXT "\nDone:\n      done      the journal of volume 3\n\nResult: t.\n"
			    "To take it back: unbrick replay d --revert a long name of a plan, "
			    "that is longer than a line is by itself.plan\n");
}

static void test_list__broken_disk_and_volume__error_on_its_own_line(void **state)
{
	(void)state;
	assert_string_equal(
		render("{'command':'list','disks':[{'path':'a','error':{'object':'a','text':'"
		       "cannot "
		       "open','detail':'No such "
		       "file','next':'check'}},{'path':'b','size_bytes':512,"
		       "'sector_bytes':512,'scheme':'bare','warning':'odd','volumes':[{'number':1,"
		       "'size_bytes':512,'content':'unknown','error':{'text':'x','next':'y'}}]}]}"),
		"a:\n"
		"  ! a: cannot open: No such file; check\n"
		"\n"
		"b: 512 bytes, no partition table, 512-byte sectors\n"
		"  ! odd\n"
		"  NO PART       SIZE  CONTENT            LABEL\n"
		"   1    -  512 bytes  unknown\n"
		"       ! x; y\n");
}

#define PLAN                                                                                       \
	"'disks':[{'path':'d.img','volumes':[{'number':3,'name':'d.img, partition 3','windows':{"  \
	"'product':'Windows 10 Pro'}},{'number':4,'name':'x'}]}],'findings':[{'volume':3,'rule':"  \
	"'crowdstrike-291','title':'Channel file 291','outcome':'matched','why':'name and time "   \
	"fit','references':['https://example.org/a']}],'unreadable':1,'faults':['record 7'],"      \
	"'plan':[{'volume':3,'item':1,'action':'quarantine','path':'\\\\W\\\\C-291.sys','rule':"   \
	"'crowdstrike-291','why':'all "                                                            \
	"fits','target':'\\\\Unbrick\\\\T\\\\0001','size_bytes':41752,"                            \
	"'sha256':'ab','modified':'2024-07-19T04:09:00Z'}]"

#define PLAN_TEXT                                                                                  \
	"Volume 3: d.img, partition 3: Windows 10 Pro\n"                                           \
	"\n"                                                                                       \
	"Found: Channel file 291, on volume 3\n"                                                   \
	"  Rule:     crowdstrike-291 (matched)\n"                                                  \
	"  Because:  name and time fit\n"                                                          \
	"  See:      https://example.org/a\n"                                                      \
	"\n"                                                                                       \
	"Not looked at (damaged or unreadable): 1\n"                                               \
	"  ! record 7\n"                                                                           \
	"\n"                                                                                       \
	"Plan:\n"                                                                                  \
	"   1. MOVE AWAY \\W\\C-291.sys\n"                                                         \
	"      Size:    40.7 KiB (41752), volume 3\n"                                              \
	"      Changed: 2024-07-19T04:09:00Z\n"                                                    \
	"      SHA-256: ab\n"                                                                      \
	"      Because: crowdstrike-291: all fits\n"                                               \
	"      To:      a folder of its own below \\Unbrick, on this volume\n"

static void test_scan__something_found__plan_and_next_command(void **state)
{
	(void)state;
	assert_string_equal(render("{'command':'scan'," PLAN ",'outcome':{'status':3,'result':"
				   "'found','text':'1 file to repair'}}"),
		PLAN_TEXT "\nResult: 1 file to repair.\nTo repair it: unbrick fix d.img\n");
}

static void test_fix__unfinished__is_the_beginning_of_the_finished(void **state)
{
	(void)state;
	char so_far[8192];
	(void)snprintf(so_far, sizeof(so_far), "%s", render("{'command':'fix'," PLAN "}"));
	assert_string_equal(so_far, PLAN_TEXT);
	const char *end = render("{'command':'fix'," PLAN ",'actions':[{'item':1,'path':'\\\\W',"
				 "'target':'\\\\U','result':'done'}],'verification':{'passed':true,"
				 "'read_from':'device',"
				 "'checks':['opened again']},'quarantine':{'id':'T','volume':3},"
				 "'outcome':{'status':0,'result':'done','text':'1 file moved'}}");
	assert_memory_equal(end, so_far, strlen(so_far));
	assert_string_equal(end + strlen(so_far),
		"\nDone:\n   1. done      \\W -> \\U\n"
		"\nRead back from the device: passed\n  - opened again\n"
		"\nResult: 1 file moved.\nTo take it back: unbrick undo d.img T\n");
}

static void test_fix__failed_item__its_error_below_it(void **state)
{
	(void)state;
	assert_string_equal(
		render("{'command':'fix','actions':[{'item':2,'path':'\\\\W','result':'failed','"
		       "error':"
		       "{'object':'d','text':'write "
		       "error','next':'check'}}],'verification':{'passed':"
		       "false,'error':{'text':'bad','next':'stop'}},'error':{'text':'z'},"
		       "'outcome':{'status':10,'result':'failed','text':'write error'}}"),
		"\nDone:\n   2. failed    \\W\n      ! d: write error; check\n"
		"\nRead back: FAILED\n  ! bad; stop\n");
}

static void test_undo__plan_and_action__lead_back(void **state)
{
	(void)state;
	assert_string_equal(
		render("{'command':'undo','plan':[{'volume':3,'item':1,'action':'restore',"
		       "'path':'\\\\W','target':'\\\\U'}],'actions':[{'item':1,'action':"
		       "'restore','path':'\\\\W','target':'\\\\U','result':'done'}]}"),
		"\nPlan:\n   1. PUT BACK  \\W\n      From:    \\U\n"
		"\nDone:\n   1. done      \\U -> \\W\n");
}

static void test_rules__list_show_check__each_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(
		render("{'command':'rules','rules':[{'id':'a','title':'T','kind':'bad-file',"
		       "'action':'quarantine'}],'outcome':{'text':'x'}}"),
		"a (bad-file, quarantine)\n  T\n");
	assert_string_equal(
		render("{'command':'rules','rule':{'id':'a','text':'[rule]\\n\\n  id = a\\n'}}"),
		"[rule]\n\n  id = a\n");
	assert_string_equal(
		render("{'command':'rules','checked':[{'file':'a','ok':true},{'file':'b',"
		       "'ok':false,'error':{'object':'b:3','text':'invalid rule'}},"
		       "{'file':'c','ok':false}]}"),
		"good  a\nBAD   b:3: invalid rule\nBAD   c\n");
}

static void test_text__long_paragraph__breaks_before_column_80(void **state)
{
	(void)state;
	const char *text = render(
		"{'command':'fix','findings':[{'title':'t','volume':1,'rule':'r','outcome':'doubt',"
		"'why':'some words that are long enough to need a second line on a console of "
		"eighty "
		"columns, and then a path\\u00e4 "
		"\\\\a\\\\very\\\\long\\\\path\\\\without\\\\any\\\\blank\\\\that\\\\does\\\\not\\"
		"\\fit\\\\one\\\\line\\\\at"
		"\\\\all.sys and more'}]}");
	const char *expected =
		"\nFound: t, on volume 1\n"
		"  Rule:     r (doubt)\n"
		"  Because:  some words that are long enough to need a second line on a console\n"
		"            of eighty columns, and then a path\xC3\xA4\n"
		"            "
		"\\a\\very\\long\\path\\without\\any\\blank\\that\\does\\not\\fit\\one\\line\\at\\a"
		"ll.sys\n"
		"            and more\n";
	assert_string_equal(text, expected);
}

static void test_text__wide_characters__counted_as_one_column(void **state)
{
	(void)state;
	char json[2048] = "{'command':'rules','rules':[{'id':'a','kind':'k','action':'q','title':'";
	/* 77 letters of two bytes each fit beside the indent of two */
	for (int i = 0; i < 77; i++)
		strcat(json, "\xC3\xA4");
	strcat(json, " x'}]}");
	char expected[2048] = "a (k, q)\n  ";
	for (int i = 0; i < 77; i++)
		strcat(expected, "\xC3\xA4");
	strcat(expected, "\n  x\n");
	assert_string_equal(render(json), expected);
}

static void test_text__wrong_types_and_nothing__no_crash(void **state)
{
	(void)state;
	assert_string_equal(render("{}"), "");
	assert_string_equal(render("{'command':7,'disks':{},'findings':'x','plan':7,'actions':[],"
				   "'verification':[],'rules':{},'outcome':'x'}"),
		"");
	render("{'command':'list','disks':[7,{'volumes':[7,{'bitlocker':7,'ntfs':[],'windows':'w',"
	       "'quarantines':[7],'error':7},{'bitlocker':{'protectors':[7],'copies_good':['x'],"
	       "'recovery_key_ids':[{}]}}]}]}");
	render("{'command':'fix','disks':[7],'findings':[7],'faults':[7],'plan':[7],'actions':[7],"
	       "'verification':{'checks':[7]},'checked':[7],'rules':[7],'outcome':{'text':7}}");
}

static void test_size_text__limits__unit_changes_there(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {{0, "0 bytes"}, {1023, "1023 bytes"}, {1024, "1 KiB"}, {1536, "1.5 KiB"},
		{1048575, "1023.9 KiB"}, {1048576, "1 MiB"}, {512110190592, "476.9 GiB"},
		{1ULL << 60, "1 EiB"}, {UINT64_MAX, "15.9 EiB"}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char text[24];
		report_size_text(sizes[i].bytes, text);
		assert_string_equal(text, sizes[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list__bitlocker_and_windows__each_has_its_line),
		cmocka_unit_test(test_journal__pending__said_with_what_is_shown),
		cmocka_unit_test(test_journal__refused__said_with_the_reason),
		cmocka_unit_test(test_journal__one_of_each__in_the_singular),
		cmocka_unit_test(test_journal__idle_or_clean__no_word_in_a_scan),
		cmocka_unit_test(test_replay__plan__is_the_beginning_of_the_end),
		cmocka_unit_test(test_list__broken_disk_and_volume__error_on_its_own_line),
		cmocka_unit_test(test_scan__something_found__plan_and_next_command),
		cmocka_unit_test(test_fix__unfinished__is_the_beginning_of_the_finished),
		cmocka_unit_test(test_fix__failed_item__its_error_below_it),
		cmocka_unit_test(test_undo__plan_and_action__lead_back),
		cmocka_unit_test(test_rules__list_show_check__each_as_it_is),
		cmocka_unit_test(test_text__long_paragraph__breaks_before_column_80),
		cmocka_unit_test(test_text__wide_characters__counted_as_one_column),
		cmocka_unit_test(test_text__wrong_types_and_nothing__no_crash),
		cmocka_unit_test(test_size_text__limits__unit_changes_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
