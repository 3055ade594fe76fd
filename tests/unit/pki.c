/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See pki.h. */
#include "pki.h"

#include <stdio.h>
#include <stdlib.h>

static void
need(bool done, const char *what, const struct err *e)
{
	if (done)
		return;
	fprintf(stderr, "pki: %s: %s\n", what, e->detail);
	abort();
}

const char *
pki_path(char out[PKI_PATH_BYTES], const char *path)
{
	const char *root = getenv("SLUSE_TEST_PKI");
	int len = snprintf(out, PKI_PATH_BYTES, "%s/%s", root ? root : "build/test-pki", path);

	if (len < 0 || len >= PKI_PATH_BYTES)
		abort();
	return out;
}

struct cert *
pki_cert(const char *folder)
{
	char name[PKI_PATH_BYTES - 64], path[PKI_PATH_BYTES];
	struct cert *c = NULL;
	struct err e = ERR_INIT;

	snprintf(name, sizeof(name), "%s/cert.pem", folder);
	need(cert_load(pki_path(path, name), &c, &e), folder, &e);
	return c;
}

struct signer *
pki_signer(const char *folder)
{
	char name[PKI_PATH_BYTES - 64], key[PKI_PATH_BYTES], cert[PKI_PATH_BYTES];
	struct signer *s = NULL;
	struct err e = ERR_INIT;

	snprintf(name, sizeof(name), "%s/key.pem", folder);
	pki_path(key, name);
	snprintf(name, sizeof(name), "%s/cert.pem", folder);
	pki_path(cert, name);
	need(signer_load(key, cert, &s, &e), folder, &e);
	return s;
}

struct anchors *
pki_anchors(void)
{
	char roots[PKI_PATH_BYTES], intermediates[PKI_PATH_BYTES], lists[PKI_PATH_BYTES];
	struct anchors_paths paths = {
		.anchors = pki_path(roots, "anchors.pem"),
		.intermediates = pki_path(intermediates, "intermediates.pem"),
		.crls = pki_path(lists, "crls.pem"),
		.crl_required = true,
		.crl_grace_s = 86400,
	};
	struct anchors *a = NULL;
	struct err e = ERR_INIT;

	need(anchors_load(&paths, &a, &e), "anchors", &e);
	return a;
}

instant
pki_now(void)
{
	struct cert *c = pki_cert("systems/KY");
	instant now = instant_add(cert_not_before(c), HOURS(1) + MINUTES(1));

	cert_free(c);
	return now;
}
