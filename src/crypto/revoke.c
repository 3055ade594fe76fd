/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of revocation, as one picture that never changes: the roots, the lists of
 * files, the lists and answers that were learnt. Nothing is fetched here. A list or answer that
 * has run out is good for the grace period and no longer; one that is wrong in any other way is
 * none. Revoked is what either a list or an answer says is revoked, however old it is. Where
 * lists are not required, what is not told passes. Source: RFC 5280, 5 and 6.3; token-service
 * contract 7.3; administration contract 10.5.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/mem.h"
#include "crypto/internal.h"

struct revpicture {
	atomic_uint refs;
	X509_STORE *store;
	bool are_required;
	instant grace;
	instant *ends; /* nextUpdate of each list */
	size_t list_count;
	struct revanswer *answers; /* ordered by certificate */
	size_t answer_count;
};

static int
by_cert(const void *x, const void *y)
{
	return memcmp(x, y, 32); /* sha256 is the first member */
}

static void
add_list(struct revpicture *p, X509_CRL *crl)
{
	instant end = INSTANT_MIN;

	BUG_ON(!asn1_instant(X509_CRL_get0_nextUpdate(crl), &end));
	BUG_ON(X509_STORE_add_crl(p->store, crl) != 1);
	p->ends = mem_resize(p->ends, (p->list_count + 1) * sizeof(*p->ends));
	p->ends[p->list_count++] = end;
}

static void
add_answers(struct revpicture *p, const struct revocations *more)
{
	if (more->answer_count == 0)
		return;
	p->answers = mem_resize(NULL, more->answer_count * sizeof(*p->answers));
	memcpy(p->answers, more->answers, more->answer_count * sizeof(*p->answers));
	p->answer_count = more->answer_count;
	qsort(p->answers, p->answer_count, sizeof(*p->answers), by_cert);
}

static X509_STORE *
store_new(const STACK_OF(X509) * roots)
{
	X509_STORE *store = X509_STORE_new();

	BUG_ON(store == NULL);
	for (int i = 0; i < sk_X509_num(roots); i++)
		BUG_ON(X509_STORE_add_cert(store, sk_X509_value(roots, i)) != 1);
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store), SECURITY_LEVEL);
	return store;
}

struct revpicture *
revpicture_new(const struct revpicture_parts *parts)
{
	struct revpicture *p = MEM_NEW(struct revpicture);

	atomic_init(&p->refs, 1);
	p->are_required = parts->required;
	p->grace = parts->grace;
	p->store = store_new(parts->roots);
	BUG_ON(X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(p->store),
					     X509_PURPOSE_ANY) != 1);
	for (int i = 0; i < sk_X509_CRL_num(parts->files); i++)
		add_list(p, sk_X509_CRL_value(parts->files, i));
	for (size_t i = 0; parts->more && i < parts->more->list_count; i++)
		add_list(p, revlist_crl(parts->more->lists[i]));
	if (parts->more)
		add_answers(p, parts->more);
	if (p->list_count > 0 || p->are_required)
		X509_STORE_set_flags(p->store,
				     X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	X509_STORE_set_verify_cb(p->store, parts->on_problem);
	return p;
}

struct revpicture *
revpicture_hold(struct revpicture *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}

void
revpicture_free(struct revpicture *p)
{
	if (p == NULL || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	X509_STORE_free(p->store);
	mem_free(p->ends);
	mem_free(p->answers);
	mem_free(p);
}

void
revpicture_freep(struct revpicture **p)
{
	revpicture_free(*p);
	*p = NULL;
}

X509_STORE *
revpicture_store(const struct revpicture *p)
{
	return p->store;
}

static const struct revanswer *
answer_on(const struct revpicture *p, const X509 *x)
{
	struct revanswer key;
	unsigned len = 0;

	if (p->answer_count == 0 ||
	    X509_digest(x, ossl_md(HASH_SHA256), key.sha256, &len) != 1 || len != 32)
		return NULL;
	return bsearch(&key, p->answers, p->answer_count, sizeof(key), by_cert);
}

static instant
earlier(instant a, instant b)
{
	return a < b ? a : b;
}

/* When something that ends there stops being good enough; INSTANT_MAX: it has already. */
static instant
good_until(const struct revpicture *p, instant end, instant now)
{
	if (end <= now)
		end = instant_add(end, p->grace);
	return end > now ? end : INSTANT_MAX;
}

instant
revpicture_good_until(const struct revpicture *p, const STACK_OF(X509) * chain, instant now)
{
	instant until = INSTANT_MAX;

	for (size_t i = 0; i < p->list_count; i++)
		until = earlier(until, good_until(p, p->ends[i], now));
	for (int i = 0; i < sk_X509_num(chain); i++) {
		const struct revanswer *a = answer_on(p, sk_X509_value(chain, i));

		if (a != NULL)
			until = earlier(until, good_until(p, a->until, now));
	}
	return until;
}

/* Does a list of this issuer name this certificate? */
static bool
names(X509_CRL *crl, X509 *x)
{
	X509_REVOKED *entry = NULL;

	/* 2: taken off again */
	return X509_CRL_get0_by_cert(crl, &entry, x) == 1;
}

static bool
is_signed_by(X509_CRL *crl, const X509 *issuer)
{
	bool is = X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) == 0 &&
		  X509_CRL_verify(crl, X509_get0_pubkey(issuer)) == 1;

	ERR_clear_error();
	return is;
}

/* Made later, and about the same certificates, or about this one at least. */
static bool
is_later(const X509_CRL *crl, const X509_CRL *than, X509 *x)
{
	instant one = 0, other = 0;

	if (!asn1_instant(X509_CRL_get0_lastUpdate(crl), &one) ||
	    !asn1_instant(X509_CRL_get0_lastUpdate(than), &other) || one <= other)
		return false;
	return str_eq(crl_reach(crl), crl_reach(than)) || crl_covers(crl, x);
}

/*
 * OpenSSL prefers a list that is in its time to a later one that has run out. So an older list
 * with a longer life would take back what a later one revoked, as soon as that one is stale:
 * the latest list of an issuer that is about the certificate decides, whatever its end.
 */
static bool
is_listed(const struct revpicture *p, X509 *x, const X509 *issuer)
{
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(p->store);

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509_CRL *crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));
		bool is_over = false;

		if (crl == NULL || !names(crl, x) || !is_signed_by(crl, issuer))
			continue;
		for (int k = 0; k < sk_X509_OBJECT_num(all) && !is_over; k++) {
			X509_CRL *other =
				X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, k));

			is_over = other != NULL && other != crl && is_later(other, crl, x) &&
				  !names(other, x) && is_signed_by(other, issuer);
		}
		if (!is_over)
			return true;
	}
	return false;
}

bool
revpicture_has_revoked(const struct revpicture *p, const STACK_OF(X509) * chain)
{
	int last = sk_X509_num(chain) - 1;

	for (int i = 0; i <= last; i++) {
		X509 *x = sk_X509_value(chain, i);
		const struct revanswer *a = answer_on(p, x);

		if (a != NULL && a->is_revoked)
			return true;
		if (i < last && is_listed(p, x, sk_X509_value(chain, i + 1)))
			return true;
	}
	return false;
}

/* A responder called this one good, and that still counts. */
static bool
is_vouched(const struct revpicture *p, X509_STORE_CTX *ctx, instant now)
{
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	const struct revanswer *a = x != NULL ? answer_on(p, x) : NULL;

	return a != NULL && !a->is_revoked && now < instant_add(a->until, p->grace);
}

/* Nobody can say anything of an anchor: it is there because we were told so. */
static bool
is_about_anchor(X509_STORE_CTX *ctx)
{
	return X509_STORE_CTX_get_error_depth(ctx) ==
	       sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1;
}

bool
revpicture_forgives(const struct revpicture *p, X509_STORE_CTX *ctx, instant now)
{
	const X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
	instant moment = 0;

	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return !p->are_required || is_vouched(p, ctx, now) || is_about_anchor(ctx);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		if (!p->are_required || is_vouched(p, ctx, now) || is_about_anchor(ctx))
			return true;
		return crl != NULL && asn1_instant(X509_CRL_get0_nextUpdate(crl), &moment) &&
		       now < instant_add(moment, p->grace);
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return crl != NULL && asn1_instant(X509_CRL_get0_lastUpdate(crl), &moment) &&
		       moment <= instant_add(now, SECONDS(LIMIT_CLOCK_SKEW_S));
	default:
		return false;
	}
}

/* --- the lists of files --- */

bool
lists_load(const char *path, STACK_OF(X509_CRL) * out, struct err *e)
{
	AUTO(buf_release) struct buf file = BUF_INIT(LIMIT_PEM_FILE_BYTES);
	struct str rest, base64;

	if (!crypto_file_read(path, CERT_MALFORMED, &file, e))
		return false;
	rest = buf_str(&file);
	while (pem_next(&rest, "X509 CRL", &base64)) {
		AUTO(arena_freep) struct arena *a = arena_new();
		struct err why = ERR_INIT;
		X509_CRL *crl;
		struct str der;

		if (!base64_decode(base64, BASE64_XML, a, &der, &why))
			return FAIL(e, CERT_MALFORMED, "a revocation list is not base64");
		if (!crl_parse(der, &crl, &why))
			return FAIL(e, CERT_MALFORMED, "%s", why.detail);
		BUG_ON(sk_X509_CRL_push(out, crl) <= 0);
	}
	return sk_X509_CRL_num(out) > 0 ||
	       FAIL(e, CERT_MALFORMED, "%s: no revocation list in it", path);
}
