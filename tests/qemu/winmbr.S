/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for the boot code of a Windows on a BIOS machine: says on the first serial port that it runs, and from which
 * drive the BIOS says it does, then powers QEMU off. 440 bytes at most. */
	.code16
	.globl	_start
_start:	ljmp	$0x7c0, $1f - _start
1:	mov	%cs, %ax
	mov	%ax, %ds
	mov	%dl, %cl
	mov	$text - _start, %si
2:	lodsb
	test	%al, %al
	jz	3f
	call	put
	jmp	2b
3:	mov	%cl, %al
	shr	$4, %al
	call	digit
	mov	%cl, %al
	and	$15, %al
	call	digit
	mov	$13, %al
	call	put
	mov	$10, %al
	call	put
	mov	$0x604, %dx			/* q35's ACPI: power off */
	mov	$0x2000, %ax
	out	%ax, %dx
4:	hlt
	jmp	4b

digit:	add	$'0', %al
	cmp	$'9', %al
	jbe	put
	add	$'a' - '9' - 1, %al
put:	mov	%al, %bl
	mov	$0x3fd, %dx
5:	in	%dx, %al
	test	$0x20, %al
	jz	5b
	mov	$0x3f8, %dx
	mov	%bl, %al
	out	%al, %dx
	ret

text:	.asciz	"WINDOWS (BIOS, fake) started from drive "
	.org	440
