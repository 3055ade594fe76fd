/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AuthnRequest, sent. No NameIDPolicy (AD FS refuses formats it has no rule for), Scoping only
 * where the IdP is known to bear it, never a Subject. Canonical, so that it can be signed where
 * it is posted.
 * Source: context-handler contract 2.3, 2.11, 8.2 (1, 7, 8).
 */
#include "saml/authn.h"

#include "base/encoding.h"
#include "base/limits.h"
#include "crypto/random.h"
#include "saml/lasso.h"
#include "saml/redirect.h"
#include "saml/seal.h"
#include "xml/names.h"
#include "xml/parse.h"

static const struct xml_limits limits = {
	.bytes = LIMIT_URL_BYTES,
	.depth = LIMIT_SAML_DEPTH,
	.nodes = 200,
};

struct str
authn_new_id(struct arena *a)
{
	return arena_printf(a, "id" STR_FMT, STR_ARG(random_hex(a, 16)));
}

static struct str *
add_ref(struct str *refs, size_t *count, struct str ref)
{
	refs[(*count)++] = ref;
	return refs;
}

/* [contract 2.3] the matrix of profiles */
size_t
authn_class_refs(const struct trust_idp *idp, const struct level_need *need,
		 bool system_is_old_scale, struct arena *a, const struct str **out,
		 bool *is_exact)
{
	struct str *refs = ARENA_NEW_N(a, 4, struct str);
	int old = level_need_old(need);
	enum nsis nsis = level_need_nsis(need);
	size_t count = 0;

	*out = refs;
	*is_exact = false;
	if (old == 0)
		return 0;
	if (str_has_suffix(idp->profile, STR("_ADFS_MULTIPLEAUTHN"))) {
		*is_exact = true;
		if (old >= 3)
			add_ref(refs, &count, CLASS_MULTIPLE);
	} else if (str_eq(idp->profile, STR("OIOSAML2"))) {
		add_ref(refs, &count,
			arena_printf(a, STR_FMT "%d", STR_ARG(ASSURANCE_PREFIX), old));
	} else if (str_eq(idp->profile, STR("OIOSAML3"))) {
		add_ref(refs, &count, nsis_url(nsis));
		if (system_is_old_scale)
			add_ref(refs, &count,
				arena_printf(a, STR_FMT "%d", STR_ARG(ASSURANCE_PREFIX), old));
	}
	return count;
}

/* lasso's XML in canonical form, and where its Issuer ends. */
static bool
canonicalise(struct str xml, struct buf *out, size_t *after_issuer, struct err *e)
{
	static const struct str end = STR_INIT("</saml:Issuer>");
	AUTO(xml_doc_freep) struct xml_doc *doc = NULL;
	struct err bad = ERR_INIT;

	if (!xml_parse(xml, &limits, &doc, &bad))
		return FAIL(e, INTERNAL, "our own request: %s", bad.detail);
	xml_node_write(xml_root(doc), out);
	if (!buf_done(out, e))
		return false;
	if (!str_find(buf_str(out), end, after_issuer))
		return FAIL(e, INTERNAL, "our own request has no Issuer");
	*after_issuer += end.len;
	return true;
}

static bool
build(const struct authn_order *o, struct str destination, struct arena *a, struct buf *out,
      size_t *after_issuer, struct err *e)
{
	struct lasso_authn r = {
		.id = o->id,
		.destination = destination,
		.issuer = o->issuer,
		.acs = o->acs,
		.protocol_binding = BINDING_POST,
		.force_authn = o->force_authn || o->is_fresh,
		.is_passive = o->is_passive,
		.is_exact = o->is_exact,
		.class_refs = o->class_refs,
		.class_ref_count = o->class_ref_count,
		.requester = o->requester,
		.now = o->now,
	};
	struct str xml;

	return saml_lasso_authn_request(&r, a, &xml, e) &&
	       canonicalise(xml, out, after_issuer, e);
}

bool
authn_write(const struct authn_order *o, struct arena *a, struct authn_message *out,
	    struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(LIMIT_URL_BYTES);
	AUTO(buf_release) struct buf url = BUF_INIT(LIMIT_URL_BYTES);
	const struct saml_endpoint *to = saml_endpoint_for(&o->to->sso, SAML_BINDING_REDIRECT);
	struct redirect_order ro = {.relay_state = o->relay_state, .signer = o->signer};
	size_t after_issuer;

	*out = (struct authn_message){.is_post = to == NULL};
	if (!to)
		to = saml_endpoint_for(&o->to->sso, SAML_BINDING_POST);
	if (!to)
		return FAIL(e, INTERNAL, "no address to send a request to");
	if (!build(o, to->location, a, &xml, &after_issuer, e))
		return false;
	if (out->is_post) {
		if (!seal_element(&xml, 0, after_issuer, o->id, o->signer, a, e))
			return false;
		out->url = to->location;
		out->message = base64_encode(a, buf_str(&xml));
		return true;
	}
	ro.location = to->location;
	ro.xml = buf_str(&xml);
	if (!redirect_write(&ro, a, &url, e))
		return false;
	out->url = arena_dup(a, buf_str(&url));
	return true;
}
