/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other side of a conversation: in a process of its own, while a loop runs in this one. */
#ifndef UNIT_CHILD_H
#define UNIT_CHILD_H

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define CHILD_KILLED	256	/* what no exit status is */

/* In the child: it fails the test by its exit status. */
#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1); \
		} \
	} while (0)

static inline int child_ended(sd_event_source *source, const siginfo_t *info, void *arg)
{
	(void)source;
	*(int *)arg = info->si_code == CLD_EXITED ? info->si_status : CHILD_KILLED;
	return 0;
}

/* Runs @body(@arg) in a child and the loop here until it has ended, which it must with success. */
static inline void child_run(sd_event *event, void (*body)(const void *arg), const void *arg)
{
	sd_event_source *source;
	int status = -1;
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		body(arg);
		_exit(0);
	}
	ck_assert_int_ge(sd_event_add_child(event, &source, pid, WEXITED, child_ended, &status), 0);
	while (status < 0)
		ck_assert_int_ge(sd_event_run(event, UINT64_MAX), 0);
	ck_assert_int_eq(status, 0);
	sd_event_source_unref(source);
}

#endif
