// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen of "pkvmctl top", line by line. */
#include "top.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "format.h"
#include "names.h"
#include "size.h"

#define NS_PER_SECOND	UINT64_C(1000000000)

/* "reserve  [" before a bar, and as much behind it as its figures need. */
#define BEFORE_BAR	10
#define BEHIND_BAR	48

/* The page being drawn. */
struct page {
	FILE *out;
	unsigned int width, lines_left;
};

void ctl_top_sample(struct ctl_top *top, const struct ctl_top_sample *sample)
{
	top->before = top->now;
	top->now = *sample;
}

void ctl_top_event(struct ctl_top *top, const char *line)
{
	snprintf(top->events[top->nr_events++ % CTL_TOP_EVENTS], CTL_TOP_LINE, "%s", line);
}

/* A line, unless the page is full. */
static void __attribute__((format(printf, 2, 3))) add_line(struct page *page, const char *format,
							   ...)
{
	char line[2 * CTL_TOP_LINE];
	va_list args;

	if (!page->lines_left)
		return;
	page->lines_left--;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(page->out, "%.*s\n", (int)page->width, line);
}

/* A part of a bar, drawn as @sign. */
struct part {
	char sign;
	uint64_t size;
};

/*
 * A bar of which @whole fills @columns. Each part ends where the sum so far ends, so
 * that rounding does not add up; what is there at all is seen.
 */
static void fill_bar(char *bar, unsigned int columns, uint64_t whole, const struct part *parts,
		     size_t n)
{
	uint64_t sum = 0;
	unsigned int at = 0;

	memset(bar, ' ', columns);
	bar[columns] = '\0';
	for (size_t i = 0; whole && i < n; i++) {
		unsigned int end;

		sum += parts[i].size;
		end = (unsigned int)((double)sum / (double)whole * columns + 0.5);
		if (parts[i].size && end == at)
			end++;
		for (; at < end && at < columns; at++)
			bar[at] = parts[i].sign;
	}
}

static unsigned int bar_columns(const struct page *page)
{
	unsigned int beside = BEFORE_BAR + BEHIND_BAR + 2;

	return page->width > beside + 10 ? page->width - beside : 10;
}

#define BAR_MAX		1024

static const char *pages_text(uint64_t pages, char buf[CTL_FORMAT_MAX])
{
	ctl_format_bytes(pages * CTL_PAGE_SIZE, buf, CTL_FORMAT_MAX);
	return buf;
}

static const char *bytes_text(uint64_t bytes, char buf[CTL_FORMAT_MAX])
{
	ctl_format_bytes(bytes, buf, CTL_FORMAT_MAX);
	return buf;
}

static void draw_title(struct page *page, const struct ctl_top *top)
{
	char time_text[16] = "";
	struct tm tm;

	if (localtime_r(&top->now.when.tv_sec, &tm))
		strftime(time_text, sizeof(time_text), "%H:%M:%S", &tm);
	add_line(page, "pkvmctl top  %s  every %u s  (q quits)", time_text, top->interval);
}

static void draw_el2(struct page *page, const struct ctl_top_sample *now)
{
	const struct pkvm_info *info = &now->info;

	add_line(page, "EL2       %s, provider %s, module %s, %" PRIu32 " CPUs, %" PRIu64
		 " VMs, %" PRIu64 " vCPUs",
		 ctl_word(&ctl_state_words, info->state),
		 ctl_word(&ctl_provider_words, info->provider), info->module_version, info->cpus,
		 now->stats.mem.vms, now->stats.mem.vcpus);
}

static void draw_owned(struct page *page, const struct pkvm_stats_mem *mem)
{
	const struct part parts[] = {
		{ 'i', mem->boot }, { 't', mem->tables + mem->vmemmap },
		{ 'h', mem->heap }, { 's', mem->stock },
	};
	char bar[BAR_MAX], owned[CTL_FORMAT_MAX], boot[CTL_FORMAT_MAX], tables[CTL_FORMAT_MAX],
		heap[CTL_FORMAT_MAX], stock[CTL_FORMAT_MAX];

	fill_bar(bar, bar_columns(page), mem->owned, parts, 4);
	add_line(page, "owned     [%s] %s", bar, pages_text(mem->owned, owned));
	add_line(page, "          i image %s   t tables %s   h heap %s   s stock %s",
		 pages_text(mem->boot, boot), pages_text(mem->tables + mem->vmemmap, tables),
		 pages_text(mem->heap, heap), pages_text(mem->stock, stock));
}

static void draw_heap(struct page *page, const struct pkvm_stats_heap *heap)
{
	const struct part parts[] = { { '#', heap->used }, { '-', heap->free_mapped } };
	char bar[BAR_MAX], used[CTL_FORMAT_MAX], mapped[CTL_FORMAT_MAX], size[CTL_FORMAT_MAX];

	fill_bar(bar, bar_columns(page), heap->mapped, parts, 2);
	add_line(page, "heap      [%s] %s of %s used, range %s", bar, bytes_text(heap->used, used),
		 bytes_text(heap->mapped, mapped), bytes_text(heap->size, size));
}

/* The part below the low mark is drawn apart. Without the daemon there are no marks. */
static void draw_reserve(struct page *page, const struct ctl_top_sample *now)
{
	uint64_t reserve = now->stats.mem.reclaimable, low = now->daemon.low;
	uint64_t below = reserve < low ? reserve : low;
	const struct part parts[] = { { '=', below }, { '#', reserve - below } };
	uint64_t whole = reserve > now->daemon.target ? reserve : now->daemon.target;
	char bar[BAR_MAX], text[CTL_FORMAT_MAX], low_text[CTL_FORMAT_MAX], target[CTL_FORMAT_MAX];

	fill_bar(bar, bar_columns(page), whole, parts, 2);
	if (now->has_daemon)
		add_line(page, "reserve   [%s] %s, low mark %s, target %s", bar,
			 pages_text(reserve, text), pages_text(low, low_text),
			 pages_text(now->daemon.target, target));
	else
		add_line(page, "reserve   [%s] %s", bar, pages_text(reserve, text));
}

static void draw_pressure(struct page *page, const struct ctl_top_sample *now)
{
	const struct part part = { '#', now->stalled };
	char bar[BAR_MAX];

	if (!now->has_pressure)
		return;
	fill_bar(bar, bar_columns(page), 10000, &part, 1);
	add_line(page, "pressure  [%s] %u.%02u %% stalled%s%s", bar, now->stalled / 100,
		 now->stalled % 100, now->has_daemon ? ", level " : "",
		 now->has_daemon ? now->daemon.level : "");
}

/* @then may be the larger one: the module was loaded again in between. */
static double per_second(uint64_t now, uint64_t then, uint64_t ns)
{
	if (now < then || !ns)
		return 0;
	return (double)(now - then) * (double)NS_PER_SECOND / (double)ns;
}

/* Of counters of pages, as bytes. */
static const char *rate_text(uint64_t now, uint64_t then, uint64_t ns, char buf[CTL_FORMAT_MAX])
{
	double bytes = (double)CTL_PAGE_SIZE * per_second(now, then, ns);

	return bytes_text((uint64_t)bytes, buf);
}

static void draw_rates(struct page *page, const struct ctl_top *top)
{
	const struct pkvm_stats *now = &top->now.stats, *then = &top->before.stats;
	uint64_t ns = top->before.has_stats ? top->now.ns - top->before.ns : 0;
	char up[CTL_FORMAT_MAX], back[CTL_FORMAT_MAX], shrunk[CTL_FORMAT_MAX];

	add_line(page, "per s     requests %.1f   topped up %s   reclaimed %s (shrinker %s)",
		 per_second(now->mem.requests, then->mem.requests, ns),
		 rate_text(now->mem.topped_up, then->mem.topped_up, ns, up),
		 rate_text(now->mem.reclaimed, then->mem.reclaimed, ns, back),
		 rate_text(now->host.shrunk, then->host.shrunk, ns, shrunk));
}

static void draw_decisions(struct page *page, const struct ctl_top_sample *now)
{
	if (!now->has_daemon) {
		add_line(page, "pkvmd     does not %s", now->daemon_is_silent ? "answer" : "run");
		return;
	}
	add_line(page, "pkvmd     %s, sees EL2 %s%s", now->daemon.version, now->daemon.state,
		 now->daemon.dry_run ? ", dry run" : "");
	for (size_t i = 0; i < now->nr_decisions; i++) {
		time_t seconds = (time_t)(now->decisions[i].time_us / 1000000);
		char time_text[16] = "";
		struct tm tm;

		if (localtime_r(&seconds, &tm))
			strftime(time_text, sizeof(time_text), "%H:%M:%S", &tm);
		add_line(page, "%s  %s", time_text, now->decisions[i].text);
	}
}

/* Newest first. */
static void draw_events(struct page *page, const struct ctl_top *top)
{
	uint64_t oldest = top->nr_events > CTL_TOP_EVENTS ? top->nr_events - CTL_TOP_EVENTS : 0;

	for (uint64_t i = top->nr_events; i > oldest; i--)
		add_line(page, "%s", top->events[(i - 1) % CTL_TOP_EVENTS]);
}

void ctl_top_draw(FILE *out, const struct ctl_top *top, unsigned int height,
		  const struct ctl_style *style)
{
	struct page page = { out, style->width < BAR_MAX ? style->width : BAR_MAX, height };
	const struct ctl_top_sample *now = &top->now;

	draw_title(&page, top);
	draw_el2(&page, now);
	if (now->has_stats) {
		draw_owned(&page, &now->stats.mem);
		draw_heap(&page, &now->stats.heap);
		draw_reserve(&page, now);
		draw_pressure(&page, now);
		draw_rates(&page, top);
	}
	add_line(&page, "%s", "");
	draw_decisions(&page, now);
	add_line(&page, "%s", "");
	draw_events(&page, top);
}
