/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "efi/app.h"

static const EFI_GUID guid_pxe = EFI_PXE_BASE_CODE_PROTOCOL_GUID;
static const EFI_GUID guid_pci_io = {
	0x4cf5b200, 0x68b8, 0x4ca5, {0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a}};

/* The file's URL by the answers that PXE keeps. The last one that names a file was used: of a boot
 * server, of a proxy, of the DHCP server. */
static void read_pxe(EFI_HANDLE device, struct origin *o)
{
	const EFI_PXE_BASE_CODE *pxe = protocol_of(device, &guid_pxe);

	if (!pxe || !pxe->Mode)
		return;
	const EFI_PXE_BASE_CODE_MODE *m = pxe->Mode;
	const EFI_PXE_BASE_CODE_PACKET *const all[] = {m->PxeReplyReceived ? &m->PxeReply : NULL,
		m->ProxyOfferReceived ? &m->ProxyOffer : NULL,
		m->DhcpAckReceived ? &m->DhcpAck : NULL};
	bool is_found = o->url[0];

	o->is_ip6 |= m->UsingIpv6;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]) && !is_found; i++) {
		if (!all[i])
			continue;
		const uint8_t *raw = all[i]->Raw;
		is_found = m->UsingIpv6 ? origin_of_dhcp6(raw, sizeof(*all[i]), o->url)
					: origin_of_dhcp4(raw, sizeof(*all[i]), o->url);
	}
}

void origin_find(EFI_HANDLE device, struct origin *ret)
{
	const uint8_t *path = protocol_of(device, &guid_device_path);

	*ret = (struct origin){.how = ORIGIN_DISK};
	if (!path || !origin_of_path(path, path_length(path, PATH_BYTES_MAX), ret))
		return;
	if (!ret->has_mac)
		return;
	/* not each iPXE has a node of its own in the path, but each shows its files on the card */
	if (ret->how == ORIGIN_PXE && protocol_of(device, &guid_simple_fs))
		ret->how = ORIGIN_IPXE;
	read_pxe(device, ret);
}

bool origin_pci(EFI_HANDLE device, char ret[ORIGIN_PCI_MAX])
{
	EFI_DEVICE_PATH *path = protocol_of(device, &guid_device_path);
	EFI_GUID guid = guid_pci_io; /* the firmware's prototypes know no const */
	UINTN segment, bus, slot, function;
	EFI_HANDLE card = NULL;

	if (!path || BS->LocateDevicePath(&guid, &path, &card) != EFI_SUCCESS)
		return false;
	EFI_PCI_IO_PROTOCOL *pci = protocol_of(card, &guid_pci_io);
	if (!pci || pci->GetLocation(pci, &segment, &bus, &slot, &function) != EFI_SUCCESS)
		return false;
	text_format(ret, ORIGIN_PCI_MAX, "%04x:%02x:%02x.%x", (unsigned)segment, (unsigned)bus,
		(unsigned)slot, (unsigned)function);
	return true;
}
