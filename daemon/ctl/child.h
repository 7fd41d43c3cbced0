/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that a command runs. */
#ifndef CTL_CHILD_H
#define CTL_CHILD_H

/*
 * Runs argv[0], found by PATH, and waits for it. What it prints goes to @out_fd (-1: where
 * ours goes), errors too; its input is empty. Returns its exit status, 128 + the signal that
 * ended it, or a negative errno: -ENOENT if there is no such program.
 */
int ctl_child_run(const char *const argv[], int out_fd);

#endif
