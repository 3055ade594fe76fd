/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verification of a Response. After a signature has verified, the very octets that it covers
 * are parsed anew and everything else is forgotten: there is nothing left that could have been
 * wrapped around. Refuses what is absent: a signature, a recipient, an audience, a time.
 * Source: context-handler contract 2.4, 7.4; SAML core 2.4, 2.5, 5.4; profiles 4.1.4.3.
 */
#include "saml/response.h"

#include <inttypes.h>

#include "base/limits.h"
#include "saml/decrypt.h"
#include "saml/foreign.h"
#include "xml/names.h"
#include "xml/sign.h"

struct work {
	const struct response_question *q;
	struct message_trees *t;
	struct arena *a;
	struct response_facts *out;
	bool is_signed;  /* a signature of the Response covers what we read */
	bool is_guarded; /* failures past decryption must all look alike */
};

/* [contract 7.4-3] by a key of the sender's metadata, never by one that KeyInfo offers */
static bool
verify_node(struct work *w, struct xml_node *signature, struct xml_node *node,
	    struct str *octets, struct err *e)
{
	struct sign_place place = {.id = xml_attr(node, STR_NONE, "ID", w->a), .node = node};
	struct sign_question q = {.signature = signature,
				  .places = &place,
				  .place_count = 1,
				  .enveloped = true,
				  .want_octets = true};
	struct sign_answer answer;
	struct err bad = ERR_INIT;

	if (!str_is_set(place.id))
		return FAIL(e, SAML_SIGNATURE, "signed element without ID");
	for (size_t i = 0; i < w->q->cert_count; i++) {
		q.key = w->q->certs[i];
		if (w->q->now >= cert_not_after(q.key))
			continue;
		err_clear(&bad);
		if (sign_verify(&q, w->a, &answer, &bad)) {
			*octets = answer.octets;
			w->out->signed_by = q.key;
			return true;
		}
	}
	return FAIL(e, SAML_SIGNATURE, STR_FMT ": %s %s", STR_ARG(xml_local(node)),
		    bad.code == ERR_NONE ? "no key in force" : err_row(bad.code)->name,
		    bad.detail);
}

/* Steps 4–6: address, sender, and the Response's own signature if it has one. */
static bool
open_response(struct work *w, const struct message *m, struct xml_node **root, struct err *e)
{
	struct str octets;

	*root = m->root;
	/* [saml-bindings 3.5.5.2] Destination is the address that it was delivered to */
	if (!str_eq(m->destination, w->q->acs))
		return FAIL(e, SAML_MESSAGE, "Destination is not our address");
	if (str_is_set(m->issuer) && !str_eq(m->issuer, w->q->issuer))
		return FAIL(e, SAML_SIGNATURE, "Issuer is not the one that was asked");
	if (!m->signature)
		return true;
	if (!verify_node(w, m->signature, m->root, &octets, e))
		return false;
	w->is_signed = true;
	return message_parse_part(octets, MESSAGE_RESPONSE, w->t, root, e);
}

/* Step 7. An error need not be signed: it grants nothing. */
static bool
check_status(struct work *w, const struct xml_node *root, struct err *e)
{
	static const struct {
		struct str second;
		enum err_code code;
	} rows[] = {
		{STR_INIT("urn:oasis:names:tc:SAML:2.0:status:NoPassive"), SAML_PASSIVE},
		{STR_INIT("urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"), SAML_LEVEL},
		{STR_INIT("urn:oasis:names:tc:SAML:2.0:status:RequestDenied"), SAML_DENIED},
	};
	struct xml_node *status = xml_only(root, NS_SAMLP, "Status");
	struct xml_node *top = status ? xml_only(status, NS_SAMLP, "StatusCode") : NULL;
	struct xml_node *second = top ? xml_child(top, NS_SAMLP, "StatusCode") : NULL;
	char told[FOREIGN_TEXT_MAX];
	struct str value;

	if (!top)
		return FAIL(e, SAML_MESSAGE, "not exactly one StatusCode");
	if (str_eq(xml_attr(top, STR_NONE, "Value", w->a), STATUS_SUCCESS))
		return true;
	value = second ? xml_attr(second, STR_NONE, "Value", w->a) : STR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(value, rows[i].second))
			return FAIL(e, rows[i].code, "the IdP answered so");
	return FAIL(e, SAML_REFUSED, "second status: %s", foreign_uri(value, told));
}

/* Steps 8 and 9: the one assertion, opened if it is encrypted. */
static bool
find_assertion(struct work *w, struct xml_node *root, struct xml_node **out, struct err *e)
{
	unsigned plain = xml_count(root, NS_SAML, "Assertion");
	unsigned sealed = xml_count(root, NS_SAML, "EncryptedAssertion");
	struct str text;
	struct err bad = ERR_INIT;
	bool is_loose;

	if (plain + sealed != 1)
		return FAIL(e, SAML_SIGNATURE, "%u assertions", plain + sealed);
	if (plain == 1) {
		*out = xml_only(root, NS_SAML, "Assertion");
		return true;
	}
	if (!w->q->decrypter)
		return FAIL(e, DECRYPT_FAILED, "encrypted, and there is no key");
	if (!decrypt_element(xml_only(root, NS_SAML, "EncryptedAssertion"), w->q->decrypter,
			     w->a, &text, &is_loose, e))
		return false;
	w->is_guarded = is_loose && !w->is_signed;
	if (!message_parse_part(text, MESSAGE_ASSERTION, w->t, out, &bad))
		return FAIL(e, DECRYPT_FAILED, "what was encrypted: %s", bad.detail);
	if (str_eq(xml_attr(*out, STR_NONE, "ID", w->a), xml_attr(root, STR_NONE, "ID", w->a)))
		return FAIL(e, DECRYPT_FAILED, "one ID for two elements");
	return true;
}

/* Steps 10 and 11: from here on only what a signature covers. */
static bool
open_assertion(struct work *w, struct xml_node *n, struct xml_node **out, struct err *e)
{
	struct xml_node *signature = xml_child(n, NS_DS, "Signature");
	AUTO(buf_release) struct buf canonical = BUF_INIT(LIMIT_SAML_MESSAGE_BYTES * 2);
	struct err bad = ERR_INIT;

	*out = n;
	if (!signature && !w->is_signed)
		return FAIL(e, w->is_guarded ? DECRYPT_FAILED : SAML_SIGNATURE,
			    "nothing is signed");
	if (!signature) {
		xml_node_write(n, &canonical);
		if (!buf_done(&canonical, e))
			return false;
		w->out->octets = arena_dup(w->a, buf_str(&canonical));
		return true;
	}
	if (!verify_node(w, signature, n, &w->out->octets, &bad))
		return FAIL(e, w->is_guarded ? DECRYPT_FAILED : bad.code, "%s", bad.detail);
	return message_parse_part(w->out->octets, MESSAGE_ASSERTION, w->t, out, e);
}

static bool
read_name(struct work *w, const struct assertion *t, const struct signer *decrypter,
	  struct err *e)
{
	struct xml_node *subject = xml_only(t->node, NS_SAML, "Subject");
	struct xml_node *n = t->name_id, *sealed;
	struct nameid *name = &w->out->name;
	struct str text;
	bool is_loose;

	sealed = subject ? xml_only(subject, NS_SAML, "EncryptedID") : NULL;
	if (!n && sealed && decrypter) {
		if (!decrypt_element(sealed, decrypter, w->a, &text, &is_loose, e) ||
		    !message_parse_part(text, MESSAGE_NAME_ID, w->t, &n, e))
			return false;
	} else if (!n || (subject && xml_child(subject, NS_SAML, "EncryptedID"))) {
		return FAIL(e, SAML_CONDITIONS, "not exactly one NameID");
	}
	name->value = xml_text_trim(n, w->a);
	name->format = xml_attr(n, STR_NONE, "Format", w->a);
	name->name_qualifier = xml_attr(n, STR_NONE, "NameQualifier", w->a);
	name->sp_name_qualifier = xml_attr(n, STR_NONE, "SPNameQualifier", w->a);
	name->sp_provided_id = xml_attr(n, STR_NONE, "SPProvidedID", w->a);
	if (str_is_empty(name->value) || xml_first(n))
		return FAIL(e, SAML_CONDITIONS, "empty NameID");
	return true;
}

static bool
read_assertion(struct work *w, const struct xml_node *n, const struct signer *decrypter,
	       struct err *e)
{
	struct assertion *t;
	struct err bad = ERR_INIT;

	if (!assertion_read(n, w->a, &t, &bad))
		return FAIL(e, SAML_CONDITIONS, "%s", bad.detail);
	w->out->assertion = t;
	return read_name(w, t, decrypter, e);
}

/* Step 14: one bearer confirmation that holds altogether. */
static const char *
confirmation_fault(const struct response_question *q, const struct assertion_confirmation *c)
{
	if (!str_eq(c->method, CM_BEARER))
		return "not bearer";
	if (!c->has_data || !str_eq(c->recipient, q->acs))
		return "Recipient is not our address";
	/* [saml-profiles 4.1.4.2] bearer confirmation data must not contain NotBefore */
	if (c->has_not_before)
		return "NotBefore in bearer data";
	if (!c->has_not_on_or_after || c->not_on_or_after <= instant_add(q->now, -q->skew))
		return "expired or without end";
	if (!str_eq(c->in_response_to, q->request_id))
		return "InResponseTo is not our request";
	return NULL;
}

static bool
check_subject(const struct response_question *q, const struct assertion *t, struct err *e)
{
	const char *fault = "no confirmation";

	for (size_t i = 0; i < t->confirmation_count; i++) {
		fault = confirmation_fault(q, &t->confirmations[i]);
		if (!fault)
			return true;
	}
	return FAIL(e, SAML_CONDITIONS, "confirmation: %s", fault);
}

/* Steps 12, 13, 15, 16. */
static bool
check_assertion(const struct response_question *q, const struct assertion *t, struct err *e)
{
	if (!str_eq(t->issuer, q->issuer) ||
	    (str_is_set(t->issuer_format) && !str_eq(t->issuer_format, SAML_ENTITY_FORMAT)))
		return FAIL(e, SAML_SIGNATURE, "the assertion is of another issuer");
	if (t->issue_instant < instant_add(q->now, -MINUTES(5)) ||
	    t->issue_instant > instant_add(q->now, q->skew))
		return FAIL(e, SAML_STALE, "issued %" PRId64 " s ago",
			    instant_diff_s(q->now, t->issue_instant));
	if (!check_subject(q, t, e))
		return false;
	if (!t->has_conditions || !t->has_not_on_or_after)
		return FAIL(e, SAML_CONDITIONS, "no Conditions with an end");
	if (t->has_not_before && t->not_before > instant_add(q->now, q->skew))
		return FAIL(e, SAML_CONDITIONS, "valid from %" PRId64 " s from now",
			    instant_diff_s(t->not_before, q->now));
	if (t->not_on_or_after <= instant_add(q->now, -q->skew))
		return FAIL(e, SAML_CONDITIONS, "valid until %" PRId64 " s ago",
			    instant_diff_s(q->now, t->not_on_or_after));
	if (!assertion_is_for(t, q->audiences, q->audience_count))
		return FAIL(e, SAML_CONDITIONS, "not for us");
	if (t->proxy_count == 0)
		return FAIL(e, SAML_CONDITIONS, "may not be passed on");
	if (t->authn_count > 1)
		return FAIL(e, SAML_CONDITIONS, "%u AuthnStatements", t->authn_count);
	if (t->has_session_end && t->session_end <= q->now)
		return FAIL(e, SAML_CONDITIONS, "the session has ended");
	return true;
}

bool
response_verify(const struct response_question *q, const struct message *m,
		struct message_trees *t, struct arena *a, struct response_facts *out,
		struct err *e)
{
	struct work w = {.q = q, .t = t, .a = a, .out = out};
	struct xml_node *root, *sealed, *n;

	*out = (struct response_facts){.assertion = NULL};
	BUG_ON(m->kind != MESSAGE_RESPONSE);
	if (!open_response(&w, m, &root, e) || !check_status(&w, root, e) ||
	    !find_assertion(&w, root, &sealed, e) || !open_assertion(&w, sealed, &n, e) ||
	    !read_assertion(&w, n, q->decrypter, e))
		return false;
	return check_assertion(q, out->assertion, e);
}

bool
response_reopen(struct str octets, const struct signer *decrypter, struct message_trees *t,
		struct arena *a, struct response_facts *out, struct err *e)
{
	struct work w = {.t = t, .a = a, .out = out};
	struct xml_node *n;

	*out = (struct response_facts){.octets = octets};
	return message_parse_part(octets, MESSAGE_ASSERTION, t, &n, e) &&
	       read_assertion(&w, n, decrypter, e);
}
