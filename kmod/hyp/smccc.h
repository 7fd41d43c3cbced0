/* SPDX-License-Identifier: GPL-2.0-only */
/* Function ids of the SMC calling convention (Arm DEN0028), PSCI (DEN0022) and FF-A (DEN0077). */
#ifndef HYP_SMCCC_H
#define HYP_SMCCC_H

#define SMCCC_ARCH_WORKAROUND_1	0x80008000

#define SMCCC_FAST		0x80000000
#define SMCCC_64		0x40000000
/* SMCCC 1.3: the caller's SVE state need not be kept. Not part of the function's number. */
#define SMCCC_SVE_HINT		0x00010000
#define SMCCC_OWNER(id)		((id) >> 24 & 0x3f)
#define SMCCC_OWNER_ARCH	0
#define SMCCC_OWNER_CPU		1
#define SMCCC_OWNER_SIP		2
#define SMCCC_OWNER_OEM		3
#define SMCCC_OWNER_STANDARD	4
#define SMCCC_FUNCTION(id)	((id) & 0xffff)
#define SMCCC_STANDARD(nr)	(SMCCC_FAST | SMCCC_OWNER_STANDARD << 24 | (nr))

#define SMCCC_NOT_SUPPORTED	(-1L)

/* Functions of the standard secure service: PSCI, TRNG (DEN0098), FF-A. */
#define PSCI_LAST		0x1f
#define TRNG_FIRST		0x50
#define TRNG_LAST		0x5f
#define FFA_FIRST		0x60
#define FFA_LAST		0xff

#define FFA_RXTX_MAP		0x66
#define FFA_RXTX_UNMAP		0x67
#define FFA_MEM_DONATE		0x71
#define FFA_MEM_FRAG_TX		0x7b
#define FFA_MEM_PERM_GET	0x88
#define FFA_MEM_PERM_SET	0x89

#define PSCI_VERSION		0x00
#define PSCI_CPU_SUSPEND	0x01
#define PSCI_CPU_OFF		0x02
#define PSCI_CPU_ON		0x03
#define PSCI_AFFINITY_INFO	0x04
#define PSCI_SYSTEM_OFF		0x08
#define PSCI_SYSTEM_RESET	0x09
#define PSCI_FEATURES		0x0a
#define PSCI_SYSTEM_SUSPEND	0x0e
#define PSCI_SYSTEM_RESET2	0x12

#define PSCI_SUCCESS		0
#define PSCI_NOT_SUPPORTED	(-1L)
#define PSCI_INVALID_PARAMETERS	(-2L)
#define PSCI_DENIED		(-3L)
#define PSCI_ALREADY_ON		(-4L)
#define PSCI_ON_PENDING		(-5L)
#define PSCI_INVALID_ADDRESS	(-9L)

#endif
