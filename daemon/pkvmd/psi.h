/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of the kernel about memory. */
#ifndef PKVMD_PSI_H
#define PKVMD_PSI_H

#include <stdint.h>

/*
 * /proc/pressure/memory and memory.pressure: the share of 10 s in which some task was stalled,
 * in hundredths of a percent. Returns 0 or -EBADMSG.
 */
int psi_parse(const char *text, uint32_t *ret_some_avg10);

/* /proc/meminfo: MemAvailable, in pages of 4 KiB. Returns 0 or -EBADMSG. */
int meminfo_parse(const char *text, uint64_t *ret_pages);

#endif
