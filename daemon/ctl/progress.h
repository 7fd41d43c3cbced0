/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Long work in steps, with a bar that shows how far it is. */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdint.h>
#include <stdio.h>

/* Moves up to @pages pages. Returns 0 or a negative errno; *ret_done is set in every case. */
typedef int (*ctl_move_fn)(void *context, uint64_t pages, uint64_t *ret_done);

struct ctl_progress {
	FILE *out;		/* a terminal; NULL for no bar */
	unsigned int width;	/* of the terminal, columns */
	const char *what;	/* "top-up" */
};

/*
 * Moves @total pages, at most @step (not 0) at a time, until they are moved, a
 * step falls short or one fails. Returns what the last step returned; *ret_done
 * is set in every case. The bar, if any, is gone when this returns.
 */
int ctl_move_in_steps(ctl_move_fn move, void *context, uint64_t total, uint64_t step,
		      const struct ctl_progress *progress, uint64_t *ret_done);

#endif
