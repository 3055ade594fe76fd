/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding labels. A page of the hierarchy asks thousands of times for a dozen texts, so what
 * was found is kept for some seconds, and so is that nothing was found. A change by this
 * process is seen by the calls that begin after it; one by another process, or one that was
 * committed while a call read, within those seconds.
 *
 * Looked at are the caller's own live objects, then the operator's. Failing to read is no
 * reason to refuse the answer: the label is then left as it was sent.
 * Source: contract of Organisation, 1.6 and Q8.
 */
#include "registry/label.h"

#include <pthread.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"

#define SLOTS 1024u /* a power of two */
#define KEEP_US (5ull * 1000 * 1000)
#define CVR_LEN 8
#define TEXT_MAX 200 /* 50 characters */

struct slot {
	uint64_t until_us; /* 0: nothing here */
	struct uuid klasse;
	char cvr[CVR_LEN];
	bool is_found;
	unsigned char len;
	char text[TEXT_MAX];
};

struct labels {
	pthread_mutex_t lock;
	uint64_t generation; /* what was looked up before the last forgetting is not kept */
	struct slot slots[SLOTS];
};

struct labels *
labels_new(void)
{
	struct labels *l = MEM_NEW(struct labels);

	pthread_mutex_init(&l->lock, NULL);
	return l;
}

void
labels_free(struct labels *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->lock);
	mem_free(l);
}

void
labels_changed(const struct registry *r, const struct oio_type *t)
{
	struct labels *l = r->labels;

	if (t != r->options.label_type)
		return;
	pthread_mutex_lock(&l->lock);
	l->generation++;
	for (size_t i = 0; i < SLOTS; i++)
		l->slots[i].until_us = 0;
	pthread_mutex_unlock(&l->lock);
}

/* ---- what is kept ---- */

static struct slot *
slot_of(struct labels *l, struct str cvr, struct uuid klasse)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < sizeof(klasse.b); i++)
		h = (h ^ klasse.b[i]) * 16777619u;
	for (size_t i = 0; i < cvr.len; i++)
		h = (h ^ (unsigned char)cvr.ptr[i]) * 16777619u;
	return &l->slots[h % SLOTS];
}

static bool
recall(struct labels *l, struct str cvr, struct uuid klasse, struct arena *a, struct str *out,
       uint64_t *generation)
{
	const struct slot *s;
	bool found;

	pthread_mutex_lock(&l->lock);
	*generation = l->generation;
	s = slot_of(l, cvr, klasse);
	found = s->until_us > clock_monotonic_us() && uuid_eq(s->klasse, klasse) &&
		memcmp(s->cvr, cvr.ptr, CVR_LEN) == 0;
	if (found)
		*out = s->is_found ? arena_dup(a, str_of(s->text, s->len)) : STR_NONE;
	pthread_mutex_unlock(&l->lock);
	return found;
}

static void
keep(struct labels *l, struct str cvr, struct uuid klasse, struct str text, uint64_t generation)
{
	struct slot *s;

	if (text.len > TEXT_MAX)
		return;
	pthread_mutex_lock(&l->lock);
	if (l->generation == generation) {
		s = slot_of(l, cvr, klasse);
		s->until_us = clock_monotonic_us() + KEEP_US;
		s->klasse = klasse;
		memcpy(s->cvr, cvr.ptr, CVR_LEN);
		s->is_found = str_is_set(text);
		s->len = (unsigned char)text.len;
		if (s->is_found)
			memcpy(s->text, text.ptr, text.len);
	}
	pthread_mutex_unlock(&l->lock);
}

/* ---- what the store holds ---- */

/* true: there is such a live object; *out its key in force now, or absent. */
static bool
look_up(const struct label_source *from, struct str cvr, struct uuid klasse, struct arena *a,
	struct str *out)
{
	const struct oio_type *t = from->call->registry->options.label_type;
	struct object_key k = {cvr, t->id, klasse};
	instant now = from->call->now;
	struct err ignored = ERR_INIT;
	struct object_row row;
	struct stored s;
	bool found;

	if (!str_is_set(cvr) || !objects_latest(from->reading, &k, a, &row, &found, &ignored) ||
	    !found || (row.state != LIV_OPSTAAET && row.state != LIV_IMPORTERET) ||
	    !stored_unpack(t, &row, a, &s, &ignored))
		return false;
	for (size_t i = 0; i < s.reg.content.count; i++) {
		const struct oio_item *it = &s.reg.content.items[i];

		/* row 0 of every kind is BrugervendtNoegleTekst */
		if (it->part == OIO_ATTRIBUT && virkning_overlaps(&it->v, now, now + 1))
			*out = egenskab_text(t, it, 0);
	}
	return true;
}

struct str
label_find(void *state, struct uuid klasse, struct arena *a)
{
	const struct label_source *from = state;
	struct registry *r = from->call->registry;
	struct str cvr = from->call->caller->cvr, text = STR_NONE;
	uint64_t generation;

	if (cvr.len != CVR_LEN || recall(r->labels, cvr, klasse, a, &text, &generation))
		return text;
	if (!look_up(from, cvr, klasse, a, &text))
		look_up(from, r->options.operator_cvr, klasse, a, &text);
	keep(r->labels, cvr, klasse, text, generation);
	return text;
}
