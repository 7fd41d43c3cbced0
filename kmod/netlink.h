/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family "pkvm"; include/netlink/pkvm.yaml says what it offers. */
#ifndef PKVM_KMOD_NETLINK_H
#define PKVM_KMOD_NETLINK_H

/* Everything the operations call must be up. Process context. Returns 0 or an errno. */
int pkvm_netlink_register(void);

/* Returns when no operation is running and nothing is being sent. Process context. */
void pkvm_netlink_unregister(void);

#endif
