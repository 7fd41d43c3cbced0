/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that comes while EL2 is held. */
#ifndef PKVM_KMOD_HOTPLUG_H
#define PKVM_KMOD_HOTPLUG_H

/* Around the time in which EL2 is held. Return 0 or an errno. Process context. */
int pkvm_hotplug_init(void);
void pkvm_hotplug_exit(void);

#endif
