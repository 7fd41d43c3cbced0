// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pkvmctl top: asks, and draws with ncurses. It looks once in an interval; in between
 * it waits for events, which come by themselves, and for keys.
 */
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../pkvmd/psi.h"
#include "cmd.h"
#include "top.h"
#include "view.h"

#define KEY_CTRL_C	3
#define NS_PER_MS	1000000

/* A daemon that does not answer must not keep the screen from what the kernel tells. */
#define ANSWER_US	UINT64_C(500000)

struct session {
	struct ctl *ctl;
	struct ctl_top *top;
	struct pkvm_monitor *monitor;
	struct ctl_daemon daemon;
	bool has_bus;
	int err;		/* of a call to the client, which ended the session */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool read_pressure(uint32_t *ret_stalled)
{
	FILE *file = fopen("/proc/pressure/memory", "re");
	char line[128];
	bool found;

	if (!file)
		return false;
	found = fgets(line, sizeof(line), file) && !psi_parse(line, ret_stalled);
	fclose(file);
	return found;
}

static void ask_daemon(struct session *session, struct ctl_top_sample *sample)
{
	struct ctl_decision *decisions;
	int err = session->has_bus ? ctl_daemon_status(&session->daemon, &sample->daemon) :
				     -ENODEV;
	size_t n;

	sample->has_daemon = !err;
	sample->daemon_is_silent = err && err != -ENODEV;
	if (!sample->has_daemon ||
	    ctl_daemon_decisions(&session->daemon, CTL_TOP_DECISIONS, &decisions, &n))
		return;
	sample->nr_decisions = n < CTL_TOP_DECISIONS ? n : CTL_TOP_DECISIONS;
	if (n)
		memcpy(sample->decisions, decisions, sample->nr_decisions * sizeof(*decisions));
	free(decisions);
}

/* Returns whether to go on. */
static bool look(struct session *session)
{
	struct ctl_top_sample sample = { .ns = now_ns() };
	struct pkvm_client *client = session->ctl->client;

	clock_gettime(CLOCK_REALTIME, &sample.when);
	session->err = pkvm_get_info(client, &sample.info);
	if (!session->err && sample.info.state == PKVM_STATE_LIVE) {
		session->err = pkvm_get_stats(client, &sample.stats);
		sample.has_stats = !session->err;
	}
	if (session->err)
		return false;
	sample.has_pressure = read_pressure(&sample.stalled);
	ask_daemon(session, &sample);
	ctl_top_sample(session->top, &sample);
	return true;
}

/* The event's line as "pkvmctl monitor" prints it; NULL where events were lost. */
static void add_event(struct session *session, const struct pkvm_event *event)
{
	const struct ctl_style style = { .width = session->ctl->style.width };
	struct timespec when;
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return;
	clock_gettime(CLOCK_REALTIME, &when);
	if (event)
		ctl_view_event(out, event, &when, &style);
	else
		ctl_view_lost(out, &when, &style);
	if (!fclose(out)) {
		line[strcspn(line, "\n")] = '\0';
		ctl_top_event(session->top, line);
	}
	free(line);
}

static bool drain(struct session *session)
{
	struct pkvm_event event;
	int got;

	while ((got = pkvm_monitor_next(session->monitor, &event)) > 0 || got == -ENOBUFS)
		add_event(session, got > 0 ? &event : NULL);
	session->err = got;
	return !got;
}

static void draw(struct session *session)
{
	const struct ctl_style style = { .width = (unsigned int)COLS };
	char *text = NULL, *rest, *line;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int row = 0;

	if (!out)
		return;
	ctl_top_draw(out, session->top, (unsigned int)LINES, &style);
	if (fclose(out)) {
		free(text);
		return;
	}
	erase();
	rest = text;
	while ((line = strsep(&rest, "\n")) && rest) {
		attrset(row ? A_NORMAL : A_REVERSE);
		mvaddnstr(row++, 0, line, COLS);
	}
	refresh();
	free(text);
}

static bool ask_keys(void)
{
	int key;

	while ((key = getch()) != ERR) {
		if (key == 'q' || key == KEY_CTRL_C)
			return false;
	}
	return true;
}

/* Until the next look is due, or something has come. Returns whether to go on. */
static bool wait_and_act(struct session *session, uint64_t due)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = pkvm_monitor_fd(session->monitor), .events = POLLIN },
	};
	uint64_t now = now_ns();

	if (now >= due)
		return look(session);
	/* A resized window interrupts it, and is a key then. */
	if (poll(fds, 2, (int)((due - now) / NS_PER_MS + 1)) < 0 && errno != EINTR)
		return false;
	if (fds[0].revents & (POLLHUP | POLLERR) || !ask_keys())
		return false;
	return fds[1].revents ? drain(session) : true;
}

static void run(struct session *session)
{
	uint64_t interval = session->top->interval * UINT64_C(1000000000);
	bool go_on = look(session);

	while (go_on) {
		draw(session);
		go_on = wait_and_act(session, session->top->now.ns + interval);
	}
}

/* What can fail without a word of ncurses. */
static enum ctl_exit start_screen(struct ctl *ctl, SCREEN **ret)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || ctl->args->json.given)
		return ctl_failed("top draws on a terminal; for scripts there are status, monitor and metrics");
	*ret = newterm(NULL, stdout, stdin);
	if (!*ret)
		return ctl_failed("the terminal '%s' is not known",
				  getenv("TERM") ? getenv("TERM") : "");
	raw();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	return CTL_EXIT_OK;
}

static bool open_daemon(struct ctl_daemon *daemon)
{
	if (ctl_daemon_open(daemon))
		return false;
	sd_bus_set_method_call_timeout(daemon->bus, ANSWER_US);
	return true;
}

enum ctl_exit ctl_cmd_top(struct ctl *ctl)
{
	struct session session = { .ctl = ctl };
	enum ctl_exit status;
	SCREEN *screen = NULL;

	session.top = calloc(1, sizeof(*session.top));
	if (!session.top)
		return ctl_failed("out of memory");
	session.top->interval = (unsigned int)ctl_value_or(ctl->args->interval, 1);
	session.err = pkvm_monitor_open(ctl->client, PKVM_MONITOR_EVENTS, &session.monitor);
	status = session.err ? CTL_EXIT_OK : start_screen(ctl, &screen);
	if (!session.err && status == CTL_EXIT_OK) {
		session.has_bus = open_daemon(&session.daemon);
		run(&session);
		endwin();
		delscreen(screen);
		ctl_daemon_close(&session.daemon);
	}
	if (session.err)
		status = ctl_client_failed(ctl);
	pkvm_monitor_free(session.monitor);
	free(session.top);
	return status;
}
