/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Acceptance of an IdP's answer. Refuses attributes that contradict themselves, an authority
 * that the IdP does not serve, a level below what is needed, and a stale login where a fresh
 * one was asked for.
 * Source: context-handler contract 2.4 (12–19), 2.6, 3.3, 4.7, 5.2.
 */
#include "saml/login.h"

#include "base/limits.h"
#include "saml/attributes.h"
#include "saml/foreign.h"
#include "xml/names.h"

static const struct privilege_limits privilege_limits = {
	.bytes = LIMIT_BPP_BYTES,
	.groups = 2000,
	.constraints = 50,
};

/* Attributes that may have one value only, whoever reads them. */
static const struct str singles[] = {
	STR_INIT("dk:gov:saml:attribute:SpecVer"),
	STR_INIT("dk:gov:saml:attribute:KombitSpecVer"),
	STR_INIT("dk:gov:saml:attribute:AssuranceLevel"),
	STR_INIT("dk:gov:saml:attribute:CvrNumberIdentifier"),
	STR_INIT("dk:gov:saml:attribute:Privileges_intermediate"),
	STR_INIT("dk:gov:saml:attribute:CprNumberIdentifier"),
	STR_INIT("https://data.gov.dk/model/core/specVersion"),
	STR_INIT("https://data.gov.dk/concept/core/nsis/loa"),
	STR_INIT("https://data.gov.dk/model/core/eid/professional/cvr"),
	STR_INIT("https://data.gov.dk/model/core/eid/email"),
	STR_INIT("https://data.gov.dk/model/core/eid/privilegesIntermediate"),
	STR_INIT("https://data.gov.dk/model/core/eid/professional/uuid/persistent"),
	STR_INIT("https://data.gov.dk/model/core/eid/cprNumber"),
};

static bool
has_encrypted_attribute(const struct assertion *t)
{
	struct xml_node *s = xml_child(t->node, NS_SAML, "AttributeStatement");

	for (; s; s = xml_same(s))
		if (xml_child(s, NS_SAML, "EncryptedAttribute"))
			return true;
	return false;
}

/* Step 17. */
static bool
check_attributes(const struct assertion *t, struct err *e)
{
	struct str ignored;

	if (t->statement_count != 1)
		return FAIL(e, SAML_ATTRIBUTES, "%u AttributeStatements", t->statement_count);
	if (has_encrypted_attribute(t))
		return FAIL(e, SAML_ATTRIBUTES, "encrypted attribute");
	for (size_t i = 0; i < ARRAY_LEN(singles); i++)
		if (!attribute_single(t, singles[i], &ignored, e))
			return false;
	return true;
}

static bool
read_privileges(const struct trust_idp *idp, const struct assertion *t, struct arena *a,
		struct privilege_list *out, struct err *e)
{
	struct str text;

	*out = (struct privilege_list){.count = 0};
	if (!idp->knows_roles)
		return FAIL(e, SAML_ROLES_UNREACHABLE,
			    "the IdP knows no roles, and there is no attribute service");
	if (!attribute_either(t, ATTR3_PRIVILEGES, ATTR_PRIVILEGES, &text, e))
		return false;
	if (!str_is_set(text))
		return true;
	return privilege_read(text, &privilege_limits, a, out, e);
}

/* [contract 3.3] the distinguished name, or a persistent one; no other */
static bool
read_user(struct login *l, struct err *e)
{
	const struct nameid *n = &l->facts.name;
	char told[FOREIGN_TEXT_MAX];

	/* first: looking for a key in a name takes time by the square of its length */
	if (n->value.len > LIMIT_URI_CHARS)
		return FAIL(e, SAML_CONDITIONS, "name of %zu bytes", n->value.len);
	if (str_eq(n->format, NAMEID_PERSISTENT) && !nameid_has_key(n->value)) {
		if (!nameid_is_plain(n->value))
			return FAIL(e, SAML_CONDITIONS, "name unprintable");
		return true;
	}
	/* a system may read it as one whatever its format: then it must be a right one */
	if (str_eq(n->format, NAMEID_PERSISTENT))
		return nameid_parse(n->value, &l->parts, e);
	if (!str_eq(n->format, SAML_X509_FORMAT))
		return FAIL(e, SAML_CONDITIONS,
			    "name format %s: the IdP must send X509SubjectName",
			    foreign_uri(n->format, told));
	return nameid_parse(n->value, &l->parts, e);
}

/* [contract 2.6] a fresh login was asked for */
static bool
check_fresh(const struct login_question *q, const struct assertion *t, struct err *e)
{
	if (!q->force_authn || q->idp->trust_forceauthn)
		return true;
	if (t->authn_count == 0)
		return FAIL(e, SAML_STALE, "fresh login asked for, no AuthnStatement");
	if (t->authn_instant < instant_add(q->requested_at, -q->hub->skew))
		return FAIL(e, SAML_STALE, "login of before the request");
	return true;
}

static bool
read_login(const struct login_question *q, struct arena *a, struct login *out, struct err *e)
{
	const struct assertion *t = out->facts.assertion;

	out->idp = q->idp;
	out->level = level_delivered(t, q->idp);
	/* resolution C10 */
	out->authn_instant = t->authn_count > 0 ? t->authn_instant : q->now;
	out->session_end = t->has_session_end ? t->session_end : INSTANT_MAX;
	return check_attributes(t, e) && read_user(out, e) &&
	       read_privileges(q->idp, t, a, &out->privileges, e);
}

bool
login_accept(const struct login_question *q, const struct message *m, struct message_trees *t,
	     struct arena *a, struct login *out, struct err *e)
{
	struct str audiences[] = {q->hub->entity_id, q->hub->alias};
	struct response_question rq = {
		.issuer = q->idp->entity_id,
		.certs = q->peer->signing,
		.cert_count = q->peer->signing_count,
		.acs = arena_printf(a, STR_FMT "%s", STR_ARG(q->hub->base_url), SAML_PATH_ACS),
		.request_id = q->request_id,
		.audiences = audiences,
		.audience_count = str_is_empty(q->hub->alias) ? 1 : 2,
		.decrypter = q->hub->signer,
		.now = q->now,
		.skew = q->hub->skew,
	};

	*out = (struct login){.idp = NULL};
	return response_verify(&rq, m, t, a, &out->facts, e) && read_login(q, a, out, e) &&
	       check_fresh(q, out->facts.assertion, e);
}

bool
login_reopen(const struct login_question *q, struct str octets, struct message_trees *t,
	     struct arena *a, struct login *out, struct err *e)
{
	*out = (struct login){.idp = NULL};
	return response_reopen(octets, q->hub->signer, t, a, &out->facts, e) &&
	       read_login(q, a, out, e);
}

/* [contract 5.2] whose user it is */
static bool
find_authority(struct login *l, struct err *e)
{
	const struct trust_idp *idp = l->idp;

	if (!attribute_either(l->facts.assertion, ATTR3_CVR, ATTR_CVR, &l->cvr, e))
		return false;
	if (!str_is_set(l->cvr))
		l->cvr = idp->context_count == 1 ? idp->contexts[0] : l->parts.o;
	if (!str_is_digits(l->cvr, 8)) {
		/* whatever it is, it goes into no record */
		l->cvr = STR_NONE;
		return FAIL(e, SAML_AUTHORITY, "no CVR number");
	}
	for (size_t i = 0; i < idp->context_count; i++)
		if (str_eq(idp->contexts[i], l->cvr)) {
			if (!str_is_set(l->parts.o) || str_eq(l->parts.o, l->cvr) ||
			    idp->allow_o_mismatch)
				return true;
			return FAIL(e, SAML_AUTHORITY, "O of the name is not " STR_FMT,
				    STR_ARG(l->cvr));
		}
	return FAIL(e, SAML_AUTHORITY, "the IdP does not serve " STR_FMT, STR_ARG(l->cvr));
}

bool
login_judge(struct login *l, const struct level_need *need, struct arena *a, struct err *e)
{
	struct err authority = ERR_INIT;
	bool has_authority = find_authority(l, &authority);

	/* who it was is known to the audit trail even if the level is too low */
	l->user_key = nameid_user_key(a, str_is_set(l->cvr) ? l->cvr : STR("?"),
				      str_is_set(l->parts.serial) ? l->parts.serial
								  : l->facts.name.value);
	if (!level_is_enough(need, &l->level))
		return FAIL(e, SAML_LEVEL, "delivered %d %s", l->level.old,
			    l->level.is_nsis ? nsis_name(l->level.nsis).ptr : "");
	return has_authority || FAIL(e, authority.code, "%s", authority.detail);
}
