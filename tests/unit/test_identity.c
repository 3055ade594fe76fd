/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own signing keys and their successors: who signs when, what is published, what is
 * refused; that a call encrypted to either key is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "crypto/cipher.h"
#include "gateway/identity.h"
#include "pki.h"
#include "saml/hub.h"
#include "saml/metadata.h"
#include "xml/parse.h"

static void
whole(char out[PKI_PATH_BYTES], const char *folder, const char *file)
{
	char path[PKI_PATH_BYTES], below[PKI_PATH_BYTES], *found;

	snprintf(below, sizeof(below), "%s/%s", folder, file);
	found = realpath(pki_path(path, below), NULL);
	assert_non_null(found);
	snprintf(out, PKI_PATH_BYTES, "%s", found);
	free(found);
}

static void
put_pair(int fd, const char *prefix, const char *folder)
{
	char cert[PKI_PATH_BYTES], key[PKI_PATH_BYTES];

	whole(cert, folder, "cert.pem");
	whole(key, folder, "key.pem");
	dprintf(fd, "%scert = \"%s\"; %skey = \"%s\"; ", prefix, cert, prefix, key);
}

/* ERR_NONE and *out filled, or what the refusal is called. next, from: NULL: none. */
static enum err_code
load_with(const char *more, const char *now, const char *next, const char *from,
	  struct identity *out)
{
	char path[] = "build/test_identity.XXXXXX", trusted[PKI_PATH_BYTES];
	struct buf problems = BUF_INIT(4096);
	struct config *config = NULL;
	struct err e = ERR_INIT;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	dprintf(fd, "environment = \"development\";\nsts = { %s", more);
	put_pair(fd, "", now);
	if (next)
		put_pair(fd, "next_", next);
	if (from)
		dprintf(fd, "next_from = \"%s\"; ", from);
	whole(trusted, "platform/organisation", "cert.pem");
	dprintf(fd, "trusted = \"%s\"; };\n", trusted);
	close(fd);
	if (!config_load(path, &config, &problems, &e))
		fail_msg("%s: " STR_FMT, e.detail, STR_ARG(buf_str(&problems)));
	unlink(path);
	buf_release(&problems);
	if (identity_load(config, IDENTITY_STS, out, &e))
		assert_int_equal(e.code, ERR_NONE);
	config_free(config);
	return e.code;
}

static enum err_code
load(const char *now, const char *next, const char *from, struct identity *out)
{
	return load_with("", now, next, from, out);
}

static const char *
moment(instant t)
{
	static char text[TIME_TEXT_MAX + 1];
	struct str s = time_format_utc(t, text);

	text[s.len] = '\0';
	return text;
}

static void
who_signs_when(void **state)
{
	instant now = time_floor_ms(pki_now()), from = now + DAYS(30);
	struct cert *old = pki_cert("platform/adgangsstyring"), *new = pki_cert("systems/KY");
	struct identity id;

	(void)state;
	assert_int_equal(load("platform/adgangsstyring", "systems/KY", moment(from), &id),
			 ERR_NONE);
	assert_true(cert_eq(signer_cert(identity_signer(&id, now)), old));
	assert_true(cert_eq(signer_cert(identity_signer(&id, from - 1)), old));
	assert_true(cert_eq(signer_cert(identity_signer(&id, from)), new));
	assert_true(cert_eq(signer_cert(identity_signer(&id, from + DAYS(1))), new));
	/* the same list before and after: tokens of either are good */
	assert_int_equal(id.cert_count, 3);
	assert_true(cert_eq(id.certs[0], old));
	assert_true(cert_eq(id.certs[1], new));
	identity_release(&id);

	assert_int_equal(load("platform/adgangsstyring", "systems/KY", NULL, &id), ERR_NONE);
	assert_true(cert_eq(signer_cert(identity_signer(&id, now + DAYS(3000))), old));
	assert_int_equal(id.cert_count, 3);
	identity_release(&id);

	assert_int_equal(load("platform/adgangsstyring", NULL, NULL, &id), ERR_NONE);
	assert_true(cert_eq(signer_cert(identity_signer(&id, now + DAYS(3000))), old));
	assert_int_equal(id.cert_count, 2);
	identity_release(&id);
	cert_free(old);
	cert_free(new);
}

static void
no_successor(void **state)
{
	const struct {
		const char *name, *next;
		instant from;
	} refused[] = {
		{"itself", "platform/adgangsstyring", pki_now() + DAYS(30)},
		{"expired by then", "odd/expired", pki_now()},
		{"not valid by then", "odd/future", pki_now()},
		{"runs out before it would begin", "systems/KY", pki_now() + DAYS(4000)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct identity id;

		if (load("platform/adgangsstyring", refused[i].next, moment(refused[i].from),
			 &id) != CONFIG_INVALID)
			fail_msg("%s", refused[i].name);
		identity_release(&id);
	}
}

static void
unwraps(const struct signer *with, const struct cert *for_whom)
{
	struct arena *a = arena_new();
	uint8_t out[32];
	struct str wrapped;
	struct err e = ERR_INIT;
	size_t len = 0;

	assert_true(cert_wrap(for_whom, OAEP_SHA256_MGF_SHA256, STR("sixteen bytes ok"), a,
			      &wrapped, &e));
	assert_true(signer_unwrap(with, OAEP_SHA256_MGF_SHA256, wrapped, out, 32, &len, &e));
	assert_true(str_eq(str_of(out, len), STR("sixteen bytes ok")));
	arena_free(a);
}

static void
both_decrypt(void **state)
{
	struct signer *stranger = pki_signer("systems/SAPA");
	struct arena *a = arena_new();
	struct identity id;
	struct str wrapped;
	uint8_t out[32];
	struct err e = ERR_INIT;
	size_t len;

	(void)state;
	assert_int_equal(load("platform/adgangsstyring", "systems/KY", NULL, &id), ERR_NONE);
	unwraps(id.current, signer_cert(id.current));
	unwraps(id.current, signer_cert(id.next));
	unwraps(id.next, signer_cert(id.current));
	unwraps(id.next, signer_cert(id.next));
	assert_true(cert_wrap(signer_cert(stranger), OAEP_SHA256_MGF_SHA256,
			      STR("sixteen bytes ok"), a, &wrapped, &e));
	assert_false(
		signer_unwrap(id.current, OAEP_SHA256_MGF_SHA256, wrapped, out, 32, &len, &e));
	assert_int_equal(e.code, DECRYPT_FAILED);
	identity_release(&id);
	signer_free(stranger);
	arena_free(a);
}

/* What a peer reads in our metadata, at a moment. */
static void
published(const struct identity *id, instant now, enum saml_role as)
{
	struct arena *a = arena_new();
	const struct signer *signer = identity_signer(id, now);
	struct saml_hub hub = {
		.entity_id = STR("https://hub.example"),
		.base_url = STR("https://hub.example"),
		.organisation = STR("Test"),
		.signer = signer,
		.certs = id->certs,
		.cert_count = 2,
		.is_development = true,
	};
	struct metadata_rules rules = {.role = as, .is_development = true, .now = now};
	struct buf xml = BUF_INIT(1 << 20), findings = BUF_INIT(65536);
	struct saml_peer p;
	struct err e = ERR_INIT;

	assert_true(metadata_publish(&hub, as, a, &xml, &e));
	if (!metadata_read(arena_dup(a, buf_str(&xml)), &rules, a, &p, &findings, &e))
		fail_msg("%.*s", (int)findings.len, findings.ptr);
	assert_int_equal(p.signing_count, 2);
	assert_true(cert_eq(p.signing[0], signer_cert(signer)));
	assert_false(cert_eq(p.signing[1], signer_cert(signer)));
	assert_true(cert_eq(p.encryption, signer_cert(signer)));
	saml_peer_release(&p);
	buf_release(&xml);
	buf_release(&findings);
	arena_free(a);
}

static void
both_in_metadata(void **state)
{
	instant now = pki_now();
	struct identity id;

	(void)state;
	xml_init();
	assert_int_equal(
		load("platform/adgangsstyring", "systems/KY", moment(now + DAYS(30)), &id),
		ERR_NONE);
	published(&id, now, SAML_ROLE_IDP);
	published(&id, now, SAML_ROLE_SYSTEM);
	published(&id, now + DAYS(31), SAML_ROLE_IDP);
	published(&id, now + DAYS(31), SAML_ROLE_SYSTEM);
	identity_release(&id);
}

/* [token-service 6.3] JWTs are signed PS256: told when it is loaded, not at the first call. */
static void
keys_for_jwts(void **state)
{
	static const struct {
		const char *more, *now, *next;
		enum err_code want;
	} rows[] = {
		{"", "platform/adgangsstyring", NULL, ERR_NONE},
		{"", "odd/ec256", NULL, CONFIG_INVALID},
		{"", "odd/ec384", NULL, CONFIG_INVALID},
		{"", "platform/adgangsstyring", "odd/ec256", CONFIG_INVALID},
		{"", "odd/ec256", "platform/adgangsstyring", CONFIG_INVALID},
		{"jwt = true; ", "odd/ec256", NULL, CONFIG_INVALID},
		{"jwt = false; ", "odd/ec256", NULL, ERR_NONE},
		{"jwt = false; ", "platform/adgangsstyring", "odd/ec256", ERR_NONE},
		{"jwt = false; ", "platform/adgangsstyring", NULL, ERR_NONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct identity id;

		if (load_with(rows[i].more, rows[i].now, rows[i].next, NULL, &id) !=
		    rows[i].want)
			fail_msg("row %zu: %s%s", i, rows[i].more, rows[i].now);
		identity_release(&id);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_for_jwts),
		cmocka_unit_test(who_signs_when),
		cmocka_unit_test(no_successor),
		cmocka_unit_test(both_decrypt),
		cmocka_unit_test(both_in_metadata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
