/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether all views of EL2's memory agree, found without EL2's own help. */
#ifndef FAKE_MM_CHECK_H
#define FAKE_MM_CHECK_H

#include "../../../kmod/hyp/types.h"

/*
 * Walks EL2's page tables, its stock and the host's stage-2 in RAM and compares, page
 * by page, what they say with the vmemmap, with what the host has donated and not got back, and
 * in sum with EL2's counters. Fails the running test where they differ. To be
 * called between hypercalls.
 */
void mm_check(void);

/* The same while the test itself has so many pages mapped with hyp_map(). */
void mm_check_mapped(u64 nr);

#endif
