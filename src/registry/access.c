/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may do what. Pure: no store, no clock. Absent is never a yes: no CVR, no privilege, an
 * unknown dataafgrænsning, a role of another service or another version all give nothing.
 * Source: contract of Organisation, 3.9; token-service contract, 2.5.
 */
#include "registry/access.h"

#define CVR_LEN 8
#define READING (unsigned)(ACCESS_READ | ACCESS_SEE_CPR | ACCESS_SEE_NAME)

const char *const access_reason_name[ACCESS_REASON_COUNT] = {
	[ACCESS_UNASKED] = "unasked",         [ACCESS_GRANTED] = "granted",
	[ACCESS_NO_CVR] = "no-cvr",           [ACCESS_NO_PRIVILEGES] = "no-privileges",
	[ACCESS_OTHER_SCOPE] = "other-scope", [ACCESS_UNKNOWN_LIMIT] = "unknown-limit",
	[ACCESS_NO_ROLE] = "no-role",         [ACCESS_NO_LIMIT] = "no-limit",
	[ACCESS_NOT_OWNER] = "not-owner",     [ACCESS_HIDDEN] = "hidden",
};

/* What follows http(s)://<domain><middle>; absent if the URI is not of that form. */
static struct str
uri_tail(struct str uri, struct str middle)
{
	struct str rest;
	size_t at;

	if (str_has_prefix(uri, STR("https://")))
		rest = str_skip(uri, 8);
	else if (str_has_prefix(uri, STR("http://")))
		rest = str_skip(uri, 7);
	else
		return STR_NONE;
	if (!str_find(rest, STR("/"), &at) || at == 0)
		return STR_NONE;
	rest = str_skip(rest, at);
	return str_has_prefix(rest, middle) ? str_skip(rest, middle.len) : STR_NONE;
}

static unsigned
role_rights(const struct access_rules *rules, struct str uri)
{
	struct str tail = uri_tail(uri, STR("/roles/servicesystemrole/"));
	size_t i;

	for (i = 0; str_is_set(tail) && i < rules->role_count; i++)
		if (str_eq(tail, rules->roles[i].name))
			return rules->roles[i].rights;
	return 0;
}

/* false: a dataafgrænsning that the service does not know, so nobody can say what it limits. */
static bool
limit_right(const struct access_rules *rules, const struct constraint *c, unsigned *right)
{
	struct str tail = uri_tail(c->name, STR("/constraints/"));
	size_t i;

	for (i = 0; str_is_set(tail) && i < rules->limit_count; i++) {
		if (!str_eq_nocase(tail, rules->limits[i].name))
			continue;
		if (str_eq_nocase(str_trim(c->value), STR("ja")))
			*right |= rules->limits[i].right;
		return true;
	}
	return false;
}

/* What one group gives; the strongest role in it is named. */
static enum access_reason
group_rights(const struct access_rules *rules, const struct privilege *p, unsigned *rights,
	     struct str *role)
{
	unsigned extra = 0, got, best = 0;
	size_t i;

	for (i = 0; i < p->constraint_count; i++)
		if (!limit_right(rules, &p->constraints[i], &extra))
			return ACCESS_UNKNOWN_LIMIT;
	*rights = 0;
	for (i = 0; i < p->role_count; i++) {
		got = role_rights(rules, p->roles[i]);
		if (got > best) {
			best = got;
			*role = p->roles[i];
		}
		*rights |= got;
	}
	if (*rights == 0)
		return ACCESS_NO_ROLE;
	*rights |= extra;
	return ACCESS_GRANTED;
}

/*
 * All that the caller holds over the data of one authority. Groups are alternatives: one of
 * them alone must give all that is needed.
 */
static void
collect(const struct access_question *q, struct str scope, struct access_answer *out)
{
	const struct caller *who = q->who;
	enum access_reason nearest = ACCESS_NO_PRIVILEGES, why;
	unsigned rights, basic = q->need & (ACCESS_READ | ACCESS_WRITE);
	struct str role = STR_NONE;
	size_t i;

	*out = (struct access_answer){
		.code = RETUR_DENIED, .group = who->privilege_count, .scope = scope};
	for (i = 0; i < who->privilege_count; i++) {
		const struct privilege *p = &who->privileges[i];

		why = ACCESS_OTHER_SCOPE;
		rights = 0;
		if (str_eq(p->scope_cvr, scope))
			why = group_rights(q->rules, p, &rights, &role);
		if (why == ACCESS_GRANTED) {
			out->rights |= rights;
			if ((rights & basic) != basic)
				why = ACCESS_NO_ROLE;
			else if ((rights & q->need) != q->need)
				why = ACCESS_NO_LIMIT;
		}
		if (why == ACCESS_GRANTED && out->group == who->privilege_count) {
			out->group = i;
			out->role = role;
		}
		/* the reasons stand in order of nearness, but for the yes */
		if (nearest != ACCESS_GRANTED && (why == ACCESS_GRANTED || why > nearest))
			nearest = why;
	}
	out->reason = nearest;
}

static void
grant(struct access_answer *out)
{
	out->verdict = ACCESS_YES;
	out->code = ERR_NONE;
}

/* Another owner's data, by groups of that owner's scope. true: that settles it. */
static bool
decide_foreign(const struct access_question *q, struct str owner, struct access_answer *out)
{
	struct access_answer theirs;

	if (!str_is_digits(owner, CVR_LEN) || str_eq(owner, q->who->cvr))
		return false;
	collect(q, owner, &theirs);
	if (theirs.reason == ACCESS_GRANTED)
		grant(&theirs);
	else if (!(theirs.rights & ACCESS_READ))
		return false;
	/* what may be read may be known of: what is missing is told */
	*out = theirs;
	return true;
}

static void
decide_without_object(const struct access_question *q, struct access_answer *out)
{
	size_t i;

	if (out->reason == ACCESS_GRANTED) {
		grant(out);
		return;
	}
	for (i = 0; q->is_any_owner && i < q->who->privilege_count; i++) {
		struct access_answer theirs = {.verdict = ACCESS_NO};

		if (decide_foreign(q, q->who->privileges[i].scope_cvr, &theirs) &&
		    theirs.verdict == ACCESS_YES) {
			*out = theirs;
			return;
		}
	}
}

/* The caller's own, or the operator's of a shared kind. */
static void
decide_near(const struct access_question *q, struct access_answer *out)
{
	const struct access_object *object = q->object;
	bool is_own = str_eq(object->owner, q->who->cvr), is_everybodys;

	if (out->reason != ACCESS_GRANTED)
		return;
	is_everybodys = object->is_shared && str_is_set(q->operator_cvr) &&
			str_eq(object->owner, q->operator_cvr);
	if (!is_own && !is_everybodys) {
		out->reason = ACCESS_HIDDEN;
		out->code = RETUR_NOT_FOUND;
		return;
	}
	if (!is_own && (q->need & ~READING)) {
		if (!object->is_delegated || q->need != ACCESS_WRITE) {
			out->reason = ACCESS_NOT_OWNER;
			return;
		}
		out->is_by_delegation = true;
	}
	grant(out);
}

void
access_decide(const struct access_question *q, struct access_answer *out)
{
	struct access_answer theirs;

	*out = (struct access_answer){.code = RETUR_DENIED, .group = q->who->privilege_count};
	if (!str_is_digits(q->who->cvr, CVR_LEN) || q->need == 0) {
		out->reason = ACCESS_NO_CVR;
		return;
	}
	collect(q, q->who->cvr, out);
	if (!q->object) {
		decide_without_object(q, out);
		return;
	}
	decide_near(q, out);
	/* either is enough; of two refusals the one that knows the object */
	if (out->verdict != ACCESS_YES && decide_foreign(q, q->object->owner, &theirs))
		*out = theirs;
}

static const char *
wanted(unsigned need)
{
	if (need & ACCESS_ANONYMISE)
		return "at anonymisere";
	if (need & ACCESS_PURGE)
		return "fysisk sletning";
	if (need & ACCESS_WRITE)
		return "at skrive";
	if (need & ACCESS_SEE_CPR)
		return "at se CPR-numre";
	if (need & ACCESS_SEE_NAME)
		return "at se navne";
	return "at læse";
}

struct str
access_explain(const struct access_question *q, const struct access_answer *answer,
	       struct arena *a)
{
	const char *what = wanted(q->need);

	switch (answer->reason) {
	case ACCESS_GRANTED:
		return arena_printf(a, "Adgang til " STR_FMT "s data (%s)",
				    STR_ARG(answer->scope), what);
	case ACCESS_NO_PRIVILEGES:
		return arena_printf(a, "Ikke autoriseret: tokenet har ingen roller");
	case ACCESS_OTHER_SCOPE:
		return arena_printf(a,
				    "Ikke autoriseret: tokenet har ingen rolle for data hos "
				    "myndigheden " STR_FMT,
				    STR_ARG(q->who->cvr));
	case ACCESS_UNKNOWN_LIMIT:
		return arena_printf(a, "Ikke autoriseret: rollen har en dataafgrænsning, som "
				       "tjenesten ikke kender");
	case ACCESS_NO_ROLE:
		return arena_printf(a, "Ikke autoriseret: ingen rolle giver ret til %s", what);
	case ACCESS_NO_LIMIT:
		return arena_printf(a,
				    "Ikke autoriseret: serviceaftalen har ikke den "
				    "dataafgrænsning, der giver ret til %s",
				    what);
	case ACCESS_NOT_OWNER:
		return arena_printf(a,
				    "Ikke autoriseret: objektet hører til det fælles register "
				    "og kan kun læses");
	case ACCESS_HIDDEN:
		return arena_printf(a, "Objekt findes ikke");
	case ACCESS_UNASKED:
	case ACCESS_NO_CVR:
	case ACCESS_REASON_COUNT:
		break;
	}
	return arena_printf(a, "Ikke autoriseret: tokenet nævner ingen myndighed");
}
