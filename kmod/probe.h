/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether EL2 is there and free, found out without harm. */
#ifndef PKVM_KMOD_PROBE_H
#define PKVM_KMOD_PROBE_H

/*
 * Returns 0 when EL2 can be taken; otherwise -ENODEV (there is none, or the CPU
 * lacks what the image needs) or -EBUSY (somebody has it), and the kernel log says
 * why and which kernel parameter changes it. Process context.
 */
int pkvm_probe(void);

#endif
