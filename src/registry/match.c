/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does the content of an object hold what a template asks for? The same rules as the criteria
 * of search.c, on the content itself: nothing is cut here, and roles and the metadata of a
 * Virkning count.
 * Source: contract of Organisation, 3.6; O10 of the resolutions.
 */
#include "registry/match.h"

#include "registry/fold.h"
#include "registry/search.h"

struct pattern
pattern_of(struct str text, struct arena *a)
{
	struct pattern p = {.folded = fold_text(text, a)};

	if (text.len > 0 && (text.ptr[text.len - 1] == '*' || text.ptr[text.len - 1] == '%')) {
		p.is_prefix = true;
		p.folded.len--;
	}
	return p;
}

bool
pattern_fits_folded(const struct pattern *p, struct str folded)
{
	if (!str_is_set(folded))
		return false;
	return p->is_prefix ? str_has_prefix(folded, p->folded) : str_eq(folded, p->folded);
}

static bool
pattern_fits(const struct pattern *p, struct str text, struct arena *a)
{
	return str_is_set(text) && pattern_fits_folded(p, fold_text(text, a));
}

static bool
text_fits(struct str want, struct str has, struct arena *a)
{
	struct pattern p;

	if (!str_is_set(want))
		return true;
	p = pattern_of(want, a);
	return pattern_fits(&p, has, a);
}

static bool
texts_fit(const struct oio_slot *want, const struct oio_slot *has, struct arena *a)
{
	size_t i, k;

	for (i = 0; i < want->count; i++) {
		for (k = 0; k < has->count; k++)
			if (text_fits(want->u.texts[i], has->u.texts[k], a))
				break;
		if (k == has->count)
			return false;
	}
	return true;
}

static bool
words_fit(const struct oio_slot *want, const struct oio_slot *has, struct arena *a)
{
	size_t i, k;

	for (i = 0; i < want->count; i++) {
		const struct oio_soegeord *x = &want->u.words[i];

		for (k = 0; k < has->count; k++) {
			const struct oio_soegeord *y = &has->u.words[k];

			if (text_fits(x->identifikator, y->identifikator, a) &&
			    text_fits(x->beskrivelse, y->beskrivelse, a) &&
			    text_fits(x->kategori, y->kategori, a))
				break;
		}
		if (k == has->count)
			return false;
	}
	return true;
}

static bool
slot_fits(const struct oio_slot *want, const struct oio_slot *has, struct arena *a)
{
	if (want->tag == 0)
		return true;
	if (want->tag != has->tag)
		return false;
	switch (want->tag) {
	case OIO_TEXT:
		return text_fits(want->u.text, has->u.text, a);
	case OIO_TEXTS:
		return texts_fit(want, has, a);
	case OIO_SOEGEORD:
		return words_fit(want, has, a);
	case OIO_GYLDIGHED:
		return want->flag == has->flag;
	case OIO_PUBLICERET:
		return !want->flag_given || (has->flag_given && want->flag == has->flag);
	case OIO_REF:
	case OIO_ROLE_REF:
		break;
	}
	return true;
}

static bool
ref_fits(const struct oio_ref *want, const struct oio_ref *has)
{
	return !ref_is_set(want) || ref_eq(want, has);
}

static bool
metadata_fits(const struct virkning *want, const struct virkning *has)
{
	return ref_fits(&want->aktoer, &has->aktoer) &&
	       (want->aktoer_type == AKTOER_NONE || want->aktoer_type == has->aktoer_type) &&
	       (!str_is_set(want->note) || str_eq(want->note, has->note));
}

static bool
body_fits(const struct oio_type *t, const struct oio_item *want, const struct oio_item *has,
	  struct arena *a)
{
	struct oio_range row = oio_part_range(t, OIO_ATTRIBUT);
	size_t i;

	switch (want->part) {
	case OIO_ATTRIBUT:
		for (i = row.first; i < row.end; i++)
			if (!slot_fits(&want->u.egenskab[i], &has->u.egenskab[i], a))
				return false;
		return true;
	case OIO_TILSTAND:
		return slot_fits(&want->u.tilstand, &has->u.tilstand, a);
	case OIO_RELATION:
		break;
	}
	return ref_fits(&want->u.relation.ref, &has->u.relation.ref) &&
	       ref_fits(&want->u.relation.rolle.ref, &has->u.relation.rolle.ref) &&
	       ref_fits(&want->u.relation.type.ref, &has->u.relation.type.ref);
}

/* Is there an item that the element of the template asks for? */
static bool
is_met(const struct work *w, const struct search *s, const struct oio_item *want,
       const struct oio_content *c)
{
	struct window win = search_window(w, s, &want->v);
	size_t i;

	for (i = 0; i < c->count; i++) {
		const struct oio_item *has = &c->items[i];

		if (has->part == want->part && has->field == want->field &&
		    virkning_overlaps(&has->v, win.fra, win.til) &&
		    metadata_fits(&want->v, &has->v) &&
		    metadata_fits(&s->soeg_virkning, &has->v) &&
		    body_fits(w->c->type, want, has, w->scratch))
			return true;
	}
	return false;
}

bool
search_matches(const struct work *w, const struct search *s, const struct oio_content *c)
{
	const struct oio_item *items = s->template.items;
	size_t i, end;

	for (i = 0; i < s->template.count; i = end) {
		const struct oio_field *f = &w->c->type->fields[items[i].field];
		bool is_any = items[i].part == OIO_RELATION && f->max == OIO_MANY;
		bool met = false;

		end = i + 1;
		while (is_any && end < s->template.count && items[end].part == OIO_RELATION &&
		       items[end].field == items[i].field)
			end++;
		for (; i < end && !met; i++)
			met = is_met(w, s, &items[i], c);
		if (!met)
			return false;
	}
	return true;
}
