/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conformance cases of store.h, third part: registry objects. A value is written
 * `field=text[from,to)record`, a listing `[from,to)+` (active) or `[from,to)-`.
 */
#include "tests/unit/store_cases.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "store/objects.h"

#define A "11111111"
#define B "22222222"
#define KIND 3
#define LIVE (1u << 1 | 1u << 2)
#define EVER INSTANT_MIN, INSTANT_MAX

struct put {
	const char *cvr;
	char uuid;
	instant at;
	int state;
	const char *values, *listings;
	unsigned kind; /* 0: KIND */
	const char *user;
};

static struct object_key
key(const char *cvr, char letter, unsigned kind)
{
	struct object_key k = {.cvr = str_from(cvr), .kind = kind ? kind : KIND};

	memset(k.uuid.b, letter, sizeof(k.uuid.b));
	return k;
}

static struct str
number(struct str s, char end, int64_t *out)
{
	struct str head;

	assert_true(str_cut(s, end, &head, &s));
	if (str_eq_c(head, "inf"))
		*out = INSTANT_MAX;
	else if (str_eq_c(head, "-inf"))
		*out = INSTANT_MIN;
	else
		assert_true(str_to_i64(head, -1000, 1000, out));
	return s;
}

static size_t
values_of(const char *text, struct object_value *out)
{
	struct str rest = str_from(text), word;
	int64_t n;
	size_t count = 0;

	while (str_is_set(rest) && rest.len > 0) {
		str_cut(rest, ' ', &word, &rest);
		word = number(word, '=', &n);
		out[count].field = (unsigned)n;
		assert_true(str_cut(word, '[', &out[count].value, &word));
		word = number(word, ',', &out[count].from);
		word = number(word, ')', &out[count].to);
		assert_true(str_to_i64(word, 0, 100, &n));
		out[count++].record = (unsigned)n;
	}
	return count;
}

static size_t
listings_of(const char *text, struct object_listing *out)
{
	struct str rest = str_from(text), word;
	size_t count = 0;

	while (str_is_set(rest) && rest.len > 0) {
		str_cut(rest, ' ', &word, &rest);
		word = number(str_skip(word, 1), ',', &out[count].from);
		word = number(word, ')', &out[count].to);
		out[count++].is_active = str_eq_c(word, "+");
	}
	return count;
}

static bool
put_job(struct tx *tx, void *arg, struct err *e)
{
	const struct put *p = arg;
	struct object_value values[20];
	struct object_listing listings[20];
	char content[60];
	struct object_new n = {.key = key(p->cvr, p->uuid, p->kind),
			       .at = p->at,
			       .state = p->state,
			       .user = str_from(p->user),
			       .values = values,
			       .listings = listings};

	snprintf(content, sizeof(content), "%c at %" PRId64, p->uuid, p->at);
	n.content = str_from(content);
	n.value_count = values_of(p->values, values);
	n.listing_count = listings_of(p->listings, listings);
	return objects_append(tx, &n, e);
}

static void
put(struct store *s, struct put p)
{
	struct err e = ERR_INIT;

	if (!store_write(s, put_job, &p, &e))
		fail_msg("put: %s", e.detail);
}

static struct reading *
begin(struct store *s)
{
	struct reading *r;
	struct err e = ERR_INIT;

	assert_true(store_read(s, &r, &e));
	return r;
}

static void
latest_is_the_last(struct store **s, const struct store_options *options)
{
	struct arena *a = arena_new();
	struct object_key k = key(A, 'u', 0);
	struct object_row row;
	struct err e = ERR_INIT;
	struct reading *r;
	bool found;

	put(*s, (struct put){.cvr = A, .uuid = 'u', .at = 10, .state = 1});
	put(*s, (struct put){.cvr = A, .uuid = 'u', .at = 20, .state = 2});
	put(*s, (struct put){.cvr = B, .uuid = 'u', .at = 15, .state = 1});
	store_reopen(s, options);
	r = begin(*s);
	assert_true(objects_latest(r, &k, a, &row, &found, &e));
	assert_true(found && row.at == 20 && row.state == 2);
	assert_true(str_eq_c(row.content, "u at 20") && str_eq_c(row.cvr, A));
	assert_true(uuid_eq(row.uuid, k.uuid));
	/* another authority's is another object; another kind is another; an unknown CVR none
	 */
	k.cvr = STR(B);
	assert_true(objects_latest(r, &k, a, &row, &found, &e) && found && row.at == 15);
	k = key(A, 'u', 4);
	assert_true(objects_latest(r, &k, a, &row, &found, &e) && !found);
	k = key("1111111x", 'u', 0);
	assert_true(objects_latest(r, &k, a, &row, &found, &e) && !found);
	store_read_end(r);
	arena_free(a);
}

static void
time_goes_forward(struct store **s, const struct store_options *options)
{
	struct put p = {.cvr = A, .uuid = 'u', .at = 10, .state = 1};
	struct err e = ERR_INIT;

	(void)options;
	put(*s, p);
	assert_false(store_write(*s, put_job, &p, &e));
	p.at = 9;
	err_clear(&e);
	assert_false(store_write(*s, put_job, &p, &e));
	p = (struct put){.cvr = "nobody", .uuid = 'u', .at = 10, .state = 1};
	err_clear(&e);
	assert_false(store_write(*s, put_job, &p, &e));
}

static void
history_in_force(struct store **s, const struct store_options *options)
{
	static const struct {
		instant from, to;
		const char *want;
	} rows[] = {
		{EVER, "10 20 30"},      {INSTANT_MIN, 10, ""}, {INSTANT_MIN, 11, "10"},
		{10, 11, "10"},          {19, 20, "10"},        {19, 21, "10 20"},
		{20, 21, "20"},          {25, 30, "20"},        {25, 31, "20 30"},
		{30, INSTANT_MAX, "30"}, {99, 100, "30"},       {5, 6, ""},
	};
	struct arena *a = arena_new();
	struct object_key k = key(A, 'u', 0);
	struct object_rows got;
	struct err e = ERR_INIT;
	struct reading *r;

	(void)options;
	for (instant at = 10; at <= 30; at += 10)
		put(*s, (struct put){.cvr = A, .uuid = 'u', .at = at, .state = 1});
	put(*s, (struct put){.cvr = B, .uuid = 'u', .at = 5, .state = 1});
	r = begin(*s);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = STR("");

		assert_true(objects_history(r, &k, rows[i].from, rows[i].to, a, &got, &e));
		for (size_t j = 0; j < got.count; j++)
			text = arena_printf(a, STR_FMT "%s%" PRId64, STR_ARG(text),
					    j ? " " : "", got.at[j].at);
		if (!str_eq_c(text, rows[i].want))
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(text));
	}
	store_read_end(r);
	arena_free(a);
}

/* ---- search ---- */

static const struct put stock[] = {
	{A, 'a', 10, 1, "1=ann[0,inf)0 2=Z[0,inf)0 7=x[0,50)1", "[0,inf)+", 0, NULL},
	{A, 'b', 10, 1, "1=anna[0,50)0 1=bo[50,inf)1 2=Y[0,50)0 2=Z[50,inf)1 7=y[0,inf)2",
	 "[0,50)+ [50,inf)-", 0, NULL},
	{A, 'c', 10, 2, "1=carl[0,inf)0 7=x[60,inf)1", "[0,inf)+", 0, "me"},
	{A, 'd', 10, 3, "1=dora[0,inf)0", "", 0, NULL},
	{B, 'a', 10, 1, "1=ann[0,inf)0", "[0,inf)+", 0, NULL},
	{B, 'e', 10, 1, "1=eva[0,inf)0 7=x[0,inf)1", "[0,inf)+", 0, NULL},
	{A, 'f', 10, 1, "1=ann[0,inf)0", "[0,inf)+", 4, NULL},
	{A, 'c', 20, 2, "1=carl[0,inf)0 7=x[60,inf)1", "[0,inf)+", 0, NULL},
};

/* the window is two numbers, or EVER */
#define T(f, v, ...)  {f, STR_INIT(v), false, __VA_ARGS__}
#define TP(f, v, ...) {f, STR_INIT(v), true, __VA_ARGS__}

struct find_case {
	const char *name;
	struct object_test tests[4];
	size_t sizes[3]; /* tests of each criterion */
	enum object_rule rules[3];
	const char *want;
};

static const struct find_case finds[] = {
	{"everything", {{0}}, {0}, {0}, "abc"},
	{"exact", {T(1, "ann", 40, 41)}, {1}, {OBJECT_ANY_OF}, "a"},
	{"prefix", {TP(1, "ann", 40, 41)}, {1}, {OBJECT_ANY_OF}, "ab"},
	{"prefix of all", {TP(1, "", 40, 41)}, {1}, {OBJECT_ANY_OF}, "abc"},
	{"not then", {TP(1, "ann", 50, 51)}, {1}, {OBJECT_ANY_OF}, "a"},
	{"some time", {TP(1, "ann", 49, 99)}, {1}, {OBJECT_ANY_OF}, "ab"},
	{"any of two", {T(7, "x", 40, 41), T(7, "y", 40, 41)}, {2}, {OBJECT_ANY_OF}, "ab"},
	{"any, each with its time",
	 {T(7, "x", 70, 71), T(7, "y", 40, 41)},
	 {2},
	 {OBJECT_ANY_OF},
	 "bc"},
	{"both criteria",
	 {T(7, "x", 40, 41), TP(1, "a", 40, 41)},
	 {1, 1},
	 {OBJECT_ANY_OF, OBJECT_ANY_OF},
	 "a"},
	{"in one record",
	 {T(1, "bo", 50, 51), T(2, "Z", 50, 51)},
	 {2},
	 {OBJECT_ALL_IN_ONE},
	 "b"},
	{"not across records",
	 {T(1, "bo", EVER), T(2, "Y", EVER)},
	 {2},
	 {OBJECT_ALL_IN_ONE},
	 ""},
	{"across criteria they may",
	 {T(1, "bo", EVER), T(2, "Y", EVER)},
	 {1, 1},
	 {OBJECT_ALL_IN_ONE, OBJECT_ALL_IN_ONE},
	 "b"},
	{"no such value", {T(1, "zoe", EVER)}, {1}, {OBJECT_ANY_OF}, ""},
	{"passive is not live", {T(1, "dora", EVER)}, {1}, {OBJECT_ANY_OF}, ""},
	{"another's is not found", {T(1, "eva", EVER)}, {1}, {OBJECT_ANY_OF}, ""},
	{"a quote is a value", {T(1, "' OR 1=1 --", EVER)}, {1}, {OBJECT_ANY_OF}, ""},
	{"0xff in a prefix", {TP(1, "\xff\xff", EVER)}, {1}, {OBJECT_ANY_OF}, ""},
};

static void
stock_up(struct store *s)
{
	for (size_t i = 0; i < ARRAY_LEN(stock); i++)
		put(s, stock[i]);
}

static struct str
letters(struct reading *r, const struct object_query *q, struct arena *a)
{
	struct object_rows got;
	struct err e = ERR_INIT;
	struct str text = STR("");

	if (!objects_find(r, q, a, &got, &e))
		fail_msg("find: %s", e.detail);
	for (size_t i = 0; i < got.count; i++) {
		text = arena_printf(a, STR_FMT "%c", STR_ARG(text), got.at[i].uuid.b[0]);
		assert_int_equal(str_is_set(got.at[i].content), q->with_content);
	}
	return text;
}

static void
finds_by_value(struct store **s, const struct store_options *options)
{
	struct arena *a = arena_new();
	struct reading *r;

	(void)options;
	stock_up(*s);
	r = begin(*s);
	for (size_t i = 0; i < ARRAY_LEN(finds); i++) {
		const struct find_case *c = &finds[i];
		struct object_criterion criteria[3];
		struct object_query q = {.kind = KIND,
					 .owners = {STR(A)},
					 .owner_count = 1,
					 .states = LIVE,
					 .criteria = criteria,
					 .limit = 100};
		struct str got;

		for (size_t k = 0, at = 0; k < 3 && c->sizes[k]; at += c->sizes[k++])
			criteria[q.criterion_count++] = (struct object_criterion){
				c->rules[k], &c->tests[at], c->sizes[k]};
		got = letters(r, &q, a);
		if (!str_eq_c(got, c->want))
			fail_msg("%s: " STR_FMT, c->name, STR_ARG(got));
		/* as content, and among what is listed, the same */
		q.with_content = true;
		q.is_listed = true;
		q.listed_from = INSTANT_MIN;
		q.listed_to = INSTANT_MAX;
		assert_true(str_eq(got, letters(r, &q, a)));
	}
	store_read_end(r);
	arena_free(a);
}

static void
finds_by_the_rest(struct store **s, const struct store_options *options)
{
	const struct object_query base = {.kind = KIND,
					  .owners = {STR(A), STR(B)},
					  .owner_count = 1,
					  .states = LIVE,
					  .limit = 100};
	struct arena *a = arena_new();
	struct object_query q;
	struct reading *r;

	(void)options;
	stock_up(*s);
	r = begin(*s);
#define FINDS(want, ...)                                                                       \
	do {                                                                                   \
		q = base;                                                                      \
		__VA_ARGS__;                                                                   \
		if (!str_eq_c(letters(r, &q, a), want))                                        \
			fail_msg("%s: " STR_FMT, #__VA_ARGS__, STR_ARG(letters(r, &q, a)));    \
	} while (0)
#define LISTED(from, to) q.is_listed = true, q.listed_from = from, q.listed_to = to
	FINDS("d", q.states = 1u << 3);
	FINDS("abcd", q.states = ~0u);
	FINDS("", q.states = 0);
	FINDS("f", q.kind = 4);
	FINDS("ab", q.limit = 2);
	FINDS("bc", q.limit = 2, q.offset = 1);
	FINDS("", q.offset = 3);
	struct uuid behind = key(A, 'a', 0).uuid;
	FINDS("bc", q.after = &behind);
	FINDS("a", q.uuid = &behind);
	FINDS("bc", q.after = &behind, LISTED(40, 41));
	FINDS("c", q.after = &behind, q.offset = 1, LISTED(40, 41), q.with_content = true);
	/* two owners */
	FINDS("aabce", q.owner_count = 2);
	FINDS("abce", q.owner_count = 2, q.hiding_states = LIVE);
	FINDS("aabce", q.owner_count = 2, q.hiding_states = 1u << 4);
	/* made */
	FINDS("c", q.is_made = true, q.made_from = 11, q.made_to = 21);
	FINDS("", q.is_made = true, q.made_from = 11, q.made_to = 20);
	FINDS("abc", q.is_made = true, q.made_from = 10, q.made_to = 11);
	FINDS("c", q.is_made = true, q.made_from = 0, q.made_to = 99, q.made_state = 2);
	FINDS("c", q.is_made = true, q.made_from = 0, q.made_to = 99, q.made_user = STR("me"));
	FINDS("", q.is_made = true, q.made_from = 11, q.made_to = 99, q.made_user = STR("me"));
	/* listed: the walk, and with another condition beside it */
	FINDS("abc", LISTED(40, 41));
	FINDS("abc", LISTED(60, 61));
	FINDS("ac", LISTED(60, 61), q.only_active = true);
	FINDS("abc", LISTED(40, 99), q.only_active = true);
	FINDS("", LISTED(-9, 0));
	FINDS("bc", LISTED(40, 41), q.offset = 1, q.with_content = true);
	FINDS("b", LISTED(40, 99), q.offset = 1, q.limit = 1, q.with_content = true);
	FINDS("abce", LISTED(40, 41), q.owner_count = 2, q.hiding_states = LIVE);
	store_read_end(r);
	arena_free(a);
}

static bool
append_job(struct tx *tx, void *arg, struct err *e)
{
	return objects_append(tx, arg, e);
}

/* Many values: no criterion is selective, the objects are walked, with the same answer. */
static void
finds_without_a_lead(struct store **s, const struct store_options *options)
{
	struct object_test test = T(1, "same", EVER);
	struct object_criterion c = {OBJECT_ANY_OF, &test, 1};
	struct object_query q = {.kind = KIND,
				 .owners = {STR(A)},
				 .owner_count = 1,
				 .states = LIVE,
				 .criteria = &c,
				 .criterion_count = 1,
				 .limit = 3,
				 .offset = 2400};
	struct arena *a = arena_new();
	struct object_rows got;
	struct err e = ERR_INIT;
	struct reading *r;

	(void)options;
	for (unsigned i = 0; i < 2402; i++) {
		struct object_value v = {1, 0, STR("same"), EVER};
		struct object_new n = {.key = key(A, 0, 0),
				       .at = 1,
				       .state = 1,
				       .content = STR("x"),
				       .values = &v,
				       .value_count = 1};
		n.key.uuid.b[14] = (uint8_t)(i >> 8);
		n.key.uuid.b[15] = (uint8_t)i;
		assert_true(store_write(*s, append_job, &n, &e));
	}
	r = begin(*s);
	assert_true(objects_find(r, &q, a, &got, &e));
	assert_int_equal(got.count, 2);
	assert_int_equal(got.at[1].uuid.b[15], 2401 & 255);
	store_read_end(r);
	arena_free(a);
}

static void
values_are_listed(struct store **s, const struct store_options *options)
{
	struct arena *a = arena_new();
	struct object_texts got;
	struct err e = ERR_INIT;
	struct reading *r;

	(void)options;
	stock_up(*s);
	r = begin(*s);
	assert_true(objects_values(r, STR(A), 7, EVER, a, &got, &e));
	assert_int_equal(got.count, 2);
	assert_true(str_eq_c(got.at[0], "x") && str_eq_c(got.at[1], "y"));
	assert_true(objects_values(r, STR(A), 7, 52, 53, a, &got, &e));
	assert_true(got.count == 1 && str_eq_c(got.at[0], "y"));
	assert_true(objects_values(r, STR("33333333"), 7, EVER, a, &got, &e));
	assert_int_equal(got.count, 0);
	store_read_end(r);
	arena_free(a);
}

static bool
count_each(const struct object_row *row, void *arg, struct err *e)
{
	(void)e;
	for (char *to = arg;; to++) {
		if (*to)
			continue;
		*to = (char)row->uuid.b[0];
		return true;
	}
}

static void
each_registration(struct store **s, const struct store_options *options)
{
	char got[20] = "";
	struct err e = ERR_INIT;
	struct reading *r;

	(void)options;
	stock_up(*s);
	r = begin(*s);
	assert_true(objects_each(r, STR(A), KIND, count_each, got, &e));
	assert_string_equal(got, "abccd");
	store_read_end(r);
}

/* ---- erasure ---- */

static bool
neutral(const struct object_row *old, struct arena *a, struct str *content, void *arg,
	struct err *e)
{
	(void)arg;
	(void)e;
	*content = arena_printf(a, "gone %" PRId64, old->at);
	return true;
}

static bool
rewrite_job(struct tx *tx, void *arg, struct err *e)
{
	struct object_erasure x = {key(A, 'c', 0), STR("anonymiser"), STR("sys"), 99};

	return objects_rewrite(tx, &x, neutral, NULL, arg, e);
}

static bool
purge_job(struct tx *tx, void *arg, struct err *e)
{
	struct object_erasure x = {key(A, 'c', 0), STR("fysiskslet"), STR("sys"), 99};

	return objects_purge(tx, &x, arg, e);
}

static void
rewriting(struct store **s, const struct store_options *options)
{
	struct object_query q = {.kind = KIND,
				 .owners = {STR(A)},
				 .owner_count = 1,
				 .states = LIVE,
				 .limit = 9,
				 .is_made = true,
				 .made_from = 0,
				 .made_to = 99,
				 .made_user = STR("me")};
	struct object_key k = key(A, 'c', 0);
	struct arena *a = arena_new();
	struct object_rows got;
	struct err e = ERR_INIT;
	struct reading *r;
	size_t count = 7;

	(void)options;
	assert_true(store_write(*s, rewrite_job, &count, &e));
	assert_int_equal(count, 0);
	stock_up(*s);
	assert_true(store_write(*s, rewrite_job, &count, &e));
	assert_int_equal(count, 2);
	r = begin(*s);
	assert_true(objects_history(r, &k, EVER, a, &got, &e));
	assert_true(got.count == 2 && str_eq_c(got.at[0].content, "gone 10") &&
		    str_eq_c(got.at[1].content, "gone 20"));
	assert_int_equal(letters(r, &q, a).len, 0);
	store_read_end(r);
	/* and it goes on from there */
	put(*s, (struct put){.cvr = A, .uuid = 'c', .at = 30, .state = 2});
	arena_free(a);
}

static void
purging(struct store **s, const struct store_options *options)
{
	struct object_key k = key(A, 'c', 0);
	struct arena *a = arena_new();
	struct object_row row;
	struct err e = ERR_INIT;
	struct reading *r;
	size_t count = 7;
	bool found;

	(void)options;
	assert_true(store_write(*s, purge_job, &count, &e));
	assert_int_equal(count, 0);
	stock_up(*s);
	assert_true(store_write(*s, purge_job, &count, &e));
	assert_int_equal(count, 2);
	r = begin(*s);
	assert_true(objects_latest(r, &k, a, &row, &found, &e) && !found);
	store_read_end(r);
	put(*s, (struct put){.cvr = A, .uuid = 'c', .at = 1, .state = 2});
	arena_free(a);
}

const struct store_case store_object_cases[] = {
	{"latest_is_the_last", latest_is_the_last},
	{"time_goes_forward", time_goes_forward},
	{"history_in_force", history_in_force},
	{"finds_by_value", finds_by_value},
	{"finds_by_the_rest", finds_by_the_rest},
	{"finds_without_a_lead", finds_without_a_lead},
	{"values_are_listed", values_are_listed},
	{"each_registration", each_registration},
	{"rewriting", rewriting},
	{"purging", purging},
};
const size_t store_object_case_count = ARRAY_LEN(store_object_cases);
