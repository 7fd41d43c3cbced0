/* SPDX-License-Identifier: GPL-2.0-only */
/* Versions: of the project (module, EL2 image and programs), and of the ABI in hypercall.h. */
#ifndef PKVM_VERSION_H
#define PKVM_VERSION_H

#define PKVM_VERSION		"0.1.0"

/* Bumped whenever a call, a register or a struct of hypercall.h changes meaning. */
#define PKVM_ABI_VERSION	2

#endif
