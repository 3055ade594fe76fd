/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The end of a call, for every interface of systems. A stranger leaves a count: he must not
 * fill the disk, and a refusal must cost less than a grant. Source: design, 6.
 */
#include "gateway/outcome.h"

#include <string.h>

#include "base/json.h"
#include "gateway/auditor.h"
#include "gateway/refusals.h"
#include "gateway/repeats.h"

#define DETAIL_BYTES 8192

void
outcome_turn_away(const struct outcome *o)
{
	http_plain(o->c, err_row(CALLS_LIMITED)->http, err_row(CALLS_LIMITED)->text);
	metrics_outcome(o->what, CALLS_LIMITED);
	auditor_count(o->app->auditor, o->action, CALLS_LIMITED);
}

void
outcome_count_refusal(const struct outcome *o, enum err_code why)
{
	if (o->sender) {
		refusals_add_of(o->app, o->sender, o->c->now);
		return;
	}
	refusals_add(o->app, o->known, o->c);
	auditor_count(o->app->auditor, o->action, why);
}

void
record_detail_put(struct record_detail *d, const char *name, struct str value)
{
	size_t at = d->count;

	if (!str_is_set(value))
		return;
	BUG_ON(d->count == ARRAY_LEN(d->at));
	for (; at > 0 && strcmp(d->at[at - 1].name, name) > 0; at--)
		d->at[at] = d->at[at - 1];
	d->at[at].name = name;
	d->at[at].value = value;
	d->count++;
}

void
record_detail_begin(struct record_detail *d, const struct cert *sender)
{
	d->count = 0;
	record_detail_put(d, "subject", cert_subject_net(sender));
	record_detail_put(d, "thumbprint", cert_thumbprint(sender));
}

struct str
record_detail_text(struct record_detail *d, struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(DETAIL_BYTES);

	buf_add_char(&b, '{');
	for (size_t i = 0; i < d->count; i++)
		json_add_member(&b, d->at[i].name, d->at[i].value);
	buf_add_char(&b, '}');
	return b.over ? STR_NONE : arena_dup(a, buf_str(&b));
}

struct record {
	const struct audit_row *row;
	bool is_refusal;
	struct str asked;
};

static bool
record_job(struct tx *tx, void *arg, struct err *e)
{
	const struct record *rec = arg;

	return rec->is_refusal ? repeats_add(tx, rec->row, rec->asked, e)
			       : store_audit_add(tx, rec->row, e);
}

bool
record_write(struct app *app, const struct audit_row *row, bool is_refusal, struct str asked,
	     struct err *e)
{
	struct record rec = {row, is_refusal, asked};

	return store_write(app->store, record_job, &rec, e);
}

struct str
record_action(const char *service, const char *operation, struct arena *a)
{
	char *name = arena_dup_c(a, arena_printf(a, "%s.%s", service, operation));

	for (char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return str_from(name);
}

struct str
record_actor(const struct caller *c)
{
	return str_is_set(c->system) ? c->system : c->subject;
}
