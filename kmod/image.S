/* SPDX-License-Identifier: GPL-2.0-only */
/* The EL2 image, an ELF file, as the module carries it; el2_image.c loads it. */

	.section .rodata, "a"
	.balign 8
	.globl pkvm_image
pkvm_image:
	.incbin IMAGE_FILE
	.globl pkvm_image_end
pkvm_image_end:
