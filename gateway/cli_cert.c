/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse cert: what a certificate says; lists and changes are in files of their own. */
#include "gateway/cli_cert.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"

void
cert_put(json_t *o, const char *key, struct str value)
{
	if (str_is_set(value))
		json_object_set_new(o, key, json_stringn(value.ptr, value.len));
}

json_t *
cert_describe(const struct cert *cert)
{
	struct arena *a = arena_new();
	json_t *o = json_object();
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];

	cert_put(o, "subject", cert_subject_net(cert));
	cert_put(o, "issuer", cert_issuer_net(cert));
	cert_put(o, "serial", cert_serial_hex(cert));
	cert_put(o, "cvr", cert_cvr(cert));
	cert_put(o, "kind", str_from(cert_kind_name(cert_kind(cert))));
	cert_put(o, "notBefore", time_format_utc(cert_not_before(cert), from));
	cert_put(o, "notAfter", time_format_utc(cert_not_after(cert), to));
	cert_put(o, "key", cert_key_kind(cert) == KEY_EC ? STR("EC") : STR("RSA"));
	json_object_set_new(o, "keyBits", json_integer(cert_key_bits(cert)));
	cert_put(o, "thumbprintSha1", cert_thumbprint(cert));
	cert_put(o, "thumbprintSha256", hex_encode(a, cert_sha256(cert)));
	arena_free(a);
	return o;
}

static int
show(const struct cli *c, const char *path)
{
	AUTO(cert_freep) struct cert *cert = NULL;
	struct err e = ERR_INIT;
	const char *key;
	json_t *o, *v;

	if (!cert_load(path, &cert, &e))
		return cli_failed(c, &e);
	o = cert_describe(cert);
	if (c->json) {
		json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
		putchar('\n');
	} else {
		json_object_foreach(o, key, v)
		{
			if (json_is_string(v))
				printf("%-17s %s\n", key, json_string_value(v));
			else
				printf("%-17s %lld\n", key, (long long)json_integer_value(v));
		}
	}
	json_decref(o);
	return EXIT_OK;
}

int
cmd_cert(struct cli *c)
{
	static const struct option longs[] = {
		{"expiring", required_argument, NULL, 'e'},
		{NULL, 0, NULL, 0},
	};
	bool expiring = false;
	instant within = 0;
	int f;

	while ((f = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1) {
		if (f != 'e' || !cli_duration(optarg, &within))
			return cli_usage(c, "--expiring takes a duration such as 30d");
		expiring = true;
	}
	if (c->argc - optind == 2 && strcmp(c->argv[optind], "show") == 0)
		return show(c, c->argv[optind + 1]);
	if (c->argc - optind == 1 && strcmp(c->argv[optind], "list") == 0)
		return cert_list(c, expiring, within);
	if (c->argc - optind == 2 && strcmp(c->argv[optind], "block") == 0)
		return cert_block(c, c->argv[optind + 1], true);
	if (c->argc - optind == 2 && strcmp(c->argv[optind], "unblock") == 0)
		return cert_block(c, c->argv[optind + 1], false);
	return cli_usage(c, "cert show, list, block or unblock");
}
