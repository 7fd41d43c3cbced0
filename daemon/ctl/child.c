// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that a command runs. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Signals that we hold back to end between two lines are the child's again. */
static int start(const char *const argv[], posix_spawn_file_actions_t *files, pid_t *ret)
{
	posix_spawnattr_t attributes;
	sigset_t none;
	int err = posix_spawnattr_init(&attributes);

	if (err)
		return -err;
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	err = posix_spawnp(ret, argv[0], files, &attributes, (char *const *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	return -err;
}

int ctl_child_run(const char *const argv[], int out_fd)
{
	posix_spawn_file_actions_t files;
	pid_t pid;
	int err = -posix_spawn_file_actions_init(&files);

	if (err)
		return err;
	err = -posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!err && out_fd >= 0)
		err = -posix_spawn_file_actions_adddup2(&files, out_fd, STDOUT_FILENO);
	if (!err && out_fd >= 0)
		err = -posix_spawn_file_actions_adddup2(&files, out_fd, STDERR_FILENO);
	if (!err)
		err = start(argv, &files, &pid);
	posix_spawn_file_actions_destroy(&files);
	return err ? err : wait_for(pid);
}
