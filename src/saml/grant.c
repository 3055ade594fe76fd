/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer to a system. An allow-list: an attribute of the IdP that is not named here is not
 * passed on, and a system without personal data gets no free text.
 * Source: context-handler contract 2.5, 3.1, 3.2, 3.3, 3.5, 5.6.
 */
#include "saml/grant.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/random.h"
#include "saml/attributes.h"
#include "saml/bootstrap.h"
#include "xml/names.h"

/* What a system of the health sector broker gets besides, if the IdP sent it. */
static const struct str seb_2[] = {
	STR_INIT("dk:gov:saml:attribute:CprNumberIdentifier"), STR_INIT("urn:oid:2.5.4.3"),
	STR_INIT("urn:oid:0.9.2342.19200300.100.1.1"),         STR_INIT("urn:oid:2.5.4.4"),
	STR_INIT("urn:oid:0.9.2342.19200300.100.1.3"),         STR_INIT("urn:oid:2.5.4.10"),
};

static const struct str seb_3[] = {
	STR_INIT("https://data.gov.dk/model/core/eid/professional/uuid/persistent"),
	STR_INIT("https://data.gov.dk/model/core/eid/firstName"),
	STR_INIT("https://data.gov.dk/model/core/eid/lastName"),
	STR_INIT("https://data.gov.dk/model/core/eid/fullName"),
	STR_INIT("https://data.gov.dk/model/core/eid/alias"),
	STR_INIT("https://data.gov.dk/model/core/eid/dateOfBirth"),
	STR_INIT("https://data.gov.dk/model/core/eid/age"),
	STR_INIT("https://data.gov.dk/model/core/eid/cprUuid"),
	STR_INIT("https://data.gov.dk/model/core/eid/professional/rid"),
	STR_INIT("https://data.gov.dk/model/core/eid/professional/productionUnit"),
	STR_INIT("https://data.gov.dk/model/core/eid/professional/seNumber"),
	STR_INIT("https://data.gov.dk/model/core/eid/person/pid"),
	STR_INIT("https://data.gov.dk/concept/core/nsis/ial"),
	STR_INIT("https://data.gov.dk/concept/core/nsis/aal"),
};

#define ATTRIBUTES_MAX 32

struct work {
	const struct grant_question *q;
	struct arena *a;
	struct grant *out;
	struct respond_attribute list[ATTRIBUTES_MAX];
	size_t count;
};

static void
add(struct work *w, struct str name, struct str value)
{
	struct str *copy;

	if (str_is_empty(value))
		return;
	BUG_ON(w->count == ATTRIBUTES_MAX);
	copy = ARENA_NEW(w->a, struct str);
	*copy = value;
	w->list[w->count++] =
		(struct respond_attribute){.name = name, .values = copy, .count = 1};
}

static struct str
from_idp(struct work *w, struct str name, struct str other)
{
	struct str value;
	struct err ignored = ERR_INIT;

	return attribute_either(w->q->login->facts.assertion, name, other, &value, &ignored)
		       ? value
		       : STR_NONE;
}

static bool
is_profile(const struct work *w, const char *name)
{
	return str_eq_c(w->q->system->attribute_profile, name);
}

/* [contract 4.7] omitted where there is no privilege; the namespace goes by the profile */
static bool
privileges_text(struct work *w, struct str *out, struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(LIMIT_SAML_MESSAGE_BYTES / 2);
	const struct trust_system *s = w->q->system;
	bool is_digst = str_is_set(s->bpp_namespace) ? str_eq(s->bpp_namespace, STR("digst"))
						     : s->is_oiosaml3;

	*out = STR_NONE;
	if (w->out->roles.count == 0)
		return true;
	privilege_write(w->out->roles.groups, w->out->roles.count, is_digst, &xml);
	if (!buf_done(&xml, e))
		return false;
	*out = base64_encode(w->a, buf_str(&xml));
	return true;
}

static struct str
level_number(struct work *w)
{
	return arena_printf(w->a, "%d", w->q->login->level.old);
}

static void
add_seb(struct work *w, const struct str *names, size_t count)
{
	if (!is_profile(w, "SEB"))
		return;
	for (size_t i = 0; i < count; i++)
		add(w, names[i], from_idp(w, names[i], names[i]));
}

static void
attributes_2(struct work *w, struct str privileges)
{
	add(w, ATTR_SPEC_VER, STR("DK-SAML-2.0"));
	add(w, ATTR_KOMBIT_SPEC_VER, STR("1.0"));
	add(w, ATTR_ASSURANCE, level_number(w));
	add(w, ATTR_CVR, w->q->login->cvr);
	add(w, ATTR_PRIVILEGES, privileges);
	add_seb(w, seb_2, ARRAY_LEN(seb_2));
}

/* Systems registered on the old scale get the number; the others the name. */
static bool
gets_nsis(const struct work *w)
{
	const struct trust_system *s = w->q->system;

	if (str_is_set(s->min_nsis))
		return true;
	return s->min_level == 0 && w->q->login->level.is_nsis;
}

/* base64 of it; absent: the system gets none */
static bool
bootstrap_text(struct work *w, struct str *out, struct err *e)
{
	const struct bootstrap_order o = {
		.hub = w->q->hub,
		.system = w->q->system,
		.name = &w->out->name,
		.cvr = w->q->login->cvr,
		.level = w->q->login->level.old,
		.now = w->q->now,
		.session_end = w->q->login->session_end,
	};
	struct str xml;

	if (!bootstrap_write(&o, w->a, &xml, &w->out->bootstrap_id, e))
		return false;
	*out = str_is_set(xml) ? base64_encode(w->a, xml) : STR_NONE;
	return true;
}

static void
attributes_3(struct work *w, struct str privileges, struct str bootstrap)
{
	const struct login *l = w->q->login;
	const struct trust_myndighed *owner = trust_myndighed(w->q->known, l->cvr);

	add(w, ATTR3_SPECVER, STR("OIO-SAML-3.0"));
	add(w, ATTR_KOMBIT_SPEC_VER, STR("2.0"));
	if (gets_nsis(w))
		add(w, ATTR3_LOA, nsis_name(l->level.nsis));
	else
		add(w, ATTR_ASSURANCE, level_number(w));
	add(w, ATTR3_CVR, l->cvr);
	add(w, ATTR3_ORG, owner ? owner->navn : from_idp(w, ATTR3_ORG, ATTR_ORG));
	if (!is_profile(w, "KOMBIT_WITHOUT_PERSONAL_DATA"))
		add(w, ATTR3_MAIL, from_idp(w, ATTR3_MAIL, ATTR_MAIL));
	add(w, ATTR3_PRIVILEGES, privileges);
	add(w, ATTR3_BOOTSTRAP, bootstrap);
	add_seb(w, seb_3, ARRAY_LEN(seb_3));
	if (is_profile(w, "SEB"))
		add(w, ATTR3_CPR, from_idp(w, ATTR3_CPR, ATTR_CPR));
}

/* [administration 3.1] an authority that is suspended or closed has no users */
static bool
check_authority(const struct grant_question *q, struct err *e)
{
	const struct trust_myndighed *m = trust_myndighed(q->known, q->login->cvr);

	/* a vendor's own users are of no authority */
	if (m && (!m->is_active || !validity_holds(m->valid, q->now)))
		return FAIL(e, SAML_AUTHORITY, "authority " STR_FMT " is not in force",
			    STR_ARG(m->cvr));
	return true;
}

static bool
map_roles(struct work *w, struct err *e)
{
	const struct login *l = w->q->login;
	struct rolemap_question rq = {.known = w->q->known,
				      .system = w->q->system,
				      .user_cvr = l->cvr,
				      .groups = &l->privileges,
				      .assertion = l->facts.assertion,
				      .now = w->q->now};

	if (!rolemap_apply(&rq, w->a, &w->out->roles, e))
		return false;
	if (w->out->roles.count == 0 && w->q->system->require_role)
		return FAIL(e, SAML_NO_ROLE, "no role in the system");
	return true;
}

static bool
write_response(struct work *w, struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(LIMIT_SAML_MESSAGE_BYTES * 2);
	const struct grant_question *q = w->q;
	const struct trust_system *s = q->system;
	const struct login *l = q->login;
	bool is_nsis = s->is_oiosaml3 && l->level.is_nsis;
	struct respond_order o = {
		.issuer = q->hub->entity_id,
		.destination = q->acs,
		.in_response_to = q->request_id,
		.signer = q->hub->signer,
		.now = q->now,
		.sign_response = !s->is_oiosaml3,
		.sign_assertion = true,
		.recipient = s->recipient_is_entity_id ? s->entity_id : q->acs,
		.audience = s->entity_id,
		.name = w->out->name,
		.session_index = w->out->session_index,
		.class_ref = is_nsis ? nsis_url(l->level.nsis) : SAML_AC_X509,
		.authority = s->is_oiosaml3 ? l->idp->entity_id : STR_NONE,
		.authn_instant = l->authn_instant,
		.attribute_format = s->is_oiosaml3 ? FORMAT_URI : SAML_BASIC_FORMAT,
		.attributes = w->list,
		.attribute_count = w->count,
	};

	if (!respond_write(&o, w->a, &xml, &w->out->assertion_id, e))
		return false;
	w->out->xml = arena_dup(w->a, buf_str(&xml));
	return true;
}

bool
grant_make(const struct grant_question *q, struct arena *a, struct grant *out, struct err *e)
{
	struct work w = {.q = q, .a = a, .out = out};
	struct str privileges, bootstrap;
	uint8_t session[16];

	*out = (struct grant){.xml = STR_NONE};
	if (!check_authority(q, e) || !map_roles(&w, e) || !privileges_text(&w, &privileges, e))
		return false;
	out->name = nameid_for_system(nameid_mode(q->system->nameid_mode),
				      &q->login->facts.name, q->login->parts.serial, a);
	if (q->system->is_oiosaml3) {
		if (!bootstrap_text(&w, &bootstrap, e))
			return false;
		attributes_3(&w, privileges, bootstrap);
	} else {
		attributes_2(&w, privileges);
	}
	random_bytes(session, sizeof(session));
	out->session_index = base64_encode(a, str_of(session, sizeof(session)));
	return write_response(&w, e);
}
