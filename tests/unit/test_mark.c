/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Certificates marked as blocked: the one that is named and no other, in one transaction, and
 * with rivals at the same system nobody's mark is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/json.h"
#include "tests/unit/pki.h"
#include "tests/unit/trust_world.h"

#define ROUNDS 60

static const struct apply_options options = {.actor = STR_INIT("cli:test"),
					     .development = true};
static const char system_x[] =
	"systemer = ( { id = \"X\"; navn = \"X\"; ejer = \"33333333\"; anvender = "
	"{ certifikater = ( { fil = \"one.pem\"; }, { fil = \"two.pem\"; } ); }; } );\n";

static struct world w;
static struct cert *one, *two;

static int
begin(void **state)
{
	(void)state;
	world_begin(&w, "mark");
	one = pki_cert("systems/SAPA");
	two = pki_cert("systems/KSD");
	world_cert(&w, "one.pem", "systems/SAPA");
	world_cert(&w, "two.pem", "systems/KSD");
	world_put(&w, world_base);
	world_put(&w, system_x);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	cert_free(one);
	cert_free(two);
	world_end(&w);
	return 0;
}

/* As the next request would see it. */
static bool
is_blocked(const struct cert *c)
{
	AUTO(trust_releasep) const struct trust_snapshot *known = world_snapshot(&w);
	bool blocked = false;

	if (!trust_system_by_cert(known, cert_sha256(c), &blocked))
		fail_msg("the certificate is gone");
	return blocked;
}

static int64_t
generation(void)
{
	struct err e = ERR_INIT;
	int64_t g = 0;

	assert_true(store_known_generation(w.store, &g, &e));
	return g;
}

static bool
mark(struct apply_mark *m, size_t *changed, struct err *e)
{
	struct apply_report r;
	bool ok = apply_mark(w.store, m, &options, &r, e);

	*changed = r.count[APPLY_CHANGED];
	apply_report_release(&r);
	return ok;
}

static void
must_mark(struct apply_mark m, size_t changes)
{
	struct err e = ERR_INIT;
	size_t changed;

	if (!mark(&m, &changed, &e))
		fail_msg("%s %s", err_row(e.code)->name, e.detail);
	assert_true(m.is_found);
	assert_int_equal(changed, changes);
}

static bool
keep(const struct audit_row *row, void *arg, struct err *e)
{
	(void)e;
	snprintf(arg, 200, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(row->action),
		 STR_ARG(row->actor), STR_ARG(row->object));
	return true;
}

static void
one_of_them(void **state)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct audit_filter f = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	struct str sha256 = hex_encode(a, cert_sha256(one));
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	char last[200];
	int64_t before;

	(void)state;
	assert_false(is_blocked(one) || is_blocked(two));
	must_mark((struct apply_mark){.cert = one, .is_blocked = true}, 1);
	assert_true(is_blocked(one));
	assert_false(is_blocked(two));
	/* once more: nothing is written */
	before = generation();
	must_mark((struct apply_mark){.cert = one, .is_blocked = true}, 0);
	assert_int_equal(generation(), before);
	must_mark((struct apply_mark){.thumbprint = sha256}, 1);
	assert_false(is_blocked(one));
	must_mark((struct apply_mark){.thumbprint = cert_thumbprint(two), .is_blocked = true},
		  1);
	assert_true(is_blocked(two));
	must_mark((struct apply_mark){.cert = two}, 1);
	assert_false(is_blocked(one) || is_blocked(two));
	assert_true(store_read(w.store, &r, &e));
	assert_true(store_audit_each(r, &f, keep, last, &e));
	assert_string_equal(last, "known.put cli:test system/X");
}

static void
refused(void **state)
{
	struct cert *other = pki_cert("systems/ESDH");
	struct apply_mark cases[] = {
		{.cert = other, .is_blocked = true},
		{.thumbprint = STR("")},
		{.thumbprint = STR("0000000000000000000000000000000000000000")},
		{.thumbprint = STR_NONE},
	};
	struct apply_mark m = {.cert = one, .is_blocked = true};
	struct apply_options nobody = options;
	struct apply_report r;
	struct err e = ERR_INIT;
	int64_t before = generation();
	size_t changed;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err_clear(&e);
		cases[i].is_found = true;
		assert_false(mark(&cases[i], &changed, &e));
		assert_int_equal(e.code, APPLY_INVALID);
		assert_false(cases[i].is_found);
	}
	err_clear(&e);
	nobody.actor = STR_NONE;
	assert_false(apply_mark(w.store, &m, &nobody, &r, &e));
	assert_int_equal(e.code, APPLY_INVALID);
	apply_report_release(&r);
	assert_int_equal(generation(), before);
	assert_false(is_blocked(one));
	cert_free(other);
}

/* --- rivals --- */

struct rival {
	const struct cert *mine;
	unsigned lost;
};

/* Nobody else touches this mark: what was set must stand when it is looked at. */
static void *
mark_many_times(void *arg)
{
	struct rival *r = arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct apply_mark m = {.cert = r->mine, .is_blocked = i % 2 == 0};
		struct err e = ERR_INIT;
		size_t changed = 0;

		if (!mark(&m, &changed, &e) || changed != 1 ||
		    is_blocked(r->mine) != m.is_blocked)
			r->lost++;
	}
	return NULL;
}

/* Somebody applies other documents all the while. */
static void *
apply_many_times(void *arg)
{
	struct rival *r = arg;

	for (int i = 0; i < ROUNDS; i++) {
		const char *paths[1];
		struct apply_report report;
		struct err e = ERR_INIT;
		char path[300];
		FILE *f;

		snprintf(path, sizeof(path), "%s/vendor.conf", w.folder);
		f = fopen(path, "we");
		fprintf(f, "leverandoerer = ( { cvr = \"77777777\"; navn = \"V%d\"; } );", i);
		fclose(f);
		paths[0] = path;
		r->lost += !apply_files(w.store, paths, 1, &options, &report, &e);
		apply_report_release(&report);
	}
	return NULL;
}

struct versions {
	unsigned count, jumps;
	char marks[3], vendor[64];
};

static bool
follow(const struct known_row *row, void *arg, struct err *e)
{
	AUTO(json_decrefp) json_t *o = json_read_object(row->json);
	const json_t *list = json_object_get(json_object_get(o, "anvender"), "certifikater");
	struct versions *v = arg;
	char marks[3] = "";
	unsigned differ = 0;

	(void)e;
	assert_int_equal(json_array_size(list), 2);
	for (size_t i = 0; i < 2; i++) {
		marks[i] = json_object_get(json_array_get(list, i), "spaerret") ? 'x' : '-';
		differ += v->count > 0 && marks[i] != v->marks[i];
	}
	v->jumps += differ > 1;
	memcpy(v->marks, marks, sizeof(marks));
	v->count++;
	return true;
}

static void
rivals(void **state)
{
	struct rival r[] = {{.mine = one}, {.mine = two}, {.mine = NULL}};
	AUTO(store_read_endp) struct reading *reading = NULL;
	struct versions v = {0};
	struct err e = ERR_INIT;
	pthread_t threads[ARRAY_LEN(r)];

	(void)state;
	assert_false(is_blocked(one) || is_blocked(two));
	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		pthread_create(&threads[i], NULL,
			       r[i].mine ? mark_many_times : apply_many_times, &r[i]);
	for (size_t i = 0; i < ARRAY_LEN(r); i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(r[i].lost, 0);
	}
	/* every mark is a version of its own, and no version changed both or undid one */
	assert_true(store_read(w.store, &reading, &e));
	assert_true(store_known_history(reading, STR("system"), STR("X"), follow, &v, &e));
	assert_int_equal(v.jumps, 0);
	assert_true(v.count >= 2 * ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_them),
		cmocka_unit_test(refused),
		cmocka_unit_test(rivals),
	};

	return cmocka_run_group_tests_name("mark", tests, begin, end);
}
