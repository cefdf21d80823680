# SPDX-License-Identifier: GPL-3.0-or-later
# `make image`: $(BUILD)/unbrick.efi, unbrick-usb.img, usb/ and netboot/ (docs/boot.md, section 3).
# Included by the top Makefile.
#   SIGN_KEY=FILE SIGN_CERT=FILE  sign unbrick.efi (scripts/sign makes a key)
#   FIRST_DOOR=shim|application   what the stick starts first; application: machines that trust only
#                                 the own key, or no key at all
#   CONF=FILE RULE_KEY=FILE       signed settings, and the public key that signs rules
#   POLICY_KEY=FILE NET_CA=FILE   public keys (minisign) that sign policies, and certificates (PEM) of servers that are trusted
#   KERNEL=6.12|6.1               Debian's signed kernel of which series
#   FIRMWARE=free|nonfree         also the wired network chips' firmware that is not free
#   DRIVERS=pc|server             also Fibre Channel, fast and unusual network adapters (modules-server)
#   NETWORK=no|yes                stick, usb/ and ISO with what a network needs, as netboot/ always has it
#   SHELL_IN_IMAGE=no|yes         a shell for the setting `shell = yes`
#   INIT=PROGRAM                  another first process
#   URL= MAINTAINER=              the project's address, and whom a package's user may write to; without, none is named

KERNEL	?= 6.12
FIRMWARE ?= free
FIRST_DOOR ?= shim
DRIVERS	?= pc
SHELL_IN_IMAGE ?= no
NETWORK	?= no
# what speaks to servers, in an image with a network
NET	?= $(if $(wildcard rescue/net/main.c),$(BUILD)/unbrick-net)
INIT	?= $(BUILD)/init
CONF	?= initramfs/unbrick.conf
RULE_KEY ?=
POLICY_KEY ?=
NET_CA	?=
SIGN_KEY ?=
SIGN_CERT ?=
DEBS	?= $(BUILD)/debs
IMAGE	= $(BUILD)/image
COMMIT	:= $(shell scripts/commit id)
# every time in the image is that of the commit
ifndef SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH := $(shell scripts/commit time)
endif
export SOURCE_DATE_EPOCH

image: deps
	@$(MAKE) --no-print-directory image-files
image-files: $(BUILD)/unbrick.efi $(BUILD)/unbrick-usb.img $(BUILD)/unbrick.iso $(BUILD)/netboot/unbrick.efi
	@initramfs/show-sizes $(BUILD)

# what was asked for: a change of it is a change of what is made of it
$(IMAGE)/options: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(VERSION) $(COMMIT) $(SOURCE_DATE_EPOCH)' 'kernel $(KERNEL)' 'firmware $(FIRMWARE)' 'drivers $(DRIVERS)' \
		'network $(NETWORK)' 'shell $(SHELL_IN_IMAGE)' 'init $(INIT)' 'conf $(CONF)' 'rules $(RULE_KEY)' 'policies $(POLICY_KEY)' 'servers $(NET_CA)' \
		'door $(FIRST_DOOR)' 'key $(SIGN_KEY) $(SIGN_CERT)' 'url $(URL)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

IMAGE_USES = $(KERNEL) unpack network $(filter nonfree,$(FIRMWARE)) $(if $(filter yes,$(SHELL_IN_IMAGE)),shell)
$(IMAGE)/fetched: FORCE
	@mkdir -p $(@D)
	@initramfs/fetch $(DEBS) initramfs/packages $(IMAGE_USES) > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(IMAGE)/unpacked/.done: $(IMAGE)/fetched
	@echo '  UNPACK $(@D)'
	@rm -rf $(@D)
	@while read -r package version deb; do \
		mkdir -p $(@D)/$$package && dpkg-deb -x $$deb $(@D)/$$package || exit 1; done < $<
	@touch $@

$(IMAGE)/module-list: FORCE
	@mkdir -p $(@D)
	@cat initramfs/modules $(if $(filter server,$(DRIVERS)),initramfs/modules-server) > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(IMAGE)/module-list-network: $(IMAGE)/module-list initramfs/modules-network
	@cat $^ > $@

$(IMAGE)/modules/release: $(IMAGE)/module-list initramfs/select-modules $(IMAGE)/unpacked/.done
	@echo '  MODULES $(@D)'
	@initramfs/select-modules $< $(IMAGE)/unpacked/linux-image-6* $(@D)
$(IMAGE)/network/modules/release: $(IMAGE)/module-list-network initramfs/select-modules $(IMAGE)/unpacked/.done
	@initramfs/select-modules $< $(IMAGE)/unpacked/linux-image-6* $(@D)

ROOT_PARTS = initramfs/pieces initramfs/manifest initramfs/archive initramfs/packages
$(BUILD)/initramfs: $(BUILD)/unbrick $(LANGUAGES) $(INIT) $(IMAGE)/modules/release $(IMAGE)/options $(IMAGE)/rulekey \
	$(IMAGE)/polkey $(IMAGE)/netca \
	initramfs/assemble initramfs/keymaps $(ROOT_PARTS) $(wildcard rescue/rules/*.ini)
	@echo '  INITRAMFS $@'
	@initramfs/assemble $(IMAGE)/root INIT=$(INIT) UNBRICK=$(BUILD)/unbrick LOCALE=$(BUILD)/locale MODULES=$(IMAGE)/modules \
		UNPACKED=$(IMAGE)/unpacked FETCHED=$(IMAGE)/fetched VERSION=$(VERSION) COMMIT=$(COMMIT) \
		SHELL_IN_IMAGE=$(SHELL_IN_IMAGE) RULE_KEY=$(IMAGE)/rulekey POLICY_KEY=$(IMAGE)/polkey NET_CA=$(IMAGE)/netca
	@initramfs/archive $(IMAGE)/root $@ unbrick/complete

# what is laid over it in a system that uses the network
$(BUILD)/network: $(BUILD)/initramfs $(NET) $(IMAGE)/network/modules/release initramfs/assemble-network $(ROOT_PARTS)
	@echo '  NETWORK $@'
	@initramfs/assemble-network $(IMAGE)/network/root MAIN=$(IMAGE)/root NET=$(NET) MODULES=$(IMAGE)/network/modules \
		UNPACKED=$(IMAGE)/unpacked FETCHED=$(IMAGE)/fetched VERSION=$(VERSION) COMMIT=$(COMMIT)
	@initramfs/archive $(IMAGE)/network/root $@ unbrick/network-complete

$(BUILD)/vmlinuz: $(IMAGE)/unpacked/.done
	@cp $(IMAGE)/unpacked/linux-image-6*/boot/vmlinuz-* $@

# ---- the application, filled and signed

$(IMAGE)/sbat: initramfs/sbat.csv $(IMAGE)/options
	@sed 's|@VERSION@|$(VERSION)|; s|@URL@|$(or $(URL),none)|' $< > $@
$(IMAGE)/osrel: $(IMAGE)/options
	@printf 'NAME="Unbrick"\nID=unbrick\nVERSION_ID=%s\nPRETTY_NAME="Unbrick %s"\nBUILD_ID=%s\n' \
		$(VERSION) $(VERSION) $(COMMIT) > $@
$(IMAGE)/cmdline: initramfs/cmdline
	@sed 's/#.*//' $< | tr -s ' \n' ' ' | sed 's/^ //; s/ $$//' > $@
$(IMAGE)/rulekey: $(RULE_KEY) $(IMAGE)/options
	@$(if $(RULE_KEY),cat $(RULE_KEY),:) > $@
$(IMAGE)/polkey: $(POLICY_KEY) $(IMAGE)/options
	@$(if $(POLICY_KEY),cat $(POLICY_KEY),:) > $@
$(IMAGE)/netca: $(NET_CA) $(IMAGE)/options
	@$(if $(NET_CA),cat $(NET_CA),:) > $@

KEYS	= $(IMAGE)/rulekey $(IMAGE)/polkey $(IMAGE)/netca
APPLICATION = $(BUILD)/efi/stub.efi $(BUILD)/vmlinuz $(CONF) $(IMAGE)/sbat $(IMAGE)/osrel $(IMAGE)/cmdline $(KEYS) \
	efi/pack
# the application with an initramfs
define application
@echo '  PACK $@'
@efi/pack $(BUILD)/efi/stub.efi $@.unsigned --sbat $(IMAGE)/sbat --osrel $(IMAGE)/osrel \
	--uname $(IMAGE)/modules/release --cmdline $(IMAGE)/cmdline --conf $(CONF) \
	--rulekey $(IMAGE)/rulekey --polkey $(IMAGE)/polkey --netca $(IMAGE)/netca --initrd $(1) --linux $(BUILD)/vmlinuz
@$(if $(SIGN_KEY),scripts/sign --key $(SIGN_KEY) --cert $(SIGN_CERT) $@.unsigned $@,cp $@.unsigned $@)
@rm -f $@.unsigned
endef
$(BUILD)/unbrick.efi: $(BUILD)/initramfs $(APPLICATION)
	$(call application,$<)
$(IMAGE)/network/initrd: $(BUILD)/initramfs $(BUILD)/network
	@cat $^ > $@
$(IMAGE)/network/unbrick.efi: $(IMAGE)/network/initrd $(APPLICATION)
	$(call application,$<)

# ---- the stick and the network set

STICK	= initramfs/stick initramfs/bios initramfs/grub-menu initramfs/cmdline initramfs/image.mk
$(BUILD)/unbrick-usb.img: $(BUILD)/unbrick.efi $(if $(filter yes,$(NETWORK)),$(IMAGE)/network/unbrick.efi) $(STICK)
	@echo '  STICK $@'
	@$(if $(SIGN_CERT),openssl x509 -in $(SIGN_CERT) -outform DER -out $(IMAGE)/unbrick.cer)
	@CONF=$(CONF) NETWORK=$(NETWORK) MOK=$(if $(SIGN_CERT),$(IMAGE)/unbrick.cer) \
		initramfs/stick tree $(BUILD) $(IMAGE) $(FIRST_DOOR)
	@initramfs/stick image $(BUILD)/usb $@ $(IMAGE)

$(BUILD)/netboot/unbrick.efi: $(IMAGE)/network/unbrick.efi $(STICK)
	@CONF=$(CONF) initramfs/stick netboot $(BUILD) $(IMAGE)

$(BUILD)/unbrick.iso: $(BUILD)/unbrick-usb.img $(STICK)
	@echo '  ISO $@'
	@CONF=$(CONF) initramfs/stick iso $(BUILD)/usb $@ $(IMAGE)

# ---- what people download (docs/release.md): `make release VERSION=... [MINISIGN_KEY=FILE] [SIGN_KEY= SIGN_CERT=]`

DIST	?= dist
release: deps
	@$(MAKE) --no-print-directory release-files
release-parts: all image-files
release-files: release-parts
	@URL='$(URL)' MAINTAINER='$(MAINTAINER)' scripts/release '$(BUILD)' '$(DIST)' '$(VERSION)'

# docs/hardware.md, the part of this image's kernel
hardware: image
	@initramfs/hardware $(IMAGE)/module-list-network $(IMAGE)/network/modules docs/hardware.md

check-image: image
	@$(MAKE) --no-print-directory -j$(JOBS) release-parts
	@UNBRICK_BUILD=$(BUILD) $(RUN) image 1800 $(call ONE,$(sort $(wildcard tests/image/check-*)))

FORCE:
.PHONY: release release-files release-parts image image-files hardware check-image FORCE
