// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what pkvmd-probe has pinned in the directory named, with the library that pkvmd reads
 * it with, and prints the sums of all kinds: calls, retries, pages asked for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../../daemon/probe/maps.h"

int main(int argc, char *argv[])
{
	struct hyp_req_sum all = { 0 };
	struct probe_reading reading;
	struct ctl_message message;
	struct probe_maps maps;
	int err;

	if (argc != 2 || probe_maps_open(argv[1], &maps, &message)) {
		fprintf(stderr, "%s\n", argc == 2 ? message.text : "usage: probe_read DIRECTORY");
		return 1;
	}
	err = probe_maps_read(&maps, &reading);
	probe_maps_close(&maps);
	if (err) {
		fprintf(stderr, "%s\n", strerror(-err));
		return 1;
	}
	for (size_t i = 0; i < reading.nr_kinds; i++) {
		all.calls += reading.kinds[i].stats.sum.calls;
		all.retries += reading.kinds[i].stats.sum.retries;
		all.asked += reading.kinds[i].stats.sum.asked;
	}
	probe_reading_release(&reading);
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", all.calls, all.retries, all.asked);
	return 0;
}
