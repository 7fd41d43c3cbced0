// SPDX-License-Identifier: GPL-2.0-or-later
/* pkvmd: from the command line to the loop. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pkvm/version.h>

#include "../probe/maps.h"
#include "bus.h"
#include "config_load.h"
#include "http.h"
#include "log.h"
#include "manager.h"
#include "options.h"

#define EXIT_USAGE	2

static void warn(const char *sentence, void *arg)
{
	(void)arg;
	fprintf(stderr, "pkvmd: %s\n", sentence);
}

/* What a daemon would run with that is started now. */
static int print_config(bool dry_run)
{
	struct config config;
	int err = config_load_first("", warn, NULL, &config);

	if (err) {
		fprintf(stderr, "pkvmd: %s\n", strerror(-err));
		return err;
	}
	if (dry_run)
		err = config_force_dry_run(&config);
	if (!err)
		err = config_print(&config, stdout);
	config_release(&config);
	return err;
}

/* The bus and the metrics are for others: EL2 is supplied without them, too. */
static int serve(struct manager *manager)
{
	struct bus *bus = NULL;
	struct http *http = NULL;
	int err = bus_new(manager, &bus);

	if (err < 0)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "no D-Bus: %s", strerror(-err));
	err = http_new(manager, &http);
	if (err < 0)
		log_say(LOG_WARNING, LOG_ID_TROUBLE, "no metrics: %s", strerror(-err));
	err = manager_run(manager);
	http_free(http);
	bus_free(bus);
	return err;
}

static int run(bool dry_run)
{
	const struct manager_paths paths = {
		.config_root = "",
		.state_directory = getenv("STATE_DIRECTORY"),
		.pressure_file = "/proc/pressure/memory",
		.cgroup_root = "/sys/fs/cgroup",
		.meminfo_file = "/proc/meminfo",
		.probe_directory = PROBE_BIND_DIR,
	};
	struct manager *manager;
	int err = manager_new(&paths, dry_run, &manager);

	if (err)
		return err;
	/* Whoever reads the metrics may hang up. */
	signal(SIGPIPE, SIG_IGN);
	err = serve(manager);
	manager_free(manager);
	return err;
}

static int start(const struct options *options)
{
	switch (options->mode) {
	case MODE_PRINT_CONFIG:
		return print_config(options->dry_run);
	case MODE_BUS_INTROSPECT:
		return bus_introspect(stdout);
	case MODE_VERSION:
		return puts("pkvmd " PKVM_VERSION) < 0;
	case MODE_HELP:
		options_help();
		return 0;
	default:
		return run(options->dry_run);
	}
}

int main(int argc, char *argv[])
{
	struct options options;

	if (options_parse(argc, argv, &options))
		return EXIT_USAGE;
	if (start(&options) < 0)
		return EXIT_FAILURE;
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
