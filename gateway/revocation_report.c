/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of revocation: metrics, and a note for whoever asks whether all is well. */
#include "gateway/revocation_internal.h"

#include "base/clock.h"

#define AUTHORITIES 64

struct tally {
	unsigned states[2][3]; /* answers, lists; by state */
};

static void
count(struct revocation *r, const struct platform *p, instant now, struct tally *t)
{
	*t = (struct tally){{{0}}};
	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->count; i++)
		t->states[r->sources[i]->is_list]
			 [source_state(r->sources[i], p->config, now)]++;
	pthread_mutex_unlock(&r->lock);
}

/* Names of authorities come from our own anchors; quotes in them would break the line. */
static void
put_label(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_add_char(out, *text == '"' || *text == '\\' || *text < ' ' ? '_' : *text);
}

void
revocation_metrics(struct revocation *r, const struct platform *p, struct buf *out)
{
	struct list_end ends[AUTHORITIES];
	size_t n = anchors_list_ends(p->anchors, ends, AUTHORITIES);
	struct tally t;

	buf_add_c(out, "# TYPE sluse_crl_next_update_timestamp_seconds gauge\n");
	for (size_t i = 0; i < n; i++) {
		buf_add_c(out, "sluse_crl_next_update_timestamp_seconds{issuer=\"");
		put_label(out, ends[i].issuer);
		buf_printf(out, "\"} %lld\n", (long long)(ends[i].until / SECONDS(1)));
	}
	if (r == NULL)
		return;
	count(r, p, clock_now(), &t);
	buf_add_c(out, "# TYPE sluse_revocation_sources gauge\n");
	for (int kind = 0; kind < 2; kind++)
		for (int state = 0; state < 3; state++)
			buf_printf(out,
				   "sluse_revocation_sources{kind=\"%s\",state=\"%s\"} %u\n",
				   kind ? "crl" : "ocsp",
				   source_state_name((enum source_state)state),
				   t.states[kind][state]);
	buf_add_c(out, "# TYPE sluse_revocation_fetches_total counter\n");
	buf_printf(out, "sluse_revocation_fetches_total{result=\"ok\"} %lu\n",
		   atomic_load(&r->fetched));
	buf_printf(out, "sluse_revocation_fetches_total{result=\"failed\"} %lu\n",
		   atomic_load(&r->failed));
	buf_printf(out, "sluse_revocation_fetches_total{result=\"refused\"} %lu\n",
		   atomic_load(&r->refused));
}

bool
revocation_is_fresh(struct revocation *r, const struct platform *p, instant now,
		    struct buf *note)
{
	struct list_end ends[AUTHORITIES];
	size_t n = anchors_list_ends(p->anchors, ends, AUTHORITIES);
	unsigned old = 0, good, bad;
	struct tally t;

	count(r, p, now, &t);
	for (size_t i = 0; i < n; i++)
		old += ends[i].until <= now;
	good = t.states[0][SOURCE_FRESH] + t.states[1][SOURCE_FRESH];
	bad = t.states[0][SOURCE_STALE] + t.states[1][SOURCE_STALE] +
	      t.states[0][SOURCE_MISSING] + t.states[1][SOURCE_MISSING];
	buf_printf(note, "%zu lists, %u past their end; %u of %u sources fresh", n, old, good,
		   good + bad);
	return old == 0 && bad == 0 && (n > 0 || good > 0 || !anchors_need_status(p->anchors));
}
