/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A 32-bit program, without a library: maps the page of modules/routes.c, which is EL2's, and
 * reads it. If that ends in SIGBUS it says so on standard output, and its status is 0.
 */
#define NR_exit		1
#define NR_write	4
#define NR_open		5
#define NR_rt_sigaction	174
#define NR_mmap2	192

#define PAGE_SIZE	4096
#define O_RDWR		2
#define PROT_READ	1
#define MAP_SHARED	1
#define SIGBUS		7
#define STDOUT		1

#define MESSAGE		"SIGBUS\n"
#define MESSAGE_SIZE	7

	.syntax	unified
	.arm

	.macro	syscall nr
	mov	r7, #\nr
	svc	#0
	.endm

	.section .rodata, "a"
device:
	.asciz	"/dev/routes"
message:
	.ascii	MESSAGE

	/* struct sigaction of the system call: handler, flags, restorer, mask */
	.balign	4
action:
	.word	on_sigbus, 0, 0, 0, 0

	.text
	.globl	_start
_start:
	mov	r0, #SIGBUS
	ldr	r1, =action
	mov	r2, #0
	mov	r3, #8			/* bytes of a set of signals */
	syscall	NR_rt_sigaction

	ldr	r0, =device
	mov	r1, #O_RDWR
	syscall	NR_open
	mov	r4, r0

	mov	r0, #0
	mov	r1, #PAGE_SIZE
	mov	r2, #PROT_READ
	mov	r3, #MAP_SHARED
	mov	r5, #0
	syscall	NR_mmap2
	ldr	r1, [r0]		/* an errno is no address either, but ends in SIGSEGV */

	mov	r0, #1
	syscall	NR_exit

on_sigbus:
	mov	r0, #STDOUT
	ldr	r1, =message
	mov	r2, #MESSAGE_SIZE
	syscall	NR_write
	mov	r0, #0
	syscall	NR_exit
