/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Documents made into a snapshot: authorities, services, IdPs and the kinds of limits here,
 * systems with their certificates too; roles and agreements in model_roles.c. Everything lies
 * in one arena; the tables point into it. Documents were checked when they were applied, so
 * what does not fit now is KNOWN_MALFORMED, and the snapshot before stays in force.
 * Anything that is not surely in force is not: an unknown state is inactive, an unreadable
 * time opens no period.
 */
#include "trust/internal.h"

#include <string.h>
#include "base/mem.h"

#define STATES(...) ((const char *const[]){__VA_ARGS__, NULL})

const struct str *
model_texts(struct arena *a, const json_t *o, const char *name, size_t *count)
{
	struct str *out;

	*count = json_count(o, name);
	if (*count == 0)
		return NULL;
	out = ARENA_NEW_N(a, *count, struct str);
	for (size_t i = 0; i < *count; i++)
		out[i] = arena_dup(a, json_text_at(o, name, i));
	return out;
}

static struct str
text(struct trust_snapshot *s, const json_t *o, const char *name)
{
	return arena_dup(s->arena, json_text(o, name));
}

static bool
required(const struct doc *doc, struct str value, const char *name, struct err *e)
{
	if (str_is_set(value))
		return true;
	return FAIL(e, KNOWN_MALFORMED, "%s " STR_FMT " without %s", doc_types[doc->kind].name,
		    STR_ARG(doc->id), name);
}

static bool
model_myndigheder(struct trust_snapshot *s, const struct doc *docs, struct err *e)
{
	size_t count = s->count[DOC_MYNDIGHED];

	(void)e;
	s->myndigheder = ARENA_NEW_N(s->arena, count, struct trust_myndighed);
	table_init(&s->myndighed_by_cvr, count, s->arena);
	for (size_t i = 0; i < count; i++) {
		const json_t *o = docs[i].json;
		struct trust_myndighed *m = &s->myndigheder[i];

		*m = (struct trust_myndighed){
			.cvr = arena_dup(s->arena, docs[i].id),
			.navn = text(s, o, "navn"),
			.rolledomaene = text(s, o, "rolledomaene"),
			.is_active = json_is_state(o, STATES("aktiv")),
			.valid = json_validity(o),
		};
		table_add(&s->myndighed_by_cvr, m->cvr, m);
	}
	return true;
}

static bool
model_vendors(struct trust_snapshot *s, const struct doc *docs, struct err *e)
{
	size_t count = s->count[DOC_LEVERANDOER];
	struct vendor *vendors = ARENA_NEW_N(s->arena, count, struct vendor);

	(void)e;
	table_init(&s->vendor_by_cvr, count, s->arena);
	for (size_t i = 0; i < count; i++) {
		vendors[i] = (struct vendor){
			.cvr = arena_dup(s->arena, docs[i].id),
			.is_active = json_is_state(docs[i].json, STATES("aktiv")),
			.valid = json_validity(docs[i].json),
		};
		table_add(&s->vendor_by_cvr, vendors[i].cvr, &vendors[i]);
	}
	return true;
}

/* ---- systems ---- */

/* A system is no more in force than the vendor that answers for it. */
static void
heed_vendor(const struct trust_snapshot *s, struct str cvr, struct trust_system *system)
{
	const struct vendor *v = str_is_set(cvr) ? table_find(&s->vendor_by_cvr, cvr) : NULL;

	if (!v)
		return;
	system->is_blocked |= !v->is_active;
	if (system->valid.from < v->valid.from)
		system->valid.from = v->valid.from;
	if (system->valid.to > v->valid.to)
		system->valid.to = v->valid.to;
}

static void
add_cert(struct trust_snapshot *s, const struct trust_system *system,
	 const struct trust_cert *c)
{
	struct known_cert *known = ARENA_NEW(s->arena, struct known_cert);
	const struct cert *x = c->cert;
	struct known_cert *other;

	*known = (struct known_cert){system, c};
	table_add(&s->cert_by_sha256, cert_sha256(x), known);
	table_add(&s->cert_by_sha1, cert_thumbprint(x), known);
	table_add(&s->cert_by_serial,
		  arena_printf(s->arena, STR_FMT "\n" STR_FMT, STR_ARG(cert_serial_hex(x)),
			       STR_ARG(cert_issuer_net(x))),
		  known);
	if (!str_is_set(cert_ski(x)) || table_add(&s->cert_by_ski, cert_ski(x), known))
		return;
	/* renewed with the same key: the one that is not blocked and lasts longest */
	other = (struct known_cert *)(uintptr_t)table_find(&s->cert_by_ski, cert_ski(x));
	if (other->cert->is_blocked > c->is_blocked ||
	    (other->cert->is_blocked == c->is_blocked &&
	     cert_not_after(other->cert->cert) < cert_not_after(x)))
		*other = *known;
}

static bool
read_certs(struct trust_snapshot *s, const struct doc *doc, struct trust_system *system,
	   struct err *e)
{
	const json_t *facet = json_object_get(doc->json, "anvender");
	size_t count = json_count(facet, "certifikater");
	struct trust_cert *certs = ARENA_NEW_N(s->arena, count, struct trust_cert);
	struct err why = ERR_INIT;

	for (size_t i = 0; i < count; i++) {
		const json_t *o = json_item(facet, "certifikater", i);

		if (!cert_parse(json_text(o, "pem"), &certs[i].cert, &why))
			return FAIL(e, KNOWN_MALFORMED,
				    "system " STR_FMT ": certificate %zu: %s", STR_ARG(doc->id),
				    i, why.detail);
		certs[i].is_blocked = json_flag(o, "spaerret", false);
		s->certs[s->cert_count++] = certs[i].cert;
	}
	system->certs = certs;
	system->cert_count = count;
	return true;
}

static void
read_user_facet(struct trust_snapshot *s, const json_t *o, struct trust_system *out)
{
	const json_t *metadata = json_object_get(o, "metadata");

	out->entity_id = text(s, o, "entityId");
	out->metadata_xml = text(s, metadata, "xml");
	out->is_oiosaml3 = str_eq_c(json_text(o, "oiosamlProfil"), "OIOSAML3");
	out->min_level = json_number(o, "niveau");
	out->min_nsis = text(s, o, "nsisNiveau");
	out->attribute_profile = text(s, o, "attributProfil");
	if (!str_is_set(out->attribute_profile))
		out->attribute_profile = STR("KOMBIT");
	out->nameid_mode = text(s, o, "nameIdForm");
	if (!str_is_set(out->nameid_mode))
		out->nameid_mode = STR("copy");
	out->recipient_is_entity_id = json_flag(o, "modtagerErEntityId", false);
	out->require_role = json_flag(o, "kraevRolle", false);
	out->drop_role = json_flag(o, "udeladRolle", false);
	out->bootstrap_token = json_flag(o, "bootstrapToken", false);
	out->bpp_namespace = text(s, o, "bppNavnerum");
}

static bool
read_system(struct trust_snapshot *s, const struct doc *doc, struct trust_system *out,
	    struct err *e)
{
	const json_t *o = doc->json, *facet = json_object_get(o, "anvender");

	*out = (struct trust_system){
		.id = arena_dup(s->arena, doc->id),
		.navn = text(s, o, "navn"),
		.cvr = text(s, o, "ejer"),
		.is_blocked = !json_is_state(o, STATES("tilsluttet")),
		.valid = json_validity(o),
		.may_impersonate = json_flag(facet, "kanImpersonere", false),
	};
	out->contexts = model_texts(s->arena, facet, "anvenderkontekster", &out->context_count);
	out->represents = model_texts(s->arena, facet, "repraesenterer", &out->represent_count);
	heed_vendor(s, out->cvr, out);
	heed_vendor(s, json_text(o, "leverandoer"), out);
	if (json_object_get(o, "brugervendt"))
		read_user_facet(s, json_object_get(o, "brugervendt"), out);
	return required(doc, out->cvr, "ejer", e) && read_certs(s, doc, out, e);
}

bool
model_systems(struct trust_snapshot *s, const struct doc *docs, struct err *e)
{
	size_t count = s->count[DOC_SYSTEM], certs = 0;

	for (size_t i = 0; i < count; i++)
		certs += json_count(json_object_get(docs[i].json, "anvender"), "certifikater");
	s->systems = ARENA_NEW_N(s->arena, count, struct trust_system);
	s->certs = ARENA_NEW_N(s->arena, certs, struct cert *);
	table_init(&s->system_by_id, count, s->arena);
	table_init(&s->system_by_entity, count, s->arena);
	table_init(&s->cert_by_sha256, certs, s->arena);
	table_init(&s->cert_by_sha1, certs, s->arena);
	table_init(&s->cert_by_ski, certs, s->arena);
	table_init(&s->cert_by_serial, certs, s->arena);
	for (size_t i = 0; i < count; i++) {
		struct trust_system *system = &s->systems[i];

		if (!read_system(s, &docs[i], system, e))
			return false;
		table_add(&s->system_by_id, system->id, system);
		if (str_is_set(system->entity_id))
			table_add(&s->system_by_entity, system->entity_id, system);
		for (size_t j = 0; j < system->cert_count; j++)
			add_cert(s, system, &system->certs[j]);
	}
	return true;
}

/* ---- services ---- */

static const struct trust_service_role *
read_service_roles(struct arena *a, const json_t *o, size_t *count)
{
	struct trust_service_role *roles;

	*count = json_count(o, "roller");
	roles = ARENA_NEW_N(a, *count, struct trust_service_role);
	for (size_t i = 0; i < *count; i++) {
		const json_t *role = json_item(o, "roller", i);
		size_t n = json_count(role, "dataafgraensningstyper");
		struct str *types = ARENA_NEW_N(a, n, struct str);

		for (size_t j = 0; j < n; j++)
			types[j] = arena_dup(
				a, json_text(json_item(role, "dataafgraensningstyper", j),
					     "type"));
		roles[i] = (struct trust_service_role){arena_dup(a, json_text(role, "id")),
						       types, n};
	}
	return roles;
}

static bool
model_services(struct trust_snapshot *s, const struct doc *docs, struct err *e)
{
	size_t count = s->count[DOC_SERVICE], names = count, at = 0;

	(void)e;
	for (size_t i = 0; i < count; i++)
		names += json_count(docs[i].json, "identifikatorer");
	s->services = ARENA_NEW_N(s->arena, count, struct trust_service);
	table_init(&s->service_by_name, names, s->arena);
	for (size_t i = 0; i < count; i++) {
		const json_t *o = docs[i].json;
		struct trust_service *v = &s->services[at];

		/* a draft and a closed one are not there at all */
		if (!json_is_state(o, STATES("i_drift", "laast", "udfases")))
			continue;
		at++;
		v->id = arena_dup(s->arena, docs[i].id);
		v->navn = text(s, o, "navn");
		v->provider = text(s, o, "udbyder");
		v->valid = json_validity(o);
		v->identifiers =
			model_texts(s->arena, o, "identifikatorer", &v->identifier_count);
		v->roles = read_service_roles(s->arena, o, &v->role_count);
		table_add(&s->service_by_name, v->id, v);
		for (size_t j = 0; j < v->identifier_count; j++)
			table_add(&s->service_by_name, v->identifiers[j], v);
	}
	s->count[DOC_SERVICE] = at;
	return true;
}

/* ---- the rest ---- */

static bool
model_idps(struct trust_snapshot *s, const struct doc *docs, struct err *e)
{
	size_t count = s->count[DOC_IDP];

	(void)e;
	s->idps = ARENA_NEW_N(s->arena, count, struct trust_idp);
	table_init(&s->idp_by_id, count, s->arena);
	for (size_t i = 0; i < count; i++) {
		const json_t *o = docs[i].json;
		struct trust_idp *p = &s->idps[i];

		*p = (struct trust_idp){
			.entity_id = arena_dup(s->arena, docs[i].id),
			.navn = text(s, o, "navn"),
			.beskrivelse = text(s, o, "beskrivelse"),
			.metadata_xml = text(s, json_object_get(o, "metadata"), "xml"),
			.profile = text(s, o, "oiosamlProfil"),
			.max_level = json_number(o, "niveau"),
			.max_nsis = text(s, o, "nsisNiveau"),
			.knows_roles = json_flag(o, "kenderRoller", false),
			.is_mobile_ready = json_flag(o, "mobilvenlig", false),
			.supports_scope = json_flag(o, "supportsScope", false),
			.supports_step_up = json_flag(o, "supportsStepUp", false),
			.allow_o_mismatch = json_flag(o, "tilladOAfvigelse", false),
			.trust_forceauthn = json_flag(o, "stolPaaForceAuthn", false),
			.valid = json_validity(o),
		};
		p->contexts = model_texts(s->arena, o, "kontekster", &p->context_count);
		p->ip_ranges = model_texts(s->arena, o, "ipAdresser", &p->ip_range_count);
		/* [administration 3.3] no context: inactive */
		p->is_active = p->context_count > 0 && json_is_state(o, STATES("aktiv"));
		table_add(&s->idp_by_id, p->entity_id, p);
	}
	return true;
}

static bool
model_da_types(struct trust_snapshot *s, const struct doc *docs, struct err *e)
{
	size_t count = s->count[DOC_DA_TYPE];

	(void)e;
	s->da_types = ARENA_NEW_N(s->arena, count, struct trust_da_type);
	table_init(&s->da_type_by_id, count, s->arena);
	for (size_t i = 0; i < count; i++) {
		struct trust_da_type *t = &s->da_types[i];

		t->id = arena_dup(s->arena, docs[i].id);
		t->navn = text(s, docs[i].json, "navn");
		t->kind = text(s, docs[i].json, "type");
		t->is_multi = str_eq_c(t->kind, "MULTI") || str_eq_c(t->kind, "ITSYSTEM_MULTI");
		table_add(&s->da_type_by_id, t->id, t);
	}
	return true;
}

static bool
model_fill(struct trust_snapshot *s, const struct docs *d, struct err *e)
{
	static bool (*const readers[])(struct trust_snapshot *, const struct doc *,
				       struct err *) = {
		[DOC_MYNDIGHED] = model_myndigheder,
		[DOC_LEVERANDOER] = model_vendors,
		[DOC_SYSTEM] = model_systems,
		[DOC_SERVICE] = model_services,
		[DOC_DA_TYPE] = model_da_types,
		[DOC_AFTALE] = model_agreements,
		[DOC_IDP] = model_idps,
	};

	for (size_t kind = 0; kind < ARRAY_LEN(readers); kind++) {
		const struct doc *docs = docs_of(d, (enum doc_kind)kind, &s->count[kind]);

		if (readers[kind] && !readers[kind](s, docs, e))
			return false;
	}
	return model_roles(s, d, e);
}

bool
model_build(const struct docs *d, uint64_t generation, struct trust_snapshot **out,
	    struct err *e)
{
	struct trust_snapshot *s = MEM_NEW(struct trust_snapshot);

	s->arena = arena_new();
	s->generation = generation;
	atomic_init(&s->references, 1);
	if (model_fill(s, d, e)) {
		*out = s;
		return true;
	}
	model_free(s);
	return false;
}

void
model_free(struct trust_snapshot *s)
{
	for (size_t i = 0; i < s->cert_count; i++)
		cert_free(s->certs[i]);
	arena_free(s->arena);
	mem_free(s);
}
