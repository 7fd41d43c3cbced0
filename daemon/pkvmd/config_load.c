// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration files, read by inih. */
#define _GNU_SOURCE	/* asprintf */
#include "config_load.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dropins.h"

#define MAIN_FILE	"/etc/pkvmd.conf"

struct reading {
	FILE *file;
	const char *name;
	unsigned int line;
	struct config *config;
	const struct config *running;
	config_warn_fn warn;
	void *arg;
	int err;		/* -ENOMEM, or of the file */
};

static void warn(const struct reading *reading, const char *sentence)
{
	struct ctl_message message;

	ctl_message_set(&message, 0, "%s:%u: %s", reading->name, reading->line, sentence);
	reading->warn(message.text, reading->arg);
}

/* A bad value: what the daemon runs with stays. */
static int keep_running(struct reading *reading, enum config_id id)
{
	const struct config *running = reading->running;
	struct ctl_message ignored;
	char *text;
	int err;

	if (!running)
		return 0;
	text = config_text(running, id);
	if (!text)
		return -ENOMEM;
	err = config_set(reading->config, id, text, running->origin[id], &ignored);
	free(text);
	return err;
}

static int apply(struct reading *reading, enum config_id id, const char *value)
{
	struct ctl_message message;
	char *origin;
	int err;

	if (asprintf(&origin, "%s:%u", reading->name, reading->line) < 0)
		return -ENOMEM;
	err = config_set(reading->config, id, value, origin, &message);
	free(origin);
	if (err != -EINVAL && err != -ERANGE)
		return err;
	ctl_message_add(&message, "; the old value stays");
	warn(reading, message.text);
	return keep_running(reading, id);
}

/* inih's: 0 is an error, which for us only the want of memory is. */
static int on_value(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *reading = arg;
	enum config_id id = config_find(name);
	struct ctl_message message;

	if (id < CONFIG_KEYS && !strcasecmp(config_keys[id].section, section)) {
		reading->err = reading->err ?: apply(reading, id, value);
		return !reading->err;
	}
	if (id < CONFIG_KEYS)
		ctl_message_set(&message, 0, "%s belongs into section [%s], not [%s]",
				config_keys[id].name, config_keys[id].section, section);
	else
		ctl_message_set(&message, 0, "unknown key '%s'", name);
	warn(reading, message.text);
	return 1;
}

/*
 * As fgets() does it, one whole line for each call: inih would take the rest of a longer one
 * for another, and tells no line numbers.
 */
static char *next_line(char *buffer, int size, void *arg)
{
	struct reading *reading = arg;
	size_t n;
	int c;

	if (!fgets(buffer, size, reading->file)) {
		if (ferror(reading->file))
			reading->err = -EIO;
		return NULL;
	}
	reading->line++;
	n = strlen(buffer);
	if ((n && buffer[n - 1] == '\n') || feof(reading->file))
		return buffer;
	warn(reading, "the line is too long, and left out");
	while ((c = getc(reading->file)) != EOF && c != '\n')
		;
	buffer[0] = '\0';
	return buffer;
}

int config_read(FILE *file, const char *name, struct config *config, const struct config *running,
		config_warn_fn warn_fn, void *arg)
{
	struct reading reading = {
		.file = file, .name = name, .config = config, .running = running,
		.warn = warn_fn, .arg = arg,
	};
	int bad_line;

	ini_allow_multiline = false;
	bad_line = ini_parse_stream(next_line, &reading, on_value, &reading);
	if (bad_line > 0 && !reading.err) {
		reading.line = bad_line;
		warn(&reading, "neither a section nor a key with a value");
	}
	return reading.err;
}

/* A file that is not there is fine: @optional, or gone since the folder was listed. */
static int load_file(const char *root, const char *path, struct config *config,
		     const struct config *running, config_warn_fn warn_fn, void *arg,
		     struct ctl_message *message)
{
	FILE *file = fopen(path, "re");
	int err;

	if (!file && errno == ENOENT)
		return 0;
	if (!file)
		return ctl_message_set(message, -errno, "cannot read %s: %s", path,
				       strerror(errno));
	err = config_read(file, path + strlen(root), config, running, warn_fn, arg);
	fclose(file);
	if (err)
		ctl_message_set(message, err, "cannot read %s: %s", path, strerror(-err));
	return err;
}

static int load_all(const char *root, const struct config *running, config_warn_fn warn_fn,
		    void *arg, struct config *config, struct ctl_message *message)
{
	struct dropins dropins;
	char *path;
	int err;

	if (asprintf(&path, "%s%s", root, MAIN_FILE) < 0)
		return ctl_message_set(message, -ENOMEM, "out of memory");
	err = load_file(root, path, config, running, warn_fn, arg, message);
	free(path);
	if (err)
		return err;
	err = dropins_list(root, &dropins, message);
	if (err)
		return err;
	for (size_t i = 0; i < dropins.n && !err; i++)
		err = load_file(root, dropins.paths[i], config, running, warn_fn, arg, message);
	dropins_release(&dropins);
	return err;
}

int config_load(const char *root, const struct config *running, config_warn_fn warn_fn, void *arg,
		struct config *ret, struct ctl_message *message)
{
	struct config config;
	int err = config_init(&config);

	if (err)
		return ctl_message_set(message, err, "out of memory");
	err = load_all(root, running, warn_fn, arg, &config, message);
	if (!err)
		err = config_check(&config, message);
	if (err) {
		config_release(&config);
		return err;
	}
	*ret = config;
	return 0;
}

int config_print(const struct config *config, FILE *out)
{
	const char *section = "";

	for (enum config_id id = 0; id < CONFIG_KEYS; id++) {
		const struct config_key *key = &config_keys[id];
		char *text = config_text(config, id);

		if (!text)
			return -ENOMEM;
		if (strcmp(section, key->section))
			fprintf(out, "%s[%s]\n", *section ? "\n" : "", key->section);
		section = key->section;
		fprintf(out, "# %s\n%s=%s\n", config->origin[id], key->name, text);
		free(text);
	}
	return ferror(out) ? -EIO : 0;
}
