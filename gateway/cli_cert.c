/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse cert: what a certificate says; lists and changes are in files of their own. */
#include "gateway/cli_cert.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/encoding.h"

json_t *
cert_describe(const struct cert *cert)
{
	struct arena *a = arena_new();
	json_t *o = json_object();
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];

	json_put_text(o, "subject", cert_subject_net(cert));
	json_put_text(o, "issuer", cert_issuer_net(cert));
	json_put_text(o, "serial", cert_serial_hex(cert));
	json_put_text(o, "cvr", cert_cvr(cert));
	json_put_text(o, "subjectUuid", cert_subject_uuid(cert));
	json_put_text(o, "kind", str_from(cert_kind_name(cert_kind(cert))));
	json_put_text(o, "notBefore", time_format_utc(cert_not_before(cert), from));
	json_put_text(o, "notAfter", time_format_utc(cert_not_after(cert), to));
	json_put_text(o, "key", cert_key_kind(cert) == KEY_EC ? STR("EC") : STR("RSA"));
	json_object_set_new(o, "keyBits", json_integer(cert_key_bits(cert)));
	json_put_text(o, "thumbprintSha1", cert_thumbprint(cert));
	json_put_text(o, "thumbprintSha256", hex_encode(a, cert_sha256(cert)));
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

struct flags {
	bool expiring;
	instant within;
	struct roll_flags roll;
};

/* NULL, or what is wrong. */
static const char *
read_flags(struct cli *c, struct flags *out)
{
	static const struct option longs[] = {
		{"expiring", required_argument, NULL, 'e'},
		{"new-key", required_argument, NULL, 'n'},
		{"csr", required_argument, NULL, 'r'},
		{"key", required_argument, NULL, 'k'},
		{"cert", required_argument, NULL, 'c'},
		{"key-password", required_argument, NULL, 'p'},
		{"from", required_argument, NULL, 'f'},
		{"finish", no_argument, NULL, 'F'},
		{"write", no_argument, NULL, 'w'},
		{NULL, 0, NULL, 0},
	};
	struct roll_flags *roll = &out->roll;
	int f;

	while ((f = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1) {
		if (f == 'e' && cli_duration(optarg, &out->within))
			out->expiring = true;
		else if (f == 'e')
			return "--expiring takes a duration such as 30d";
		else if (f == 'f' && !cli_time(optarg, &roll->from))
			return "--from takes a time";
		else if (f == 'n')
			roll->new_key = optarg;
		else if (f == 'r')
			roll->csr = optarg;
		else if (f == 'k')
			roll->key = optarg;
		else if (f == 'c')
			roll->cert = optarg;
		else if (f == 'p')
			roll->password = optarg;
		else if (f == 'F')
			roll->finish = true;
		else if (f == 'w')
			roll->write = true;
		else if (f == '?')
			return "see above";
	}
	if (roll->csr && !roll->new_key == !roll->key)
		return "--csr is for --new-key or for --key";
	if (roll->new_key && (!roll->csr || roll->cert))
		return "--new-key makes a request: --csr FILE, and no --cert yet";
	if (roll->cert && !roll->key)
		return "--cert comes with its --key";
	if (roll->finish && (roll->key || roll->csr))
		return "--finish is for a successor that is in the configuration already";
	if (roll->write && !roll->finish && (!roll->cert && (!roll->key || roll->csr)))
		return "--write is for --key and --cert, or for --finish";
	return NULL;
}

int
cmd_cert(struct cli *c)
{
	struct flags flags = {.roll = {.from = INSTANT_MAX}};
	const char *wrong = read_flags(c, &flags), *verb, *name;
	int count = c->argc - optind;

	if (wrong)
		return cli_usage(c, "%s", wrong);
	verb = count > 0 ? c->argv[optind] : "";
	name = count == 2 ? c->argv[optind + 1] : NULL;
	if (count == 1 && strcmp(verb, "list") == 0)
		return cert_list(c, flags.expiring, flags.within);
	if (name && strcmp(verb, "show") == 0)
		return show(c, name);
	if (name && strcmp(verb, "block") == 0)
		return cert_block(c, name, true);
	if (name && strcmp(verb, "unblock") == 0)
		return cert_block(c, name, false);
	if (name && strcmp(verb, "roll") == 0)
		return cert_roll(c, name, &flags.roll);
	return cli_usage(c, "cert show, list, block, unblock or roll");
}
