/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may do what: role × operation × owner, and every way to have no right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "registry/access.h"

#define OWN "11111111"
#define OTHER "22222222"
#define OPERATOR "33333333"
#define ROLE "http://service.example/roles/servicesystemrole/"
#define LIMIT "http://service.example/constraints/"

static const struct access_role roles[] = {
	{STR_INIT("udstil/1"), ACCESS_READ},
	{STR_INIT("rediger/1"), ACCESS_READ | ACCESS_WRITE},
};

static const struct access_limit limits[] = {
	{STR_INIT("secpr-nummer/1"), ACCESS_SEE_CPR},
	{STR_INIT("senavn/1"), ACCESS_SEE_NAME},
	{STR_INIT("anonymiser/1"), ACCESS_ANONYMISE},
};

static const struct access_rules rules = {roles, ARRAY_LEN(roles), limits, ARRAY_LEN(limits)};

struct group {
	const char *scope, *role, *limit, *value;
};

/* One row: the groups of the token, what is asked for, what must come out. */
struct access_case {
	const char *name;
	struct group group[3];
	unsigned need;
	const char *owner; /* NULL: no object */
	bool is_shared;
	enum access_reason want;
	unsigned rights; /* checked when granted */
};

#define READ_GROUP                                                                             \
	{                                                                                      \
		OWN, ROLE "udstil/1", NULL, NULL                                               \
	}
#define WRITE_GROUP                                                                            \
	{                                                                                      \
		OWN, ROLE "rediger/1", NULL, NULL                                              \
	}

static const struct access_case cases[] = {
	/* role × operation */
	{"read with udstil",
	 {READ_GROUP},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ},
	{"write with udstil", {READ_GROUP}, ACCESS_WRITE, NULL, false, ACCESS_NO_ROLE, 0},
	{"read with rediger",
	 {WRITE_GROUP},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE},
	{"write with rediger",
	 {WRITE_GROUP},
	 ACCESS_WRITE,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE},
	{"write with both roles",
	 {READ_GROUP, WRITE_GROUP},
	 ACCESS_WRITE,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE},

	/* operation × owner */
	{"read own", {READ_GROUP}, ACCESS_READ, OWN, false, ACCESS_GRANTED, ACCESS_READ},
	{"read another's", {WRITE_GROUP}, ACCESS_READ, OTHER, false, ACCESS_HIDDEN, 0},
	{"read another's, shared kind",
	 {WRITE_GROUP},
	 ACCESS_READ,
	 OTHER,
	 true,
	 ACCESS_HIDDEN,
	 0},
	{"read shared", {READ_GROUP}, ACCESS_READ, OPERATOR, true, ACCESS_GRANTED, ACCESS_READ},
	{"read the operator's own",
	 {READ_GROUP},
	 ACCESS_READ,
	 OPERATOR,
	 false,
	 ACCESS_HIDDEN,
	 0},
	{"write own",
	 {WRITE_GROUP},
	 ACCESS_WRITE,
	 OWN,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE},
	{"write own, shared kind",
	 {WRITE_GROUP},
	 ACCESS_WRITE,
	 OWN,
	 true,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE},
	{"write another's", {WRITE_GROUP}, ACCESS_WRITE, OTHER, false, ACCESS_HIDDEN, 0},
	{"write shared", {WRITE_GROUP}, ACCESS_WRITE, OPERATOR, true, ACCESS_NOT_OWNER, 0},
	{"write another's with udstil does not tell that it exists",
	 {READ_GROUP},
	 ACCESS_WRITE,
	 OTHER,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"owner absent", {WRITE_GROUP}, ACCESS_READ, "", true, ACCESS_HIDDEN, 0},

	/* the scope decides, not the context alone */
	{"other scope",
	 {{OTHER, ROLE "rediger/1", NULL, NULL}},
	 ACCESS_READ,
	 OWN,
	 false,
	 ACCESS_OTHER_SCOPE,
	 0},
	{"other scope opens the other's data",
	 {{OTHER, ROLE "rediger/1", NULL, NULL}, READ_GROUP},
	 ACCESS_READ,
	 OTHER,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE},
	{"write only in another scope",
	 {READ_GROUP, {OTHER, ROLE "rediger/1", NULL, NULL}},
	 ACCESS_WRITE,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"no groups",
	 {{NULL, NULL, NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_PRIVILEGES,
	 0},

	/* role URIs */
	{"https",
	 {{OWN, "https://a.b/roles/servicesystemrole/udstil/1", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ},
	{"another version",
	 {{OWN, ROLE "udstil/2", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"longer name",
	 {{OWN, ROLE "udstil/11", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"unknown role",
	 {{OWN, ROLE "dummy/1", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"user role",
	 {{OWN, "http://a.b/roles/usersystemrole/udstil/1", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"name in a path",
	 {{OWN, "http://a.b/x/roles/servicesystemrole/udstil/1", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"no domain",
	 {{OWN, "http:///roles/servicesystemrole/udstil/1", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},
	{"bare name",
	 {{OWN, "udstil/1", NULL, NULL}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_NO_ROLE,
	 0},

	/* dataafgrænsninger */
	{"CPR",
	 {{OWN, ROLE "udstil/1", LIMIT "secpr-nummer/1", "Ja"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_SEE_CPR},
	{"other spelling",
	 {{OWN, ROLE "udstil/1", LIMIT "SeCPR-nummer/1", "ja"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_SEE_CPR},
	{"name",
	 {{OWN, ROLE "udstil/1", LIMIT "SeNavn/1", "Ja"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_SEE_NAME},
	{"no",
	 {{OWN, ROLE "udstil/1", LIMIT "senavn/1", "Nej"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ},
	{"empty value",
	 {{OWN, ROLE "udstil/1", LIMIT "senavn/1", ""}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ},
	{"unknown",
	 {{OWN, ROLE "rediger/1", LIMIT "KLE/1", "27.*"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_UNKNOWN_LIMIT,
	 0},
	{"unknown, but another group",
	 {{OWN, ROLE "rediger/1", LIMIT "KLE/1", "27.*"}, READ_GROUP},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ},
	{"limit in another scope",
	 {READ_GROUP, {OTHER, ROLE "udstil/1", LIMIT "senavn/1", "Ja"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ},
	{"limit without a role",
	 {READ_GROUP, {OWN, ROLE "dummy/1", LIMIT "senavn/1", "Ja"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ},
	{"limits of two groups add up",
	 {{OWN, ROLE "udstil/1", LIMIT "senavn/1", "Ja"},
	  {OWN, ROLE "udstil/1", LIMIT "secpr-nummer/1", "Ja"}},
	 ACCESS_READ,
	 NULL,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_SEE_CPR | ACCESS_SEE_NAME},

	/* what needs a role and a dataafgrænsning needs both in one group */
	{"anonymise",
	 {{OWN, ROLE "rediger/1", LIMIT "anonymiser/1", "Ja"}},
	 ACCESS_WRITE | ACCESS_ANONYMISE,
	 OWN,
	 false,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE | ACCESS_ANONYMISE},
	{"anonymise with a role only",
	 {WRITE_GROUP},
	 ACCESS_WRITE | ACCESS_ANONYMISE,
	 OWN,
	 false,
	 ACCESS_NO_LIMIT,
	 0},
	{"anonymise out of two groups",
	 {WRITE_GROUP, {OWN, ROLE "udstil/1", LIMIT "anonymiser/1", "Ja"}},
	 ACCESS_WRITE | ACCESS_ANONYMISE,
	 OWN,
	 false,
	 ACCESS_NO_LIMIT,
	 0},
	{"anonymise, Nej",
	 {{OWN, ROLE "rediger/1", LIMIT "anonymiser/1", "Nej"}},
	 ACCESS_WRITE | ACCESS_ANONYMISE,
	 OWN,
	 false,
	 ACCESS_NO_LIMIT,
	 0},
	{"nothing asked for", {WRITE_GROUP}, 0, OWN, false, ACCESS_NO_CVR, 0},
};

/* A shared object that stands for the caller's authority: its one relation may be written. */
static const struct access_case delegated[] = {
	{"write what stands for us",
	 {WRITE_GROUP},
	 ACCESS_WRITE,
	 OPERATOR,
	 true,
	 ACCESS_GRANTED,
	 ACCESS_READ | ACCESS_WRITE},
	{"… with udstil", {READ_GROUP}, ACCESS_WRITE, OPERATOR, true, ACCESS_NO_ROLE, 0},
	{"… of another authority", {WRITE_GROUP}, ACCESS_WRITE, OTHER, true, ACCESS_HIDDEN, 0},
	{"… of a kind that is not shared",
	 {WRITE_GROUP},
	 ACCESS_WRITE,
	 OPERATOR,
	 false,
	 ACCESS_HIDDEN,
	 0},
	{"… to anonymise it",
	 {{OWN, ROLE "rediger/1", LIMIT "anonymiser/1", "Ja"}},
	 ACCESS_WRITE | ACCESS_ANONYMISE,
	 OPERATOR,
	 true,
	 ACCESS_NOT_OWNER,
	 0},
};

/*
 * Role × dataafgrænsning × owner, all of them: a group of the scope of A with one of three
 * roles and one of three limits, asked for one of four rights over the data of one of three
 * owners. What must come out is said here a second time, in words as short as they get.
 */
static const char *const every_scope[] = {OWN, OTHER, OPERATOR};
static const char *const every_role[] = {ROLE "udstil/1", ROLE "rediger/1", ROLE "dummy/1"};
static const char *const every_limit[] = {NULL, LIMIT "anonymiser/1", LIMIT "KLE/1"};
static const unsigned every_need[] = {ACCESS_READ, ACCESS_WRITE, ACCESS_READ | ACCESS_SEE_NAME,
				      ACCESS_WRITE | ACCESS_ANONYMISE};

static bool
should_be_granted(const char *scope, size_t role, size_t limit, unsigned need,
		  const char *owner, bool is_shared)
{
	bool reads_shared = is_shared && strcmp(owner, OPERATOR) == 0 &&
			    strcmp(scope, OWN) == 0 && need == ACCESS_READ;

	if (role == 2 || limit == 2)
		return false;
	if (role == 0 && (need & ACCESS_WRITE))
		return false;
	if ((need & ACCESS_SEE_NAME) || ((need & ACCESS_ANONYMISE) && limit != 1))
		return false;
	return strcmp(scope, owner) == 0 || reads_shared;
}

/* The groups of a row as a caller carries them. */
struct token {
	struct privilege privileges[3];
	struct str role[3];
	struct constraint constraint[3];
	struct caller who;
};

static void
token_make(const struct group *g, struct token *t)
{
	*t = (struct token){.who = {.cvr = STR(OWN)}};
	for (size_t i = 0; i < 3 && g[i].scope; i++) {
		t->role[i] = str_from(g[i].role);
		t->constraint[i] =
			(struct constraint){str_from(g[i].limit), str_from(g[i].value)};
		t->privileges[i] = (struct privilege){.scope_cvr = str_from(g[i].scope),
						      .roles = &t->role[i],
						      .role_count = 1,
						      .constraints = &t->constraint[i],
						      .constraint_count = g[i].limit ? 1 : 0};
		t->who.privilege_count = i + 1;
	}
	t->who.privileges = t->privileges;
}

static enum err_code
code_of(enum access_reason reason)
{
	if (reason == ACCESS_GRANTED)
		return ERR_NONE;
	return reason == ACCESS_HIDDEN ? RETUR_NOT_FOUND : RETUR_DENIED;
}

static void
check(const struct access_case *c, bool is_delegated, struct arena *a)
{
	struct access_object object = {str_from(c->owner), c->is_shared, is_delegated};
	struct token t;
	struct access_question q = {.rules = &rules,
				    .operator_cvr = STR(OPERATOR),
				    .who = &t.who,
				    .need = c->need,
				    .object = c->owner ? &object : NULL};
	struct access_answer got;

	token_make(c->group, &t);
	access_decide(&q, &got);
	if (got.reason != c->want)
		fail_msg("%s: %s, not %s", c->name, access_reason_name[got.reason],
			 access_reason_name[c->want]);
	if ((got.verdict == ACCESS_YES) != (c->want == ACCESS_GRANTED) ||
	    got.code != code_of(c->want))
		fail_msg("%s: verdict or code", c->name);
	if (c->want == ACCESS_GRANTED &&
	    (got.rights != c->rights || got.group >= t.who.privilege_count ||
	     !str_is_set(got.role)))
		fail_msg("%s: rights %u group %zu", c->name, got.rights, got.group);
	assert_true(access_explain(&q, &got, a).len > 0);
}

static bool
is_granted(const struct group *groups, unsigned need, const char *owner, bool is_shared,
	   bool is_any_owner)
{
	struct access_object object = {str_from(owner), is_shared, false};
	struct token t;
	struct access_question q = {.rules = &rules,
				    .operator_cvr = STR(OPERATOR),
				    .who = &t.who,
				    .need = need,
				    .object = owner ? &object : NULL,
				    .is_any_owner = is_any_owner};
	struct access_answer got;

	token_make(groups, &t);
	access_decide(&q, &got);
	assert_true(got.verdict == ACCESS_NO || got.code == ERR_NONE);
	assert_true(got.verdict == ACCESS_YES || got.code != ERR_NONE);
	return got.verdict == ACCESS_YES;
}

static void
one_combination(size_t scope, size_t role, size_t limit, size_t need, size_t owner)
{
	const struct group group[3] = {
		{every_scope[scope], every_role[role], every_limit[limit], "Ja"}};

	for (int shared = 0; shared < 2; shared++) {
		bool want = should_be_granted(every_scope[scope], role, limit, every_need[need],
					      every_scope[owner], shared);

		if (is_granted(group, every_need[need], every_scope[owner], shared, false) !=
		    want)
			fail_msg("scope %zu role %zu limit %zu need %zu owner %zu shared %d",
				 scope, role, limit, need, owner, shared);
	}
}

static void
test_every_combination(void **state)
{
	size_t n = 3 * 3 * 3 * 4 * 3;

	(void)state;
	for (size_t i = 0; i < n; i++)
		one_combination(i % 3, i / 3 % 3, i / 9 % 3, i / 27 % 4, i / 108);
}

/* Rights over one owner's data are none over another's, and do not add up. */
static void
test_scopes_do_not_add_up(void **state)
{
	const struct group apart[3] = {{OTHER, ROLE "rediger/1", NULL, NULL},
				       {OWN, ROLE "rediger/1", LIMIT "anonymiser/1", "Ja"}};
	const struct group foreign[3] = {{OTHER, ROLE "udstil/1", NULL, NULL}};
	const struct group broken[3] = {{"", ROLE "rediger/1", NULL, NULL}};
	unsigned both = ACCESS_WRITE | ACCESS_ANONYMISE;

	(void)state;
	assert_true(is_granted(apart, both, OWN, false, false));
	assert_false(is_granted(apart, both, OTHER, false, false));
	assert_true(is_granted(apart, ACCESS_WRITE, OTHER, false, false));
	/* without an object: one's own, unless any owner will do */
	assert_false(is_granted(foreign, ACCESS_READ, NULL, false, false));
	assert_true(is_granted(foreign, ACCESS_READ, NULL, false, true));
	assert_false(is_granted(foreign, ACCESS_WRITE, NULL, false, true));
	assert_false(is_granted(broken, ACCESS_READ, NULL, false, true));
	assert_false(is_granted(broken, ACCESS_READ, "", true, false));
}

static void
test_table(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check(&cases[i], false, a);
	for (size_t i = 0; i < ARRAY_LEN(delegated); i++)
		check(&delegated[i], true, a);
	arena_free(a);
}

/* Without a CVR of eight digits nothing is anybody's. */
static void
test_no_cvr(void **state)
{
	static const char *const cvrs[] = {NULL, "", "1111111", "111111111", "1111111x"};
	static const struct group g[3] = {{"", ROLE "rediger/1", NULL, NULL}};
	struct token t;
	struct access_answer got;

	(void)state;
	token_make(g, &t);
	for (size_t i = 0; i < ARRAY_LEN(cvrs); i++) {
		struct access_object object = {str_from(cvrs[i]), true, true};
		struct access_question q = {.rules = &rules,
					    .operator_cvr = STR_NONE,
					    .who = &t.who,
					    .need = ACCESS_READ,
					    .object = &object};

		t.who.cvr = str_from(cvrs[i]);
		t.privileges[0].scope_cvr = str_from(cvrs[i]);
		access_decide(&q, &got);
		assert_int_equal(got.verdict, ACCESS_NO);
		assert_int_equal(got.reason, ACCESS_NO_CVR);
	}
}

/* Without an operator nothing is shared. */
static void
test_no_operator(void **state)
{
	static const struct group g[3] = {READ_GROUP};
	struct access_object object = {STR_NONE, true, true};
	struct token t;
	struct access_answer got;
	struct access_question q = {.rules = &rules,
				    .operator_cvr = STR_NONE,
				    .who = &t.who,
				    .need = ACCESS_READ,
				    .object = &object};

	(void)state;
	token_make(g, &t);
	access_decide(&q, &got);
	assert_int_equal(got.reason, ACCESS_HIDDEN);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_scopes_do_not_add_up),
		cmocka_unit_test(test_no_cvr),
		cmocka_unit_test(test_no_operator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
