/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that speaks generic netlink, in place of the real one: whatever in this process
 * opens a netlink socket talks to it, by way of the system calls. In it a pkvm module that
 * can be loaded and unloaded, with an EL2 that has some pages.
 */
#ifndef FAKE_NETLINK_H
#define FAKE_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include <pkvm.h>

/* All zero is no module. Changed by tests at will. */
struct fake_module {
	bool loaded;
	bool dead;			/* EL2 is */
	uint32_t netlink_abi;
	struct pkvm_stats stats;
	struct pkvm_shrinker shrinker;
	int refused;			/* PKVM_CMD_...: a command that fails; 0: none */
	int refusal;			/* the errno of that */
	uint64_t topup_limit;		/* pages that a top-up gets at the most */
	uint64_t topup_excess;		/* and beyond what it asked for */
	unsigned int topups, reclaims;	/* calls */
	int gone_after;			/* calls of these, then it is unloaded; 0: never */
};

extern struct fake_module fake_module;

/* With an empty EL2, and told to those who listen. */
void fake_module_load(void);
void fake_module_unload(void);

/* That it is loaded is told again. */
void fake_module_tell(void);

/* A VM start takes @pages: from what is there, or with a request that asks for what lacks. */
void fake_module_use(uint64_t pages);

/* The shrinker takes all that is reclaimable. */
void fake_module_shrink(void);

/* EL2 stops. */
void fake_module_die(void);

/* The next one to receive a notification is told that some were lost. */
void fake_netlink_overrun(void);

/* A notification of @n bytes that make no sense, in a message of the family. */
void fake_netlink_garbage(const void *data, size_t n);

/* Open netlink sockets. */
unsigned int fake_netlink_sockets(void);

#endif
