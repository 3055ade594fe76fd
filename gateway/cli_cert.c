/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse cert: what a certificate says, and which ones of known systems end soon. */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"
#include "gateway/cli.h"
#include "trust/trust.h"

static void
set_text(json_t *o, const char *key, struct str value)
{
	if (str_is_set(value))
		json_object_set_new(o, key, json_stringn(value.ptr, value.len));
}

static json_t *
describe(const struct cert *cert)
{
	struct arena *a = arena_new();
	json_t *o = json_object();
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];

	set_text(o, "subject", cert_subject_net(cert));
	set_text(o, "issuer", cert_issuer_net(cert));
	set_text(o, "serial", cert_serial_hex(cert));
	set_text(o, "cvr", cert_cvr(cert));
	set_text(o, "kind", str_from(cert_kind_name(cert_kind(cert))));
	set_text(o, "notBefore", time_format_utc(cert_not_before(cert), from));
	set_text(o, "notAfter", time_format_utc(cert_not_after(cert), to));
	set_text(o, "key", cert_key_kind(cert) == KEY_EC ? STR("EC") : STR("RSA"));
	json_object_set_new(o, "keyBits", json_integer(cert_key_bits(cert)));
	set_text(o, "thumbprintSha1", cert_thumbprint(cert));
	set_text(o, "thumbprintSha256", hex_encode(a, cert_sha256(cert)));
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
	o = describe(cert);
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

/* One line; returns true if it ends before the limit. */
static bool
list_one(const struct cli *c, const struct trust_system *sys, const struct trust_cert *tc,
	 instant limit)
{
	bool ends = cert_not_after(tc->cert) < limit;
	char to[TIME_TEXT_MAX];
	struct str until = time_format_utc(cert_not_after(tc->cert), to);
	json_t *o;

	if (!ends)
		return false;
	if (!c->json) {
		printf("%-12.*s " STR_FMT "  " STR_FMT "%s  " STR_FMT "\n", STR_ARG(sys->id),
		       STR_ARG(until), STR_ARG(cert_thumbprint(tc->cert)),
		       tc->is_blocked ? "  blocked" : "", STR_ARG(cert_cn(tc->cert)));
		return true;
	}
	o = describe(tc->cert);
	set_text(o, "system", sys->id);
	json_object_set_new(o, "blocked", json_boolean(tc->is_blocked));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(o);
	return true;
}

static int
list(struct cli *c, bool expiring, instant within)
{
	AUTO(store_closep) struct store *s = NULL;
	const struct trust_snapshot *snap = NULL;
	instant limit = expiring ? clock_now() + within : INSTANT_MAX;
	struct err e = ERR_INIT;
	size_t shown = 0;

	if (!cli_store(c, true, &s, &e) || !trust_as_of(s, INSTANT_MAX, &snap, &e))
		return cli_failed(c, &e);
	for (size_t i = 0; i < trust_system_count(snap); i++) {
		const struct trust_system *sys = trust_system_at(snap, i);

		for (size_t j = 0; j < sys->cert_count; j++)
			shown += list_one(c, sys, &sys->certs[j], limit);
	}
	trust_release(snap);
	return expiring && shown > 0 ? EXIT_WARNING : EXIT_OK;
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
		return list(c, expiring, within);
	return cli_usage(c, "cert show FILE, or cert list");
}
