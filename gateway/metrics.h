/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters of the process, and their Prometheus text. No personal data, bounded label sets. */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "gateway/http_call.h"

enum metric_what { METRIC_TOKEN, METRIC_CALL, METRIC_LOGIN, METRIC_WHAT_COUNT };

void metrics_http(enum http_listener listener, int status, uint64_t duration_us);
/* One token request, service call or login; code ERR_NONE: it was granted. */
void metrics_outcome(enum metric_what what, enum err_code code);
/* What was turned away or cut off before it was a call. */
enum metric_limit {
	METRIC_LIMIT_CONNECTIONS, /* of one address */
	METRIC_LIMIT_BYTES,	  /* of one address */
	METRIC_LIMIT_BUSY,	  /* 503 */
	METRIC_LIMIT_COUNT
};
void metrics_limited(enum metric_limit why);
void metrics_write(struct buf *out);
struct store;
/* Of loads and imports: when each source last succeeded, and whether its newest run failed. */
void metrics_imports(struct store *s, struct buf *out);

#endif
