/* SPDX-License-Identifier: GPL-2.0-only */
/* What of EL2's pages the kernel could have back, in the kernel's own books (KReclaimable). */
#ifndef PKVM_KMOD_ACCOUNT_H
#define PKVM_KMOD_ACCOUNT_H

/* After something that has changed how much is reclaimable. Any context. */
void pkvm_account(void);

/* Nothing is any more: EL2 has been given back. When nobody calls pkvm_account(). */
void pkvm_account_end(void);

#endif
