// SPDX-License-Identifier: GPL-2.0-or-later
/* Drop-ins of three folders. */
#define _GNU_SOURCE	/* asprintf */
#include "dropins.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an earlier one has, a later one's of the same name do not count. */
static const char *const folders[] = {
	"/etc/pkvmd.conf.d", "/run/pkvmd.conf.d", "/usr/lib/pkvmd.conf.d",
};

#define N_FOLDERS	(sizeof(folders) / sizeof(folders[0]))

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(name_of(*(char *const *)a), name_of(*(char *const *)b));
}

static bool is_config(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && name[0] != '.' && !strcmp(name + n - 5, ".conf");
}

static bool have(const struct dropins *dropins, const char *name)
{
	for (size_t i = 0; i < dropins->n; i++) {
		if (!strcmp(name_of(dropins->paths[i]), name))
			return true;
	}
	return false;
}

static int add(struct dropins *dropins, const char *folder, const char *name)
{
	char **paths = realloc(dropins->paths, (dropins->n + 1) * sizeof(*paths));

	if (!paths)
		return -ENOMEM;
	dropins->paths = paths;
	if (asprintf(&paths[dropins->n], "%s/%s", folder, name) < 0)
		return -ENOMEM;
	dropins->n++;
	return 0;
}

static int add_folder(struct dropins *dropins, const char *folder)
{
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int err = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(dir))) {
		if (is_config(entry->d_name) && !have(dropins, entry->d_name))
			err = add(dropins, folder, entry->d_name);
	}
	closedir(dir);
	return err;
}

int dropins_list(const char *root, struct dropins *ret, struct ctl_message *message)
{
	struct dropins dropins = {};
	int err = 0;

	for (size_t i = 0; i < N_FOLDERS && !err; i++) {
		char *folder;

		if (asprintf(&folder, "%s%s", root, folders[i]) < 0)
			folder = NULL;
		err = folder ? add_folder(&dropins, folder) : -ENOMEM;
		if (err)
			ctl_message_set(message, err, "cannot read %s: %s", folder ?: folders[i],
					strerror(-err));
		free(folder);
	}
	if (err) {
		dropins_release(&dropins);
		return err;
	}
	if (dropins.n)
		qsort(dropins.paths, dropins.n, sizeof(dropins.paths[0]), by_name);
	*ret = dropins;
	return 0;
}

void dropins_release(struct dropins *dropins)
{
	for (size_t i = 0; i < dropins->n; i++)
		free(dropins->paths[i]);
	free(dropins->paths);
	*dropins = (struct dropins){};
}
