/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse audit why: would the token service give that it-system a token for that service in the
 * context of that authority, now or at a past moment, and what could be done with it? The very
 * functions are asked that decide on requests and calls; here is only what prints their
 * answers. Certificates are judged by the anchors and revocation lists of today, also for a
 * past moment.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "gateway/app.h"
#include "gateway/cli_audit.h"
#include "gateway/services.h"
#include "registry/access.h"
#include "wstrust/decide.h"

struct why {
	const struct trust_snapshot *known;
	struct anchors *anchors; /* NULL: certificates are not judged */
	struct str operator_cvr;
	const struct access_rules *rules; /* of the service; NULL: it does not run here */
	instant at;
	struct str system_id, service_name, cvr;
	struct arena *a;
	json_t *out;
	bool is_granted;
};

static void
put(json_t *o, const char *key, struct str value)
{
	if (str_is_set(value))
		(void)json_object_set_new(o, key, json_stringn(value.ptr, value.len));
}

/* A refusal as it is told: to the client, and to whoever runs this. */
static void
put_refusal(json_t *o, const struct err *e)
{
	const struct err_row *row = err_row(e->code);

	put(o, "error", str_from(row->name));
	put(o, "code", str_from(row->code));
	put(o, "told", str_from(row->text));
	put(o, "detail", str_from(e->detail));
}

/* true: with one of its certificates at least it is let in. */
static bool
ask_certificates(struct why *w, const struct trust_system *system)
{
	json_t *list = json_array();
	bool any = w->anchors == NULL;

	for (size_t i = 0; w->anchors != NULL && i < system->cert_count; i++) {
		const struct decide_question q = {.known = w->known,
						  .anchors = w->anchors,
						  .signer = system->certs[i].cert,
						  .now = w->at};
		struct decision d;
		struct err e = ERR_INIT;
		json_t *o = json_object();
		bool ok = decide_signer(&q, w->a, &d, &e);

		put(o, "thumbprint", cert_thumbprint(q.signer));
		put(o, "subject", cert_subject_net(q.signer));
		(void)json_object_set_new(o, "accepted", json_boolean(ok));
		if (!ok)
			put_refusal(o, &e);
		(void)json_array_append_new(list, o);
		any |= ok;
	}
	(void)json_object_set_new(w->out, "certificates", list);
	(void)json_object_set_new(w->out, "certificates_judged",
				  json_boolean(w->anchors != NULL));
	return any;
}

static void
put_findings(struct why *w, const struct trust_why *why)
{
	json_t *list = json_array();

	for (size_t i = 0; i < why->count; i++) {
		const struct trust_ground_row *row = &trust_ground_rows[why->at[i].ground];
		json_t *o = json_object();

		put(o, "agreement", why->at[i].agreement);
		put(o, "ground", str_from(row->name));
		put(o, "text", str_from(row->text));
		(void)json_array_append_new(list, o);
	}
	(void)json_object_set_new(w->out, "grounds", list);
}

static void
put_privileges(struct why *w, const struct decision *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->privilege_count; i++) {
		const struct privilege *p = &d->privileges[i];
		json_t *o = json_object(), *limits = json_array();

		put(o, "role", p->roles[0]);
		put(o, "data_owner", p->scope_cvr);
		for (size_t j = 0; j < p->constraint_count; j++) {
			json_t *limit = json_object();

			put(limit, "name", p->constraints[j].name);
			put(limit, "value", p->constraints[j].value);
			(void)json_array_append_new(limits, limit);
		}
		(void)json_object_set_new(o, "dataafgraensninger", limits);
		(void)json_array_append_new(list, o);
	}
	(void)json_object_set_new(w->out, "privileges", list);
}

static void
put_access(struct why *w, json_t *list, const struct caller *who, struct str owner,
	   unsigned need, const char *what)
{
	const struct access_object object = {.owner = owner};
	const struct access_question q = {.rules = w->rules,
					  .operator_cvr = w->operator_cvr,
					  .who = who,
					  .need = need,
					  .object = &object};
	struct access_answer answer;
	json_t *o = json_object();

	access_decide(&q, &answer);
	put(o, "data_owner", owner);
	put(o, "right", str_from(what));
	(void)json_object_set_new(o, "granted", json_boolean(answer.verdict == ACCESS_YES));
	put(o, "ground", str_from(access_reason_name[answer.reason]));
	put(o, "text", access_explain(&q, &answer, w->a));
	put(o, "role", answer.role);
	(void)json_array_append_new(list, o);
}

/* What the service would let it do with that token, for each data owner in it. */
static void
ask_service(struct why *w, const struct decision *d)
{
	static const struct {
		unsigned need;
		const char *name;
	} rights[] = {
		{ACCESS_READ, "read"},
		{ACCESS_WRITE, "write"},
		{ACCESS_READ | ACCESS_SEE_NAME, "see-names"},
		{ACCESS_READ | ACCESS_SEE_CPR, "see-cpr-numbers"},
		{ACCESS_WRITE | ACCESS_ANONYMISE, "anonymise"},
		{ACCESS_WRITE | ACCESS_PURGE, "purge"},
	};
	const struct caller who = {.cvr = d->cvr,
				   .privileges = d->privileges,
				   .privilege_count = d->privilege_count};
	json_t *list = json_array();

	for (size_t i = 0; i <= d->privilege_count; i++) {
		struct str owner = i < d->privilege_count ? d->privileges[i].scope_cvr : d->cvr;
		bool is_told = false;

		for (size_t j = 0; j < i; j++)
			is_told |= str_eq(d->privileges[j].scope_cvr, owner);
		for (size_t j = 0; !is_told && j < ARRAY_LEN(rights); j++)
			put_access(w, list, &who, owner, rights[j].need, rights[j].name);
	}
	(void)json_object_set_new(w->out, "access", list);
}

static void
refuse(struct why *w, const struct err *e)
{
	json_t *o = json_object();

	put_refusal(o, e);
	(void)json_object_set_new(w->out, "refusal", o);
}

static void
ask_agreement(struct why *w, struct decision *d)
{
	const struct trust_assignment *list;
	struct trust_why why;
	struct err e = ERR_INIT;
	size_t count;
	bool ok = decide_agreement(w->known, w->at, w->a, d, &e);

	(void)trust_agreement_why(w->known, d->system, d->service, d->cvr, w->at, w->a, &list,
				  &count, &why);
	put_findings(w, &why);
	if (!ok) {
		refuse(w, &e);
		return;
	}
	put_privileges(w, d);
	w->rules = services_rules(d->service->id);
	if (w->rules)
		ask_service(w, d);
	w->is_granted = true;
}

/* In the order in which a request is looked at. */
static void
ask(struct why *w)
{
	struct decision d = {.system = trust_system(w->known, w->system_id), .cvr = w->cvr};
	struct err e = ERR_INIT;
	bool is_let_in;

	if (!d.system) {
		(void)FAIL(&e, STS_CERT_UNKNOWN, "no such it-system is known");
		refuse(w, &e);
		return;
	}
	is_let_in = ask_certificates(w, d.system);
	d.service = trust_service_find(w->known, w->service_name, &d.audience);
	if (!d.service) {
		(void)FAIL(&e, STS_APPLIES_TO_UNKNOWN, "no such service is known");
		refuse(w, &e);
		return;
	}
	put(w->out, "audience", d.audience);
	ask_agreement(w, &d);
	if (w->is_granted && !is_let_in) {
		(void)FAIL(&e, STS_CERT_UNKNOWN, "none of its certificates is accepted");
		refuse(w, &e);
		w->is_granted = false;
	}
}

/* ---- for people ---- */

static struct str
text_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? str_of(json_string_value(v), json_string_length(v))
				 : STR("");
}

static void
print_list(const struct why *w, const char *key, const char *a, const char *b, const char *c)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(w->out, key), i, o)
	{
		const json_t *yes = json_object_get(o, "accepted");

		yes = yes ? yes : json_object_get(o, "granted");
		printf("  %s%s " STR_FMT "  " STR_FMT "  " STR_FMT "\n",
		       key[0] == 'g' ? "agreement" : key,
		       !yes                ? ""
		       : json_is_true(yes) ? " yes"
					   : " no",
		       STR_ARG(cli_shown(w->a, text_of(o, a))),
		       STR_ARG(cli_shown(w->a, text_of(o, b))),
		       STR_ARG(cli_shown(w->a, text_of(o, c))));
	}
}

static void
print_why(const struct why *w)
{
	const json_t *refusal = json_object_get(w->out, "refusal");
	char at[TIME_TEXT_MAX];

	printf("%s: a token for " STR_FMT " in the context of " STR_FMT " for " STR_FMT
	       ", " STR_FMT "\n",
	       w->is_granted ? "yes" : "no", STR_ARG(cli_shown(w->a, w->service_name)),
	       STR_ARG(cli_shown(w->a, w->cvr)), STR_ARG(cli_shown(w->a, w->system_id)),
	       STR_ARG(time_format_local(w->at, at)));
	if (refusal)
		printf("  told: " STR_FMT " " STR_FMT " (" STR_FMT ": " STR_FMT ")\n",
		       STR_ARG(text_of(refusal, "code")), STR_ARG(text_of(refusal, "told")),
		       STR_ARG(text_of(refusal, "error")),
		       STR_ARG(cli_shown(w->a, text_of(refusal, "detail"))));
	print_list(w, "certificates", "thumbprint", "subject", "detail");
	print_list(w, "grounds", "agreement", "ground", "text");
	print_list(w, "privileges", "role", "data_owner", "");
	print_list(w, "access", "right", "data_owner", "text");
	if (json_is_false(json_object_get(w->out, "certificates_judged")))
		printf("  certificates were not judged: trust.anchors is not configured\n");
}

/* ---- the command ---- */

static bool
open_why(const struct cli *c, struct why *w, struct config **config, struct store **s,
	 struct err *e)
{
	if (!cli_config_and_clock(c, config, e))
		return false;
	if (w->at == INSTANT_MAX)
		w->at = clock_now();
	w->operator_cvr = config_str(*config, OPT_REGISTRY_OPERATOR);
	if (config_is_set(*config, OPT_ANCHORS) &&
	    !platform_anchors_load(*config, &w->anchors, e))
		return false;
	return cli_store(c, true, s, e) && trust_as_of(*s, w->at, &w->known, e);
}

static int
run_why(const struct cli *c, struct why *w)
{
	AUTO(store_closep) struct store *s = NULL;
	struct config *config = NULL;
	struct err e = ERR_INIT;
	char at[TIME_TEXT_MAX];
	int code;

	w->out = json_object();
	if (open_why(c, w, &config, &s, &e)) {
		ask(w);
		(void)json_object_set_new(w->out, "granted", json_boolean(w->is_granted));
		put(w->out, "at", time_format_utc(w->at, at));
		if (c->json) {
			json_dumpf(w->out, stdout, JSON_SORT_KEYS | JSON_ENSURE_ASCII);
			putchar('\n');
		} else if (!c->quiet) {
			print_why(w);
		}
		code = w->is_granted ? EXIT_OK : EXIT_NOT_PERMITTED;
	} else {
		code = cli_failed(c, &e);
	}
	trust_release(w->known);
	anchors_free(w->anchors);
	config_free(config);
	json_decref(w->out);
	return code;
}

int
audit_why(struct cli *c)
{
	static const struct option longs[] = {
		{"at", required_argument, NULL, 'a'},
		{NULL, 0, NULL, 0},
	};
	AUTO(arena_freep) struct arena *a = arena_new();
	struct why w = {.at = INSTANT_MAX, .a = a};
	int flag;

	while ((flag = getopt_long(c->argc, c->argv, "", longs, NULL)) != -1)
		if (flag != 'a' || !cli_time(optarg, &w.at))
			return cli_usage(c, "--at takes a time");
	if (c->argc - optind != 3)
		return cli_usage(c, "audit why SYSTEM SERVICE CVR");
	w.system_id = str_from(c->argv[optind]);
	w.service_name = str_from(c->argv[optind + 1]);
	w.cvr = str_from(c->argv[optind + 2]);
	return run_why(c, &w);
}
