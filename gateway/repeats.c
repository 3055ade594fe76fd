/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * See repeats.h. Counts are kept in the store, beside the replay keys of the same calls, until
 * the auditor makes records of them: a crash loses none, and no node counts alone. A sender
 * chooses what its refusals look like; past REPEATS_KINDS in an interval its refusals are told
 * apart by operation and reason alone, of which there are few. Refuses to guess at an entry
 * that it cannot read.
 */
#include "gateway/repeats.h"

#include "base/json.h"
#include "crypto/digest.h"

#define BUCKET_COUNTS "refusals"
#define BUCKET_KINDS "refusal_kinds"
#define KEY_BYTES 32
#define ENTRY_BYTES 8192

/* Who was refused what and why; all kinds together where the sender has too many of them. */
static void
make_key(const struct audit_row *row, struct str asked, bool is_coarse, uint8_t key[KEY_BYTES])
{
	const struct str parts[] = {row->actor, row->action,  row->result, row->cvr,
				    asked,      row->service, row->object};
	AUTO(buf_release) struct buf b = BUF_INIT(ENTRY_BYTES);

	for (size_t i = 0; i < (is_coarse ? 3 : ARRAY_LEN(parts)); i++)
		buf_printf(&b, "%zu:" STR_FMT ",", parts[i].len, STR_ARG(parts[i]));
	digest_sha256(buf_str(&b), key);
}

static json_t *
entry_new(const struct audit_row *row, struct str asked, bool is_coarse)
{
	json_t *o = json_object();

	json_put_text(o, "actor", row->actor);
	json_put_text(o, "action", row->action);
	json_put_text(o, "result", row->result);
	json_put_text(o, "first", row->request_id);
	if (!is_coarse) {
		json_put_text(o, "cvr", row->cvr);
		json_put_text(o, "service", row->service);
		json_put_text(o, "object", row->object);
		json_put_text(o, "applies_to", asked);
	}
	(void)json_object_set_new(o, "since", json_integer(row->at));
	(void)json_object_set_new(o, "until", json_integer(row->at));
	(void)json_object_set_new(o, "count", json_integer(0));
	return o;
}

static bool
entry_put(struct tx *tx, const uint8_t key[KEY_BYTES], const json_t *entry, struct err *e)
{
	AUTO(buf_release) struct buf b = BUF_INIT(ENTRY_BYTES);

	json_add_to(entry, &b);
	/* it has no end: what was counted is written, however late */
	return buf_done(&b, e) && store_state_put(tx, BUCKET_COUNTS, str_of(key, KEY_BYTES),
						  buf_str(&b), INSTANT_MAX, e);
}

/* NULL without an error: nothing of this kind was refused in this interval. */
static bool
entry_get(struct tx *tx, const uint8_t key[KEY_BYTES], instant now, json_t **out, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct str text;

	*out = NULL;
	if (!store_state_get(tx_reading(tx), BUCKET_COUNTS, str_of(key, KEY_BYTES), now, a,
			     &text, e))
		return false;
	if (!str_is_set(text))
		return true;
	*out = json_read_object(text);
	return *out != NULL || FAIL(e, STORE_DAMAGED, "a count of refusals");
}

/* One more kind of this actor, unless it has as many as are told apart. */
static bool
take_kind(struct tx *tx, struct str actor, instant now, bool *is_one_too_many, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	uint8_t key[KEY_BYTES];
	struct str text;
	int64_t kinds = 0;

	digest_sha256(actor, key);
	if (!store_state_get(tx_reading(tx), BUCKET_KINDS, str_of(key, sizeof(key)), now, a,
			     &text, e))
		return false;
	if (str_is_set(text) && !str_to_i64(text, 0, REPEATS_KINDS, &kinds))
		return FAIL(e, STORE_DAMAGED, "a count of kinds of refusals");
	*is_one_too_many = kinds == REPEATS_KINDS;
	if (*is_one_too_many)
		return true;
	text = arena_printf(a, "%lld", (long long)kinds + 1);
	return store_state_put(tx, BUCKET_KINDS, str_of(key, sizeof(key)), text, INSTANT_MAX,
			       e);
}

static bool
count_one(struct tx *tx, const uint8_t key[KEY_BYTES], json_t *entry, instant at, struct err *e)
{
	json_int_t count = json_integer_value(json_object_get(entry, "count"));

	(void)json_object_set_new(entry, "count", json_integer(count + 1));
	if (at > json_integer_value(json_object_get(entry, "until")))
		(void)json_object_set_new(entry, "until", json_integer(at));
	return entry_put(tx, key, entry, e);
}

bool
repeats_add(struct tx *tx, const struct audit_row *row, struct str asked, struct err *e)
{
	AUTO(json_decrefp) json_t *entry = NULL;
	uint8_t key[KEY_BYTES];
	bool is_coarse = false;

	make_key(row, asked, false, key);
	if (!entry_get(tx, key, row->at, &entry, e) ||
	    (entry == NULL && !take_kind(tx, row->actor, row->at, &is_coarse, e)))
		return false;
	if (is_coarse) {
		make_key(row, asked, true, key);
		if (!entry_get(tx, key, row->at, &entry, e))
			return false;
	}
	if (entry != NULL)
		return count_one(tx, key, entry, row->at, e);
	entry = entry_new(row, asked, is_coarse);
	return entry_put(tx, key, entry, e) && store_audit_add(tx, row, e);
}

/* --- records of what was counted --- */

struct flush {
	struct tx *tx;
	instant now;
};

static void
put_moment(json_t *o, const char *name, const json_t *entry)
{
	char at[TIME_TEXT_MAX];

	json_put_text(o, name,
		      time_format_utc(json_integer_value(json_object_get(entry, name)), at));
}

static bool
write_one(struct tx *tx, const json_t *entry, instant now, struct err *e)
{
	AUTO(buf_release) struct buf detail = BUF_INIT(ENTRY_BYTES);
	AUTO(json_decrefp) json_t *o = json_object();
	struct audit_row row = {
		.at = now,
		.action = json_get_text(entry, "action"),
		.result = json_get_text(entry, "result"),
		.actor = json_get_text(entry, "actor"),
		.cvr = json_get_text(entry, "cvr"),
		.service = json_get_text(entry, "service"),
		.object = json_get_text(entry, "object"),
	};

	(void)json_object_set(o, "count", json_object_get(entry, "count"));
	json_put_text(o, "applies_to", json_get_text(entry, "applies_to"));
	json_put_text(o, "first", json_get_text(entry, "first"));
	put_moment(o, "since", entry);
	put_moment(o, "until", entry);
	json_add_to(o, &detail);
	row.detail = buf_str(&detail);
	return buf_done(&detail, e) && store_audit_add(tx, &row, e);
}

static bool
each(struct str key, struct str value, void *arg, struct err *e)
{
	AUTO(json_decrefp) json_t *entry = json_read_object(value);
	const struct flush *f = arg;

	(void)key;
	if (entry == NULL)
		return FAIL(e, STORE_DAMAGED, "a count of refusals");
	return json_integer_value(json_object_get(entry, "count")) == 0 ||
	       write_one(f->tx, entry, f->now, e);
}

static bool
flush_job(struct tx *tx, void *arg, struct err *e)
{
	struct flush f = {.tx = tx, .now = *(const instant *)arg};

	return store_state_each(tx_reading(tx), BUCKET_COUNTS, f.now, each, &f, e) &&
	       store_state_clear(tx, BUCKET_COUNTS, e) &&
	       store_state_clear(tx, BUCKET_KINDS, e);
}

static bool
note(struct str key, struct str value, void *arg, struct err *e)
{
	(void)key, (void)value, (void)e;
	*(bool *)arg = true;
	return true;
}

bool
repeats_flush(struct store *s, instant now, struct err *e)
{
	bool is_any = false, ok;
	struct reading *r = NULL;

	if (!store_read(s, &r, e))
		return false;
	ok = store_state_each(r, BUCKET_COUNTS, now, note, &is_any, e);
	store_read_end(r);
	/* as a rule there is nothing: then nothing is written */
	return ok && (!is_any || store_write(s, flush_job, &now, e));
}
