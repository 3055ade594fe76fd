/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counters, kept in atomics and written as Prometheus text. Label values come from tables
 * (listener, status class, error row), never from a peer.
 */
#include "gateway/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/attr.h"
#include "gateway/refusal.h"
#include "version.h"

#define LISTENER_COUNT 3

static const char *const listener_names[LISTENER_COUNT] = {"system", "browser", "operations"};
static const char *const what_names[METRIC_WHAT_COUNT] = {"tokens", "calls", "logins"};
/* Upper ends of the duration buckets, in microseconds. */
static const uint64_t bucket_us[] = {1000,  2500,   5000,   10000,   25000,
				     50000, 100000, 250000, 1000000, 5000000};

static atomic_ullong http_by_class[LISTENER_COUNT][6];
static atomic_ullong http_bucket[LISTENER_COUNT][ARRAY_LEN(bucket_us) + 1];
static atomic_ullong http_sum_us[LISTENER_COUNT];
static atomic_ullong outcomes[METRIC_WHAT_COUNT][ERR_COUNT];
static atomic_ullong limited[METRIC_LIMIT_COUNT];

void
metrics_http(enum http_listener listener, int status, uint64_t duration_us)
{
	size_t i = 0;

	atomic_fetch_add(
		&http_by_class[listener][status >= 100 && status < 600 ? status / 100 : 0], 1);
	while (i < ARRAY_LEN(bucket_us) && duration_us > bucket_us[i])
		i++;
	atomic_fetch_add(&http_bucket[listener][i], 1);
	atomic_fetch_add(&http_sum_us[listener], duration_us);
}

void
metrics_outcome(enum metric_what what, enum err_code code)
{
	atomic_fetch_add(&outcomes[what][code], 1);
}

void
metrics_limited(enum metric_limit why)
{
	atomic_fetch_add(&limited[why], 1);
}

static void
write_http(struct buf *out)
{
	unsigned long long n;

	buf_add_c(out, "# TYPE sluse_http_requests_total counter\n");
	for (size_t l = 0; l < LISTENER_COUNT; l++)
		for (int c = 1; c < 6; c++)
			if ((n = atomic_load(&http_by_class[l][c])) > 0)
				buf_printf(out,
					   "sluse_http_requests_total{listener=\"%s\",code=\"%"
					   "dxx\"} %llu\n",
					   listener_names[l], c, n);
}

static void
write_durations(struct buf *out)
{
	buf_add_c(out, "# TYPE sluse_http_request_duration_seconds histogram\n");
	for (size_t l = 0; l < LISTENER_COUNT; l++) {
		unsigned long long below = 0;

		for (size_t i = 0; i < ARRAY_LEN(bucket_us); i++) {
			below += atomic_load(&http_bucket[l][i]);
			buf_printf(out,
				   "sluse_http_request_duration_seconds_bucket{listener=\"%s\","
				   "le=\"%g\"} %llu\n",
				   listener_names[l], (double)bucket_us[i] / 1e6, below);
		}
		below += atomic_load(&http_bucket[l][ARRAY_LEN(bucket_us)]);
		buf_printf(out,
			   "sluse_http_request_duration_seconds_bucket{listener=\"%s\",le=\"+"
			   "Inf\"} %llu\n"
			   "sluse_http_request_duration_seconds_sum{listener=\"%s\"} %g\n"
			   "sluse_http_request_duration_seconds_count{listener=\"%s\"} %llu\n",
			   listener_names[l], below, listener_names[l],
			   (double)atomic_load(&http_sum_us[l]) / 1e6, listener_names[l],
			   below);
	}
}

static void
write_outcomes(struct buf *out)
{
	unsigned long long n;

	for (size_t w = 0; w < METRIC_WHAT_COUNT; w++) {
		buf_printf(
			out,
			"# TYPE sluse_%s_granted_total counter\nsluse_%s_granted_total %llu\n",
			what_names[w], what_names[w], atomic_load(&outcomes[w][ERR_NONE]));
		buf_printf(out, "# TYPE sluse_%s_refused_total counter\n", what_names[w]);
		for (int c = 1; c < ERR_COUNT; c++)
			if ((n = atomic_load(&outcomes[w][c])) > 0)
				buf_printf(out, "sluse_%s_refused_total{reason=\"%s\"} %llu\n",
					   what_names[w], err_row((enum err_code)c)->name, n);
	}
}

static void
write_limited(struct buf *out)
{
	static const char *const names[METRIC_LIMIT_COUNT] = {"connections", "bytes", "busy"};

	buf_add_c(out, "# TYPE sluse_http_limited_total counter\n");
	for (size_t i = 0; i < METRIC_LIMIT_COUNT; i++)
		buf_printf(out, "sluse_http_limited_total{reason=\"%s\"} %llu\n", names[i],
			   atomic_load(&limited[i]));
}

void
metrics_write(struct buf *out)
{
	buf_printf(out,
		   "# TYPE sluse_build_info gauge\nsluse_build_info{version=\"%s\"} "
		   "1\nsluse_up 1\n",
		   SLUSE_VERSION);
	write_http(out);
	write_durations(out);
	write_outcomes(out);
	write_limited(out);
	buf_printf(out,
		   "# TYPE sluse_http_refusals_unlogged_total counter\n"
		   "sluse_http_refusals_unlogged_total %llu\n",
		   (unsigned long long)refusal_unlogged());
}
