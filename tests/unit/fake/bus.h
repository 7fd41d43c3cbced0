/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bus of the test's own (a real dbus-daemon), a polkit that answers what the test has
 * set, and callers in processes of their own. Whoever asks for the system bus gets this.
 */
#ifndef FAKE_BUS_H
#define FAKE_BUS_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "child.h"

/* Where a bus of this test will be; nobody listens there yet. */
void fake_bus_prepare(void);
void fake_bus_start(void);
void fake_bus_stop(void);

/* Whether the bus gives anybody the name of pkvmd; from the next start on, or from now. */
void fake_bus_let_own(bool allowed);
void fake_bus_remove(void);

enum fake_answer {
	FAKE_NO,
	FAKE_YES,
	FAKE_CHALLENGE,
	FAKE_ERROR,
	FAKE_NONSENSE,
};

struct fake_polkit {
	enum fake_answer answer;
	unsigned int asked;
	char action[64];
	uint32_t flags;
	sd_bus *bus;
};

void fake_polkit_start(struct fake_polkit *polkit, sd_event *event);
void fake_polkit_stop(struct fake_polkit *polkit);

/*
 * Runs @call in another process (child.h), as nobody if @as_nobody and the test is root, and
 * the loop in this one until it has ended.
 */
void fake_caller_run(sd_event *event, void (*call)(sd_bus *bus), bool as_nobody);

#endif
