/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the firmware had us from: device paths made by the UEFI specification, in the shapes that
 * OVMF and iPXE have (tests/qemu asserts what comes out of theirs), and packets by the RFCs. */
#include "format/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOT   0x02, 0x01, 0x0C, 0x00, 0xD0, 0x41, 0x03, 0x0A, 0, 0, 0, 0
#define PCI_3  0x01, 0x01, 0x06, 0x00, 0x00, 0x03
#define ZEROS8 0, 0, 0, 0, 0, 0, 0, 0
#define MAC                                                                                        \
	0x03, 0x0B, 0x25, 0x00, 0x52, 0x54, 0x00, 0x77, 0x00, 0x01, ZEROS8, ZEROS8, ZEROS8, 0, 0,  \
		0x01
#define VLAN_7	0x03, 0x14, 0x06, 0x00, 0x07, 0x00
#define IP4	0x03, 0x0C, 0x1B, 0x00, ZEROS8, ZEROS8, 0, 0, 0, 0, 0, 0, 0
#define IP6	0x03, 0x0D, 0x3C, 0x00, ZEROS8, ZEROS8, ZEROS8, ZEROS8, ZEROS8, ZEROS8, ZEROS8
#define USB_2	0x03, 0x05, 0x06, 0x00, 0x01, 0x00
#define CD	0x04, 0x02, 0x18, 0x00, ZEROS8, ZEROS8, 0, 0, 0, 0
#define DNS	0x03, 0x1F, 0x15, 0x00, 0x00, ZEROS8, ZEROS8
#define URI(n)	0x03, 0x18, (n) + 4, 0x00
#define THE_END 0x7F, 0xFF, 0x04, 0x00

static struct origin o;

static bool read_path(const uint8_t *path, size_t len)
{
	/* exactly as long: a read beyond is seen */
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, path, len);
	bool is_known = origin_of_path(copy, len, &o);
	free(copy);
	return is_known;
}

static const char *how(void)
{
	return origin_how_word(o.how);
}

static void test_origin_of_path__pxe__by_card_and_vlan(void **state)
{
	static const uint8_t pxe4[] = {ROOT, PCI_3, MAC, IP4, THE_END};
	static const uint8_t pxe6[] = {ROOT, PCI_3, MAC, VLAN_7, IP6, THE_END};
	static const uint8_t mac[] = {0x52, 0x54, 0x00, 0x77, 0x00, 0x01};

	(void)state;
	assert_true(read_path(pxe4, sizeof(pxe4)));
	assert_string_equal(how(), "pxe");
	assert_true(o.has_mac && !o.has_vlan && !o.is_ip6);
	assert_memory_equal(o.mac, mac, 6);
	assert_string_equal(o.url, "");
	assert_true(read_path(pxe6, sizeof(pxe6)));
	assert_string_equal(how(), "pxe");
	assert_true(o.has_vlan && o.is_ip6);
	assert_int_equal(o.vlan, 7);
}

static void test_origin_of_path__uri__is_http_or_https(void **state)
{
	static const uint8_t http[] = {ROOT, PCI_3, MAC, IP4, DNS, URI(14), 'h', 't', 't', 'p', ':',
		'/', '/', 'a', '/', 'b', '.', 'e', 'f', 'i', THE_END};
	static const uint8_t https[] = {ROOT, PCI_3, MAC, IP6, URI(11), 'H', 'T', 'T', 'P', 'S',
		':', '/', '/', 'a', '/', 'b', THE_END};

	(void)state;
	assert_true(read_path(http, sizeof(http)));
	assert_string_equal(how(), "http");
	assert_string_equal(o.url, "http://a/b.efi");
	assert_true(read_path(https, sizeof(https)));
	assert_string_equal(how(), "https");
	assert_string_equal(o.url, "HTTPS://a/b");
	assert_true(o.is_ip6);
}

static void test_origin_of_path__uri_that_is_not_plain__is_not_known(void **state)
{
	static const uint8_t odd[] = {
		MAC, URI(12), 'h', 't', 't', 'p', ':', '/', '/', 'a', '/', '\n', 'x', '=', THE_END};
	static const uint8_t user[] = {
		MAC, URI(11), 'h', 't', 't', 'p', ':', '/', '/', 'u', '@', 'a', '/', THE_END};
	static const uint8_t none[] = {MAC, URI(0), THE_END};
	static const uint8_t cut[] = {MAC, URI(4), 'h', 't', 't', 'p', THE_END};

	(void)state;
	assert_true(read_path(odd, sizeof(odd)));
	assert_string_equal(how(), "http");
	assert_string_equal(o.url, "");
	assert_true(read_path(user, sizeof(user)));
	assert_string_equal(o.url, "");
	assert_true(read_path(none, sizeof(none)));
	assert_string_equal(how(), "pxe");
	assert_true(read_path(cut, sizeof(cut)));
	assert_string_equal(how(), "pxe");
	assert_string_equal(o.url, "");
}

static void test_origin_of_path__two_macs__are_ipxe(void **state)
{
	static const uint8_t ipxe[] = {ROOT, PCI_3, MAC, MAC, THE_END};
	static const uint8_t newer[] = {
		MAC, MAC, IP4, URI(8), 'h', 't', 't', 'p', ':', '/', '/', 'a', THE_END};

	(void)state;
	assert_true(read_path(ipxe, sizeof(ipxe)));
	assert_string_equal(how(), "ipxe");
	assert_true(read_path(newer, sizeof(newer)));
	assert_string_equal(how(), "ipxe");
	assert_string_equal(o.url, "http://a");
}

static void test_origin_of_path__media__stick_cd_disk(void **state)
{
	static const uint8_t usb[] = {ROOT, PCI_3, USB_2, THE_END};
	static const uint8_t cd[] = {ROOT, PCI_3, USB_2, CD, THE_END};
	static const uint8_t disk[] = {ROOT, PCI_3, THE_END};

	(void)state;
	assert_true(read_path(usb, sizeof(usb)));
	assert_string_equal(how(), "usb");
	assert_true(read_path(cd, sizeof(cd)));
	assert_string_equal(how(), "cd");
	assert_false(read_path(disk, sizeof(disk)));
	assert_string_equal(how(), "disk");
	assert_false(o.has_mac);
}

static void test_origin_of_path__damaged__reads_no_further(void **state)
{
	static const uint8_t path[] = {ROOT, PCI_3, MAC, VLAN_7, IP6, URI(8), 'h', 't', 't', 'p',
		':', '/', '/', 'a', THE_END};
	static const uint8_t small[] = {
		0x03, 0x0B, 0x08, 0x00, 1, 2, 3, 4, 0x03, 0x14, 0x05, 0x00, 1, THE_END};

	(void)state;
	for (size_t len = 0; len <= sizeof(path); len++)
		(void)read_path(path, len);
	assert_false(read_path(small, sizeof(small)));
	assert_false(o.has_mac || o.has_vlan);
	/* what would go on in the next node, and bits that are no number of a VLAN */
	static const uint8_t next[] = {
		MAC, URI(4), 'h', 't', 't', 'p', ':', 0x01, 0x04, 0x00, THE_END};
	static const uint8_t priority[] = {MAC, 0x03, 0x14, 0x06, 0x00, 0x07, 0xF0, THE_END};
	assert_true(read_path(next, sizeof(next)));
	assert_string_equal(how(), "pxe");
	assert_true(read_path(priority, sizeof(priority)));
	assert_int_equal(o.vlan, 7);
}

static void test_origin_of_path__uri_longer_than_is_kept__is_not_known(void **state)
{
	static const uint8_t begin[] = {MAC, 0x03, 0x18, 0x04, 0x10, 'h', 't', 't', 'p', ':', '/',
		'/'},
			     end[] = {THE_END};
	static uint8_t path[sizeof(begin) + 0x1000 - 7 + sizeof(end)];

	(void)state;
	memset(path, 'a', sizeof(path));
	memcpy(path, begin, sizeof(begin));
	memcpy(path + sizeof(path) - sizeof(end), end, sizeof(end));
	assert_true(read_path(path, sizeof(path)));
	assert_string_equal(how(), "http");
	assert_string_equal(o.url, "");
	assert_false(o.has_vlan || o.is_ip6);
}

/* ---- DHCP */

static uint8_t packet[DHCP_BYTES_MAX];
static size_t packet_len;

static void begin4(uint8_t next_server)
{
	static const uint8_t magic[] = {99, 130, 83, 99};

	memset(packet, 0, sizeof(packet));
	if (next_server)
		memcpy(packet + 20, (const uint8_t[]){10, 0, 0, next_server}, 4);
	memcpy(packet + 236, magic, 4);
	packet_len = 240;
}

static void add4(uint8_t option, const void *bytes, size_t len)
{
	packet[packet_len] = option;
	packet[packet_len + 1] = (uint8_t)len;
	memcpy(packet + packet_len + 2, bytes, len);
	packet_len += 2 + len;
}

static const char *url4(void)
{
	static char url[ORIGIN_URL_MAX];
	uint8_t *copy = malloc(packet_len);

	assert_non_null(copy);
	memcpy(copy, packet, packet_len);
	bool is_there = origin_of_dhcp4(copy, packet_len, url);
	free(copy);
	assert_int_equal(is_there, url[0] != '\0');
	return url;
}

static void test_origin_of_dhcp4__option_67__goes_before_the_field(void **state)
{
	static const uint8_t server[] = {10, 0, 0, 9};

	(void)state;
	begin4(1);
	memcpy(packet + 108, "field.efi", 9);
	assert_string_equal(url4(), "tftp://10.0.0.1/field.efi");
	add4(67, "\\dir\\unbrick.efi", 16);
	assert_string_equal(url4(), "tftp://10.0.0.1/dir/unbrick.efi");
	begin4(0);
	packet_len++; /* a pad */
	add4(54, server, 4);
	add4(67, "a.efi\0b", 7);
	assert_string_equal(url4(), "tftp://10.0.0.9/a.efi");
	begin4(0);
	add4(67, "a.efi", 5);
	add4(54, server, 3); /* no address */
	assert_string_equal(url4(), "");
	begin4(1);
	add4(67, "http://10.0.0.1/boot.ipxe", 25);
	assert_string_equal(url4(), "http://10.0.0.1/boot.ipxe");
}

static void test_origin_of_dhcp4__names_that_are_none__give_none(void **state)
{
	(void)state;
	begin4(1);
	assert_string_equal(url4(), "");
	memcpy(packet + 108, "a.efi", 5);
	add4(52, "\x01", 1); /* options lie in the field */
	assert_string_equal(url4(), "");
	begin4(1);
	add4(67, "a b.efi", 7);
	assert_string_equal(url4(), "");
	begin4(0);
	add4(67, "a.efi", 5); /* of which server? */
	assert_string_equal(url4(), "");
	begin4(1);
	memset(packet + 108, 'x', 128); /* full, without an end */
	assert_int_equal(strlen(url4()), strlen("tftp://10.0.0.1/") + 128);
	char longest[250];
	memset(longest, 'x', sizeof(longest));
	add4(67, longest, sizeof(longest));
	assert_string_equal(url4(), "");
	begin4(1);
	packet[236] = 0;
	memcpy(packet + 108, "a.efi", 5);
	assert_string_equal(url4(), "");
	begin4(1);
	add4(255, "", 0);
	add4(67, "a.efi", 5); /* behind the end */
	assert_string_equal(url4(), "");
}

static void test_origin_of_dhcp4__cut_anywhere__reads_no_further(void **state)
{
	(void)state;
	begin4(1);
	add4(54, "\x0A\x00\x00\x09", 4);
	add4(67, "a.efi", 5);
	for (size_t whole = packet_len; packet_len > 0; packet_len--)
		if (packet_len < whole)
			assert_string_equal(url4(), "");
}

static void test_origin_of_dhcp6__option_59__is_the_url(void **state)
{
	static const uint8_t reply[] = {7, 1, 2, 3, 0, 1, 0, 2, 0, 0, 0, 59, 0, 18, 't', 'f', 't',
		'p', ':', '/', '/', '[', 'f', 'd', ':', ':', '1', ']', '/', 'a', '.', 'b'};
	char url[ORIGIN_URL_MAX];

	(void)state;
	assert_true(origin_of_dhcp6(reply, sizeof(reply), url));
	assert_string_equal(url, "tftp://[fd::1]/a.b");
	for (size_t len = 0; len < sizeof(reply); len++) {
		uint8_t *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, reply, len);
		uint8_t *exact = realloc(copy, len ? len : 1);
		assert_false(origin_of_dhcp6(exact, len, url));
		assert_string_equal(url, "");
		free(exact);
	}
}

static void test_origin_is_url__plain_only(void **state)
{
	static const char *const wrong[] = {"", "http", "http:", "http:/a", "://a", "ht tp://a",
		"http://a b", "http://u@a", "http://a\"", "http://a'", "http://a$b", "http://a\\b",
		"http://a#b", "http://\xC3\xA4", NULL};
	char longest[ORIGIN_URL_MAX + 1] = "http://";

	(void)state;
	assert_true(origin_is_url("http://[fd77::1]:80/a/b-c_d~e.efi?f=g&h=%20"));
	for (unsigned i = 0; wrong[i]; i++)
		assert_false(origin_is_url(wrong[i]));
	memset(longest + 7, 'a', ORIGIN_URL_MAX - 8);
	assert_true(origin_is_url(longest));
	longest[ORIGIN_URL_MAX - 1] = 'a';
	assert_false(origin_is_url(longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin_of_path__pxe__by_card_and_vlan),
		cmocka_unit_test(test_origin_of_path__uri__is_http_or_https),
		cmocka_unit_test(test_origin_of_path__uri_that_is_not_plain__is_not_known),
		cmocka_unit_test(test_origin_of_path__two_macs__are_ipxe),
		cmocka_unit_test(test_origin_of_path__media__stick_cd_disk),
		cmocka_unit_test(test_origin_of_path__damaged__reads_no_further),
		cmocka_unit_test(test_origin_of_path__uri_longer_than_is_kept__is_not_known),
		cmocka_unit_test(test_origin_of_dhcp4__option_67__goes_before_the_field),
		cmocka_unit_test(test_origin_of_dhcp4__names_that_are_none__give_none),
		cmocka_unit_test(test_origin_of_dhcp4__cut_anywhere__reads_no_further),
		cmocka_unit_test(test_origin_of_dhcp6__option_59__is_the_url),
		cmocka_unit_test(test_origin_is_url__plain_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
