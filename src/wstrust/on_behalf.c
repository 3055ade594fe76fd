/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judges OnBehalfOf and ActAs. Believes a token only through token_verify(), with the keys of
 * the issuer that it names and one audience, one recipient. Refuses two subjects in one
 * request, a token without a holder that was made out to anybody but the token service, and one
 * of which any time, audience or recipient is missing. What a token says of roles is not read
 * on.
 * Standard: WS-Trust 1.3, 9.1 (OnBehalfOf); WS-Trust 1.4, 9.3 (ActAs); SAML 2.0 core 2.4, 2.5.
 */
#include "wstrust/on_behalf.h"

#include "base/encoding.h"
#include "wstrust/token.h"
#include "xml/names.h"

#define SAML_UNSPECIFIED STR("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified")
#define ISSUER_CERTS_MAX 16

/* What the request holds, before anything is believed: a certificate or a token. */
struct named {
	struct str cert; /* DER */
	struct xml_node *token;
};

/* --- what is named --- */

static bool
read_base64(const struct xml_node *n, struct arena *a, struct str *out, struct err *e)
{
	struct err why = ERR_INIT;

	if (!base64_decode(xml_text(n, a), BASE64_XML, a, out, &why) || out->len == 0)
		return FAIL(e, RST_MALFORMED, "OnBehalfOf: certificate unreadable");
	return true;
}

static bool
read_bst(const struct xml_node *n, struct arena *a, struct str *out, struct err *e)
{
	struct str type = xml_attr(n, STR_NONE, "ValueType", a);
	struct str encoding = xml_attr(n, STR_NONE, "EncodingType", a);

	if ((str_is_set(type) && !str_eq(type, VT_X509)) ||
	    (str_is_set(encoding) && !str_eq(encoding, ENC_BASE64)) || xml_first(n))
		return FAIL(e, RST_MALFORMED, "OnBehalfOf: unknown type of token");
	return read_base64(n, a, out, e);
}

/* A certificate in its element or bare, or an assertion: one thing, alone in its parent. */
static bool
read_element(const struct xml_node *n, struct arena *a, struct named *out, struct err *e)
{
	struct xml_node *c = xml_first(n);

	if (!c)
		return read_base64(n, a, &out->cert, e);
	if (xml_next(c) || xml_has_text(n))
		return FAIL(e, RST_MALFORMED, "OnBehalfOf holds more than one thing");
	if (xml_is(c, NS_WSSE, "BinarySecurityToken"))
		return read_bst(c, a, &out->cert, e);
	if (!xml_is(c, NS_SAML, "Assertion"))
		return FAIL(e, STS_BEHALF_TOKEN, "unknown kind of token");
	out->token = c;
	return true;
}

/*
 * Whom the asker may not represent is told apart from what is not registered only where it may
 * represent anybody: with a list it learns nothing of others' certificates.
 */
static bool
not_registered(const struct on_behalf_question *q, struct err *e)
{
	return FAIL(e, q->asker->represent_count > 0 ? STS_BEHALF_DENIED : STS_BEHALF_UNKNOWN,
		    "on behalf of a certificate not registered");
}

static bool
find_by_thumbprint(const struct on_behalf_question *q, struct str hex, struct named *out,
		   struct represented *r, struct err *e)
{
	const struct cert *c = trust_cert_by_sha1(q->known, hex);

	r->cert_thumbprint = hex;
	if (!c)
		return not_registered(q, e);
	out->cert = cert_der(c);
	return true;
}

/* An ActAs beside OnBehalfOf says the same certificate once more, or is refused. */
static bool
read_named(const struct on_behalf_question *q, const struct rst *rst, struct arena *a,
	   struct named *out, struct represented *r, struct err *e)
{
	struct named other = {.token = NULL};

	*out = (struct named){.cert = rst->behalf_cert, .token = rst->behalf_token};
	if (str_is_set(rst->behalf_thumbprint))
		return find_by_thumbprint(q, rst->behalf_thumbprint, out, r, e);
	if (rst->on_behalf_of && !read_element(rst->on_behalf_of, a, out, e))
		return false;
	if (!rst->act_as)
		return true;
	if (!read_element(rst->act_as, a, rst->on_behalf_of ? &other : out, e))
		return false;
	if (rst->on_behalf_of && !(str_is_set(out->cert) && str_eq(out->cert, other.cert)))
		return FAIL(e, RST_MALFORMED, "OnBehalfOf and ActAs name different subjects");
	if (!rst->on_behalf_of && !out->token)
		return FAIL(e, RST_MALFORMED, "ActAs without a token");
	return true;
}

/* --- another it-system, by its certificate --- */

static bool
may_be_used(const struct on_behalf_question *q, const struct cert *c, bool blocked,
	    const struct trust_system *system, struct err *e)
{
	struct err why = ERR_INIT;

	if (blocked || system->is_blocked || !validity_holds(system->valid, q->now))
		return FAIL(e, STS_BEHALF_UNKNOWN,
			    "on behalf of a certificate that is blocked");
	if (!anchors_check(q->anchors, c, q->now, &why))
		return FAIL(e, STS_BEHALF_REFUSED, "on behalf of: %s: %s",
			    err_row(why.code)->name, why.detail);
	return true;
}

/*
 * Who may represent nobody is told so before anything else: it learns nothing of which
 * certificates are registered.
 */
static bool
represent_system(const struct on_behalf_question *q, struct str der, struct arena *a,
		 struct represented *out, struct err *e)
{
	AUTO(cert_freep) struct cert *c = NULL;
	const struct trust_system *system;
	struct err why = ERR_INIT;
	bool blocked;

	if (!q->asker->may_impersonate)
		return FAIL(e, STS_BEHALF_DENIED, STR_FMT " may not impersonate",
			    STR_ARG(q->asker->id));
	if (!known_cert(q->known, der, &c, &why))
		return FAIL(e, RST_MALFORMED, "OnBehalfOf: %s", why.detail);
	system = trust_system_by_cert(q->known, cert_sha256(c), &blocked);
	out->cert_thumbprint = arena_dup(a, cert_thumbprint(c));
	if (!system)
		return not_registered(q, e);
	if (!trust_may_represent(q->asker, system))
		return FAIL(e, STS_BEHALF_DENIED, STR_FMT " may not represent " STR_FMT,
			    STR_ARG(q->asker->id), STR_ARG(system->id));
	if (!may_be_used(q, c, blocked, system, e))
		return false;
	out->system = system;
	out->subject = arena_dup(a, cert_subject_net(c));
	out->subject_format = SAML_X509_FORMAT;
	out->until = cert_not_after(c);
	return true;
}

/* --- a token handed in --- */

/* Keys of every issuer of that name: the token service and the bridge may bear one. */
static size_t
issuer_certs(const struct on_behalf_policy *p, struct str issuer, struct cert **out)
{
	const struct on_behalf_issuer *both[] = {&p->sts, &p->hub};
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		if (!str_is_set(both[i]->entity_id) || !str_eq(both[i]->entity_id, issuer))
			continue;
		for (size_t j = 0; j < both[i]->cert_count; j++)
			if (count < ISSUER_CERTS_MAX)
				out[count++] = both[i]->certs[j];
	}
	return count;
}

/* Issuer and audience as they stand, to choose what to verify against. */
static bool
peek(const struct assertion *t, struct str *audience, struct err *e)
{
	if (t->restriction_count != 1 || t->restrictions[0].count != 1)
		return FAIL(e, STS_BEHALF_TOKEN, "not one audience");
	*audience = t->restrictions[0].audiences[0];
	return true;
}

static bool
verify_token(const struct on_behalf_question *q, struct xml_node *n, struct arena *a,
	     struct token **out, struct err *e)
{
	struct cert *certs[ISSUER_CERTS_MAX];
	struct str audience;
	struct token_policy p = {
		.issuer_certs = certs,
		.audiences = &audience,
		.audience_count = 1,
		.min_assurance = 1,
		.holder = cert_der(q->signer),
		.needs_recipient = true,
		.known = q->known,
	};
	struct err why = ERR_INIT;
	struct assertion *t;

	if (!assertion_read(n, a, &t, &why))
		return FAIL(e, STS_BEHALF_TOKEN, "%s", why.detail);
	if (!peek(t, &audience, e))
		return false;
	p.issuer = t->issuer;
	p.issuer_cert_count = issuer_certs(q->policy, t->issuer, certs);
	p.bearer_ok = str_eq(audience, q->policy->sts.entity_id);
	if (p.issuer_cert_count == 0)
		return FAIL(e, STS_BEHALF_TOKEN, "unknown issuer");
	if (!token_verify(&p, n, q->now, a, out, &why))
		return FAIL(e, STS_BEHALF_TOKEN, "%s: %s", err_row(why.code)->name, why.detail);
	/* issuer and we are one house with one clock: what has ended is not exchanged */
	if (q->now >= (*out)->ends)
		return FAIL(e, STS_BEHALF_TOKEN, "ended");
	return true;
}

/* The certificate that a token was made out to opens nothing any more once it is blocked. */
static bool
check_holder(const struct on_behalf_question *q, const struct token *t, struct err *e)
{
	const struct trust_system *system;
	struct err why = ERR_INIT;
	bool blocked;

	if (!t->holder)
		return true;
	system = trust_system_by_cert(q->known, cert_sha256(t->holder), &blocked);
	if (blocked ||
	    (system && (system->is_blocked || !validity_holds(system->valid, q->now))))
		return FAIL(e, STS_BEHALF_TOKEN, "its holder is blocked");
	if (!anchors_check(q->anchors, t->holder, q->now, &why))
		return FAIL(e, STS_BEHALF_TOKEN, "its holder: %s: %s", err_row(why.code)->name,
			    why.detail);
	return true;
}

/* A service calls on with the token that it was called with. */
static bool
may_call_on(const struct on_behalf_question *q, const struct token *t,
	    const struct trust_service *of, struct err *e)
{
	const struct trust_system *caller;
	bool blocked;

	if (!of || !t->holder || !str_is_set(of->provider) ||
	    !str_eq(of->provider, q->asker->id))
		return FAIL(e, STS_BEHALF_DENIED, "token made out to another");
	if (!q->asker->may_impersonate)
		return FAIL(e, STS_BEHALF_DENIED, STR_FMT " may not impersonate",
			    STR_ARG(q->asker->id));
	caller = trust_system_by_cert(q->known, cert_sha256(t->holder), &blocked);
	if (q->asker->represent_count > 0 && !(caller && trust_may_represent(q->asker, caller)))
		return FAIL(e, STS_BEHALF_DENIED, STR_FMT " may not represent the caller",
			    STR_ARG(q->asker->id));
	return true;
}

/* For whom the token was made out decides who may use it so. */
static bool
check_use(const struct on_behalf_question *q, const struct token *t, struct err *e)
{
	bool is_bootstrap = str_eq(t->audience, q->policy->sts.entity_id);
	bool is_holder = t->holder && cert_eq(t->holder, q->signer);
	const struct trust_service *of;
	struct str spelling;

	if (is_bootstrap) {
		if (t->holder && !is_holder)
			return FAIL(e, STS_BEHALF_DENIED, "bootstrap token of another");
		return true;
	}
	of = trust_service_find(q->known, t->audience, &spelling);
	if (of && !str_eq(spelling, t->audience))
		of = NULL;
	if (is_holder && of && of == q->service)
		return true;
	return may_call_on(q, t, of, e);
}

static bool
represent_token(const struct on_behalf_question *q, struct xml_node *n, struct arena *a,
		struct represented *out, struct err *e)
{
	AUTO(token_freep) struct token *t = NULL;

	if (!verify_token(q, n, a, &t, e) || !check_holder(q, t, e) || !check_use(q, t, e))
		return false;
	if (!str_eq(t->cvr, q->cvr))
		return FAIL(e, STS_BEHALF_DENIED, "token of another authority");
	out->subject = t->subject;
	out->subject_format = str_is_set(t->assertion->name_id_format)
				      ? t->assertion->name_id_format
				      : SAML_UNSPECIFIED;
	out->assurance = t->assurance;
	out->until = t->ends;
	out->token_id = t->id;
	return true;
}

bool
on_behalf_read(const struct on_behalf_question *q, const struct rst *rst, struct arena *a,
	       struct represented *out, struct err *e)
{
	struct named named;

	*out = (struct represented){.until = INSTANT_MAX};
	/* a thumbprint is looked up for nobody who may not use what it finds */
	if (str_is_set(rst->behalf_thumbprint) && !q->asker->may_impersonate)
		return FAIL(e, STS_BEHALF_DENIED, STR_FMT " may not impersonate",
			    STR_ARG(q->asker->id));
	if (!read_named(q, rst, a, &named, out, e))
		return false;
	return named.token ? represent_token(q, named.token, a, out, e)
			   : represent_system(q, named.cert, a, out, e);
}
