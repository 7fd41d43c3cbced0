// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: the input is a configuration file of pkvmd's, or, by its first byte, a file
 * of the kernel's that it reads. Whatever is in it, values stay within their limits, and what
 * is printed of them can be read again.
 *
 * Bytes from 128 on stand for a new line with a section and a key: these would hardly be guessed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../daemon/pkvmd/config_load.h"
#include "../../daemon/pkvmd/psi.h"
#include "require.h"

static void count(const char *sentence, void *arg)
{
	REQUIRE(*sentence);
	++*(size_t *)arg;
}

static void within_limits(const struct config *config)
{
	for (enum config_id id = 0; id < CONFIG_KEYS; id++) {
		REQUIRE(config->value[id] >= config_keys[id].min);
		REQUIRE(config->value[id] <= config_keys[id].max);
		REQUIRE(config->origin[id]);
	}
}

static void read_text(const char *text, size_t size, struct config *config, size_t *ret_warnings)
{
	FILE *file = fmemopen((void *)text, size, "r");

	REQUIRE(file);
	REQUIRE(!config_init(config));
	*ret_warnings = 0;
	REQUIRE(!config_read(file, "input", config, NULL, count, ret_warnings));
	fclose(file);
	within_limits(config);
}

/* Printed lines are longer than read ones only if a value was almost too long. */
static void print_and_read(const struct config *config)
{
	struct config again;
	size_t size, warnings;
	char *text;
	FILE *file = open_memstream(&text, &size);

	REQUIRE(file && !config_print(config, file) && !fclose(file));
	if (strlen(config->cgroups) < 150) {
		read_text(text, size, &again, &warnings);
		REQUIRE(!warnings);
		REQUIRE(!memcmp(again.value, config->value, sizeof(again.value)));
		config_release(&again);
	}
	free(text);
}

/* Whatever contradicts each other, a daemon can start with it. */
static void settle(struct config *config)
{
	struct ctl_message message;
	int rounds = 0, found;

	while ((found = config_settle(config, &message))) {
		REQUIRE(found == 1);
		REQUIRE(rounds++ < CONFIG_KEYS);
	}
	REQUIRE(!config_check(config, &message));
	within_limits(config);
}

static void read_config(const char *text, size_t size)
{
	struct config config;
	size_t warnings;

	read_text(text, size, &config, &warnings);
	print_and_read(&config);
	settle(&config);
	config_release(&config);
}

static void read_kernel_file(char kind, const char *text)
{
	uint32_t share = 0;
	uint64_t pages;

	if (kind == 1)
		REQUIRE(psi_parse(text, &share) || share <= 10099);
	else
		meminfo_parse(text, &pages);
}

static void expand(const uint8_t *data, size_t size, FILE *out)
{
	for (size_t i = 0; i < size; i++) {
		const struct config_key *key = &config_keys[data[i] % 128 % CONFIG_KEYS];

		if (data[i] < 128)
			fputc(data[i], out);
		else
			fprintf(out, "\n[%s]\n%s=", key->section, key->name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;
	char *text;
	FILE *file;

	if (!size)
		return 0;
	file = open_memstream(&text, &length);
	REQUIRE(file);
	expand(data, size, file);
	REQUIRE(!fclose(file));
	if (data[0] == 1 || data[0] == 2)
		read_kernel_file(data[0], text + 1);
	else
		read_config(text, length);
	free(text);
	return 0;
}
