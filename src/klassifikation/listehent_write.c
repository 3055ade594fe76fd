/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree as it is told, in the order of the schema, whatever it is written as. What version 6
 * does not store is left out: KlasseSortering, the Retskilde of a Klassifikation, the Rolle of
 * a mapping, for which the one role that the contract knows stands. Source: contract of
 * Klassifikation, 4.3, 4.5, 8.2.
 */
#include "klassifikation/listehent.h"

#define MAPNING_ROLLE STR("9ef341c6-251b-4820-a077-9071a9070644")
#define MAPNING_ROLLE_KEY STR("Mapning")
#define DATE_CHARS 10
#define SOEGEORD_CHARS 50
#define EJER_CHARS 100

const struct hent_spelling hent_names[HENT_N_COUNT] = {
	[HENT_N_KLASSIFIKATION_LISTE] = {"KlassifikationListe", "KlassifikationListe"},
	[HENT_N_KLASSIFIKATION] = {"KlassifikationStruktur", "KlassifikationStruktur"},
	[HENT_N_KLASSIFIKATION_ID] = {"KlassifikationIdentifikation",
				      "KlassifikationIdentifikation"},
	[HENT_N_KLASSIFIKATION_KEY] = {"KlassifikationBrugervendtNøgle",
				       "KlassifikationBrugervendtNoegle"},
	[HENT_N_KLASSIFIKATION_TITEL] = {"KlassifikationTitel", "KlassifikationTitel"},
	[HENT_N_KLASSIFIKATION_BESKRIVELSE] = {"KlassifikationBeskrivelse",
					       "KlassifikationBeskrivelse"},
	[HENT_N_KLASSIFIKATION_EJER] = {"KlassifikationEjer", "KlassifikationEjer"},
	[HENT_N_KLASSIFIKATION_EJER_CVR] = {"KlassifikationEjerCVRNummer",
					    "KlassifikationEjerCVRNummer"},
	[HENT_N_KLASSIFIKATION_FRA] = {"KlassifikationPubliceretFraDato",
				       "KlassifikationPubliceretFraDato"},
	[HENT_N_KLASSIFIKATION_TIL] = {"KlassifikationPubliceretTilDato",
				       "KlassifikationPubliceretTilDato"},
	[HENT_N_KLASSIFIKATION_AENDRET] = {"KlassifikationSidstÆndretTidspunkt",
					   "KlassifikationSidstAEndretTidspunkt"},
	[HENT_N_FACET_LISTE] = {"FacetListe", "FacetListe"},
	[HENT_N_FACET] = {"FacetStruktur", "FacetStruktur"},
	[HENT_N_FACET_ID] = {"FacetIdentifikation", "FacetIdentifikation"},
	[HENT_N_FACET_KEY] = {"FacetBrugervendtNøgle", "FacetBrugervendtNoegle"},
	[HENT_N_FACET_TITEL] = {"FacetTitel", "FacetTitel"},
	[HENT_N_FACET_BESKRIVELSE] = {"FacetBeskrivelse", "FacetBeskrivelse"},
	[HENT_N_FACET_RETSKILDE] = {"FacetRetskilde", "FacetRetskilde"},
	[HENT_N_FACET_EJER] = {"FacetEjer", "FacetEjer"},
	[HENT_N_FACET_EJER_CVR] = {"FacetEjerCVRNummer", "FacetEjerCVRNummer"},
	[HENT_N_FACET_FRA] = {"FacetPubliceretFraDato", "FacetPubliceretFraDato"},
	[HENT_N_FACET_TIL] = {"FacetPubliceretTilDato", "FacetPubliceretTilDato"},
	[HENT_N_FACET_AENDRET] = {"FacetSidstÆndretTidspunkt", "FacetSidstAEndretTidspunkt"},
	[HENT_N_KLASSE_LISTE] = {"KlasseListe", "KlasseListe"},
	[HENT_N_KLASSE] = {"KlasseStruktur", "KlasseStruktur"},
	[HENT_N_KLASSE_ID] = {"KlasseIdentifikation", "KlasseIdentifikation"},
	[HENT_N_KLASSE_KEY] = {"KlasseBrugervendtNøgle", "KlasseBrugervendtNoegle"},
	[HENT_N_KLASSE_TITEL] = {"KlasseTitel", "KlasseTitel"},
	[HENT_N_KLASSE_BESKRIVELSE] = {"KlasseBeskrivelse", "KlasseBeskrivelse"},
	[HENT_N_KLASSE_RETSKILDE] = {"KlasseRetskilde", "KlasseRetskilde"},
	[HENT_N_KLASSE_NOTAT] = {"KlasseÆndringsnotat", "KlasseAEndringsnotat"},
	[HENT_N_KLASSE_EJER] = {"KlasseEjer", "KlasseEjer"},
	[HENT_N_KLASSE_EJER_CVR] = {"KlasseEjerCVRNummer", "KlasseEjerCVRNummer"},
	[HENT_N_KLASSE_AENDRET] = {"KlasseSidstÆndretTidspunkt", "KlasseSidstAEndretTidspunkt"},
	[HENT_N_PUBLICERET_LISTE] = {"KlassePubliceretListe", "KlassePubliceretListe"},
	[HENT_N_PUBLICERET] = {"KlassePubliceret", "KlassePubliceret"},
	[HENT_N_PUBLICERET_FRA] = {"KlassePubliceretFraDato", "KlassePubliceretFraDato"},
	[HENT_N_PUBLICERET_TIL] = {"KlassePubliceretTilDato", "KlassePubliceretTilDato"},
	[HENT_N_SOEGEORD_LISTE] = {"KlasseSøgeordListe", "KlasseSoegeordListe"},
	[HENT_N_SOEGEORD] = {"KlasseSøgeord", "KlasseSoegeord"},
	[HENT_N_SOEGEORD_TITEL] = {"SøgeordTitel", "SoegeordTitel"},
	[HENT_N_FORAELDER] = {"ForældreKlasse", "ForaeldreKlasse"},
	[HENT_N_MAPNING_LISTE] = {"KlasseMapningListe", "KlasseMapningListe"},
	[HENT_N_MAPNING] = {"KlasseMapning", "KlasseMapning"},
	[HENT_N_MAPNING_ROLLE] = {"KlasseMapningRolle", "KlasseMapningRolle"},
	/* the contract spells the next two so */
	[HENT_N_MAPNING_VALG] = {"KlasseIdentifiktionValg", "KlasseIdentifiktionValg"},
	[HENT_N_MAPNING_KLASSE] = {"KlasseIdenitifkationStruktur",
				   "KlasseIdenitifkationStruktur"},
	[HENT_N_MAPNING_URN] = {"KlasseUrnReference", "KlasseUrnReference"},
	[HENT_N_MAPNING_FRA] = {"KlasseMapningVirkningFra", "KlasseMapningVirkningFra"},
	[HENT_N_MAPNING_TIL] = {"KlasseMapningVirkningTil", "KlasseMapningVirkningTil"},
};

struct pen {
	const struct hent_answer *h;
	const struct hent_writer *w;
};

/* ---- leaves ---- */

static void
leaf(const struct pen *p, enum hent_name n, struct str text)
{
	p->w->leaf(p->w->to, n, text);
}

static void
put_uuid(const struct pen *p, enum hent_name n, struct uuid uuid)
{
	char text[UUID_TEXT_LEN + 1];

	leaf(p, n, uuid_format(uuid, text));
}

static struct str
text_of(const struct hent_node *n, const char *field)
{
	size_t row;

	return oio_field_by_name(n->o->type, field, &row)
		       ? egenskab_text(n->o->type, n->egenskab, row)
		       : STR_NONE;
}

/* Demanded by the schema: empty where nothing is stored. */
static void
put_text(const struct pen *p, enum hent_name n, struct str text)
{
	leaf(p, n, str_is_set(text) ? text : STR(""));
}

static void
put_optional(const struct pen *p, enum hent_name n, struct str text)
{
	if (!str_is_empty(text))
		leaf(p, n, text);
}

static void
put_moment(const struct pen *p, enum hent_name n, instant t)
{
	char text[TIME_TEXT_MAX];

	leaf(p, n, time_format_local(t, text));
}

/* The first day of it; an end within a day is the day after. */
static void
put_day(const struct pen *p, enum hent_name n, instant t, bool is_end)
{
	char text[TIME_TEXT_MAX];

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return;
	if (is_end && time_local_midnight(t) != t)
		t = instant_add(time_local_midnight(t), DAYS(1) + HOURS(2));
	leaf(p, n, str_of(time_format_local(t, text).ptr, DATE_CHARS));
}

/* Whole characters, as many as the schema has room for. */
static struct str
cut(struct str s, size_t chars)
{
	size_t at = 0;

	while (at < s.len && chars > 0) {
		at++;
		while (at < s.len && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
			at++;
		chars--;
	}
	return str_of(s.ptr, at);
}

static void
put_owner(const struct pen *p, enum hent_name name, enum hent_name cvr, struct str owner)
{
	const struct registry_call *c = p->h->call;

	leaf(p, name, cut(registry_authority_name(c->registry, owner, c->a), EJER_CHARS));
	leaf(p, cvr, owner);
}

/* ---- periods ---- */

/* Is this a period in which the object is published, in the time asked for? */
static bool
is_period(const struct hent_answer *h, const struct oio_item *it)
{
	return it->part == OIO_TILSTAND && it->u.tilstand.tag == OIO_PUBLICERET &&
	       it->u.tilstand.flag && virkning_overlaps(&it->v, h->from, h->to);
}

/* Of several the last one. */
static void
put_period(const struct pen *p, enum hent_name fra, enum hent_name til,
	   const struct lookup_object *o)
{
	const struct oio_item *last = NULL;

	for (size_t i = 0; i < o->content.count; i++)
		if (is_period(p->h, &o->content.items[i]) &&
		    (!last || o->content.items[i].v.fra >= last->v.fra))
			last = &o->content.items[i];
	if (!last)
		return;
	put_day(p, fra, last->v.fra, false);
	put_day(p, til, last->v.til, true);
}

/* [contract 8.2] a Klasse without limits has an empty list */
static void
put_periods(const struct pen *p, const struct lookup_object *o)
{
	const struct hent_writer *w = p->w;

	w->open_list(w->to, HENT_N_PUBLICERET_LISTE);
	for (size_t i = 0; i < o->content.count; i++) {
		const struct oio_item *it = &o->content.items[i];

		if (!is_period(p->h, it) ||
		    (it->v.fra == INSTANT_MIN && it->v.til == INSTANT_MAX))
			continue;
		w->open_item(w->to, HENT_N_PUBLICERET);
		put_day(p, HENT_N_PUBLICERET_FRA, it->v.fra, false);
		put_day(p, HENT_N_PUBLICERET_TIL, it->v.til, true);
		w->close_item(w->to);
	}
	w->close_list(w->to);
}

/* ---- what a Klasse has besides ---- */

static struct str
word_of(const struct oio_soegeord *s)
{
	return cut(str_is_empty(s->identifikator) ? s->beskrivelse : s->identifikator,
		   SOEGEORD_CHARS);
}

static void
put_words(const struct pen *p, const struct hent_node *n)
{
	const struct hent_writer *w = p->w;
	const struct oio_slot *slot;
	size_t row, written = 0;

	if (!oio_field_by_name(n->o->type, "Soegeord", &row))
		return;
	slot = &n->egenskab->u.egenskab[row];
	for (size_t i = 0; slot->tag == OIO_SOEGEORD && i < slot->count; i++) {
		struct str word = word_of(&slot->u.words[i]);

		if (str_is_empty(word))
			continue;
		if (written++ == 0)
			w->open_list(w->to, HENT_N_SOEGEORD_LISTE);
		w->open_item(w->to, HENT_N_SOEGEORD);
		leaf(p, HENT_N_SOEGEORD_TITEL, word);
		w->close_item(w->to);
	}
	if (written > 0)
		w->close_list(w->to);
}

static const struct oio_item *
next_relation(const struct pen *p, const struct lookup_object *o, const char *name, size_t *at)
{
	size_t field;

	if (!oio_field_by_name(o->type, name, &field))
		return NULL;
	while (*at < o->content.count) {
		const struct oio_item *it = &o->content.items[(*at)++];

		if (it->part == OIO_RELATION && it->field == field &&
		    virkning_overlaps(&it->v, p->h->from, p->h->to))
			return it;
	}
	return NULL;
}

static void
put_klasse_name(const struct pen *p, const struct hent_node *n)
{
	put_uuid(p, HENT_N_KLASSE_ID, n->o->uuid);
	put_text(p, HENT_N_KLASSE_KEY, text_of(n, "BrugervendtNoegleTekst"));
}

/* The last one in the time asked for; none that is not shown itself. */
static bool
put_parent(const struct pen *p, const struct lookup_object *o, struct err *e)
{
	const struct hent_writer *w = p->w;
	const struct oio_item *it, *last = NULL;
	struct hent_reference parent;
	size_t at = 0;
	bool found;

	while ((it = next_relation(p, o, "OverordnetKlasse", &at)) != NULL)
		if (!last || it->v.fra >= last->v.fra)
			last = it;
	if (!last || !last->u.relation.ref.is_uuid)
		return true;
	if (!hent_refer(p->h, last->u.relation.ref.uuid, &parent, &found, e))
		return false;
	if (!found)
		return true;
	w->open(w->to, HENT_N_FORAELDER);
	put_klasse_name(p, &parent.klasse);
	w->close(w->to);
	return true;
}

static void
put_target(const struct pen *p, const struct hent_reference *t)
{
	const struct hent_writer *w = p->w;

	w->open(w->to, HENT_N_MAPNING_KLASSE);
	put_klasse_name(p, &t->klasse);
	put_uuid(p, HENT_N_FACET_ID, t->facet->node.o->uuid);
	put_text(p, HENT_N_FACET_KEY, text_of(&t->facet->node, "BrugervendtNoegleTekst"));
	put_uuid(p, HENT_N_KLASSIFIKATION_ID, t->klassifikation->node.o->uuid);
	put_text(p, HENT_N_KLASSIFIKATION_KEY,
		 text_of(&t->klassifikation->node, "BrugervendtNoegleTekst"));
	w->close(w->to);
}

/* target NULL: a URN */
static void
put_mapping(const struct pen *p, const struct oio_item *it, const struct hent_reference *target)
{
	const struct hent_writer *w = p->w;

	w->open_item(w->to, HENT_N_MAPNING);
	if (target)
		put_owner(p, HENT_N_KLASSE_EJER, HENT_N_KLASSE_EJER_CVR,
			  target->klasse.o->owner);
	w->open(w->to, HENT_N_MAPNING_ROLLE);
	leaf(p, HENT_N_KLASSE_ID, MAPNING_ROLLE);
	leaf(p, HENT_N_KLASSE_KEY, MAPNING_ROLLE_KEY);
	w->close(w->to);
	w->open(w->to, HENT_N_MAPNING_VALG);
	if (target)
		put_target(p, target);
	else
		leaf(p, HENT_N_MAPNING_URN, it->u.relation.ref.urn);
	w->close(w->to);
	put_day(p, HENT_N_MAPNING_FRA, it->v.fra, false);
	put_day(p, HENT_N_MAPNING_TIL, it->v.til, true);
	w->close_item(w->to);
}

/* A mapping to what the caller may not see, or what is not shown, is not told. */
static bool
put_mappings(const struct pen *p, const struct lookup_object *o, struct err *e)
{
	const struct hent_writer *w = p->w;
	const struct oio_item *it;
	struct hent_reference target;
	size_t at = 0, written = 0;

	while ((it = next_relation(p, o, "Mapninger", &at)) != NULL) {
		const struct oio_ref *ref = &it->u.relation.ref;
		bool found = !ref->is_uuid && ref->form == REF_URN;

		if (ref->is_uuid && !hent_refer(p->h, ref->uuid, &target, &found, e))
			return false;
		if (!found)
			continue;
		if (written++ == 0)
			w->open_list(w->to, HENT_N_MAPNING_LISTE);
		put_mapping(p, it, ref->is_uuid ? &target : NULL);
	}
	if (written > 0)
		w->close_list(w->to);
	return true;
}

/* ---- the tree ---- */

static bool
put_klasse(const struct pen *p, const struct hent_node *n, struct err *e)
{
	const struct hent_writer *w = p->w;

	w->open_item(w->to, HENT_N_KLASSE);
	put_klasse_name(p, n);
	put_text(p, HENT_N_KLASSE_TITEL, text_of(n, "TitelTekst"));
	put_text(p, HENT_N_KLASSE_BESKRIVELSE, text_of(n, "BeskrivelseTekst"));
	put_optional(p, HENT_N_KLASSE_RETSKILDE, text_of(n, "RetskildeTekst"));
	put_optional(p, HENT_N_KLASSE_NOTAT, text_of(n, "AendringsnotatTekst"));
	put_owner(p, HENT_N_KLASSE_EJER, HENT_N_KLASSE_EJER_CVR, n->o->owner);
	put_moment(p, HENT_N_KLASSE_AENDRET, n->o->at);
	put_periods(p, n->o);
	put_words(p, n);
	if (!put_parent(p, n->o, e) || !put_mappings(p, n->o, e))
		return false;
	w->close_item(w->to);
	return true;
}

static bool
put_facet(const struct pen *p, const struct hent_facet *f, struct err *e)
{
	const struct hent_writer *w = p->w;
	const struct hent_node *n = &f->node;

	w->open_item(w->to, HENT_N_FACET);
	put_uuid(p, HENT_N_FACET_ID, n->o->uuid);
	put_text(p, HENT_N_FACET_KEY, text_of(n, "BrugervendtNoegleTekst"));
	put_text(p, HENT_N_FACET_TITEL, text_of(n, "TitelTekst"));
	put_text(p, HENT_N_FACET_BESKRIVELSE, text_of(n, "BeskrivelseTekst"));
	put_optional(p, HENT_N_FACET_RETSKILDE, text_of(n, "RetskildeTekst"));
	put_owner(p, HENT_N_FACET_EJER, HENT_N_FACET_EJER_CVR, n->o->owner);
	put_period(p, HENT_N_FACET_FRA, HENT_N_FACET_TIL, n->o);
	put_moment(p, HENT_N_FACET_AENDRET, n->o->at);
	w->open_list(w->to, HENT_N_KLASSE_LISTE);
	for (size_t i = 0; i < f->count; i++)
		if (!put_klasse(p, &f->klasser[i], e))
			return false;
	w->close_list(w->to);
	w->close_item(w->to);
	return true;
}

static bool
put_klassifikation(const struct pen *p, const struct hent_klassifikation *k, struct err *e)
{
	const struct hent_writer *w = p->w;
	const struct hent_node *n = &k->node;

	w->open_item(w->to, HENT_N_KLASSIFIKATION);
	put_uuid(p, HENT_N_KLASSIFIKATION_ID, n->o->uuid);
	put_text(p, HENT_N_KLASSIFIKATION_KEY, text_of(n, "BrugervendtNoegleTekst"));
	put_text(p, HENT_N_KLASSIFIKATION_TITEL, text_of(n, "TitelTekst"));
	put_text(p, HENT_N_KLASSIFIKATION_BESKRIVELSE, text_of(n, "BeskrivelseTekst"));
	put_owner(p, HENT_N_KLASSIFIKATION_EJER, HENT_N_KLASSIFIKATION_EJER_CVR, n->o->owner);
	put_period(p, HENT_N_KLASSIFIKATION_FRA, HENT_N_KLASSIFIKATION_TIL, n->o);
	put_moment(p, HENT_N_KLASSIFIKATION_AENDRET, n->o->at);
	w->open_list(w->to, HENT_N_FACET_LISTE);
	for (size_t i = 0; i < k->count; i++)
		if (k->facetter[i].is_chosen && !put_facet(p, &k->facetter[i], e))
			return false;
	w->close_list(w->to);
	w->close_item(w->to);
	return true;
}

bool
hent_write(const struct hent_answer *h, const struct hent_writer *w, struct err *e)
{
	const struct pen p = {h, w};

	if (hent_is_empty(h))
		return true;
	w->open_list(w->to, HENT_N_KLASSIFIKATION_LISTE);
	for (size_t i = 0; i < h->count; i++)
		if (h->all[i].is_chosen && !put_klassifikation(&p, &h->all[i], e))
			return false;
	w->close_list(w->to);
	return true;
}
