/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects from lines, straight into the store. A mistake in a line ends the test program. */
#include "tests/unit/organisation_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "klassifikation/types_6.h"
#include "organisation/types.h"
#include "organisation/wellknown.h"
#include "registry/internal.h"

#define ITEMS_MAX 200
#define NOW SECONDS(1725955200)

struct uuid
place_uuid(char letter)
{
	struct uuid u;

	memset(u.b, letter, sizeof(u.b));
	return u;
}

instant
place_day(const char *text)
{
	struct err e = ERR_INIT;
	char whole[40];
	instant t;

	if (strcmp(text, "-inf") == 0)
		return INSTANT_MIN;
	if (strcmp(text, "inf") == 0)
		return INSTANT_MAX;
	snprintf(whole, sizeof(whole), strlen(text) == 10 ? "%sT00:00:00" : "%s", text);
	if (!time_parse(str_from(whole), ZONE_LOCAL, &t, &e))
		fail_msg("no day: %s", text);
	return t;
}

/* ---- lines ---- */

static void
times(struct str *word, struct virkning *v)
{
	struct str rest, from, to;
	char a[40], b[40];

	*v = (struct virkning){.fra = place_day("2020-01-01"), .til = INSTANT_MAX};
	if (!str_cut(*word, '[', word, &rest))
		return;
	rest.len--;
	BUG_ON(!str_cut(rest, ',', &from, &to));
	snprintf(a, sizeof(a), STR_FMT, STR_ARG(from));
	snprintf(b, sizeof(b), STR_FMT, STR_ARG(to));
	v->fra = place_day(a);
	v->til = place_day(b);
}

static struct str
blanks(struct str text, struct arena *a)
{
	char *out = arena_dup_c(a, text);

	for (size_t i = 0; i < text.len; i++)
		out[i] = out[i] == '_' ? ' ' : out[i];
	return str_of(out, text.len);
}

static struct oio_ref
ref(struct str s)
{
	struct uuid u;

	if (s.len == 1)
		return ref_of_uuid(place_uuid(s.ptr[0]));
	if (s.len == UUID_TEXT_LEN && uuid_parse(s, &u))
		return ref_of_uuid(u);
	for (size_t i = 0; i < WELLKNOWN_COUNT; i++)
		if (str_eq_c(s, wellknown[i].name))
			return ref_of_uuid(wellknown[i].uuid);
	return ref_of_urn(s);
}

static struct oio_ref
role(const struct oio_type *t, struct str name)
{
	enum wellknown which;
	enum wellknown_group group = t == &type_bruger ? WELLKNOWN_BRUGER_ROLLE
				     : t == &type_organisationfunktion
					     ? WELLKNOWN_FUNKTION_ROLLE
					     : WELLKNOWN_ENHED_ROLLE;

	if (!wellknown_find_name(group, name, &which))
		return ref(name);
	return ref_of_uuid(wellknown[which].uuid);
}

static size_t
row(const struct oio_type *t, struct str name)
{
	char text[64];
	size_t field;

	snprintf(text, sizeof(text), STR_FMT, STR_ARG(name));
	if (!oio_field_by_name(t, text, &field))
		fail_msg("%s has no %s", t->name, text);
	return field;
}

static void
relation(const struct oio_type *t, struct str name, struct str value, struct oio_item *i)
{
	struct str what, with;
	size_t key = t == &type_bruger                 ? KLASSE_TYPE_BRUGER
		     : t == &type_organisationfunktion ? KLASSE_TYPE_FUNKTION
						       : KLASSE_TYPE_ENHED;

	i->part = OIO_RELATION;
	i->field = row(t, name);
	str_cut(value, '/', &what, &with);
	i->u.relation.ref = ref(what);
	if (t->fields[i->field].value != OIO_ROLE_REF)
		return;
	i->u.relation.indeks = STR("1");
	if (str_eq_c(name, "Opgaver")) {
		i->u.relation.rolle.ref = ref_of_uuid(wellknown[KLASSE_OPGAVE_ANSVARLIG].uuid);
		i->u.relation.type.ref = ref_of_uuid(wellknown[KLASSE_OPGAVE_TYPE_KLASSE].uuid);
		return;
	}
	i->u.relation.rolle.ref = role(t, str_is_set(with) ? with : STR("email"));
	i->u.relation.type.ref = ref_of_uuid(wellknown[key].uuid);
}

struct line {
	const struct oio_type *t;
	struct arena *a;
	struct oio_content *out;
	struct oio_slot *record; /* the Egenskab of the words without a time of their own */
	bool has_state;
	enum livscyklus liv;
};

static struct oio_item *
item(struct line *l, const struct virkning *v)
{
	struct oio_item *i = &l->out->items[l->out->count];

	BUG_ON(l->out->count == ITEMS_MAX);
	*i = (struct oio_item){.v = *v, .seq = l->out->count++};
	return i;
}

static size_t
name_row(const struct oio_type *t)
{
	return t == &type_person || t == &type_myndighed      ? 2
	       : t == &type_virksomhed || t == &type_klasse_6 ? (t == &type_virksomhed ? 4 : 0)
							      : 1;
}

static void
attribute(struct line *l, size_t field, struct str text, const struct virkning *v)
{
	struct oio_slot *record = l->record;

	/* with a time of its own it is a record of its own */
	if (v->til != INSTANT_MAX || v->fra != place_day("2020-01-01")) {
		struct oio_item *i = item(l, v);

		record = ARENA_NEW_N(l->a, OIO_ATTRIBUTES_MAX, struct oio_slot);
		i->part = OIO_ATTRIBUT;
		i->u.egenskab = record;
		record[0] = (struct oio_slot){.tag = OIO_TEXT, .u.text = text};
	} else if (!record) {
		struct oio_item *i = item(l, v);

		l->record = record = ARENA_NEW_N(l->a, OIO_ATTRIBUTES_MAX, struct oio_slot);
		i->part = OIO_ATTRIBUT;
		i->u.egenskab = record;
	}
	record[field] = (struct oio_slot){.tag = OIO_TEXT, .u.text = text};
	if (field == name_row(l->t) && !record[0].tag && str_is_set(text))
		record[0] = (struct oio_slot){
			.tag = OIO_TEXT,
			.u.text = str_of(text.ptr, text.len > 50 ? 50 : text.len)};
}

static void
word(struct line *l, struct str w)
{
	struct virkning v;
	struct str name, value;
	bool is_active = str_has_prefix(w, STR("Aktiv"));

	times(&w, &v);
	if (str_eq_c(w, "Passiv")) {
		l->liv = LIV_PASSIVERET;
	} else if (str_eq_c(w, "Slettet")) {
		l->liv = LIV_SLETTET;
	} else if (str_eq_c(w, "Tilstandsloes")) {
		l->has_state = true;
	} else if (is_active || str_eq_c(w, "Inaktiv")) {
		struct oio_item *i = item(l, &v);

		i->part = OIO_TILSTAND;
		i->field = row(l->t, STR("Gyldighed"));
		i->u.tilstand = (struct oio_slot){.tag = OIO_GYLDIGHED, .flag = is_active};
		l->has_state = true;
	} else if (str_eq_c(w, "Publiceret") || str_eq_c(w, "Upubliceret")) {
		struct oio_item *i = item(l, &v);

		i->part = OIO_TILSTAND;
		i->field = row(l->t, STR("PubliceretStatus"));
		i->u.tilstand = (struct oio_slot){
			.tag = OIO_PUBLICERET, .flag = w.ptr[0] == 'P', .flag_given = true};
	} else if (str_cut(w, '=', &name, &value)) {
		attribute(l, row(l->t, name), blanks(value, l->a), &v);
	} else {
		BUG_ON(!str_cut(w, ':', &name, &value));
		if (str_eq_c(name, "n"))
			attribute(l, name_row(l->t), blanks(value, l->a), &v);
		else if (str_eq_c(name, "k"))
			attribute(l, 0, blanks(value, l->a), &v);
		else
			relation(l->t, name, value, item(l, &v));
	}
}

void
place_content(const struct oio_type *t, const char *text, struct arena *a,
	      struct oio_content *out, enum livscyklus *liv)
{
	struct line l = {.t = t, .a = a, .out = out, .liv = LIV_IMPORTERET};
	struct str rest = arena_dup(a, str_from(text)), w;
	struct oio_range states = oio_part_range(t, OIO_TILSTAND);

	*out = (struct oio_content){.items = ARENA_NEW_N(a, ITEMS_MAX, struct oio_item)};
	while (str_is_set(rest) && rest.len > 0) {
		str_cut(rest, ' ', &w, &rest);
		if (w.len > 0)
			word(&l, w);
	}
	if (!l.has_state && states.end > states.first &&
	    t->fields[states.first].value == OIO_GYLDIGHED)
		word(&l, STR("Aktiv"));
	object_sort(out);
	*liv = l.liv;
}

/* ---- the store ---- */

static const struct oio_type *
type_named(const char *name)
{
	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++)
		if (strcmp(organisation_types[i]->name, name) == 0)
			return organisation_types[i];
	BUG_ON(strcmp(name, "Klasse") != 0);
	return &type_klasse_6;
}

static bool
append(struct tx *tx, void *arg, struct err *e)
{
	return objects_append(tx, arg, e);
}

static void
put(struct place_world *w, const struct oio_type *t, struct uuid uuid, struct registrering reg,
    const char *what)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct object_new n;

	reg.at = w->now;
	stored_pack(t, &reg, INSTANT_MIN, a, &n);
	n.key = (struct object_key){str_from(w->owner), t->id, uuid};
	n.at = w->now;
	w->now += MS(1);
	if (!store_write(w->store, append, &n, &e))
		fail_msg("%s: %s", what, e.detail);
}

void
place_put_as(struct place_world *w, const char *kind, struct uuid uuid, const char *line)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const struct oio_type *t = type_named(kind);
	struct registrering reg = {.note = STR_NONE};

	place_content(t, line, a, &reg.content, &reg.livscyklus);
	put(w, t, uuid, reg, line);
}

void
place_put_content(struct place_world *w, const struct oio_type *t, struct uuid uuid,
		  const struct oio_content *c)
{
	const struct registrering reg = {.livscyklus = LIV_IMPORTERET, .content = *c};

	put(w, t, uuid, reg, t->name);
}

void
place_put(struct place_world *w, const char *kind, char letter, const char *line)
{
	place_put_as(w, kind, place_uuid(letter), line);
}

static void
remove_files(const struct place_world *w)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[320];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", w->path, ends[i]);
		unlink(path);
	}
}

void
place_open_at(struct place_world *w, const char *path)
{
	struct store_options o = {.path = w->path, .create = true, .readers = 2};
	struct err e = ERR_INIT;

	*w = (struct place_world){.now = NOW - DAYS(1)};
	snprintf(w->owner, sizeof(w->owner), "%s", PLACE_CVR);
	snprintf(w->path, sizeof(w->path), "%s", path);
	if (!store_open(&o, &w->store, &e))
		fail_msg("open: %s", e.detail);
}

void
place_open(struct place_world *w)
{
	const char *build = getenv("SLUSE_BUILD");
	char path[300];

	mkdir("build", 0777);
	snprintf(path, sizeof(path), "%s/place-%ld.db", build ? build : "build",
		 (long)getpid());
	snprintf(w->path, sizeof(w->path), "%s", path);
	remove_files(w);
	place_open_at(w, path);
	clock_freeze(NOW);
}

void
place_close(struct place_world *w)
{
	store_closep(&w->store);
	remove_files(w);
	clock_thaw();
}

void
place_sound(struct place_world *w)
{
	static const char *const shared[][3] = {
		{"Virksomhed", "V", "n:Korsbæk k:11111111 CVR-NummerTekst=11111111"},
		{"Myndighed", "M", "n:Korsbæk CVR-NummerTekst=11111111 MyndighedsKode=999"},
		{"Organisation", "O",
		 "n:Korsbæk_Kommune Virksomhed:V Myndighed:M Overordnet:A"},
		{"ItSystem", "I", "n:ESDH"},
		{"Klasse", "K", "k:00.01.00 n:00.01.00 Facet:kle"},
		{"Klasse", "L", "k:27.03.04 n:27.03.04 Facet:kle"},
	};
	static const char *const own[][3] = {
		{"OrganisationEnhed", "A", "n:Korsbæk_Kommune Tilhoerer:O"},
		{"OrganisationEnhed", "B",
		 "n:Børn_og_unge Tilhoerer:O Overordnet:A Opgaver:K Adresser:P/email "
		 "TilknyttedeFunktioner:U"},
		{"OrganisationEnhed", "C",
		 "n:Løn Tilhoerer:O Overordnet:A Adresser:S/los_kaldenavn "
		 "TilknyttedeFunktioner:H"},
		{"Adresse", "P", "k:post n:boern@korsbaek.example"},
		{"Adresse", "S", "k:los n:LØN"},
		{"Adresse", "Q", "k:mail n:ida@korsbaek.example"},
		{"Person", "R", "k:person-1 n:Ida_Sørensen"},
		{"Person", "T", "k:person-2 n:Bo_Holm"},
		{"Bruger", "D", "n:ida Tilhoerer:O TilknyttedePersoner:R Adresser:Q/email"},
		{"Bruger", "E", "n:bo Tilhoerer:O TilknyttedePersoner:T"},
		{"OrganisationFunktion", "F",
		 "n:Sagsbehandler Funktionstype:ENHEDSROLLE TilknyttedeOrganisationer:O "
		 "TilknyttedeEnheder:B TilknyttedeBrugere:D"},
		{"OrganisationFunktion", "G",
		 "n:Chef Funktionstype:LEDERROLLE TilknyttedeOrganisationer:O "
		 "TilknyttedeEnheder:A TilknyttedeEnheder:B TilknyttedeEnheder:C "
		 "TilknyttedeBrugere:E"},
		{"OrganisationFunktion", "J",
		 "n:Direktør Funktionstype:ENHEDSROLLE TilknyttedeOrganisationer:O "
		 "TilknyttedeEnheder:A TilknyttedeBrugere:E"},
		{"OrganisationFunktion", "U",
		 "n:Udbetaling Funktionstype:UDBETALENDE_ENHED TilknyttedeOrganisationer:O "
		 "TilknyttedeEnheder:C"},
		{"OrganisationFunktion", "H",
		 "n:Borgerservice Funktionstype:HENVENDELSESSTED TilknyttedeOrganisationer:O "
		 "TilknyttedeEnheder:A TilknyttedeOpgaver:L"},
	};

	snprintf(w->owner, sizeof(w->owner), "%s", PLACE_OPERATOR);
	for (size_t i = 0; i < ARRAY_LEN(shared); i++)
		place_put(w, shared[i][0], shared[i][1][0], shared[i][2]);
	snprintf(w->owner, sizeof(w->owner), "%s", PLACE_CVR);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		place_put(w, own[i][0], own[i][1][0], own[i][2]);
}
