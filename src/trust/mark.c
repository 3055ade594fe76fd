/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One mark on what is known: a certificate of an it-system blocked or unblocked. Found,
 * changed, checked and written in one transaction on the store's writer, so that what somebody
 * else applies at the same moment is neither overlooked nor undone.
 *
 * Refuses: what applying the changed document would be refused for.
 */
#include "trust/internal.h"

#include "base/encoding.h"

static bool
is_named(const struct cert *c, const struct apply_mark *m)
{
	AUTO(arena_freep) struct arena *a = arena_new();

	if (m->cert)
		return cert_eq(c, m->cert);
	return str_eq_nocase(cert_thumbprint(c), m->thumbprint) ||
	       str_eq_nocase(hex_encode(a, cert_sha256(c)), m->thumbprint);
}

/* The place of the certificate in a system's list; -1: it has not got it. */
static int
find_cert(const json_t *system, const struct apply_mark *m)
{
	const json_t *list =
		json_object_get(json_object_get(system, "anvender"), "certifikater");

	for (size_t i = 0; i < json_array_size(list); i++) {
		AUTO(cert_freep) struct cert *cert = NULL;
		struct str pem = json_text(json_array_get(list, i), "pem");
		struct err ignored = ERR_INIT;

		if (str_is_set(pem) && cert_parse(pem, &cert, &ignored) && is_named(cert, m))
			return (int)i;
	}
	return -1;
}

/* The document that holds it, with the mark as it is to be. */
static bool
change(const struct docs *known, struct docs *out, void *arg, struct err *e)
{
	struct apply_mark *m = arg;
	size_t count;
	const struct doc *doc = docs_of(known, DOC_SYSTEM, &count);
	json_t *list, *item;
	int at = -1;

	for (size_t i = 0; i < count; i++, doc++) {
		at = find_cert(doc->json, m);
		if (at >= 0)
			break;
	}
	m->is_found = at >= 0;
	if (at < 0)
		return FAIL(e, APPLY_INVALID, "no known it-system has this certificate");
	docs_add(out, &(struct doc){.kind = DOC_SYSTEM,
				    .id = doc->id,
				    .json = json_deep_copy(doc->json),
				    .place = STR("known"),
				    .is_given = true});
	list = json_object_get(json_object_get(out->at[0].json, "anvender"), "certifikater");
	item = json_array_get(list, (size_t)at);
	if (m->is_blocked)
		json_object_set_new(item, "spaerret", json_true());
	else
		json_object_del(item, "spaerret");
	return true;
}

bool
apply_mark(struct store *s, struct apply_mark *m, const struct apply_options *o,
	   struct apply_report *out, struct err *e)
{
	m->is_found = false;
	return apply_known(s, change, m, o, out, e);
}
