/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of EL2 with what it holds: others will look at its pages. */
#ifndef HYP_SCRUB_H
#define HYP_SCRUB_H

#include <pkvm/boot.h>

/* Once. Keeps the boot record. */
void scrub_init(const struct pkvm_boot *boot);

/*
 * Clears the heaps' pages and those that are guests' own. For a crash kexec, where the other
 * CPUs have been stopped anywhere, or when EL2 is dead: it takes no lock and follows no pointer
 * of the heap's. It goes by the map of RAM and the states of pages, of which any value will do,
 * and its time is that of looking at all of 8 MiB around each page that has one. Nothing but
 * leaving is sensible afterwards.
 */
void scrub_all(void);

#endif
