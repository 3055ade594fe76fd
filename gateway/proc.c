/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Restrictions that the process puts on itself. The service unit (packaging/sluse.service) adds
 * the sandbox of the service manager; these hold without it too.
 */
#include "gateway/proc.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

void
proc_start(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	mem_setup();
	umask(077);
	sigaction(SIGPIPE, &ignore, NULL);
	/* lasso reads the system's certificate authorities at every server object; nothing here
	 * may trust them. Outgoing TLS gets its anchors explicitly. */
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
}

void
proc_harden(bool production)
{
	struct rlimit none = {0, 0}, files;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (production) {
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		setrlimit(RLIMIT_CORE, &none);
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

bool
proc_is_root(void)
{
	return geteuid() == 0;
}
