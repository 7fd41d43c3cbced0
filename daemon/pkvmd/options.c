// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

static const struct option table[] = {
	{ "dry-run", no_argument, NULL, 'n' },
	{ "print-config", no_argument, NULL, MODE_PRINT_CONFIG },
	{ "bus-introspect", no_argument, NULL, MODE_BUS_INTROSPECT },
	{ "version", no_argument, NULL, MODE_VERSION },
	{ "help", no_argument, NULL, MODE_HELP },
	{}
};

int options_parse(int argc, char *argv[], struct options *ret)
{
	struct options options = {};
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (c == '?')
			return -EINVAL;
		if (c == 'n')
			options.dry_run = true;
		else
			options.mode = c;
	}
	if (optind < argc) {
		fprintf(stderr, "pkvmd: unexpected argument '%s'; see pkvmd --help\n",
			argv[optind]);
		return -EINVAL;
	}
	*ret = options;
	return 0;
}

void options_help(void)
{
	puts("Usage: pkvmd [OPTION]...\n"
	     "Keeps the hypervisor at EL2 supplied with memory, and takes it back when the host needs\n"
	     "it. Started by systemd as a rule: pkvmd.service.\n"
	     "\n"
	     "      --dry-run         decide and tell, but move no page\n"
	     "      --print-config    print each effective value and where it comes from, and exit\n"
	     "      --bus-introspect  print the D-Bus interface as XML, and exit\n"
	     "      --version         print the version, and exit\n"
	     "      --help            print this, and exit\n"
	     "\n"
	     "It is configured in /etc/pkvmd.conf and pkvmd.conf.d: pkvmd.conf(5). SIGHUP reads these\n"
	     "again.");
}
