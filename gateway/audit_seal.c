/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Seals: see audit_seal.h. The digest that is signed begins with words that no XML signature
 * and no JWT begins with, so a key that signs those too can be used. Refuses nothing by itself:
 * what a verdict means is the check's to say.
 */
#include "gateway/audit_seal.h"

#include <jansson.h>
#include <string.h>

#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "gateway/app.h"
#include "gateway/file.h"

#define PEM_MAX_BYTES (1024UL * 1024)
#define PAYLOAD_BYTES 256

void
audit_keys_release(struct audit_keys *k)
{
	for (size_t i = 0; i < k->count; i++)
		cert_free(k->certs[i]);
	k->count = 0;
}

static bool
add_key(struct audit_keys *k, struct cert *held, struct err *e)
{
	if (k->count == AUDIT_KEYS_MAX) {
		cert_free(held);
		return FAIL(e, CONFIG_INVALID, "more than %d certificates", AUDIT_KEYS_MAX);
	}
	k->certs[k->count++] = held;
	return true;
}

bool
audit_keys_load(const char *path, struct audit_keys *k, struct err *e)
{
	static const struct str end = STR_INIT("-----END CERTIFICATE-----");
	struct str text = STR_NONE, rest;
	struct cert *c;
	bool ok = true;
	size_t at;

	if (!file_read(path, PEM_MAX_BYTES, &text, e))
		return false;
	rest = text;
	while (ok && str_find(rest, end, &at)) {
		ok = cert_parse(str_of(rest.ptr, at + end.len), &c, e) && add_key(k, c, e);
		rest = str_skip(rest, at + end.len);
	}
	if (ok && rest.ptr == text.ptr)
		ok = FAIL(e, CERT_MALFORMED, "no certificate in %s", path);
	file_free(&text);
	return ok;
}

bool
audit_keys_of(const struct platform *p, struct audit_keys *k, struct err *e)
{
	for (int i = 0; i < IDENTITY_COUNT; i++)
		for (size_t j = 0; j < p->id[i].cert_count; j++)
			if (!add_key(k, cert_hold(p->id[i].certs[j]), e))
				return false;
	return true;
}

const struct signer *
audit_signer(const struct platform *p, instant now)
{
	static const enum identity_name order[] = {IDENTITY_STS, IDENTITY_SERVICE,
						   IDENTITY_HUB};
	const struct signer *s = NULL;

	for (size_t i = 0; i < ARRAY_LEN(order) && s == NULL; i++)
		s = identity_signer(&p->id[order[i]], now);
	return s;
}

static void
digest_of_seal(const struct audit_seal *s, enum hash_alg hash, uint8_t out[HASH_MAX_BYTES],
	       size_t *len)
{
	AUTO(buf_release) struct buf b = BUF_INIT(PAYLOAD_BYTES);

	audit_seal_payload(s, &b);
	*len = digest_of(hash, buf_str(&b), out);
}

bool
audit_seal_sign(const struct signer *by, struct audit_seal *s, struct err *e)
{
	const struct alg_signature *alg = signer_alg(by);
	uint8_t digest[HASH_MAX_BYTES];
	size_t len;

	BUG_ON(alg->uri.len >= sizeof(s->algorithm));
	memset(s->algorithm, 0, sizeof(s->algorithm));
	memcpy(s->algorithm, alg->uri.ptr, alg->uri.len);
	memcpy(s->cert, cert_sha256(signer_cert(by)).ptr, sizeof(s->cert));
	digest_of_seal(s, alg->hash, digest, &len);
	return signer_sign(by, alg, str_of(digest, len), s->signature, &s->signature_len, e);
}

enum seal_verdict
audit_seal_judge(const struct audit_seal *s, const struct audit_keys *k)
{
	const struct alg_signature *alg = alg_signature_find(str_from(s->algorithm));
	struct str whose = str_of(s->cert, sizeof(s->cert));
	struct err why = ERR_INIT;
	uint8_t digest[HASH_MAX_BYTES];
	size_t len;

	for (size_t i = 0; i < k->count; i++) {
		if (!str_eq(cert_sha256(k->certs[i]), whose))
			continue;
		if (alg == NULL)
			return SEAL_FALSE;
		digest_of_seal(s, alg->hash, digest, &len);
		return cert_verify(k->certs[i], alg, str_of(digest, len),
				   str_of(s->signature, s->signature_len), &why)
			       ? SEAL_GOOD
			       : SEAL_FALSE;
	}
	return SEAL_UNKNOWN;
}

static void
put(json_t *o, const char *key, struct str value)
{
	(void)json_object_set_new(o, key, json_stringn(value.ptr, value.len));
}

static int
put_piece(const char *bytes, size_t len, void *buf)
{
	buf_add_bytes(buf, bytes, len);
	return 0;
}

void
audit_seal_write(const struct audit_seal *s, struct arena *a, struct buf *out)
{
	json_t *o = json_object();
	char at[TIME_TEXT_MAX];

	put(o, "event", s->kind == SEAL_START ? STR("audit.pruned") : STR("audit.sealed"));
	put(o, "chain", hex_encode(a, str_of(s->chain, sizeof(s->chain))));
	(void)json_object_set_new(o, "id", json_integer(s->head.id));
	put(o, "hash", hex_encode(a, str_of(s->head.hash, sizeof(s->head.hash))));
	put(o, "sealed", time_format_utc(s->at, at));
	put(o, "cert", hex_encode(a, str_of(s->cert, sizeof(s->cert))));
	put(o, "algorithm", str_from(s->algorithm));
	put(o, "signature", base64_encode(a, str_of(s->signature, s->signature_len)));
	(void)json_dump_callback(o, put_piece, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	buf_add_char(out, '\n');
	json_decref(o);
}

void
audit_seal_log(const struct audit_seal *s, struct arena *a)
{
	char at[TIME_TEXT_MAX];

	LOG(LOG_LEVEL_INFO, s->kind == SEAL_START ? "audit.pruned" : "audit.sealed",
	    LF("chain", hex_encode(a, str_of(s->chain, sizeof(s->chain)))),
	    LF("id", arena_printf(a, "%lld", (long long)s->head.id)),
	    LF("hash", hex_encode(a, str_of(s->head.hash, sizeof(s->head.hash)))),
	    LF("sealed", time_format_utc(s->at, at)),
	    LF("cert", hex_encode(a, str_of(s->cert, sizeof(s->cert)))),
	    LF_C("algorithm", s->algorithm),
	    LF("signature", base64_encode(a, str_of(s->signature, s->signature_len))));
}

static struct str
get(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? str_of(json_string_value(v), json_string_length(v))
				 : STR_NONE;
}

static bool
get_hex(const json_t *o, const char *key, struct arena *a, uint8_t *out, size_t len,
	struct err *e)
{
	struct str bytes = STR_NONE;

	if (!str_is_set(get(o, key)) || !hex_decode(get(o, key), a, &bytes, e) ||
	    bytes.len != len)
		return FAIL(e, BAD_VALUE, "%s", key);
	memcpy(out, bytes.ptr, len);
	return true;
}

static bool
read_members(const json_t *o, struct arena *a, struct audit_seal *s, struct err *e)
{
	const json_t *id = json_object_get(o, "id");
	struct str algorithm = get(o, "algorithm"), signature = STR_NONE;

	s->kind = str_eq_c(get(o, "event"), "audit.pruned") ? SEAL_START : SEAL_HEAD;
	s->head.id = json_integer_value(id);
	if (!json_is_integer(id) && !str_to_i64(get(o, "id"), 1, INT64_MAX, &s->head.id))
		return FAIL(e, BAD_VALUE, "id");
	if (!str_is_set(get(o, "sealed")) ||
	    !time_parse(get(o, "sealed"), ZONE_REQUIRED, &s->at, e))
		return FAIL(e, BAD_VALUE, "sealed");
	if (str_is_empty(algorithm) || algorithm.len >= sizeof(s->algorithm))
		return FAIL(e, BAD_VALUE, "algorithm");
	memcpy(s->algorithm, algorithm.ptr, algorithm.len);
	if (!str_is_set(get(o, "signature")) ||
	    !base64_decode(get(o, "signature"), BASE64_STRICT, a, &signature, e) ||
	    signature.len > sizeof(s->signature))
		return FAIL(e, BAD_VALUE, "signature");
	memcpy(s->signature, signature.ptr, signature.len);
	s->signature_len = signature.len;
	return get_hex(o, "chain", a, s->chain, sizeof(s->chain), e) &&
	       get_hex(o, "hash", a, s->head.hash, sizeof(s->head.hash), e) &&
	       get_hex(o, "cert", a, s->cert, sizeof(s->cert), e);
}

/* A line of a log in text: name=value or name="value"; no value of ours has a blank in it. */
static json_t *
read_text_line(struct str line)
{
	json_t *o = json_object();
	struct str word, name, value;
	bool more = true;

	while (more) {
		more = str_cut(line, ' ', &word, &line);
		if (!str_cut(word, '=', &name, &value))
			continue;
		if (value.len > 1 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
			value = str_of(value.ptr + 1, value.len - 2);
		if (json_object_getn(o, name.ptr, name.len) != NULL) {
			json_decref(o);
			return NULL;
		}
		(void)json_object_setn_new(o, name.ptr, name.len,
					   json_stringn(value.ptr, value.len));
	}
	return o;
}

/* Behind the name of the event: is that the event? */
static bool
is_event(struct str rest, const char *before, const char *after)
{
	static const char *const events[] = {"audit.sealed", "audit.pruned"};

	if (!str_has_prefix(rest, str_from(before)))
		return false;
	rest = str_skip(rest, strlen(before));
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (str_has_prefix(rest, str_from(events[i])) &&
		    str_has_prefix(str_skip(rest, strlen(events[i])), str_from(after)))
			return true;
	return false;
}

/*
 * Other lines hold what peers chose, as values behind the event. In text a blank may be in one:
 * so the first event counts alone. In JSON no value holds a quote as it stands.
 */
bool
audit_seal_is_line(struct str line)
{
	static const struct str text = STR_INIT(" event="), json = STR_INIT("\"event\":");
	size_t at;

	if (str_find(line, json, &at))
		return is_event(str_skip(line, at + json.len), "\"", "\"") ||
		       is_event(str_skip(line, at + json.len), " \"", "\"");
	return str_find(line, text, &at) && is_event(str_skip(line, at + text.len), "", " ");
}

bool
audit_seal_read(struct str line, struct arena *a, struct audit_seal *out, struct err *e)
{
	bool is_json = line.len > 0 && line.ptr[0] == '{', ok;
	json_t *o = is_json ? json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, NULL)
			    : read_text_line(line);

	memset(out, 0, sizeof(*out));
	ok = json_is_object(o) ? read_members(o, a, out, e)
			       : FAIL(e, BAD_VALUE, "not a line of JSON or of a log");
	json_decref(o);
	return ok;
}
