/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The operations on a real store: life cycle, what a read shows, what is left behind. Every
 * call goes through the service tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/limits.h"
#include "registry/object.h"
#include "tests/unit/registry_world.h"

#define U1 "a0000000-0000-4000-8000-000000000001"
#define U2 "a0000000-0000-4000-8000-000000000002"
#define U3 "a0000000-0000-4000-8000-000000000003"

static const struct as writer = {.cvr = KORSBAEK, .role = "rediger"};
static const struct as reader = {.cvr = KORSBAEK, .role = "udstil"};
static const struct as other = {.cvr = HAVNEBY, .role = "rediger"};

#define VIRKNING(fra, til)                                                                     \
	"<s:Virkning><s:FraTidspunkt><s:TidsstempelDatoTid>" fra "T00:00:00+02:00"             \
	"</s:TidsstempelDatoTid></s:FraTidspunkt>" til "</s:Virkning>"
#define TIL(day)                                                                               \
	"<s:TilTidspunkt><s:TidsstempelDatoTid>" day "T00:00:00+02:00"                         \
	"</s:TidsstempelDatoTid></s:TilTidspunkt>"
#define EGENSKAB(fra, name)                                                                    \
	"<Egenskab>" VIRKNING(fra,                                                             \
			      "") "<s:BrugervendtNoegleTekst>k</s:BrugervendtNoegleTekst>"     \
				  "<s:EnhedNavn>" name "</s:EnhedNavn></Egenskab>"
#define OVERORDNET(fra, til, uuid)                                                             \
	"<s:Overordnet>" VIRKNING(fra,                                                         \
				  til) "<s:ReferenceID><s:UUIDIdentifikator>" uuid             \
				       "</s:UUIDIdentifikator></s:ReferenceID></s:Overordnet>"

static const char *
import_of(const char *uuid, const char *registrering)
{
	return fmt("<ImportInput{T}><OrganisationEnhed><s:UUIDIdentifikator>%s"
		   "</s:UUIDIdentifikator>%s</OrganisationEnhed></ImportInput>",
		   uuid, registrering);
}

static const char *
registrering(const char *head, const char *egenskab, const char *relations)
{
	return fmt("<Registrering>%s<AttributListe>%s</AttributListe><TilstandListe>"
		   "<g:Gyldighed><g:GyldighedStatusKode>Aktiv</g:GyldighedStatusKode>"
		   "</g:Gyldighed></TilstandListe><RelationListe>%s</RelationListe>"
		   "</Registrering>",
		   head, egenskab, relations);
}

static const char *
simple(const char *uuid)
{
	return import_of(uuid, registrering("", EGENSKAB("2024-05-02", "Et"), ""));
}

static const char *
on_uuid(const char *op, const char *uuid)
{
	return fmt("<%sInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator></%sInput>", op,
		   uuid, op);
}

static const char *
ret_of(const char *uuid, const char *lists)
{
	return fmt("<RetInput{T}><s:UUIDIdentifikator>%s</s:UUIDIdentifikator>%s</RetInput>",
		   uuid, lists);
}

#define E "organisationenhed"

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

/* ---- life cycle: every operation on every state ---- */

enum step { IMPORT, RET, PASSIVER, SLET, LAES };

static const char *
step_body(enum step step, const char *uuid)
{
	switch (step) {
	case IMPORT:
		return simple(uuid);
	case RET:
		return ret_of(uuid, "<AttributListe>" EGENSKAB("2024-09-01",
							       "To") "</AttributListe>");
	case PASSIVER:
		return on_uuid("Passiver", uuid);
	case SLET:
		return on_uuid("Slet", uuid);
	case LAES:
		break;
	}
	return on_uuid("Laes", uuid);
}

static const struct {
	const char *name;
	enum step before[3];
	size_t before_count;
	/* import, ret, passiver, slet, laes */
	int want[5];
} cycles[] = {
	{"nothing", {IMPORT}, 0, {20, 44, 44, 44, 44}},
	{"Importeret", {IMPORT}, 1, {49, 20, 20, 20, 20}},
	{"rettet", {IMPORT, RET}, 2, {49, 20, 20, 20, 20}},
	{"Passiveret", {IMPORT, PASSIVER}, 2, {20, 49, 49, 20, 20}},
	{"Slettet", {IMPORT, SLET}, 2, {20, 49, 49, 49, 44}},
	{"passive, then deleted", {IMPORT, PASSIVER, SLET}, 3, {20, 49, 49, 49, 44}},
	{"imported again", {IMPORT, SLET, IMPORT}, 3, {49, 20, 20, 20, 20}},
};

static void
test_life_cycle(void **state)
{
	struct world *w = *state;
	char uuid[40];

	for (size_t i = 0; i < ARRAY_LEN(cycles); i++) {
		for (enum step step = IMPORT; step <= LAES; step++) {
			snprintf(uuid, sizeof(uuid),
				 "b0000000-0000-4000-8000-00000000%02zu%02d", i, (int)step);
			for (size_t k = 0; k < cycles[i].before_count; k++)
				world_expect(w, &writer, E,
					     step_body(cycles[i].before[k], uuid), 20);
			world_expect(w, &writer, E, step_body(step, uuid),
				     cycles[i].want[step]);
		}
	}
}

static void
test_texts(void **state)
{
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, E, simple(U1), 20);
	world_call(w, &writer, E, simple(U1), &s);
	assert_true(str_eq_c(s.text, "OrganisationEnhed " U1 " findes allerede"));
	said_end(&s);
	world_expect(w, &writer, E, on_uuid("Passiver", U1), 20);
	world_call(w, &writer, E, step_body(RET, U1), &s);
	assert_true(
		str_eq_c(s.text, "OrganisationEnhed " U1 " er Passiveret og kan ikke rettes"));
	said_end(&s);
	world_call(w, &writer, E, on_uuid("Laes", U2), &s);
	assert_true(str_eq_c(s.text, "Objekt findes ikke"));
	assert_false(said_has(&s, "FiltreretOejebliksbillede"));
	said_end(&s);
	world_call(w, &writer, E, "<LaesInput{T}/>", &s);
	assert_int_equal(s.status, 40);
	assert_true(str_eq_c(s.text, "Elementet UUIDIdentifikator mangler i LaesInput"));
	said_end(&s);
}

/* ---- opret ---- */

static void
test_opret(void **state)
{
	struct world *w = *state;
	const char *body =
		"<OpretInput{T}><s:NoteTekst>n</s:NoteTekst><AttributListe>" EGENSKAB(
			"2024-05-02", "Et") "</AttributListe><TilstandListe/>"
					    "<RelationListe/></OpretInput>";
	struct said s;

	world_call(w, &writer, E, body, &s);
	assert_int_equal(s.status, 20);
	assert_true(said_has(&s, ">00000000-0000-4000-8000-000000000001</"));
	said_end(&s);
	world_call(w, &reader, E, on_uuid("Laes", "00000000-0000-4000-8000-000000000001"), &s);
	assert_true(said_has(&s, ">Opstaaet<"));
	assert_true(said_has(&s, ">n</ns2:NoteTekst>"));
	said_end(&s);
	/* another call, another UUID */
	world_call(w, &writer, E, body, &s);
	assert_true(said_has(&s, ">00000000-0000-4000-8000-000000000002</"));
	said_end(&s);
	world_expect(w, &writer, E, "<OpretInput{T}><AttributListe/></OpretInput>", 40);
	/* only Adresse and Virksomhed may be created without lists */
	world_expect(w, &writer, "adresse", "<OpretInput{T}/>", 20);
	world_expect(w, &writer, "virksomhed", "<OpretInput{T}/>", 20);
	world_expect(w, &writer, "person", "<OpretInput{T}/>", 40);
	world_expect(w, &reader, E, body, 41);
}

/* ---- what is written can be read, as far as it holds ---- */

static void
test_rename_and_move(void **state)
{
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, E,
		     import_of(U1, registrering("", EGENSKAB("2024-05-02", "Et"),
						OVERORDNET("2024-05-02", "", U2))),
		     20);
	world_expect(w, &writer, E,
		     ret_of(U1, "<AttributListe>" EGENSKAB(
					"2024-09-01", "To") "</AttributListe><TilstandListe/"
							    "><RelationListe>" OVERORDNET(
								    "2024-09-01", "",
								    U3) "</RelationListe>"),
		     20);
	world_call(w, &reader, E, on_uuid("Laes", U1), &s);
	assert_int_equal(s.status, 20);
	assert_true(said_has(&s, ">To<") && !said_has(&s, ">Et<"));
	assert_true(said_has(&s, U3) && !said_has(&s, U2));
	assert_true(said_has(&s, ">Importeret<"));
	said_end(&s);
	/* all of valid time */
	world_call(w, &reader, E,
		   "<LaesInput{T}><s:UUIDIdentifikator>" U1 "</s:UUIDIdentifikator>"
		   "<s:VirkningFraFilter><s:GraenseIndikator>true</s:GraenseIndikator>"
		   "</s:VirkningFraFilter><s:VirkningTilFilter><s:GraenseIndikator>true"
		   "</s:GraenseIndikator></s:VirkningTilFilter></LaesInput>",
		   &s);
	assert_true(said_has(&s, ">To<") && said_has(&s, ">Et<"));
	assert_true(said_has(&s, U3) && !said_has(&s, U2)); /* once, the one now */
	said_end(&s);
}

/* A read at a shown Tidspunkt shows that registration, for ever. */
static void
test_registration_time(void **state)
{
	struct world *w = *state;
	static const char filter[] =
		"<LaesInput{T}><s:UUIDIdentifikator>" U1 "</s:UUIDIdentifikator>"
		"<s:RegistreringFraFilter><s:TidsstempelDatoTid>%s</s:TidsstempelDatoTid>"
		"</s:RegistreringFraFilter><s:RegistreringTilFilter><s:TidsstempelDatoTid>%s"
		"</s:TidsstempelDatoTid></s:RegistreringTilFilter></LaesInput>";
	static const struct {
		const char *fra, *til;
		int status;
		const char *has, *has_not;
	} rows[] = {
		/* the clock stands: registrations are one millisecond apart */
		{"2024-09-10T10:00:00.000+02:00", "2024-09-10T10:00:00.000+02:00", 20, ">v0<",
		 ">v1<"},
		{"2024-09-10T10:00:00.001+02:00", "2024-09-10T10:00:00.001+02:00", 20, ">v1<",
		 ">v0<"},
		{"2024-09-10T10:00:00.002+02:00", "2024-09-10T10:00:00.002+02:00", 20, ">v2<",
		 ">v1<"},
		{"2024-09-10T10:00:01.000+02:00", "2024-09-10T10:00:02.000+02:00", 20, ">v2<",
		 ">v1<"},
		{"2024-09-10T10:00:00.000+02:00", "2024-09-10T10:00:00.002+02:00", 20, ">v1<",
		 ">v2<"},
		{"2024-09-10T09:00:00.000+02:00", "2024-09-10T10:00:00.000+02:00", 44,
		 "StatusKode", ">v0<"},
		{"2024-09-10T10:00:02.000+02:00", "2024-09-10T10:00:01.000+02:00", 47,
		 "RegistreringFraFilter ligger efter RegistreringTilFilter", ">v0<"},
	};
	struct said s;

	world_expect(w, &writer, E,
		     import_of(U1, registrering("", EGENSKAB("2024-05-02", "v0"), "")), 20);
	world_expect(
		w, &writer, E,
		ret_of(U1, "<AttributListe>" EGENSKAB("2024-05-02", "v1") "</AttributListe>"),
		20);
	world_expect(
		w, &writer, E,
		ret_of(U1, "<AttributListe>" EGENSKAB("2024-05-02", "v2") "</AttributListe>"),
		20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		world_call(w, &reader, E, fmt(filter, rows[i].fra, rows[i].til), &s);
		if (s.status != rows[i].status || !said_has(&s, rows[i].has) ||
		    said_has(&s, rows[i].has_not))
			fail_msg("row %zu: " STR_FMT, i, STR_ARG(s.xml));
		said_end(&s);
	}
	/* only a start: from there to now, newest last */
	world_call(w, &reader, E,
		   "<LaesInput{T}><s:UUIDIdentifikator>" U1 "</s:UUIDIdentifikator>"
		   "<s:RegistreringFraFilter><s:GraenseIndikator>true</s:GraenseIndikator>"
		   "</s:RegistreringFraFilter></LaesInput>",
		   &s);
	assert_true(said_has(&s, ">v0<") && said_has(&s, ">v1<") && said_has(&s, ">v2<"));
	size_t a, b;
	assert_true(str_find(s.xml, STR(">v0<"), &a) && str_find(s.xml, STR(">v2<"), &b));
	assert_true(a < b);
	said_end(&s);
}

/* A deleted object is not there; who may write still sees what it was. */
static void
test_deleted_history(void **state)
{
	struct world *w = *state;
	static const char body[] =
		"<LaesInput{T}><s:UUIDIdentifikator>" U1 "</s:UUIDIdentifikator>"
		"<s:RegistreringFraFilter><s:GraenseIndikator>true</s:GraenseIndikator>"
		"</s:RegistreringFraFilter></LaesInput>";
	struct said s;

	world_expect(w, &writer, E, simple(U1), 20);
	world_expect(w, &writer, E, on_uuid("Slet", U1), 20);
	world_expect(w, &reader, E, body, 44);
	world_call(w, &writer, E, body, &s);
	assert_true(s.status == 20 && said_has(&s, ">Et<") && said_has(&s, ">Slettet<"));
	said_end(&s);
	world_expect(w, &other, E, body, 44);
}

#define SENT_USER                                                                              \
	"<s:BrugerRef><s:UUIDIdentifikator>" U3 "</s:UUIDIdentifikator></s:BrugerRef>"
#define SAID_USER(ref)                                                                         \
	"</ns2:LivscyklusKode><ns2:BrugerRef xmlns:ns2=\"urn:oio:sagdok:3.0.0\">"              \
	"<ns2:" ref "Identifikator></ns2:BrugerRef><"

static void
said_by(struct world *w, const char *uuid, const char *who)
{
	struct said s;

	world_call(w, &reader, E, on_uuid("Laes", uuid), &s);
	if (!said_has(&s, who))
		fail_msg("wanted %s in\n" STR_FMT, who, STR_ARG(s.xml));
	said_end(&s);
}

/*
 * Every registration says who made it: as an import said, else the system that called. A search
 * for what was registered finds it by that.
 */
static void
test_who_registered(void **state)
{
	static const char by_system[] = SAID_USER("URNIdentifikator>system-1</ns2:URN");
	static const char made_by[] = "<SoegInput{T}><s:SoegRegistrering><s:BrugerRef>"
				      "<s:URNIdentifikator>%s</s:URNIdentifikator>"
				      "</s:BrugerRef></s:SoegRegistrering></SoegInput>";
	struct world *w = *state;

	world_expect(w, &writer, E,
		     import_of(U1, registrering(SENT_USER, EGENSKAB("2024-05-02", "Et"), "")),
		     20);
	said_by(w, U1, SAID_USER("UUIDIdentifikator>" U3 "</ns2:UUID"));
	world_expect(w, &reader, E, fmt(made_by, "system-1"), 44);
	world_expect(w, &writer, E,
		     ret_of(U1, "<AttributListe>" EGENSKAB("2024-06-01",
							   "To") "</AttributListe>"),
		     20);
	said_by(w, U1, by_system);
	world_expect(w, &reader, E, fmt(made_by, "system-1"), 20);
	world_expect(w, &reader, E, fmt(made_by, "system-2"), 44);
	world_expect(w, &writer, E, on_uuid("Passiver", U1), 20);
	said_by(w, U1, by_system);
	world_expect(w, &writer, E, simple(U2), 20);
	said_by(w, U2, by_system);
}

static void
test_no_change_no_registration(void **state)
{
	struct world *w = *state;
	const char *body =
		ret_of(U1, "<AttributListe>" EGENSKAB("2024-05-02", "Et") "</AttributListe>");
	struct said s;

	world_expect(w, &writer, E, simple(U1), 20);
	world_call(w, &writer, E, body, &s);
	assert_true(s.status == 20 && s.is_recorded);
	said_end(&s);
	world_call(w, &reader, E, on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, "2024-09-10T10:00:00.000+02:00</ns2:Tidspunkt>"));
	said_end(&s);
}

static void
test_list(void **state)
{
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, E, simple(U1), 20);
	world_expect(w, &writer, E, simple(U3), 20);
	world_call(w, &reader, E,
		   "<ListInput{T}><s:UUIDIdentifikator>" U3 "</s:UUIDIdentifikator>"
		   "<s:UUIDIdentifikator>" U2 "</s:UUIDIdentifikator><s:UUIDIdentifikator>" U1
		   "</s:UUIDIdentifikator><s:UUIDIdentifikator>" U3
		   "</s:UUIDIdentifikator></ListInput>",
		   &s);
	assert_int_equal(s.status, 20);
	assert_true(said_has(&s, U1) && said_has(&s, U3) && !said_has(&s, U2));
	assert_int_equal(xml_count(xml_root(s.doc),
				   STR("http://stoettesystemerne.dk/organisation/"
				       "organisationenhed/6/"),
				   "FiltreretOejebliksbillede"),
			 2);
	said_end(&s);
	world_expect(w, &reader, E, on_uuid("List", U2), 44);
	world_expect(w, &reader, E, "<ListInput{T}/>", 40);
	world_expect(w, &reader, E,
		     "<ListInput{T}><s:UUIDIdentifikator>x</s:UUIDIdentifikator></ListInput>",
		     40);
}

/* Several registrations in one import load the history of a max-1 relation. */
static void
test_import_history(void **state)
{
	struct world *w = *state;
	const char *second =
		registrering("<s:Tidspunkt>2024-06-01T10:00:00+02:00</s:Tidspunkt>",
			     EGENSKAB("2024-06-01", "To"), OVERORDNET("2024-06-01", "", U3));
	const char *first =
		registrering("<s:Tidspunkt>2024-05-02T10:00:00+02:00</s:Tidspunkt>",
			     EGENSKAB("2024-05-02", "Et"), OVERORDNET("2024-05-02", "", U2));
	struct said s;

	/* out of order in the message */
	world_expect(w, &writer, E, import_of(U1, fmt("%s%s", second, first)), 20);
	world_call(w, &reader, E,
		   "<LaesInput{T}><s:UUIDIdentifikator>" U1 "</s:UUIDIdentifikator>"
		   "<s:VirkningFraFilter><s:TidsstempelDatoTid>2024-05-20T00:00:00"
		   "</s:TidsstempelDatoTid></s:VirkningFraFilter></LaesInput>",
		   &s);
	assert_true(said_has(&s, U2) && said_has(&s, ">Et<") && !said_has(&s, U3));
	said_end(&s);
	world_call(w, &reader, E, on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, U3) && said_has(&s, ">To<") && !said_has(&s, U2));
	said_end(&s);
}

/* Passiver and import again: only what is given, nothing of before. */
static void
test_import_afresh(void **state)
{
	struct world *w = *state;
	struct said s;

	world_expect(w, &writer, E,
		     import_of(U1, registrering("", EGENSKAB("2024-05-02", "Et"),
						OVERORDNET("2024-05-02", "", U2))),
		     20);
	world_expect(w, &writer, E, on_uuid("Passiver", U1), 20);
	world_call(w, &reader, E, on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, ">Passiveret<") && said_has(&s, U2));
	said_end(&s);
	world_expect(w, &writer, E, simple(U1), 20);
	world_call(w, &reader, E, on_uuid("Laes", U1), &s);
	assert_true(said_has(&s, ">Importeret<") && !said_has(&s, U2));
	said_end(&s);
}

/* ---- rules of writing ---- */

static void
test_rules(void **state)
{
	struct world *w = *state;
	struct registry_options o;

	world_expect(w, &writer, E,
		     import_of(U1, registrering("<s:Tidspunkt>2024-09-10T10:00:06+02:00"
						"</s:Tidspunkt>",
						"", "")),
		     45);
	world_expect(
		w, &writer, E,
		import_of(U1, registrering("", EGENSKAB("2024-05-02", "Et"),
					   OVERORDNET("2024-05-02", TIL("2024-05-01"), U2))),
		47);
	world_expect(w, &writer, E, import_of(U1, registrering("", "<Egenskab/>", "")), 40);
	world_expect(w, &writer, E,
		     import_of(U1, registrering("", "", OVERORDNET("2024-05-02", "", U1))), 40);
	/* nothing of it is there */
	world_expect(w, &reader, E, on_uuid("Laes", U1), 44);
	/* the switch for BrugervendtNoegleTekst */
	world_options(w, &o);
	o.key_is_optional = true;
	world_reopen(w, &o);
	world_expect(w, &writer, E, import_of(U1, registrering("", "<Egenskab/>", "")), 20);
	/* ret need not be complete */
	world_expect(w, &writer, E, ret_of(U1, "<AttributListe><Egenskab/></AttributListe>"),
		     20);
	world_expect(w, &writer, E,
		     ret_of(U1, "<RelationListe>" OVERORDNET("2024-05-02", TIL("2024-05-01"),
							     U2) "</RelationListe>"),
		     47);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(test_life_cycle),
		CASE(test_texts),
		CASE(test_opret),
		CASE(test_rename_and_move),
		CASE(test_registration_time),
		CASE(test_deleted_history),
		CASE(test_who_registered),
		CASE(test_no_change_no_registration),
		CASE(test_list),
		CASE(test_import_history),
		CASE(test_import_afresh),
		CASE(test_rules),
	};
	int failed;

	xml_init();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xml_cleanup();
	return failed;
}
