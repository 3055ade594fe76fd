/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of this installation with their successors. Refuses a successor that is the same
 * key, that is not valid yet when it is to sign, or that has run out by then; a token service's
 * certificate that clients cannot refer to; and a key that cannot sign the tokens it is for.
 * Source: token-service contract 7.4; administration contract 4.9.
 */
#include "gateway/identity.h"

#include "base/limits.h"
#include "gateway/file.h"

#define PEM_MAX_BYTES (1024UL * 1024)

static const struct {
	const char *use;
	enum setting cert, key, password, next_cert, next_key, next_password, next_from;
} rows[IDENTITY_COUNT] = {
	[IDENTITY_STS] = {"sts-signing", OPT_STS_CERT, OPT_STS_KEY, OPT_STS_PASSWORD,
			  OPT_STS_NEXT_CERT, OPT_STS_NEXT_KEY, OPT_STS_NEXT_PASSWORD,
			  OPT_STS_NEXT_FROM},
	[IDENTITY_SERVICE] = {"service-signing", OPT_SERVICE_CERT, OPT_SERVICE_KEY,
			      OPT_SERVICE_PASSWORD, OPT_SERVICE_NEXT_CERT, OPT_SERVICE_NEXT_KEY,
			      OPT_SERVICE_NEXT_PASSWORD, OPT_SERVICE_NEXT_FROM},
	[IDENTITY_HUB] = {"saml-signing", OPT_HUB_CERT, OPT_HUB_KEY, OPT_HUB_PASSWORD,
			  OPT_HUB_NEXT_CERT, OPT_HUB_NEXT_KEY, OPT_HUB_NEXT_PASSWORD,
			  OPT_HUB_NEXT_FROM},
};

const char *
identity_use(enum identity_name name)
{
	return rows[name].use;
}

const struct signer *
identity_signer(const struct identity *id, instant now)
{
	return id->next != NULL && now >= id->next_from ? id->next : id->current;
}

struct signer_source
key_source(const struct config *c, enum setting cert, enum setting key, enum setting password)
{
	return (struct signer_source){
		.key = config_text(c, key),
		.cert = config_text(c, cert),
		.password = password != OPT_COUNT ? config_text(c, password) : NULL,
		.pkcs11_module = config_text(c, OPT_PKCS11_MODULE),
	};
}

static bool
add_cert(struct identity *id, const struct cert *c, struct err *e)
{
	for (size_t i = 0; i < id->cert_count; i++)
		if (cert_eq(id->certs[i], c))
			return true;
	if (id->cert_count == IDENTITY_MAX_CERTS)
		return FAIL(e, CONFIG_INVALID, "more than %d certificates of one signer",
			    IDENTITY_MAX_CERTS);
	id->certs[id->cert_count++] = cert_hold(c);
	return true;
}

/* [token-service 7.4] answers name it by SubjectKeyIdentifier */
static bool
check_name(enum identity_name name, const struct signer *s, struct err *e)
{
	return name != IDENTITY_STS || !str_is_empty(cert_ski(signer_cert(s))) ||
	       FAIL(e, CONFIG_INVALID, "%s: no SubjectKeyIdentifier", rows[name].use);
}

/*
 * [token-service 6.3] a JWT is signed PS256, and clients and services look for nothing else. A
 * key that cannot do that would be found out by the first of them.
 */
static bool
check_jwt(const struct config *c, const struct identity *id, struct err *e)
{
	const struct signer *signers[] = {id->current, id->next};
	static const char *const keys[] = {"sts.key", "sts.next_key"};

	for (size_t i = 0; config_flag(c, OPT_STS_JWT) && i < ARRAY_LEN(signers); i++)
		if (signers[i] != NULL && cert_key_kind(signer_cert(signers[i])) != KEY_RSA)
			return FAIL(e, CONFIG_INVALID,
				    "%s is no RSA key, which PS256 of JSON Web Tokens needs; "
				    "set sts.jwt = false to issue none",
				    keys[i]);
	return true;
}

static bool
check_next(const struct identity *id, const char *use, struct err *e)
{
	const struct cert *c = signer_cert(id->next);

	if (str_eq(cert_key_sha256(c), cert_key_sha256(signer_cert(id->current))))
		return FAIL(e, CONFIG_INVALID, "%s: the successor has the same key", use);
	if (id->next_from == INSTANT_MAX)
		return true;
	if (id->next_from < cert_not_before(c))
		return FAIL(e, CONFIG_INVALID, "%s: not valid yet when it is to sign", use);
	if (id->next_from >= cert_not_after(c))
		return FAIL(e, CONFIG_INVALID, "%s: expired when it is to sign", use);
	return true;
}

static bool
load_next(const struct config *c, enum identity_name name, struct identity *id, struct err *e)
{
	const struct signer_source from = key_source(
		c, rows[name].next_cert, rows[name].next_key, rows[name].next_password);

	id->next_from = INSTANT_MAX;
	if (from.key == NULL)
		return true;
	if (!signer_open(&from, &id->next, e))
		return false;
	if (config_is_set(c, rows[name].next_from))
		id->next_from = config_number(c, rows[name].next_from);
	/* peers encrypt to whichever they know, before the switch and after it */
	signer_set_spare(id->current, id->next);
	signer_set_spare(id->next, id->current);
	return check_name(name, id->next, e) && check_next(id, rows[name].use, e) &&
	       add_cert(id, signer_cert(id->next), e);
}

/* Those of sts.trusted: they signed before, or sign elsewhere. */
static bool
load_trusted(const char *path, struct identity *id, struct err *e)
{
	static const struct str end = STR_INIT("-----END CERTIFICATE-----");
	struct str text = STR_NONE, rest;
	bool ok = true;
	size_t at;

	if (!file_read(path, PEM_MAX_BYTES, &text, e))
		return false;
	rest = text;
	while (ok && str_find(rest, end, &at)) {
		AUTO(cert_freep) struct cert *c = NULL;

		ok = cert_parse(str_of(rest.ptr, at + end.len), &c, e) &&
		     cert_check_key(c, e) && add_cert(id, c, e);
		rest = str_skip(rest, at + end.len);
	}
	file_free(&text);
	return ok;
}

bool
identity_load(const struct config *c, enum identity_name name, struct identity *out,
	      struct err *e)
{
	const struct signer_source from =
		key_source(c, rows[name].cert, rows[name].key, rows[name].password);

	*out = (struct identity){.next_from = INSTANT_MAX};
	if (from.key != NULL &&
	    (!signer_open(&from, &out->current, e) || !check_name(name, out->current, e) ||
	     !add_cert(out, signer_cert(out->current), e) || !load_next(c, name, out, e)))
		return false;
	if (name != IDENTITY_STS)
		return true;
	return check_jwt(c, out, e) &&
	       (!config_is_set(c, OPT_STS_TRUSTED) ||
		load_trusted(config_text(c, OPT_STS_TRUSTED), out, e));
}

void
identity_release(struct identity *id)
{
	for (size_t i = 0; i < id->cert_count; i++)
		cert_free(id->certs[i]);
	signer_free(id->current);
	signer_free(id->next);
	*id = (struct identity){.next_from = INSTANT_MAX};
}
