/* SPDX-License-Identifier: GPL-2.0-or-later */
/* D-Bus: org.pkvm1, told in org.pkvm1(5). Everything the bus says is the manager's. */
#ifndef PKVMD_BUS_H
#define PKVMD_BUS_H

#include <stdio.h>

#include "manager.h"

struct bus;

/*
 * Serves the manager on the system bus, from its loop; a bus that is not there (yet, or
 * any more) is waited for. Returns 0 or a negative errno. Freed before the manager.
 */
int bus_new(struct manager *manager, struct bus **ret);

/* Callers that wait for an answer get none. NULL is fine. */
void bus_free(struct bus *bus);

/* The interface as XML, as it introspects. Needs no bus. Returns 0 or a negative errno. */
int bus_introspect(FILE *out);

#endif
