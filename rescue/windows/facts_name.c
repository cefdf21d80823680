/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Windows is called. The registry of a Windows 11 says "Windows 10 ..."; the build decides.
 */
#include "windows/facts_internal.h"

#include <stdio.h>
#include <string.h>

#define FIRST_BUILD_OF_11 22000

struct name {
	uint32_t from_build;
	const char *client, *server;
};

static const struct name names[] = {
	{26100, "Windows 11", "Windows Server 2025"},
	{FIRST_BUILD_OF_11, "Windows 11", "Windows Server"},
	{20348, "Windows 10", "Windows Server 2022"},
	{17763, "Windows 10", "Windows Server 2019"},
	{14393, "Windows 10", "Windows Server 2016"},
	{10240, "Windows 10", "Windows Server"},
	{9600, "Windows 8.1", "Windows Server 2012 R2"},
	{9200, "Windows 8", "Windows Server 2012"},
	{7600, "Windows 7", "Windows Server 2008 R2"},
	{6000, "Windows Vista", "Windows Server 2008"},
	{3790, "Windows XP x64", "Windows Server 2003"},
	{2600, "Windows XP", "Windows Server"},
	{0, "Windows", "Windows Server"},
};

struct edition {
	const char *id, *name;
};

static const struct edition editions[] = {
	{"Professional", "Pro"},
	{"ProfessionalN", "Pro N"},
	{"ProfessionalWorkstation", "Pro for Workstations"},
	{"ProfessionalEducation", "Pro Education"},
	{"Core", "Home"},
	{"CoreN", "Home N"},
	{"CoreSingleLanguage", "Home Single Language"},
	{"CoreCountrySpecific", "Home China"},
	{"EnterpriseS", "Enterprise LTSC"},
	{"IoTEnterprise", "IoT Enterprise"},
	{"ServerStandard", "Standard"},
	{"ServerDatacenter", "Datacenter"},
	{"ServerStandardEval", "Standard Evaluation"},
	{"ServerDatacenterEval", "Datacenter Evaluation"},
};

static const char *edition_name(const char *id)
{
	for (size_t i = 0; i < sizeof(editions) / sizeof(editions[0]); i++) {
		if (strcmp(editions[i].id, id) == 0)
			return editions[i].name;
	}
	return id;
}

void win_facts_name(struct win_info *info)
{
	char *ten = strstr(info->product, "Windows 10");

	if (ten && info->build >= FIRST_BUILD_OF_11 && !info->is_server)
		ten[strlen("Windows 1")] = '1';
	if (info->product[0])
		return;
	const struct name *n = names;
	while (n->from_build > info->build)
		n++;
	(void)snprintf(info->product, sizeof(info->product), "%s%s%s",
		info->is_server ? n->server : n->client, info->edition[0] ? " " : "",
		edition_name(info->edition));
}
