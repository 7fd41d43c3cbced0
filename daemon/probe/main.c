// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmd-probe: measures hyp requests for as long as it runs, and pins its maps for pkvmd to
 * read. All that needs privileges is here, and nothing else: it takes no input.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include <pkvm/version.h>

#include "probe.h"

static const char usage[] =
	"Usage: pkvmd-probe [--pin DIRECTORY | --unpin DIRECTORY | --help | --version]\n"
	"Measure hyp requests, and pin the figures in DIRECTORY (" PROBE_PIN_DIR ").\n\n"
	"  --pin      a directory of a BPF file system\n"
	"  --unpin    remove what is pinned there, and end\n"
	"  --help     print this\n"
	"  --version  print the version\n";

static int failed(const struct ctl_message *message)
{
	fprintf(stderr, SD_ERR "pkvmd-probe: %s\n", message->text);
	return EXIT_FAILURE;
}

/* Until SIGTERM or SIGINT. */
static void wait_for_end(const sigset_t *ends)
{
	int number;

	sd_notify(0, "READY=1\nSTATUS=Measuring hyp requests.");
	while (sigwait(ends, &number))
		;
	sd_notify(0, "STOPPING=1");
}

static int measure(const char *dir)
{
	const struct probe_options options = { .ring_size = PROBE_RING_MIN };
	struct ctl_message message;
	struct probe *probe;
	sigset_t ends;
	int err;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	if (probe_open(&options, &probe, &message))
		return failed(&message);
	probe_maps_unpin(dir);
	err = probe_maps_pin(probe_maps_of(probe), dir, &message);
	if (!err) {
		wait_for_end(&ends);
		probe_maps_unpin(dir);
	}
	probe_close(probe);
	return err ? failed(&message) : EXIT_SUCCESS;
}

static int print(const char *text)
{
	fputs(text, stdout);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
	if (argc == 1)
		return measure(PROBE_PIN_DIR);
	if (argc == 3 && !strcmp(argv[1], "--pin"))
		return measure(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "--help"))
		return print(usage);
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return print("pkvmd-probe " PKVM_VERSION "\n");
	if (argc == 3 && !strcmp(argv[1], "--unpin")) {
		probe_maps_unpin(argv[2]);
		return EXIT_SUCCESS;
	}
	fputs("pkvmd-probe: wrong usage; see --help\n", stderr);
	return 2;
}
