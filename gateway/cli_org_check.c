/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation valider: what the rules find, now, on a day to come, or with a draft on
 * top. Changes nothing of the organisation; a draft is noted as validated. Exit status 6:
 * errors, 10: warnings, 0: neither.
 * Source: administration contract 4.7.5; contract of Organisation, 5 and 6.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "administration/draft.h"
#include "administration/rules.h"
#include "base/clock.h"
#include "gateway/cli_org_moment.h"

/* of one rule, unless all are asked for */
#define SHOWN 20

struct check {
	struct org *o;
	struct arena *a;
	struct org_moment moment;
	struct rules_question rules;
	bool is_all, is_list;
	struct picture *picture, *before;
	struct rules_report report;
};

static const char *
severity(const struct check *c, enum rule_severity s)
{
	return c->rules.language == RULE_ENGLISH ? rule_severity_name_en[s]
						 : rule_severity_name[s];
}

/* ---- output ---- */

static void
put_rule(json_t *o, const struct check *c, const struct rule *rule)
{
	char letter[2] = {rule_severity_letter[rule->severity], '\0'};

	json_put_text(o, "rule", str_from(rule->id));
	json_put_text(o, "also", str_from(rule->also));
	json_put_text(o, "severity", str_from(letter));
	json_put_text(o, "says", str_from(rule->says[c->rules.language]));
}

static json_t *
finding_json(const struct check *c, const struct rules_finding *f)
{
	json_t *o = json_object();

	put_rule(o, c, f->rule);
	if (f->object) {
		json_put_text(o, "type", str_from(f->object->type->key));
		org_json_uuid(o, "uuid", f->object->uuid);
		json_put_text(o, "name", rules_shown(c->a, picture_name(f->object)));
		json_object_set_new(o, "drafted", json_boolean(f->object->is_drafted));
	}
	json_put_text(o, "field", str_from(f->field));
	json_put_text(o, "text", f->what);
	json_put_text(o, "action", str_from(f->rule->what_to_do[c->rules.language]));
	return o;
}

static void
print_rule(const struct check *c, const struct rule *rule)
{
	bool is_english = c->rules.language == RULE_ENGLISH;

	printf("%s %s", severity(c, rule->severity), rule->id);
	if (rule->also)
		printf(" (%s)", rule->also);
	printf(": %s\n  %s: %s\n", rule->says[c->rules.language], is_english ? "do" : "gør",
	       rule->what_to_do[c->rules.language]);
}

static void
print_finding(const struct check *c, const struct rules_finding *f)
{
	char uuid[UUID_TEXT_LEN + 1] = "-";

	if (f->object)
		uuid_format(f->object->uuid, uuid);
	printf("  %-20s %-36s  " STR_FMT "%s%s%s\n", f->object ? f->object->type->name : "",
	       uuid, STR_ARG(org_shown(c->o, c->a, f->what)), f->field ? " [" : "",
	       f->field ? f->field : "", f->field ? "]" : "");
}

static void
print_findings(const struct check *c)
{
	const struct rules_report *r = &c->report;
	size_t of_rule = 0;

	for (size_t i = 0; i < r->count; i++) {
		bool is_first = i == 0 || r->findings[i - 1].rule != r->findings[i].rule;
		bool is_last =
			i + 1 == r->count || r->findings[i + 1].rule != r->findings[i].rule;

		if (is_first) {
			print_rule(c, r->findings[i].rule);
			of_rule = 0;
		}
		if (of_rule++ < SHOWN || c->is_all)
			print_finding(c, &r->findings[i]);
		if (is_last && of_rule > SHOWN && !c->is_all)
			printf("  … %zu %s\n", of_rule - SHOWN,
			       c->rules.language == RULE_ENGLISH ? "more (--alle)"
								 : "til (--alle)");
	}
}

static void
print_sum(const struct check *c)
{
	const size_t *n = c->report.by_severity;

	printf(c->rules.language == RULE_ENGLISH
		       ? "%zu errors, %zu warnings, %zu notes on " STR_FMT "\n"
		       : "%zu fejl, %zu advarsler, %zu oplysninger pr. " STR_FMT "\n",
	       n[RULE_ERROR], n[RULE_WARNING], n[RULE_NOTE],
	       STR_ARG(org_when(c->a, c->moment.question.virkning)));
}

static int
tell(const struct check *c)
{
	const struct rules_report *r = &c->report;
	int code = r->by_severity[RULE_ERROR] > 0     ? EXIT_INVALID
		   : r->by_severity[RULE_WARNING] > 0 ? EXIT_WARNING
						      : EXIT_OK;

	if (c->o->cli->json) {
		for (size_t i = 0; i < r->count; i++)
			cli_print_json(finding_json(c, &r->findings[i]));
	} else if (code != EXIT_OK || !c->o->cli->quiet) {
		print_findings(c);
		print_sum(c);
	}
	return code;
}

/* The rules themselves. */
static int
list_rules(const struct check *c)
{
	for (size_t i = 0; i < rule_count; i++) {
		if (!c->o->cli->json) {
			print_rule(c, &rules[i]);
		} else {
			json_t *o = json_object();

			put_rule(o, c, &rules[i]);
			json_put_text(o, "action",
				      str_from(rules[i].what_to_do[c->rules.language]));
			json_put_text(o, "source", str_from(rules[i].source));
			cli_print_json(o);
		}
	}
	return EXIT_OK;
}

/* ---- arguments ---- */

static int
read_flag(void *arg, int flag)
{
	struct check *c = arg;

	switch (flag) {
	case 'r':
		c->rules.only = rule_named(str_from(optarg));
		if (!c->rules.only)
			return org_usage(c->o, "der er ingen regel '%s'", optarg);
		return EXIT_OK;
	case 'a':
		c->is_all = true;
		return EXIT_OK;
	case 'l':
		c->is_list = true;
		return EXIT_OK;
	default:
		return ORG_NOT_OWN;
	}
}

static int
read_flags(struct check *c)
{
	static const struct option longs[] = {
		ORG_MOMENT_FLAGS,
		{"regel", required_argument, NULL, 'r'},
		{"alle", no_argument, NULL, 'a'},
		{"regler", no_argument, NULL, 'l'},
		{NULL, 0, NULL, 0},
	};

	return org_flags(c->o, &c->moment, longs, read_flag, c);
}

/* ---- the check ---- */

static bool
note_validated(struct tx *tx, void *arg, struct err *e)
{
	const struct check *c = arg;
	const struct rules_report *r = &c->report;

	return draft_move(tx, &c->o->desk, c->moment.question.draft, DRAFT_VALIDER, e) &&
	       (r->by_severity[RULE_ERROR] + r->by_severity[RULE_WARNING] > 0 ||
		draft_move(tx, &c->o->desk, c->moment.question.draft, DRAFT_GODKEND, e));
}

static bool
check(struct check *c, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct picture_question before = c->moment.question;

	if (!store_read(c->o->store, &r, e) ||
	    !rules_used(r, c->o->desk.cvr, c->a, &c->rules.used, &c->rules.used_count, e) ||
	    !picture_take_of(r, &c->moment.question, &c->picture, e))
		return false;
	/* what disappears is seen against what is today */
	before.draft = 0;
	before.virkning = clock_now();
	if ((c->moment.question.draft > 0 || c->moment.question.virkning > before.virkning) &&
	    !picture_take_of(r, &before, &c->before, e))
		return false;
	c->rules.before = c->before;
	rules_check(c->picture, &c->rules, c->a, &c->report);
	return c->moment.question.draft == 0 || c->rules.only ||
	       store_write(c->o->store, note_validated, c, e);
}

int
org_valider(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct check c = {.o = o, .a = a};
	struct err e = ERR_INIT;
	int code;

	org_moment_init(o, &c.moment);
	code = read_flags(&c);
	if (code != EXIT_OK)
		return code;
	c.rules.language = c.moment.language;
	if (c.is_list)
		return list_rules(&c);
	code = check(&c, &e) ? tell(&c) : org_failed(o, &e);
	picture_free(c.picture);
	picture_free(c.before);
	return code;
}
