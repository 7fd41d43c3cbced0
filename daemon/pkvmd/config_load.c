// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration files, read by inih. */
#define _GNU_SOURCE	/* asprintf */
#include "config_load.h"

#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dropins.h"

#define MAIN_FILE	"/etc/pkvmd.conf"

/* Told of one file at the most; what is wrong with more lines is mostly the same. */
#define MOST_WARNINGS	20

struct reading {
	FILE *file;
	const char *name;
	unsigned int line;
	unsigned int warnings;
	struct config *config;
	const struct config *running;
	config_warn_fn warn;
	void *arg;
	int err;		/* -ENOMEM, or of the file */
};

static void warn(struct reading *reading, const char *sentence)
{
	struct ctl_message message;

	if (reading->warnings++ > MOST_WARNINGS)
		return;
	if (reading->warnings > MOST_WARNINGS)
		sentence = "this and what else is wrong from here on is left out and not told";
	ctl_message_set(&message, 0, "%s:%u: %s", reading->name, reading->line, sentence);
	reading->warn(message.text, reading->arg);
}

/* What the daemon runs with stays. */
static int keep_running(struct reading *reading, enum config_id id)
{
	const struct config *running = reading->running;
	char *text = config_text(running, id);
	struct ctl_message ignored;
	int err;

	if (!text)
		return -ENOMEM;
	err = config_set(reading->config, id, text, running->origin[id], &ignored);
	free(text);
	return err;
}

/* A value that makes no sense is replaced by what does no harm; @message tells by what. */
static int replace(struct reading *reading, enum config_id id, struct ctl_message *message)
{
	const char *cautious = config_cautious(id);
	struct ctl_message ignored;

	if (!reading->running && cautious) {
		ctl_message_add(message, "; taken for %s", cautious);
		return config_set(reading->config, id, cautious, CONFIG_BY_CAUTION, &ignored);
	}
	ctl_message_add(message, "; the old value stays");
	return reading->running ? keep_running(reading, id) : 0;
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
	err = replace(reading, id, &message);
	warn(reading, message.text);
	return err;
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

static int accept_value(void *arg, const char *section, const char *name, const char *value)
{
	(void)arg, (void)section, (void)name, (void)value;
	return 1;
}

/* The rest of a line. */
static void skip_line(FILE *file)
{
	int c;

	while ((c = getc(file)) != EOF && c != '\n')
		;
}

/*
 * As fgets() does it, one whole line for each call: inih would take the rest of a longer one
 * for another, tells no line numbers, and of lines that make no sense the first only.
 */
static char *next_line(char *buffer, int size, void *arg)
{
	struct reading *reading = arg;
	size_t n;

	if (!fgets(buffer, size, reading->file)) {
		if (ferror(reading->file))
			reading->err = -EIO;
		return NULL;
	}
	reading->line++;
	n = strlen(buffer);
	if ((!n || buffer[n - 1] != '\n') && !feof(reading->file)) {
		warn(reading, "the line is too long, and left out");
		skip_line(reading->file);
		buffer[0] = '\0';
	} else if (ini_parse_string(buffer, accept_value, NULL) > 0) {
		warn(reading, "neither a section nor a key with a value");
		buffer[0] = '\0';
	}
	return buffer;
}

int config_read(FILE *file, const char *name, struct config *config, const struct config *running,
		config_warn_fn warn_fn, void *arg)
{
	struct reading reading = {
		.file = file, .name = name, .config = config, .running = running,
		.warn = warn_fn, .arg = arg,
	};

	ini_allow_multiline = false;
	if (ini_parse_stream(next_line, &reading, on_value, &reading) < 0 && !reading.err)
		return -ENOMEM;
	return reading.err;
}

/* All files. */
struct loading {
	const char *root;
	struct config *config;
	const struct config *running;	/* NULL: what cannot be read is made do without */
	config_warn_fn warn;
	void *arg;
	bool incomplete;		/* some could not be read */
};

/* A file that is not there is fine: it is optional, or gone since the folder was listed. */
static int load_file(const struct loading *loading, const char *path, struct ctl_message *message)
{
	const char *name = path + strlen(loading->root);
	FILE *file = fopen(path, "re");
	int err;

	if (!file && errno == ENOENT)
		return 0;
	if (!file)
		return ctl_message_set(message, -errno, "cannot read %s: %s", name,
				       strerror(errno));
	err = config_read(file, name, loading->config, loading->running, loading->warn,
			  loading->arg);
	fclose(file);
	if (err)
		ctl_message_set(message, err, "cannot read %s: %s", name, strerror(-err));
	return err;
}

static int load_main_file(const struct loading *loading, struct ctl_message *message)
{
	char *path;
	int err;

	if (asprintf(&path, "%s%s", loading->root, MAIN_FILE) < 0)
		return ctl_message_set(message, -ENOMEM, "out of memory");
	err = load_file(loading, path, message);
	free(path);
	return err;
}

/* @err is of what could not be read, with a sentence. Returns it if that ends the loading. */
static int go_on(struct loading *loading, int err, const struct ctl_message *message)
{
	if (!err || err == -ENOMEM || loading->running)
		return err;
	loading->incomplete = true;
	loading->warn(message->text, loading->arg);
	return 0;
}

static int load_all(struct loading *loading, struct ctl_message *message)
{
	struct dropins dropins;
	int err = go_on(loading, load_main_file(loading, message), message);

	if (err)
		return err;
	err = dropins_list(loading->root, &dropins, message);
	if (err)
		return go_on(loading, err, message);
	for (size_t i = 0; i < dropins.n && !err; i++)
		err = go_on(loading, load_file(loading, dropins.paths[i], message), message);
	dropins_release(&dropins);
	return err;
}

int config_load(const char *root, const struct config *running, config_warn_fn warn_fn, void *arg,
		struct config *ret, struct ctl_message *message)
{
	struct config config;
	struct loading loading = { root, &config, running, warn_fn, arg, false };
	int err = config_init(&config);

	if (err)
		return ctl_message_set(message, err, "out of memory");
	err = load_all(&loading, message);
	if (!err)
		err = config_check(&config, message);
	if (err) {
		config_release(&config);
		return err;
	}
	*ret = config;
	return 0;
}

/*
 * Each contradiction is told. Ends: with each, a value becomes its default, and defaults do not
 * contradict each other.
 */
static int settle_all(const struct loading *loading)
{
	struct ctl_message message;
	int found;

	while ((found = config_settle(loading->config, &message)) > 0)
		loading->warn(message.text, loading->arg);
	return found;
}

static int hold(const struct loading *loading)
{
	loading->warn("the policy is disabled until the configuration is known", loading->arg);
	return config_hold(loading->config);
}

int config_load_first(const char *root, config_warn_fn warn_fn, void *arg, struct config *ret)
{
	struct ctl_message message;
	struct config config;
	struct loading loading = { root, &config, NULL, warn_fn, arg, false };
	int err = config_init(&config);

	if (err)
		return err;
	err = load_all(&loading, &message);
	if (!err)
		err = settle_all(&loading);
	if (!err && loading.incomplete)
		err = hold(&loading);
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
