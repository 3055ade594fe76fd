/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running server does for its audit trail: seals the chain's head at intervals of time
 * and of records, hands the seal to the log and to a file, and writes down how many messages
 * were refused that nobody was proven to have sent, and how many that a proven sender repeats.
 * Before it seals it looks whether what it sealed last is still there and whether what came
 * since holds together: it vouches for nothing that it has not read.
 */
#ifndef GATEWAY_AUDITOR_H
#define GATEWAY_AUDITOR_H

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"

struct app;
struct auditor;
struct platform;

/* A seal at the latest after so many records. */
#define AUDITOR_SEAL_RECORDS 5000

struct auditor *auditor_new(void);
void auditor_free(struct auditor *a);

/*
 * One more message that was refused before its sender was proven. It gets no record of its own:
 * a stranger must not fill the disk, and a refusal must cost less than a grant. action as a
 * record has it; one of a few of our own making. Any thread.
 */
void auditor_count(struct auditor *a, const char *action, enum err_code why);

/* From one thread. at_once: whatever the intervals say, as when the server stops. */
void auditor_tick(struct auditor *a, struct app *app, const struct platform *p, instant now,
		  bool at_once);
void auditor_metrics(struct auditor *a, struct buf *out);

#endif
