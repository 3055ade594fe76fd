/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse audit heads: what was signed of the audit trail, as lines that are kept somewhere else
 * and given to sluse audit verify --heads later. Refuses to hand out a seal that its key has
 * not signed: who keeps it would keep a lie.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "gateway/audit_seal.h"
#include "gateway/cli_audit.h"

#define SEALS_AT_A_TIME 64
#define LINE_BYTES 8192

struct heads {
	const struct cli *c;
	const struct audit_keys *keys;
	instant since;
	int64_t after;
	size_t false_count, unknown_count;
};

static bool
print_one(struct heads *h, const struct audit_seal *s, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf line = BUF_INIT(LINE_BYTES);
	enum seal_verdict verdict = audit_seal_judge(s, h->keys);

	if (verdict == SEAL_FALSE) {
		h->false_count++;
		fprintf(stderr, "sluse audit: the seal over record %" PRId64 " is forged\n",
			s->head.id);
		return true;
	}
	h->unknown_count += verdict == SEAL_UNKNOWN;
	audit_seal_write(s, a, &line);
	return (buf_done(&line, e) && fwrite(line.ptr, 1, line.len, stdout) == line.len) ||
	       FAIL(e, FILE_UNWRITABLE, "the heads");
}

static bool
print_all(struct heads *h, struct reading *r, struct err *e)
{
	struct audit_seal some[SEALS_AT_A_TIME];
	int64_t after = h->after;
	size_t count = 1;

	while (count > 0) {
		if (!store_audit_seals(r, SEAL_HEAD, after, some, SEALS_AT_A_TIME, &count, e))
			return false;
		for (size_t i = 0; i < count; i++) {
			after = some[i].head.id;
			if (some[i].at >= h->since && !print_one(h, &some[i], e))
				return false;
		}
	}
	return fflush(stdout) == 0 || FAIL(e, FILE_UNWRITABLE, "the heads");
}

static int
run(struct cli *c, const char *certs, struct heads *h)
{
	AUTO(store_closep) struct store *s = NULL;
	AUTO(store_read_endp) struct reading *r = NULL;
	struct audit_keys keys = {0};
	struct err e = ERR_INIT;
	bool ok;

	h->keys = &keys;
	ok = audit_load_keys(c, certs, NULL, NULL, &keys, &e) && cli_store(c, true, &s, &e) &&
	     store_read(s, &r, &e) && print_all(h, r, &e);
	audit_keys_release(&keys);
	if (!ok)
		return cli_failed(c, &e);
	if (h->unknown_count > 0 && !c->quiet)
		fprintf(stderr, "sluse audit: %zu of them by keys not known here\n",
			h->unknown_count);
	if (h->false_count > 0)
		return EXIT_CRITICAL;
	return h->unknown_count > 0 ? EXIT_WARNING : EXIT_OK;
}

int
audit_heads(struct cli *c)
{
	static const struct option longs[] = {
		{"cert", required_argument, NULL, 'c'},
		{"since", required_argument, NULL, 's'},
		{"after", required_argument, NULL, 'a'},
		{NULL, 0, NULL, 0},
	};
	struct heads h = {.c = c, .since = INSTANT_MIN};
	const char *certs = NULL;
	instant age;
	int flag;

	while ((flag = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1) {
		if (flag == 'c')
			certs = optarg;
		else if (flag == 's' && cli_duration(optarg, &age))
			h.since = clock_now() - age;
		else if (flag == 's' && !cli_time(optarg, &h.since))
			return cli_usage(c, "--since takes a time, or an age such as 1d");
		else if (flag == 'a' &&
			 !str_to_i64(str_from(optarg), 0, INT64_MAX, &h.after))
			return cli_usage(c, "--after takes the id of a record");
		else if (flag == '?')
			return cli_usage(c, "an argument is not understood");
	}
	if (optind < c->argc)
		return cli_usage(c, "unknown argument '%s'", c->argv[optind]);
	return run(c, certs, &h);
}
