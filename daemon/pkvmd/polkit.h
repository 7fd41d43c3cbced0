/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may change something: root, and whom polkit lets. Both the bus (who calls) and
 * polkit are asked without waiting, so that a password prompt stops nobody else.
 * Without polkit it is root only.
 */
#ifndef PKVMD_POLKIT_H
#define PKVMD_POLKIT_H

#include <systemd/sd-bus.h>

/* Queries under way on a connection. */
struct polkit {
	struct polkit_query *queries;
	unsigned int n;
};

/* The caller may. Answers @call, then or later. */
typedef void (*polkit_granted_fn)(sd_bus_message *call, void *arg);

/*
 * Calls @granted if the sender of @call may do @action (a literal such as
 * "org.pkvm1.set-policy"), else answers with what is missing. To be returned from the
 * handler of @call: 1, or a negative errno.
 */
int polkit_ask(struct polkit *polkit, sd_bus_message *call, const char *action,
	       polkit_granted_fn granted, void *arg);

/* Forgets the queries under way. */
void polkit_release(struct polkit *polkit);

#endif
