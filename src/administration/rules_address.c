/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of addresses: what a text must look like is said by the role in which it is named.
 * Source: administration contract 4.7.5 (O18); contract of Organisation, 6. EAN-13: GS1 General
 * Specifications, 7.9 (check digit).
 */
#include "administration/rules_parts.h"

#include <string.h>

/* The row of Adresser, or RULE_NO_FIELD. */
static size_t
address_row(const struct oio_type *t)
{
	size_t row;

	return oio_field_by_name(t, "Adresser", &row) ? row : RULE_NO_FIELD;
}

typedef void address_fn(struct rules_run *r, const struct picture_object *o,
			const struct oio_item *it);

static void
each_address(struct rules_run *r, address_fn *fn)
{
	const struct picture_object *o;
	const struct oio_item *it;
	size_t k, at, place, row;

	for (k = 0; k < ORGANISATION_TYPE_COUNT; k++) {
		row = address_row(organisation_types[k]);
		at = 0;
		while (row != RULE_NO_FIELD &&
		       (o = rules_next(r, organisation_types[k], &at)) != NULL)
			for (place = 0; (it = picture_item(o, row, &place)) != NULL;)
				fn(r, o, it);
	}
}

/* ---- texts ---- */

/* Digits alone, blanks between them left out; 0: something else is in it. */
static size_t
digits(struct str s, char *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == ' ')
			continue;
		if (s.ptr[i] < '0' || s.ptr[i] > '9' || n == room)
			return 0;
		out[n++] = s.ptr[i];
	}
	return n;
}

static bool
is_ean(struct str s)
{
	char d[13];
	unsigned sum = 0;

	if (digits(s, d, sizeof(d)) != sizeof(d))
		return false;
	for (size_t i = 0; i < 12; i++)
		sum += (unsigned)(d[i] - '0') * (i % 2 ? 3 : 1);
	return (10 - sum % 10) % 10 == (unsigned)(d[12] - '0');
}

static bool
is_pnr(struct str s)
{
	return str_is_digits(s, 10);
}

/* something@host.domain, no blanks; who knows better sends a mail */
static bool
is_email(struct str s)
{
	struct str local, host;

	return !str_has_char(s, ' ') && str_cut(s, '@', &local, &host) && local.len > 0 &&
	       !str_has_char(host, '@') && str_has_char(host, '.') && host.ptr[0] != '.' &&
	       host.ptr[host.len - 1] != '.';
}

/* Eight digits, or with a country in front; blanks as people write them. */
static bool
is_phone(struct str s)
{
	char d[15];
	size_t n;

	if (str_has_prefix(s, STR("+"))) {
		n = digits(str_skip(s, 1), d, sizeof(d));
		return n >= 8;
	}
	n = digits(s, d, sizeof(d));
	return n == 8 || (n > 8 && d[0] == '0' && d[1] == '0');
}

struct form {
	enum wellknown role;
	bool (*is_good)(struct str s);
	const char *da, *en;
};

static const struct form forms[] = {
	{KLASSE_ENHED_EAN, is_ean, "EAN-nummer", "EAN number"},
	{KLASSE_ENHED_PNR, is_pnr, "P-nummer", "P-number"},
	{KLASSE_ENHED_EMAIL, is_email, "e-mailadresse", "e-mail address"},
	{KLASSE_BRUGER_EMAIL, is_email, "e-mailadresse", "e-mail address"},
	{KLASSE_ENHED_TELEFON, is_phone, "telefonnummer", "phone number"},
	{KLASSE_ENHED_FASTNET, is_phone, "telefonnummer", "phone number"},
	{KLASSE_BRUGER_TELEFON, is_phone, "telefonnummer", "phone number"},
	{KLASSE_BRUGER_FASTNET, is_phone, "telefonnummer", "phone number"},
};

/* A DAR address may be named without being an object here. */
static bool
may_be_dar(const struct oio_item *it)
{
	const struct oio_ref *role = &it->u.relation.rolle.ref;

	return role->is_uuid && (wellknown_is(role->uuid, KLASSE_ENHED_POSTADRESSE) ||
				 wellknown_is(role->uuid, KLASSE_ENHED_POSTRETUR) ||
				 wellknown_is(role->uuid, KLASSE_ENHED_HENVENDELSESSTED));
}

bool
rules_is_dar(const struct oio_item *it)
{
	return may_be_dar(it) && it->u.relation.ref.is_uuid;
}

static void
check_form(struct rules_run *r, const struct picture_object *o, const struct oio_item *it)
{
	const struct picture_object *to = picture_target(r->p, o->type, it);
	const struct oio_ref *role = &it->u.relation.rolle.ref;
	struct str text = to ? str_trim(picture_text(to, ADRESSE_TEKST)) : STR_NONE;
	bool is_english = r->q->language == RULE_ENGLISH;

	if (may_be_dar(it) && !it->u.relation.ref.is_uuid)
		rules_tell(r, o, it->field, "Postadressen til %s er ikke et UUID",
			   "The postal address of %s is no UUID", rules_name(r, o));
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (!str_is_empty(text) && role->is_uuid &&
		    wellknown_is(role->uuid, forms[i].role) && !forms[i].is_good(text))
			rules_tell(r, to, ADRESSE_TEKST, "%s: %s er ikke noget %s",
				   "%s: %s is no %s", rules_name(r, o), rules_text(r, text),
				   is_english ? forms[i].en : forms[i].da);
}

void
rule_syntax(struct rules_run *r)
{
	each_address(r, check_form);
}

void
rule_address_text(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0;

	while ((o = rules_next(r, &type_adresse, &at)) != NULL)
		if (str_is_empty(str_trim(picture_text(o, ADRESSE_TEKST))))
			rules_tell(r, o, ADRESSE_TEKST, "Adressen er tom (nøgle: %s)",
				   "The address is empty (key: %s)",
				   rules_text(r, picture_text(o, 0)));
}

void
rule_address_used(struct rules_run *r)
{
	const struct picture_object *o;
	size_t at = 0, count;

	while ((o = rules_next(r, &type_adresse, &at)) != NULL) {
		(void)picture_naming(r->p, o, &count);
		if (count == 0)
			rules_tell(r, o, RULE_NO_FIELD, "Ingen bruger adressen %s",
				   "Nobody uses the address %s", rules_name(r, o));
	}
}

/* ---- relations ---- */

/* The same address and role before it in the list: then this one is too many. */
static void
check_twice(struct rules_run *r, const struct picture_object *o, const struct oio_item *it)
{
	const struct oio_item *before;
	const struct picture_object *to = picture_target(r->p, o->type, it);
	size_t at = 0;

	while ((before = picture_item(o, it->field, &at)) != it) {
		if (!ref_eq(&before->u.relation.ref, &it->u.relation.ref) ||
		    !ref_eq(&before->u.relation.rolle.ref, &it->u.relation.rolle.ref))
			continue;
		rules_tell(r, o, it->field, "%s har adressen %s to gange med samme rolle",
			   "%s has the address %s twice with the same role", rules_name(r, o),
			   to ? rules_name(r, to) : "");
		return;
	}
}

void
rule_address_twice(struct rules_run *r)
{
	each_address(r, check_twice);
}

static bool
is_group_of(enum wellknown_group g, const struct oio_type *t)
{
	return (g == WELLKNOWN_ENHED_ROLLE && t == &type_organisationenhed) ||
	       (g == WELLKNOWN_BRUGER_ROLLE && t == &type_bruger) ||
	       (g == WELLKNOWN_FUNKTION_ROLLE && t == &type_organisationfunktion);
}

static void
check_role(struct rules_run *r, const struct picture_object *o, const struct oio_item *it)
{
	const struct oio_ref *role = &it->u.relation.rolle.ref;
	enum wellknown which;

	if (role->is_uuid && wellknown_find(role->uuid, &which)) {
		if (!is_group_of(wellknown[which].group, o->type))
			rules_tell(r, o, it->field,
				   "%s har en adresse med rollen %s, som ikke "
				   "er for %s",
				   "%s has an address with the role %s, which is not for %s",
				   rules_name(r, o), wellknown[which].name, o->type->name);
		return;
	}
	/* an authority may have roles of its own, as classes */
	if (!role->is_uuid || !rules_has_class(r, role->uuid))
		rules_tell(r, o, it->field, "%s har en adresse med en rolle, ingen kender",
			   "%s has an address with a role that nobody knows", rules_name(r, o));
}

void
rule_address_role(struct rules_run *r)
{
	each_address(r, check_role);
}
