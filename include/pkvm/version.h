/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of this project, the same for module, EL2 image and programs. */
#ifndef PKVM_VERSION_H
#define PKVM_VERSION_H

#define PKVM_VERSION	"0.1.0"

#endif
