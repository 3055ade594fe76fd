/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One datagram a message to NOTIFY_SOCKET; abstract names begin with '@'.
 * Source: sd_notify(3), systemd.
 */
#include "gateway/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

static void
notify_send(const char *text)
{
	const char *path = secure_getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = path != NULL ? strlen(path) : 0;
	int fd;

	if (len < 2 || len >= sizeof(sa.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(sa.sun_path, path, len);
	if (path[0] == '@')
		sa.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&sa,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

void
notify_ready(void)
{
	notify_send("READY=1");
}

void
notify_reloading(void)
{
	char text[64];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 clock_monotonic_us());
	notify_send(text);
}

void
notify_stopping(void)
{
	notify_send("STOPPING=1");
}

void
notify_status(const char *text)
{
	char line[256];

	snprintf(line, sizeof(line), "STATUS=%s", text);
	notify_send(line);
}

uint64_t
notify_watchdog_us(void)
{
	int64_t us;

	if (!str_to_i64(str_from(secure_getenv("WATCHDOG_USEC")), 1, INT64_MAX, &us))
		return 0;
	return (uint64_t)us / 2;
}

void
notify_watchdog(void)
{
	notify_send("WATCHDOG=1");
}
