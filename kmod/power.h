/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2 across low power, hibernation, reboot and kexec. */
#ifndef PKVM_KMOD_POWER_H
#define PKVM_KMOD_POWER_H

/* After EL2 has been taken. Return 0 or an errno with nothing registered. */
int pkvm_power_init(void);

/* Before EL2 is given back. */
void pkvm_power_exit(void);

#endif
