/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known in advance: Microsoft's certificates, and what of Debian's is on the stick. */
#include "firmware/firmware.h"

#define KNOWN(id, name, variable, sha256) {name, variable, sha256},
const struct fw_known fw_known[FW_CAS_END] = {FW_CAS(KNOWN)};

/* Debian's shim-signed 1.51~1+deb12u1+16.1 and grub-efi-amd64-signed 1+2.06+13+deb12u2. */
const struct fw_loader fw_loaders[FW_LOADERS] = {
	[FW_SHIM] = {"shimx64.efi",
		"80a66d53a945d2286fcadd780fae1c225aa732079cd67b5225dc78aaab4e2ff8"},
	[FW_GRUB] = {"grubx64.efi",
		"a68f6d71ebddaa19751ff8d729f67d11b0df8e4c49400c3e7e90de16119e1265"},
	[FW_GRUB_NET] = {"grubnetx64.efi",
		"f85e271fd67bfb46fc14e90af0962f311de7e6a77ce46d210244835ccac469ed"},
	[FW_APPLICATION] = {"unbrick.efi", NULL},
};

const struct fw_sbat fw_sbat[] = {
	{"shim", FW_SHIM, 4},
	{"shim.debian", FW_SHIM, 1},
	{"grub", FW_GRUB, 5},
	{"grub.debian", FW_GRUB, 5},
	{"grub.debian12", FW_GRUB, 1},
	{"unbrick", FW_APPLICATION, 1},
};
const size_t fw_n_sbat = sizeof(fw_sbat) / sizeof(fw_sbat[0]);
