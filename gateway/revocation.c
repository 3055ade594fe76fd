/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * See revocation.h. What is fetched is believed only as far as crypto/revocation.h believes it,
 * and never replaces something later: whoever stands in the way may withhold, not turn back.
 * A source that fails is asked again soon, ever less often; what was last heard stays in use
 * until its end and the grace, and the log says so. Only the thread changes sources; the lock
 * covers that change and those who look, never a fetch.
 */
#include "gateway/revocation_internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"

#define BUCKET "revocation"
#define LISTS_KEPT DAYS(400) /* past nextUpdate: what is on them stays revoked */
#define ROUND_MS 500
#define FIRST_ROUND_S 10
#define LIST_TIMEOUT_S 30
#define ANSWER_TIMEOUT_S 10
#define RETRY_LEAST_S 30
#define RETRY_MOST_S 900
#define HOSTS_DOWN 16

/* --- what is held --- */

static instant
until_of(const struct source *s)
{
	const struct revlist *list = s->lists[s->newest];

	if (s->is_list)
		return list ? revlist_until(list) : INSTANT_MIN;
	return s->has_answer ? s->answer.until : INSTANT_MIN;
}

enum source_state
source_state(const struct source *s, const struct config *c, instant now)
{
	instant until = until_of(s);

	if (now < until)
		return SOURCE_FRESH;
	return until != INSTANT_MIN &&
			       now < instant_add(until,
						 SECONDS(config_number(c, OPT_CRL_GRACE)))
		       ? SOURCE_STALE
		       : SOURCE_MISSING;
}

static void
hold_list(struct revocation *r, struct source *s, size_t place, struct revlist *taken)
{
	pthread_mutex_lock(&r->lock);
	s->is_new = !s->lists[place] || !revlist_eq(s->lists[place], taken);
	r->is_changed = r->is_changed || s->is_new;
	revlist_free(s->lists[place]);
	s->lists[place] = taken;
	s->newest = place;
	pthread_mutex_unlock(&r->lock);
}

static void
hold_answer(struct revocation *r, struct source *s, const struct revanswer *answer)
{
	const struct revanswer *old = &s->answer;

	pthread_mutex_lock(&r->lock);
	s->is_new = !s->has_answer || old->from != answer->from ||
		    old->until != answer->until || old->is_revoked != answer->is_revoked;
	r->is_changed = r->is_changed || s->is_new;
	s->answer = *answer;
	s->has_answer = true;
	pthread_mutex_unlock(&r->lock);
}

/*
 * [rfc5280 5.2.5] Where a list of this source belongs: in the place of the one about the same
 * certificates, of which the later holds. One about others replaces nothing, and is heard at
 * all only when the one that was heard last has ended: an authority may come to divide its
 * lists in another way, and who stands in the way may play back what it made for other
 * addresses. A place is free again when what lies there is too old to be kept.
 */
static bool
find_place(const struct source *s, const struct revlist *list, bool is_kept, instant now,
	   size_t *place, struct err *e)
{
	const struct revlist *newest = s->lists[s->newest];
	size_t free_one = SOURCE_LISTS;

	for (size_t i = 0; i < SOURCE_LISTS; i++) {
		const struct revlist *held = s->lists[i];

		if (held && str_eq(revlist_scope(held), revlist_scope(list))) {
			*place = i;
			return revlist_from(list) >= revlist_from(held) ||
			       FAIL(e, REVOCATION_REFUSED, "older than the one that is held");
		}
		if (free_one == SOURCE_LISTS &&
		    (!held || now >= instant_add(revlist_until(held), LISTS_KEPT)))
			free_one = i;
	}
	if (!is_kept && newest && now < revlist_until(newest))
		return FAIL(e, REVOCATION_REFUSED, "a list about other certificates");
	*place = free_one;
	return free_one < SOURCE_LISTS ||
	       FAIL(e, REVOCATION_REFUSED, "a list about other certificates, one too many");
}

/*
 * The way to a list is open to others, and each list of every authority of ours is well signed:
 * only one of the authority that this source is for is taken.
 */
static bool
take_list(struct revocation *r, const struct platform *p, struct source *s, struct str bytes,
	  bool is_kept, struct err *e)
{
	AUTO(revlist_freep) struct revlist *list = NULL;
	instant now = clock_now();
	size_t place;

	if (!revlist_read(p->anchors, bytes, now, is_kept ? LISTS_KEPT : 0, &list, e))
		return false;
	if (!revlist_is_by(list, s->issuer))
		return FAIL(e, REVOCATION_REFUSED, "a list of another authority");
	if (!find_place(s, list, is_kept, now, &place, e))
		return false;
	hold_list(r, s, place, list);
	list = NULL;
	return true;
}

/*
 * Takes what bytes say into a source. Errors: REVOCATION_REFUSED; also where they are older
 * than what is held, or a list that is not of this source.
 */
static bool
take(struct revocation *r, const struct platform *p, struct source *s, struct str question,
     struct str bytes, bool is_kept, struct err *e)
{
	instant now = clock_now(), grace = is_kept ? LISTS_KEPT : 0;
	struct revanswer answer;

	if (s->is_list)
		return take_list(r, p, s, bytes, is_kept, e);
	if (!ocsp_read(p->anchors, s->cert, s->issuer, question, bytes, now, grace, &answer, e))
		return false;
	if (s->has_answer && answer.from < s->answer.from)
		return FAIL(e, REVOCATION_REFUSED, "older than the one that is held");
	hold_answer(r, s, &answer);
	return true;
}

/* What some sources hold, put behind what is there already. */
struct lesson {
	struct revlist **lists;
	struct revanswer *answers;
	size_t list_count, answer_count;
};

static void
add_held(struct lesson *l, struct source *const *sources, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct source *s = sources[i];

		for (size_t k = 0; k < SOURCE_LISTS; k++)
			if (s->lists[k])
				l->lists[l->list_count++] = s->lists[k];
		if (s->has_answer)
			l->answers[l->answer_count++] = s->answer;
	}
}

void
revocation_teach_with(struct revocation *r, const struct platform *p,
		      struct source *const *fresh, size_t count)
{
	struct lesson l = {.list_count = 0};
	struct revocations what;

	pthread_mutex_lock(&r->lock);
	l.lists = MEM_NEW_N((r->count + count) * SOURCE_LISTS + 1, struct revlist *);
	l.answers = MEM_NEW_N(r->count + count + 1, struct revanswer);
	add_held(&l, r->sources, r->count);
	add_held(&l, fresh, count);
	what = (struct revocations){l.lists, l.list_count, l.answers, l.answer_count};
	anchors_learn(p->anchors, &what);
	pthread_mutex_unlock(&r->lock);
	mem_free(l.lists);
	mem_free(l.answers);
}

void
revocation_teach(struct revocation *r, const struct platform *p)
{
	revocation_teach_with(r, p, NULL, 0);
}

static void
teach_if_changed(struct revocation *r, const struct platform *p)
{
	struct err e = ERR_INIT;

	if (!r->is_changed)
		return;
	r->is_changed = false;
	revocation_teach(r, p);
	if (!revocation_survey(r, p, &e))
		LOG_ERR(LOG_LEVEL_ERROR, "revocation.survey_failed", &e);
}

/* --- the store --- */

/* Each list of a source has a row of its own; that of the first has the source's key. */
struct keep {
	const struct source *s;
	struct str bytes;
};

static struct str
row_key(const struct source *s, size_t place, uint8_t room[sizeof(s->key) + 1])
{
	memcpy(room, s->key, sizeof(s->key));
	room[sizeof(s->key)] = (uint8_t)place;
	return str_of(room, sizeof(s->key) + (place > 0));
}

static bool
keep_job(struct tx *tx, void *arg, struct err *e)
{
	const struct keep *k = arg;
	const struct source *s = k->s;
	instant until = instant_add(until_of(s), LISTS_KEPT);
	size_t place = s->is_list ? s->newest : 0;
	uint8_t key[sizeof(s->key) + 1];

	return store_state_put(tx, BUCKET, row_key(s, place, key), k->bytes, until, e);
}

static void
keep(struct revocation *r, const struct source *s, struct str bytes)
{
	struct keep k = {s, bytes};
	struct err e = ERR_INIT;

	if (!store_write(r->app->store, keep_job, &k, &e))
		LOG_ERR(LOG_LEVEL_ERROR, "revocation.not_kept", &e, LF_C("url", s->url));
}

static bool
restore_row(struct revocation *r, const struct platform *p, struct source *s, size_t place,
	    struct err *e)
{
	AUTO(store_read_endp) struct reading *reading = NULL;
	AUTO(arena_freep) struct arena *a = arena_new();
	uint8_t key[sizeof(s->key) + 1];
	struct err why = ERR_INIT;
	struct str bytes;

	if (!store_read(r->app->store, &reading, e) ||
	    !store_state_get(reading, BUCKET, row_key(s, place, key), clock_now(), a, &bytes,
			     e))
		return false;
	if (str_is_set(bytes) && !take(r, p, s, STR_NONE, bytes, true, &why))
		LOG_ERR(LOG_LEVEL_WARNING, "revocation.kept_is_useless", &why,
			LF_C("url", s->url));
	return true;
}

/* The latest one counts as heard last. */
static void
find_newest(struct source *s)
{
	for (size_t i = 0; i < SOURCE_LISTS; i++)
		if (s->lists[i] &&
		    (!s->lists[s->newest] ||
		     revlist_from(s->lists[i]) > revlist_from(s->lists[s->newest])))
			s->newest = i;
}

bool
revocation_restore(struct revocation *r, const struct platform *p, struct source *s,
		   struct err *e)
{
	size_t rows = s->is_list ? SOURCE_LISTS : 1;

	for (size_t i = 0; i < rows; i++)
		if (!restore_row(r, p, s, i, e))
			return false;
	find_newest(s);
	return true;
}

/* --- fetching --- */

static bool
fetch(struct revocation *r, const struct config *c, struct source *s, struct str *question,
      struct arena *a, struct buf *out, struct err *e)
{
	struct fetch_foreign o = {
		.url = s->url,
		.hosts = config_text(c, OPT_FETCH_HOSTS),
		.ca_file = config_text(c, OPT_FETCH_CA),
		.timeout_s = s->is_list ? LIST_TIMEOUT_S : ANSWER_TIMEOUT_S,
		.stop = &r->should_stop,
	};

	*question = STR_NONE;
	if (!s->is_list) {
		if (!ocsp_ask(s->cert, s->issuer, a, question, e))
			return false;
		o.content_type = "application/ocsp-request";
		o.body = *question;
	}
	return fetch_foreign(&o, out, e);
}

/* When it is asked again: at half of the time that is left, and before the interval ends. */
static int64_t
delay_s(const struct source *s, const struct config *c)
{
	int64_t interval = config_number(c, OPT_FETCH_INTERVAL);
	int64_t half = instant_diff_s(until_of(s), clock_now()) / 2;
	int64_t retry = RETRY_LEAST_S << (s->failures < 6 ? s->failures : 6);

	if (s->failures > 0) {
		if (retry > RETRY_MOST_S)
			retry = RETRY_MOST_S;
		return retry < interval ? retry : interval;
	}
	if (half < RETRY_LEAST_S)
		half = RETRY_LEAST_S;
	return half < interval ? half : interval;
}

static void
failed(struct revocation *r, struct source *s, const struct config *c, const struct err *e)
{
	enum source_state state = source_state(s, c, clock_now());

	atomic_fetch_add(e->code == REVOCATION_REFUSED ? &r->refused : &r->failed, 1);
	/* a responder that is down is news once, and again when it begins to hurt */
	if (s->failures == 0 || state != s->told)
		LOG_ERR(state == SOURCE_FRESH ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
			"revocation.failed", e, LF_C("url", s->url),
			LF_C("state", source_state_name(state)));
	s->told = state;
	s->failures++;
}

static void
succeeded(struct revocation *r, struct source *s)
{
	atomic_fetch_add(&r->fetched, 1);
	if (s->failures > 0)
		LOG(LOG_LEVEL_INFO, "revocation.recovered", LF_C("url", s->url));
	s->failures = 0;
	s->told = SOURCE_FRESH;
}

static void
ask(struct revocation *r, const struct platform *p, struct source *s, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release)
	struct buf got = BUF_INIT(s->is_list ? LIMIT_LIST_BYTES : LIMIT_OCSP_BYTES);
	struct str question;

	if (!fetch(r, p->config, s, &question, a, &got, e) ||
	    !take(r, p, s, question, buf_str(&got), false, e)) {
		if (!atomic_load(&r->should_stop))
			failed(r, s, p->config, e);
	} else {
		succeeded(r, s);
		if (s->is_new)
			keep(r, s, buf_str(&got));
	}
	s->next_us = clock_monotonic_us() + (uint64_t)delay_s(s, p->config) * 1000000;
}

/* Hosts that did not answer this round: their other sources need not wait for them too. */
struct down {
	const char *hosts[HOSTS_DOWN];
	size_t count;
};

static bool
is_down(const struct down *d, const struct source *s)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->hosts[i], s->host) == 0)
			return true;
	return false;
}

static void
ask_due(struct revocation *r, const struct platform *p, bool lists, struct down *down)
{
	for (size_t i = 0; i < r->count && !atomic_load(&r->should_stop); i++) {
		struct source *s = r->sources[i];
		struct err e = ERR_INIT;

		if (s->is_list != lists || clock_monotonic_us() < s->next_us)
			continue;
		if (is_down(down, s)) {
			s->failures++;
			s->next_us = clock_monotonic_us() +
				     (uint64_t)delay_s(s, p->config) * 1000000;
			continue;
		}
		ask(r, p, s, &e);
		if (e.code == FETCH_FAILED && down->count < HOSTS_DOWN)
			down->hosts[down->count++] = s->host;
	}
}

static void
one_round(struct revocation *r)
{
	const struct platform *p = app_platform_hold(r->app);
	struct down down = {.count = 0};
	struct err e = ERR_INIT;

	if (!revocation_refresh(r, p, &e))
		LOG_ERR(LOG_LEVEL_ERROR, "revocation.refresh_failed", &e);
	/* lists first: some responders must be looked up in one */
	ask_due(r, p, true, &down);
	teach_if_changed(r, p);
	ask_due(r, p, false, &down);
	teach_if_changed(r, p);
	platform_release(p);
}

/* --- the thread --- */

static void *
run(void *arg)
{
	struct revocation *r = arg;

	while (!atomic_load(&r->should_stop)) {
		one_round(r);
		pthread_mutex_lock(&r->lock);
		r->rounds++;
		pthread_cond_broadcast(&r->turn);
		if (!atomic_load(&r->should_stop))
			clock_cond_wait_ms(&r->turn, &r->lock, ROUND_MS);
		pthread_mutex_unlock(&r->lock);
	}
	return NULL;
}

bool
revocation_open(struct app *app, struct revocation **out, struct err *e)
{
	struct revocation *r = MEM_NEW(struct revocation);
	const struct platform *p = app_platform_hold(app);
	bool ok;

	r->app = app;
	pthread_mutex_init(&r->lock, NULL);
	clock_cond_init(&r->turn);
	ok = revocation_refresh(r, p, e);
	if (ok)
		revocation_teach(r, p);
	platform_release(p);
	if (!ok) {
		revocation_close(r);
		return false;
	}
	*out = r;
	return true;
}

static bool
lacks_something(struct revocation *r)
{
	const struct platform *p = app_platform_hold(r->app);
	bool lacks = false;

	for (size_t i = 0; i < r->count; i++)
		lacks = lacks ||
			source_state(r->sources[i], p->config, clock_now()) == SOURCE_MISSING;
	platform_release(p);
	return lacks;
}

void
revocation_start(struct revocation *r)
{
	bool waits = lacks_something(r);
	uint64_t end = clock_monotonic_us() + FIRST_ROUND_S * 1000000ULL;

	BUG_ON(pthread_create(&r->thread, NULL, run, r) != 0);
	r->has_thread = true;
	pthread_mutex_lock(&r->lock);
	while (waits && r->rounds == 0 && clock_monotonic_us() < end)
		clock_cond_wait_ms(&r->turn, &r->lock, ROUND_MS);
	pthread_mutex_unlock(&r->lock);
}

void
revocation_close(struct revocation *r)
{
	if (r == NULL)
		return;
	atomic_store(&r->should_stop, true);
	pthread_mutex_lock(&r->lock);
	pthread_cond_broadcast(&r->turn);
	pthread_mutex_unlock(&r->lock);
	if (r->has_thread)
		pthread_join(r->thread, NULL);
	for (size_t i = 0; i < r->count; i++)
		source_free(r->sources[i]);
	mem_free(r->sources);
	trust_release(r->known);
	platform_release(r->platform);
	pthread_mutex_destroy(&r->lock);
	pthread_cond_destroy(&r->turn);
	mem_free(r);
}
