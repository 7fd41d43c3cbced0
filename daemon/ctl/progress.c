// SPDX-License-Identifier: GPL-2.0-or-later
/* Long work in steps, with a bar. */
#include "progress.h"

#include "format.h"
#include "size.h"

/* What stands beside the bar: "top-up [" and "] 100 %  1023.9 MiB of 1023.9 MiB". */
#define BESIDE_BAR	50

static void draw(const struct ctl_progress *progress, uint64_t done, uint64_t total)
{
	unsigned int cells = progress->width > BESIDE_BAR + 10 ? progress->width - BESIDE_BAR : 10;
	unsigned int filled = (unsigned int)((double)done / (double)total * cells);
	char done_text[CTL_FORMAT_MAX], total_text[CTL_FORMAT_MAX];

	ctl_format_bytes(done * CTL_PAGE_SIZE, done_text, sizeof(done_text));
	ctl_format_bytes(total * CTL_PAGE_SIZE, total_text, sizeof(total_text));
	fprintf(progress->out, "\r%s [", progress->what);
	for (unsigned int i = 0; i < cells; i++)
		fputc(i < filled ? '#' : '-', progress->out);
	fprintf(progress->out, "] %3u %%  %s of %s\033[K",
		(unsigned int)((double)done / (double)total * 100), done_text, total_text);
	fflush(progress->out);
}

static void erase(const struct ctl_progress *progress)
{
	fputs("\r\033[K", progress->out);
	fflush(progress->out);
}

int ctl_move_in_steps(ctl_move_fn move, void *context, uint64_t total, uint64_t step,
		      const struct ctl_progress *progress, uint64_t *ret_done)
{
	uint64_t done = 0, wanted, moved;
	int err;

	do {
		if (progress->out)
			draw(progress, done, total);
		wanted = total - done < step ? total - done : step;
		err = move(context, wanted, &moved);
		done += moved;
	} while (!err && moved >= wanted && done < total);

	if (progress->out)
		erase(progress);
	*ret_done = done;
	return err;
}
