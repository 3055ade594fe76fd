/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse cert block and unblock: one certificate of a known it-system, by its file or its
 * thumbprint, without a file of what is known at hand. What it does is what sluse apply would
 * do with that one mark changed: the same checks, the same record in the audit trail.
 * Source: administration contract 3.4 (spærret), 4.9.
 */
#include "gateway/cli_cert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encoding.h"
#include "gateway/file.h"
#include "trust/apply.h"

#define EXPORT_MAX_BYTES (512UL * 1024 * 1024)

/* Thumbprint (SHA-1 or SHA-256, any case, with or without colons) in upper case. */
static bool
read_thumbprint(const char *text, char out[65])
{
	size_t len = 0;

	for (; *text; text++) {
		char c = *text >= 'a' && *text <= 'f' ? (char)(*text - 'a' + 'A') : *text;

		if (c == ':')
			continue;
		if (len == 64 || !str_has_char(STR("0123456789ABCDEF"), c))
			return false;
		out[len++] = c;
	}
	out[len] = '\0';
	return len == 40 || len == 64;
}

static bool
is_named(const struct cert *cert, const struct cert *wanted, const char *thumbprint)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	char sha256[65];

	if (wanted)
		return cert_eq(cert, wanted);
	return str_eq_c(cert_thumbprint(cert), thumbprint) ||
	       (read_thumbprint(arena_dup_c(a, hex_encode(a, cert_sha256(cert))), sha256) &&
		strcmp(sha256, thumbprint) == 0);
}

/* Sets the mark in one system's document; false: the certificate is not there. */
static bool
mark(json_t *system, const struct cert *wanted, const char *thumbprint, bool blocked)
{
	json_t *list = json_object_get(json_object_get(system, "anvender"), "certifikater");
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		AUTO(cert_freep) struct cert *cert = NULL;
		const char *pem = json_string_value(json_object_get(item, "pem"));
		struct err ignored = ERR_INIT;

		if (!pem || !cert_parse(str_from(pem), &cert, &ignored) ||
		    !is_named(cert, wanted, thumbprint))
			continue;
		if (blocked)
			json_object_set_new(item, "spaerret", json_true());
		else
			json_object_del(item, "spaerret");
		return true;
	}
	return false;
}

static bool
apply_one(const struct cli *c, struct store *s, json_t *system, struct err *e)
{
	char path[] = "/tmp/sluse-block-XXXXXX.json";
	const char *const paths[] = {path};
	const struct apply_options o = {.actor = cli_actor(), .development = true};
	json_t *all = json_pack("{s:[O]}", "systemer", system);
	struct apply_report r = {0};
	int fd = mkstemps(path, 5);
	bool ok;

	if (fd < 0 || json_dumpfd(all, fd, JSON_COMPACT) != 0) {
		json_decref(all);
		return FAIL(e, FILE_UNREADABLE, "%s cannot be written", path);
	}
	close(fd);
	json_decref(all);
	ok = apply_files(s, paths, 1, &o, &r, e);
	unlink(path);
	cli_print(stderr, &r.problems);
	if (ok && !c->quiet)
		printf("%s\n", r.count[APPLY_SAME] ? "is so already" : "done");
	apply_report_release(&r);
	return ok;
}

static int
block(const struct cli *c, const struct cert *wanted, const char *thumbprint, bool blocked)
{
	AUTO(store_closep) struct store *s = NULL;
	AUTO(buf_release) struct buf out = BUF_INIT(EXPORT_MAX_BYTES);
	struct err e = ERR_INIT;
	json_t *known, *system;
	bool found = false;
	size_t i;

	if (!cli_store(c, false, &s, &e) || !apply_export(s, INSTANT_MAX, &out, &e) ||
	    !buf_done(&out, &e))
		return cli_failed(c, &e);
	known = json_loadb(out.ptr, out.len, 0, NULL);
	json_array_foreach(json_object_get(known, "systemer"), i, system)
	{
		found = mark(system, wanted, thumbprint, blocked);
		if (found)
			break;
	}
	if (!found) {
		json_decref(known);
		fprintf(stderr, "sluse cert: no known it-system has this certificate\n");
		return EXIT_NOT_FOUND;
	}
	if (!apply_one(c, s, system, &e)) {
		json_decref(known);
		return cli_failed(c, &e);
	}
	json_decref(known);
	return EXIT_OK;
}

int
cert_block(const struct cli *c, const char *name, bool blocked)
{
	AUTO(cert_freep) struct cert *wanted = NULL;
	char thumbprint[65];
	struct err e = ERR_INIT;

	if (!read_thumbprint(name, thumbprint) && !cert_load(name, &wanted, &e))
		return cli_failed(c, &e);
	return block(c, wanted, thumbprint, blocked);
}
