/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2 across low power, hibernation, reboot and kexec. */
#ifndef PKVM_KMOD_POWER_H
#define PKVM_KMOD_POWER_H

/*
 * Around EL2's whole time: before it is taken and after it has been given back, so
 * that no CPU sleeps through either unnoticed. Returns 0 or an errno with nothing
 * registered. Process context.
 */
int pkvm_power_init(void);
void pkvm_power_exit(void);

#endif
