/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a change leaves behind (audit record, replay claims, event), that it is still there
 * after a restart, and that of many changes at once none is lost.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/clock.h"
#include "registry/object.h"
#include "tests/unit/registry_world.h"

#define U1 "a0000000-0000-4000-8000-000000000001"
#define E "organisationenhed"

static const struct as writer = {.cvr = KORSBAEK, .role = "rediger"};
static const struct as reader = {.cvr = KORSBAEK, .role = "udstil"};

static const char *
simple(const char *uuid)
{
	return fmt("<ImportInput{T}><OrganisationEnhed><s:UUIDIdentifikator>%s"
		   "</s:UUIDIdentifikator><Registrering><AttributListe/><TilstandListe/>"
		   "<RelationListe/></Registrering></OrganisationEnhed></ImportInput>",
		   uuid);
}

static const char *
on_uuid(const char *op, const char *uuid)
{
	return fmt("<%sInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator></%sInput>", op,
		   uuid, op);
}

static int
setup(void **state)
{
	static struct world w;

	world_open(&w);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	world_close(*state);
	return 0;
}

/* ---- what is left behind ---- */

struct trace {
	unsigned audits, events;
	char last_action[60], last_object[80], last_event[80], detail[400];
};

static bool
see_audit(const struct audit_row *row, void *arg, struct err *e)
{
	struct trace *t = arg;

	(void)e;
	t->audits++;
	snprintf(t->last_action, sizeof(t->last_action), STR_FMT, STR_ARG(row->action));
	snprintf(t->last_object, sizeof(t->last_object), STR_FMT, STR_ARG(row->object));
	snprintf(t->detail, sizeof(t->detail), STR_FMT, STR_ARG(row->detail));
	assert_true(str_eq_c(row->actor, "system-1") && str_eq_c(row->cvr, KORSBAEK));
	return true;
}

static bool
see_event(const struct event_row *row, void *arg, struct err *e)
{
	struct trace *t = arg;

	(void)e;
	t->events++;
	snprintf(t->last_event, sizeof(t->last_event), STR_FMT " " STR_FMT, STR_ARG(row->type),
		 STR_ARG(row->key));
	return true;
}

static struct trace
trace_of(struct world *w)
{
	struct audit_filter f = {.from = INSTANT_MIN, .to = INSTANT_MAX};
	struct trace t = {0};
	struct reading *r;
	struct err e = ERR_INIT;

	assert_true(store_read(w->store, &r, &e));
	assert_true(store_audit_each(r, &f, see_audit, &t, &e));
	assert_true(store_event_each(r, 0, 0, see_event, &t, &e));
	store_read_end(r);
	return t;
}

static void
test_records(void **state)
{
	struct world *w = *state;
	struct as once = {.cvr = KORSBAEK, .role = "rediger", .claim = 7};
	struct trace t;
	struct said s;

	world_call(w, &once, E, simple(U1), &s);
	assert_true(s.status == 20 && s.is_recorded);
	said_end(&s);
	t = trace_of(w);
	assert_int_equal(t.audits, 1);
	assert_int_equal(t.events, 1);
	assert_string_equal(t.last_action, "organisationenhed.importer");
	assert_string_equal(t.last_object, "organisationenhed/" U1);
	assert_string_equal(t.last_event, "organisationenhed.importer " KORSBAEK "/" U1);
	assert_string_equal(t.detail,
			    "{\"message_id\":\"urn:uuid:1\",\"role\":\"http://x.example/roles/"
			    "servicesystemrole/rediger/1\",\"token\":\"_token\"}");
	/* the same message again: nothing is done twice, whatever the state allows */
	world_call(w, &once, E, on_uuid("Slet", U1), &s);
	assert_true(!s.ok && s.e.code == MESSAGE_REPLAYED);
	said_end(&s);
	world_expect(w, &reader, E, on_uuid("Laes", U1), 20);
	/* what was refused and what was read is for the caller to record */
	world_call(w, &writer, E, simple(U1), &s);
	assert_true(s.status == 49 && !s.is_recorded && s.verdict == RETUR_LIFECYCLE);
	said_end(&s);
	world_call(w, &reader, E, on_uuid("Laes", U1), &s);
	assert_true(s.status == 20 && !s.is_recorded);
	said_end(&s);
	t = trace_of(w);
	assert_true(t.audits == 1 && t.events == 1);
}

/* ---- what others hear ---- */

#define P "c0000000-0000-4000-8000-000000000002"

static const struct as eraser = {
	.cvr = KORSBAEK, .role = "rediger", .limits = {"anonymiser", "senavn", "secpr-nummer"}};

struct heard {
	struct reading *reading;
	struct buf all;
};

static bool
hear(const struct event_row *row, void *arg, struct err *e)
{
	struct heard *h = arg;
	struct str text;

	assert_true(world_event(h->reading, row, &text, e));
	buf_printf(&h->all, STR_FMT " " STR_FMT "\n", STR_ARG(row->type), STR_ARG(text));
	return true;
}

static void
hear_all(struct world *w, struct buf *out)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct heard h = {.all = BUF_INIT(1 << 20)};
	struct err e = ERR_INIT;

	assert_true(store_read(w->store, &r, &e));
	h.reading = r;
	assert_true(store_event_each(r, 0, 0, hear, &h, &e));
	*out = h.all;
}

static bool
was_said(const struct buf *b, const char *what)
{
	size_t at;

	return str_find(buf_str(b), str_from(what), &at);
}

static const char person[] =
	"<ImportInput{T}><Person><s:UUIDIdentifikator>" P "</s:UUIDIdentifikator><Registrering>"
	"<s:NoteTekst>fortroligt</s:NoteTekst><AttributListe><Egenskab>"
	"<s:BrugervendtNoegleTekst>ane</s:BrugervendtNoegleTekst>"
	"<t:CPR-NummerTekst>0101010000</t:CPR-NummerTekst><NavnTekst>Ane Gift</NavnTekst>"
	"</Egenskab></AttributListe><TilstandListe/><RelationListe/></Registrering></Person>"
	"</ImportInput>";

/*
 * An event says the registration it is of, whatever came later; never what only some may see;
 * and nothing of what has been erased.
 */
static void
test_events(void **state)
{
	struct world *w = *state;
	struct buf before, after;

	world_expect(w, &writer, "person", person, 20);
	world_expect(w, &writer, E, simple(U1), 20);
	hear_all(w, &before);
	assert_true(was_said(&before, "person.importer <ns3:RegistreringBesked "));
	assert_true(was_said(&before, ">" P "</ns2:UUIDIdentifikator><ns3:Registrering>") &&
		    was_said(&before, ">fortroligt</ns2:NoteTekst>"));
	assert_true(was_said(&before, ">2024-09-10T10:00:00.000+02:00</ns2:Tidspunkt>"));
	assert_true(was_said(&before, ">ane<"));
	assert_false(was_said(&before, "0101010000") || was_said(&before, "Ane Gift"));
	assert_true(was_said(&before, ">" U1 "</ns2:UUIDIdentifikator></ns3:ObjektID>"));

	w->now += DAYS(400);
	world_expect(w, &writer, E, on_uuid("Passiver", U1), 20);
	world_expect(w, &writer, E, on_uuid("Slet", U1), 20);
	hear_all(w, &after);
	assert_true(after.len > before.len);
	assert_memory_equal(after.ptr, before.ptr, before.len);
	assert_true(was_said(&after, "organisationenhed.slet "));
	assert_true(was_said(&after, ">Slettet</ns2:LivscyklusKode><ns2:BrugerRef ") &&
		    was_said(&after, "</ns2:BrugerRef><ns3:AttributListe>"
				     "</ns3:AttributListe>"));
	buf_release(&before);
	buf_release(&after);

	world_expect(w, &eraser, "organisationsystem",
		     "<AnonymiserInput{T}><PersonUUID>" P "</PersonUUID></AnonymiserInput>",
		     20);
	hear_all(w, &after);
	assert_false(was_said(&after, ">ane<") || was_said(&after, "fortroligt"));
	assert_true(was_said(&after, "person.importer <") &&
		    was_said(&after, "person.anonymiser <"));
	buf_release(&after);
}

static void
test_events_refused(void **state)
{
	static const struct {
		const char *type, *key;
		bool ok;
	} rows[] = {
		{"organisationenhed.ret", KORSBAEK "/" U1, true},
		{"organisationenhed", KORSBAEK "/" U1, false},
		{"sag.ret", KORSBAEK "/" U1, false},
		{"organisationenhed.ret", KORSBAEK, false},
		{"organisationenhed.ret", KORSBAEK "/x", false},
	};
	struct world *w = *state;
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	struct str text;

	assert_true(store_read(w->store, &r, &e));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct event_row row = {.type = str_from(rows[i].type),
					.key = str_from(rows[i].key),
					.at = WORLD_NOW};

		err_clear(&e);
		assert_int_equal(world_event(r, &row, &text, &e), rows[i].ok);
		if (rows[i].ok)
			assert_false(str_is_set(text));
		else
			assert_int_equal(e.code, STORE_DAMAGED);
	}
}

/* Everything is there again after a restart. */
static void
test_durable(void **state)
{
	struct world *w = *state;
	struct registry_options o;

	world_expect(w, &writer, E, simple(U1), 20);
	world_options(w, &o);
	world_reopen(w, &o);
	world_expect(w, &reader, E, on_uuid("Laes", U1), 20);
}

/* ---- many at once ---- */

#define WRITERS 8
#define RETS 12

struct writing {
	pthread_t thread;
	struct world *w;
	int number;
	bool ok;
};

/* Each adds relations of its own to one object; no cmocka here, it is not for threads. */
static void *
write_many(void *arg)
{
	struct writing *me = arg;
	char body[1000];

	me->ok = true;
	for (int i = 0; i < RETS; i++) {
		struct said s;

		snprintf(body, sizeof(body),
			 "<RetInput{T}><s:UUIDIdentifikator>" U1
			 "</s:UUIDIdentifikator><RelationListe><s:Ansatte><s:ReferenceID>"
			 "<s:UUIDIdentifikator>ee000000-0000-4000-8000-%06d%06d"
			 "</s:UUIDIdentifikator></s:ReferenceID></s:Ansatte></RelationListe>"
			 "</RetInput>",
			 me->number, i);
		world_call(me->w, &writer, E, body, &s);
		me->ok &= s.ok && s.status == 20;
		said_end(&s);
	}
	return NULL;
}

/* No update is lost, and every registration has a time of its own. */
static void
test_concurrent(void **state)
{
	struct world *w = *state;
	struct writing all[WRITERS];
	struct said s;

	world_expect(w, &writer, E, simple(U1), 20);
	for (int i = 0; i < WRITERS; i++) {
		all[i] = (struct writing){.w = w, .number = i};
		assert_int_equal(pthread_create(&all[i].thread, NULL, write_many, &all[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(all[i].thread, NULL);
		assert_true(all[i].ok);
	}
	world_call(w, &reader, E, on_uuid("Laes", U1), &s);
	for (int i = 0; i < WRITERS; i++)
		for (int k = 0; k < RETS; k++)
			assert_true(said_has(&s, fmt("%06d%06d<", i, k)));
	/* the clock stands: one millisecond a registration */
	assert_true(said_has(&s, fmt("10:00:00.%03d+02:00</ns2:Tidspunkt>", WRITERS * RETS)));
	said_end(&s);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(test_records), CASE(test_events),     CASE(test_events_refused),
		CASE(test_durable), CASE(test_concurrent),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
