/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AuthnRequest from a system. Refuses what is not signed with a key of the system's metadata,
 * is not addressed to us, is old, or asks for an answer at an address that is not registered.
 * A Subject, Conditions and Extensions are ignored: they must not choose a user.
 * Source: context-handler contract 2.2, 2.12.
 */
#include "saml/request.h"

#include <inttypes.h>

#include "base/limits.h"
#include "saml/foreign.h"
#include "saml/nameid.h"
#include "xml/names.h"
#include "xml/sign.h"

/* The enveloped signature of a POST; *root becomes what it covers. */
static bool
verify_post(const struct request_question *q, const struct message *m, struct message_trees *t,
	    struct arena *a, struct xml_node **root, struct err *e)
{
	struct sign_place place = {.id = m->id, .node = m->root};
	struct sign_question sq = {.signature = m->signature,
				   .places = &place,
				   .place_count = 1,
				   .enveloped = true,
				   .want_octets = true};
	struct sign_answer answer;
	struct err bad = ERR_INIT;

	if (!m->signature)
		return FAIL(e, SAML_REQUEST, "not signed");
	for (size_t i = 0; i < q->peer->signing_count; i++) {
		sq.key = q->peer->signing[i];
		if (q->now >= cert_not_after(sq.key))
			continue;
		err_clear(&bad);
		if (sign_verify(&sq, a, &answer, &bad))
			return message_parse_part(answer.octets, MESSAGE_AUTHN_REQUEST, t, root,
						  e);
	}
	return FAIL(e, SAML_REQUEST, "signature: %s", bad.detail);
}

static bool
verify_redirect(const struct request_question *q, const struct binding_message *b,
		struct err *e)
{
	struct cert *certs[LIMIT_PEER_KEYS];
	size_t count = 0;
	struct err bad = ERR_INIT;

	for (size_t i = 0; i < q->peer->signing_count; i++)
		if (q->now < cert_not_after(q->peer->signing[i]))
			certs[count++] = q->peer->signing[i];
	if (!redirect_verify(b, certs, count, &bad))
		return FAIL(e, SAML_REQUEST, "%s", bad.detail);
	return true;
}

/* Without the port where it is the scheme's own. */
static struct str
without_default_port(struct str url, struct arena *a)
{
	struct str rest = str_skip(url, sizeof("https://") - 1), host, path;

	if (!str_has_prefix(url, STR("https://")))
		return url;
	if (!str_cut(rest, '/', &host, &path) || !str_has_suffix(host, STR(":443")))
		return url;
	return arena_printf(a, "https://" STR_FMT "/" STR_FMT,
			    (int)(host.len - (sizeof(":443") - 1)), host.ptr, STR_ARG(path));
}

static bool
check_head(const struct request_question *q, const struct binding_message *b,
	   const struct message *m, struct arena *a, struct err *e)
{
	if (!str_eq(m->version, STR("2.0")))
		return FAIL(e, SAML_REQUEST, "Version is not 2.0");
	if (!str_is_set(m->destination) && b->is_post)
		return FAIL(e, SAML_REQUEST, "no Destination");
	if (str_is_set(m->destination) &&
	    !str_eq(without_default_port(m->destination, a), without_default_port(q->here, a)))
		return FAIL(e, SAML_REQUEST, "Destination is not our address");
	if (m->issue_instant < instant_add(q->now, -MINUTES(5)) ||
	    m->issue_instant > instant_add(q->now, q->skew))
		return FAIL(e, SAML_REQUEST, "issued %" PRId64 " s ago",
			    instant_diff_s(q->now, m->issue_instant));
	return true;
}

/* [saml-metadata 2.4.4] the default: the first marked so, else the lowest index */
static const struct saml_endpoint *
default_acs(const struct saml_endpoints *list)
{
	const struct saml_endpoint *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct saml_endpoint *ep = &list->items[i];

		if (ep->binding != SAML_BINDING_POST)
			continue;
		if (!best || (ep->is_default && !best->is_default) ||
		    (ep->is_default == best->is_default && ep->index < best->index))
			best = ep;
	}
	return best;
}

static bool
choose_acs(const struct saml_endpoints *list, const struct xml_node *root, struct arena *a,
	   struct str *out, struct err *e)
{
	struct str url = xml_attr(root, STR_NONE, "AssertionConsumerServiceURL", a);
	struct str index = xml_attr(root, STR_NONE, "AssertionConsumerServiceIndex", a);
	const struct saml_endpoint *found = NULL;
	int64_t number = 0;

	if (str_is_set(url) && str_is_set(index))
		return FAIL(e, SAML_REQUEST, "both an address and an index to answer to");
	if (!str_is_set(url) && !str_is_set(index))
		found = default_acs(list);
	if (str_is_set(index) && !str_to_i64(index, 0, 65535, &number))
		return FAIL(e, SAML_REQUEST, "index malformed");
	for (size_t i = 0; !found && i < list->count; i++) {
		const struct saml_endpoint *ep = &list->items[i];
		bool is_it = str_is_set(url) ? str_eq(ep->location, url)
					     : str_is_set(index) && ep->index == (int)number;

		if (is_it && ep->binding == SAML_BINDING_POST)
			found = ep;
	}
	if (!found)
		return FAIL(e, SAML_REQUEST, "the address to answer to is not registered");
	*out = found->location;
	return true;
}

static bool
read_flag(const struct xml_node *root, const char *name, struct arena *a)
{
	struct str s = str_trim(xml_attr(root, STR_NONE, name, a));

	return str_eq(s, STR("true")) || str_eq(s, STR("1"));
}

static void
read_level(const struct xml_node *root, struct arena *a, struct level_request *out)
{
	struct xml_node *context = xml_child(root, NS_SAMLP, "RequestedAuthnContext");
	struct str how;

	if (!context)
		return;
	how = xml_attr(context, STR_NONE, "Comparison", a);
	out->is_present = true;
	if (!str_is_set(how) || str_eq(how, STR("minimum")))
		out->comparison = LEVEL_MINIMUM;
	else if (str_eq(how, STR("exact")))
		out->comparison = LEVEL_EXACT;
	else
		out->comparison = str_eq(how, STR("better")) ? LEVEL_BETTER : LEVEL_MAXIMUM;
	for (struct xml_node *n = xml_first(context); n; n = xml_next(n)) {
		if (xml_is(n, NS_SAML, "AuthnContextClassRef"))
			level_request_add(out, xml_text_trim(n, a));
		else
			out->has_unknown = true;
	}
}

static bool
read_scoping(const struct xml_node *root, struct arena *a, struct authn_request *out,
	     struct err *e)
{
	struct xml_node *scoping = xml_child(root, NS_SAMLP, "Scoping");
	struct xml_node *list = scoping ? xml_child(scoping, NS_SAMLP, "IDPList") : NULL;
	struct xml_node *n = list ? xml_child(list, NS_SAMLP, "IDPEntry") : NULL;
	struct str *ids, count;

	if (!scoping)
		return true;
	count = str_trim(xml_attr(scoping, STR_NONE, "ProxyCount", a));
	out->forbids_proxy = str_eq(count, STR("0"));
	out->has_idp_list = n != NULL;
	ids = ARENA_NEW_N(a, LIMIT_REQUEST_LIST, struct str);
	for (; n; n = xml_same(n)) {
		if (out->idp_list_count == LIMIT_REQUEST_LIST)
			return FAIL(e, SAML_REQUEST, "more than %d IDPEntry",
				    LIMIT_REQUEST_LIST);
		ids[out->idp_list_count++] = xml_attr(n, STR_NONE, "ProviderID", a);
	}
	out->idp_list = ids;
	return true;
}

static bool
read_request(const struct xml_node *root, struct arena *a, struct authn_request *out,
	     struct err *e)
{
	static const char *const once[] = {"RequestedAuthnContext", "NameIDPolicy", "Scoping"};
	struct xml_node *policy = xml_child(root, NS_SAMLP, "NameIDPolicy");

	for (size_t i = 0; i < ARRAY_LEN(once); i++)
		if (xml_count(root, NS_SAMLP, once[i]) > 1)
			return FAIL(e, SAML_REQUEST, "%s twice", once[i]);
	out->force_authn = read_flag(root, "ForceAuthn", a);
	out->is_passive = read_flag(root, "IsPassive", a);
	out->protocol_binding = xml_attr(root, STR_NONE, "ProtocolBinding", a);
	out->name_format = policy ? xml_attr(policy, STR_NONE, "Format", a) : STR_NONE;
	read_level(root, a, &out->level);
	return read_scoping(root, a, out, e);
}

bool
request_verify(const struct request_question *q, const struct binding_message *b,
	       const struct message *m, struct message_trees *t, struct arena *a,
	       struct authn_request *out, struct err *e)
{
	struct xml_node *root = m->root;

	*out = (struct authn_request){
		.id = m->id, .issuer = m->issuer, .relay_state = b->relay_state};
	BUG_ON(m->kind != MESSAGE_AUTHN_REQUEST);
	if (!(b->is_post ? verify_post(q, m, t, a, &root, e) : verify_redirect(q, b, e)))
		return false;
	return check_head(q, b, m, a, e) && choose_acs(&q->peer->acs, root, a, &out->acs, e) &&
	       read_request(root, a, out, e);
}

static bool
is_known_format(struct str format)
{
	return str_is_empty(format) || str_eq(format, SAML_X509_FORMAT) ||
	       str_eq(format, NAMEID_PERSISTENT) || str_eq(format, NAMEID_TRANSIENT) ||
	       str_eq(format, NAMEID_UNSPECIFIED);
}

bool
request_check(const struct authn_request *r, const struct trust_system *system,
	      struct level_need *need, struct err *e)
{
	char told[FOREIGN_TEXT_MAX];

	if (str_is_set(r->protocol_binding) && !str_eq(r->protocol_binding, BINDING_POST))
		return FAIL(e, SAML_REQUEST_UNSUPPORTED, "answer by: %s",
			    foreign_uri(r->protocol_binding, told));
	if (r->forbids_proxy)
		return FAIL(e, SAML_PROXY_COUNT, "ProxyCount 0");
	if (r->force_authn && r->is_passive)
		return FAIL(e, SAML_PASSIVE, "ForceAuthn and IsPassive");
	if (nameid_mode(system->nameid_mode) != NAMEID_MODE_COPY &&
	    !is_known_format(r->name_format))
		return FAIL(e, SAML_NAMEID_POLICY, "format: %s",
			    foreign_uri(r->name_format, told));
	return level_need_make(system, &r->level, need, e);
}
