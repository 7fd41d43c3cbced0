/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to a command and an exit status. */
#ifndef CTL_RUN_H
#define CTL_RUN_H

/* All of the program but main(). Returns the exit status (enum ctl_exit). */
int ctl_run(int argc, const char *const argv[]);

#endif
