/* SPDX-License-Identifier: GPL-2.0-only */
/* A CPU's ring of EL2 events, as the host sees it: its memory, and reading it. */
#ifndef PKVM_KMOD_HYPTRACE_RING_H
#define PKVM_KMOD_HYPTRACE_RING_H

/*
 * All but the last run on the CPU that they are about, in process context, and sleep.
 * EL2 gets the ring's pages and begins to use them; from then on they are read every few
 * milliseconds. pkvm_hyptrace_ring_error() tells whether that worked: 0 or an errno, and then
 * there is no ring.
 */
void pkvm_hyptrace_ring_load(unsigned int cpu);
void pkvm_hyptrace_ring_unload(unsigned int cpu);

/* Forgets what was written, and what was counted as lost. */
void pkvm_hyptrace_ring_reset(unsigned int cpu);

/* Tells what has been written until now. */
void pkvm_hyptrace_ring_drain(unsigned int cpu);

int pkvm_hyptrace_ring_error(unsigned int cpu);

#endif
