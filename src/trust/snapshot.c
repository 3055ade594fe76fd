/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The snapshot in force and its look-ups. A holder counts as one reference; a snapshot goes
 * when the last one lets go. The lock covers the exchange of a pointer only: neither building
 * nor using a snapshot holds it.
 */
#include "trust/internal.h"

#include <pthread.h>
#include "base/mem.h"

struct trust {
	struct store *store;
	pthread_mutex_t building; /* one builder at a time */
	pthread_mutex_t lock;     /* current */
	struct trust_snapshot *current;
};

static bool
build(struct store *store, instant at, struct trust_snapshot **out, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(docs_release) struct docs d = {0};
	int64_t generation;

	return store_read(store, &r, e) && reading_generation(r, &generation, e) &&
	       docs_load(r, at, a, &d, e) && model_build(&d, (uint64_t)generation, out, e);
}

bool
trust_open(struct store *store, struct trust **out, struct err *e)
{
	struct trust_snapshot *first;
	struct trust *t;

	if (!build(store, INSTANT_MAX, &first, e))
		return false;
	t = MEM_NEW(struct trust);
	t->store = store;
	t->current = first;
	pthread_mutex_init(&t->building, NULL);
	pthread_mutex_init(&t->lock, NULL);
	*out = t;
	return true;
}

void
trust_close(struct trust *t)
{
	if (!t)
		return;
	trust_release(t->current);
	pthread_mutex_destroy(&t->building);
	pthread_mutex_destroy(&t->lock);
	mem_free(t);
}

const struct trust_snapshot *
trust_hold(struct trust *t)
{
	struct trust_snapshot *s;

	pthread_mutex_lock(&t->lock);
	s = t->current;
	atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
	pthread_mutex_unlock(&t->lock);
	return s;
}

void
trust_release(const struct trust_snapshot *held)
{
	struct trust_snapshot *s = (struct trust_snapshot *)(uintptr_t)held;

	if (!s)
		return;
	if (atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) == 1)
		model_free(s);
}

void
trust_releasep(const struct trust_snapshot **s)
{
	trust_release(*s);
	*s = NULL;
}

static bool
refresh(struct trust *t, bool *changed, struct err *e)
{
	struct trust_snapshot *fresh, *old;
	int64_t generation;

	if (!store_known_generation(t->store, &generation, e))
		return false;
	/* only a builder changes it, and that is us */
	if ((uint64_t)generation == t->current->generation)
		return true;
	if (!build(t->store, INSTANT_MAX, &fresh, e))
		return false;
	pthread_mutex_lock(&t->lock);
	old = t->current;
	t->current = fresh;
	pthread_mutex_unlock(&t->lock);
	trust_release(old);
	*changed = true;
	return true;
}

bool
trust_refresh(struct trust *t, bool *changed, struct err *e)
{
	bool ok;

	*changed = false;
	pthread_mutex_lock(&t->building);
	ok = refresh(t, changed, e);
	pthread_mutex_unlock(&t->building);
	return ok;
}

bool
trust_as_of(struct store *store, instant at, const struct trust_snapshot **out, struct err *e)
{
	struct trust_snapshot *s;

	if (!build(store, at, &s, e))
		return false;
	*out = s;
	return true;
}

uint64_t
trust_generation(const struct trust_snapshot *s)
{
	return s->generation;
}

bool
validity_holds(struct validity v, instant now)
{
	return v.from <= now && now < v.to;
}

/* ---- look-ups ---- */

const struct trust_myndighed *
trust_myndighed(const struct trust_snapshot *s, struct str cvr)
{
	return table_find(&s->myndighed_by_cvr, cvr);
}

const struct trust_system *
trust_system(const struct trust_snapshot *s, struct str id)
{
	return table_find(&s->system_by_id, id);
}

const struct trust_system *
trust_system_by_cert(const struct trust_snapshot *s, struct str sha256, bool *blocked)
{
	const struct known_cert *c = table_find(&s->cert_by_sha256, sha256);

	*blocked = c && c->cert->is_blocked;
	return c ? c->system : NULL;
}

static const struct cert *
cert_in(const struct table *t, struct str key)
{
	const struct known_cert *c = table_find(t, key);

	return c ? c->cert->cert : NULL;
}

const struct cert *
trust_cert_by_ski(const struct trust_snapshot *s, struct str ski)
{
	return cert_in(&s->cert_by_ski, ski);
}

const struct cert *
trust_cert_by_sha1(const struct trust_snapshot *s, struct str thumbprint_hex)
{
	char upper[40];

	if (thumbprint_hex.len != sizeof(upper))
		return NULL;
	for (size_t i = 0; i < sizeof(upper); i++) {
		char c = thumbprint_hex.ptr[i];

		upper[i] = c >= 'a' && c <= 'f' ? (char)(c - 'a' + 'A') : c;
	}
	return cert_in(&s->cert_by_sha1, str_of(upper, sizeof(upper)));
}

const struct cert *
trust_cert_by_issuer_serial(const struct trust_snapshot *s, struct str issuer_net,
			    struct str serial_hex)
{
	AUTO(buf_release) struct buf key = BUF_INIT(4096);

	buf_printf(&key, STR_FMT "\n" STR_FMT, STR_ARG(serial_hex), STR_ARG(issuer_net));
	return key.over ? NULL : cert_in(&s->cert_by_serial, buf_str(&key));
}

const struct trust_system *
trust_system_by_entity(const struct trust_snapshot *s, struct str entity_id)
{
	return table_find(&s->system_by_entity, entity_id);
}

size_t
trust_system_count(const struct trust_snapshot *s)
{
	return s->count[DOC_SYSTEM];
}

const struct trust_system *
trust_system_at(const struct trust_snapshot *s, size_t i)
{
	return i < s->count[DOC_SYSTEM] ? &s->systems[i] : NULL;
}

/* The registered spelling, not the caller's. */
static struct str
spelling(const struct trust_service *v, struct str name)
{
	if (str_eq(v->id, name))
		return v->id;
	for (size_t i = 0; i < v->identifier_count; i++)
		if (str_eq(v->identifiers[i], name))
			return v->identifiers[i];
	return v->id;
}

const struct trust_service *
trust_service_find(const struct trust_snapshot *s, struct str applies_to, struct str *audience)
{
	const struct trust_service *v = table_find(&s->service_by_name, applies_to);

	if (!v && str_has_suffix(applies_to, STR("/"))) {
		applies_to.len--;
		v = table_find(&s->service_by_name, applies_to);
	}
	if (v)
		*audience = spelling(v, applies_to);
	return v;
}

const struct trust_da_type *
trust_da_type(const struct trust_snapshot *s, struct str id)
{
	return table_find(&s->da_type_by_id, id);
}

const struct trust_idp *
trust_idp(const struct trust_snapshot *s, struct str entity_id)
{
	return table_find(&s->idp_by_id, entity_id);
}

size_t
trust_idp_count(const struct trust_snapshot *s)
{
	return s->count[DOC_IDP];
}

const struct trust_idp *
trust_idp_at(const struct trust_snapshot *s, size_t i)
{
	return i < s->count[DOC_IDP] ? &s->idps[i] : NULL;
}

const struct trust_jfr *
trust_jfr(const struct trust_snapshot *s, struct str id)
{
	const struct jfr *j = table_find(&s->jfr_by_id, id);

	return j ? &j->public : NULL;
}

size_t
trust_mappings(const struct trust_snapshot *s, struct str system_id, struct str jfr,
	       struct arena *a, const struct trust_mapping **out)
{
	const struct jfr *j = table_find(&s->jfr_by_id, jfr);
	struct trust_mapping *list;
	size_t count = 0;

	*out = NULL;
	if (!j)
		return 0;
	list = ARENA_NEW_N(a, j->line_count, struct trust_mapping);
	for (size_t i = 0; i < j->line_count; i++) {
		const struct jfr_line *line = &j->lines[i];

		/* a dead line, or one for another system: normal, the IdP sends everything */
		if (!line->bsr || !line->bsr->is_active ||
		    !str_eq(line->bsr->system, system_id))
			continue;
		list[count++] = (struct trust_mapping){
			.jfr = j->public.id,
			.bsr = line->bsr->id,
			.bsr_system = line->bsr->system,
			.da = line->da,
			.da_count = line->da_count,
			.mandatory_types = line->bsr->mandatory,
			.mandatory_count = line->bsr->mandatory_count,
		};
	}
	*out = list;
	return count;
}
