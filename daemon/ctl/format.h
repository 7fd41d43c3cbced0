/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantities as people read them. */
#ifndef CTL_FORMAT_H
#define CTL_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* Enough for each of the functions below. */
#define CTL_FORMAT_MAX	32

/* "0 B", "1000 B", "4 KiB" (exactly), "4.1 KiB" (rounded to the nearest tenth), up to EiB. */
void ctl_format_bytes(uint64_t bytes, char *buf, size_t size);

/* "999 ns", "1.5 us", "20 ms", "3.2 s". */
void ctl_format_ns(uint64_t ns, char *buf, size_t size);

#endif
