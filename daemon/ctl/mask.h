/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses out of what is handed on to others. */
#ifndef CTL_MASK_H
#define CTL_MASK_H

/*
 * Overwrites with asterisks the digits of each number in @line that may be an address: in hex,
 * with 0x before it or of 16 digits, and of 64 KiB or more. Those stay that are told as something
 * else: behind "esr", "spsr", "hypercall" and their like, and offsets, in the heap or
 * as in "image+0x1234".
 */
void ctl_mask_addresses(char *line);

#endif
