// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scrape [-n TIMES] [-a ACCEPT] [-m METHOD] [-p PATH]: asks pkvmd's socket for metrics as
 * a scraper does, a connection each time. Prints the last answer: header, blank line, body.
 * Exit status 1 if one of the answers is cut off, or is not of status 200 while several
 * are asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET		"/run/pkvmd/metrics.sock"
#define ANSWER_MAX	(1 << 18)

static int open_connection(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		perror("scrape: " SOCKET);
		exit(1);
	}
	return fd;
}

/* The server closes behind its answer. */
static void ask(const char *request, char answer[ANSWER_MAX])
{
	int fd = open_connection();
	size_t n = 0;
	ssize_t got;

	if (write(fd, request, strlen(request)) != (ssize_t)strlen(request)) {
		perror("scrape: write");
		exit(1);
	}
	while ((got = read(fd, answer + n, ANSWER_MAX - 1 - n)) > 0)
		n += (size_t)got;
	answer[n] = '\0';
	close(fd);
}

/* Whether there is as much behind the header as it says. */
static int is_whole(const char *answer)
{
	const char *length = strstr(answer, "Content-Length: ");
	const char *body = strstr(answer, "\r\n\r\n");

	return length && body && strtoul(length + 16, NULL, 10) == strlen(body + 4);
}

int main(int argc, char *argv[])
{
	const char *accept = NULL, *method = "GET", *path = "/metrics";
	char *answer = malloc(ANSWER_MAX), request[512];
	int times = 1, option;

	while ((option = getopt(argc, argv, "n:a:m:p:")) != -1) {
		if (option == 'n')
			times = atoi(optarg);
		else if (option == 'a')
			accept = optarg;
		else if (option == 'm')
			method = optarg;
		else if (option == 'p')
			path = optarg;
		else
			return 2;
	}
	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s"
		 "Connection: close\r\n\r\n", method, path, accept ? "Accept: " : "",
		 accept ? accept : "", accept ? "\r\n" : "");
	for (int i = 0; i < times; i++) {
		ask(request, answer);
		if (!is_whole(answer) || (times > 1 && strncmp(answer, "HTTP/1.1 200 ", 13))) {
			fprintf(stderr, "scrape: answer %d: %s\n", i, answer);
			return 1;
		}
	}
	fputs(answer, stdout);
	return 0;
}
