/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Roles in, roles out: the vectors of the contract, T1 to T14, and the exact bytes of V1.
 * Source: context-handler contract 4.8, 5.5; resolution C16.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "saml/rolemap.h"
#include "tests/unit/saml_world.h"

#define ITST "http://itst.dk/oiosaml/basic_privilege_profile"
#define DIGST "http://digst.dk/oiosaml/basic_privilege_profile"
#define SCOPE(x) "urn:dk:gov:saml:cvrNumberIdentifier:" x
#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define LIST(inside)                                                                           \
	DECL "<bpp:PrivilegeList xmlns:bpp=\"" ITST                                            \
	     "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">" inside              \
	     "</bpp:PrivilegeList>"
#define GROUP(scope, inside)                                                                   \
	"<PrivilegeGroup Scope=\"" SCOPE(scope) "\">" inside "</PrivilegeGroup>"
#define ROLE(x) "<Privilege>" x "</Privilege>"
#define DA(n, v) "<Constraint Name=\"" n "\">" v "</Constraint>"

#define SAGSBEHANDLER "http://korsbaek.example/roles/jobrole/sagsbehandler/1"
#define KUN_B "http://korsbaek.example/roles/jobrole/kun-b/1"
#define VAGT "http://havneby.example/roles/jobrole/vagt/1"
#define CHEF "http://havneby.example/roles/jobrole/chef/1"
#define BSR_ADMIN "http://fagsystem-a.example/roles/usersystemrole/admin/1"
#define KLE "http://korsbaek.example/kle/1/parametric"

#define V1_FIRST GROUP("11111111", ROLE(SAGSBEHANDLER) DA(KLE, "25.02.04,25.02.10"))
#define V1_SECOND GROUP("22222222", ROLE(VAGT))

/* What comes out, one line a group: "scope role type=value …;" */
#define LAES "http://fagsystem-a.example/roles/usersystemrole/laes_sag/1"
#define OUT_FIRST "11111111 laes_sag 25.02.04,25.02.10;"

static const struct {
	const char *name, *xml;
	const char *user_cvr;
	const char *attribute; /* value of an attribute named as the parametric id */
	const char *want;      /* NULL: refused */
	enum err_code code;
	enum rolemap_verdict noted; /* 0: nothing need be noted */
} vectors[] = {
	{"T1 V1", LIST(V1_FIRST V1_SECOND), "11111111", NULL,
	 OUT_FIRST "22222222 laes_sag 01.*;", ERR_NONE, 0},
	{"T2 no value", LIST(GROUP("11111111", ROLE(SAGSBEHANDLER))), "11111111", NULL, NULL,
	 SAML_ROLE_VALUE, 0},
	{"T2 empty value", LIST(GROUP("11111111", ROLE(SAGSBEHANDLER) DA(KLE, ""))), "11111111",
	 NULL, NULL, SAML_ROLE_VALUE, 0},
	{"T2 value of another group",
	 LIST(GROUP("11111111", ROLE(SAGSBEHANDLER))
		      GROUP("11111111", ROLE(KUN_B) DA(KLE, "1"))),
	 "11111111", NULL, NULL, SAML_ROLE_VALUE, 0},
	{"T3 value as attribute", LIST(GROUP("11111111", ROLE(SAGSBEHANDLER))), "11111111",
	 "25.*", "11111111 laes_sag 25.*;", ERR_NONE, 0},
	{"T3 the group's own value first", LIST(V1_FIRST), "11111111", "25.*", OUT_FIRST,
	 ERR_NONE, 0},
	{"T4 not delegated", LIST(GROUP("22222222", ROLE(CHEF))), "11111111", NULL, "",
	 ERR_NONE, ROLEMAP_NOT_DELEGATED},
	{"T5 scope mismatch", LIST(GROUP("11111111", ROLE(CHEF))), "11111111", NULL, "",
	 ERR_NONE, ROLEMAP_SCOPE_MISMATCH},
	{"T6 delegated to others only", LIST(V1_SECOND), "33333333", NULL, "", ERR_NONE,
	 ROLEMAP_NOT_DELEGATED},
	{"T7 another system's", LIST(GROUP("11111111", ROLE(KUN_B))), "11111111", NULL, "",
	 ERR_NONE, ROLEMAP_NO_MAPPING},
	{"T8 a role of the system itself", LIST(GROUP("11111111", ROLE(BSR_ADMIN))), "11111111",
	 NULL, "", ERR_NONE, ROLEMAP_SYSTEM_ROLE},
	{"T9 V1 twice", LIST(V1_FIRST V1_SECOND V1_FIRST V1_SECOND), "11111111", NULL,
	 OUT_FIRST "22222222 laes_sag 01.*;", ERR_NONE, 0},
	{"T10 two values, two groups",
	 LIST(GROUP("11111111", ROLE(SAGSBEHANDLER) DA(KLE, "25.*"))
		      GROUP("11111111", ROLE(SAGSBEHANDLER) DA(KLE, "26.*"))),
	 "11111111", NULL, "11111111 laes_sag 25.*;11111111 laes_sag 26.*;", ERR_NONE, 0},
	{"T10 two values in one group",
	 LIST(GROUP("11111111", ROLE(SAGSBEHANDLER) DA(KLE, "25.*") DA(KLE, "26.*"))),
	 "11111111", NULL, "11111111 laes_sag 25.* 26.*;", ERR_NONE, 0},
	{"T11 two roles in one group",
	 LIST(GROUP("11111111", ROLE(SAGSBEHANDLER) ROLE(KUN_B) DA(KLE, "25.02.04,25.02.10"))),
	 "11111111", NULL, OUT_FIRST, ERR_NONE, ROLEMAP_NO_MAPPING},
	{"T12 empty list", LIST(""), "11111111", NULL, "", ERR_NONE, 0},
	{"T13 indented, digst, limit first",
	 DECL "\n<bpp:PrivilegeList xmlns:bpp=\"" DIGST
	      "\">\n  <PrivilegeGroup Scope=\"" SCOPE("11111111") "\">\n    " DA(
		      KLE, "25.02.04,25.02.10") "\n    <Privilege>\n      " SAGSBEHANDLER
						"\n    </Privilege>\n  "
						"</PrivilegeGroup>\n</bpp:PrivilegeList>\n",
	 "11111111", NULL, OUT_FIRST, ERR_NONE, 0},
	{"T14 DOCTYPE", "<!DOCTYPE x>" LIST(V1_FIRST), "11111111", NULL, NULL,
	 PRIVILEGES_MALFORMED, 0},
	{"an unknown role", LIST(GROUP("11111111", ROLE("http://x.example/roles/jobrole/x/1"))),
	 "11111111", NULL, "", ERR_NONE, ROLEMAP_UNKNOWN},
	{"another spelling is another role",
	 LIST(GROUP("11111111", ROLE("http://Korsbaek.example/roles/jobrole/sagsbehandler/1"))),
	 "11111111", NULL, "", ERR_NONE, ROLEMAP_UNKNOWN},
};

static struct saml_world world;

struct mapped {
	const struct trust_snapshot *known;
	struct rolemap_answer answer;
	struct err e;
	bool ok;
};

static void
map(size_t i, struct mapped *m)
{
	static const struct privilege_limits limits = {262144, 2000, 50};
	struct str value = str_from(vectors[i].attribute);
	struct assertion_attribute at = {.name = STR(KLE), .values = &value, .value_count = 1};
	struct assertion t = {.attributes = &at, .attribute_count = str_is_set(value)};
	struct privilege_list list;
	struct rolemap_question q = {.known = m->known,
				     .system = trust_system(m->known, STR("A")),
				     .user_cvr = str_from(vectors[i].user_cvr),
				     .groups = &list,
				     .assertion = &t,
				     .now = world.now};

	err_clear(&m->e);
	m->ok = privilege_read(base64_encode(world.a, str_from(vectors[i].xml)), &limits,
			       world.a, &list, &m->e) &&
		rolemap_apply(&q, world.a, &m->answer, &m->e);
}

static struct str
as_text(const struct rolemap_answer *r)
{
	struct str out = STR("");

	for (size_t i = 0; i < r->count; i++) {
		const struct privilege *p = &r->groups[i];

		assert_int_equal(p->role_count, 1);
		out = arena_printf(world.a, STR_FMT STR_FMT " %s", STR_ARG(out),
				   STR_ARG(p->scope_cvr),
				   str_eq(p->roles[0], STR(LAES)) ? "laes_sag" : "?");
		for (size_t k = 0; k < p->constraint_count; k++) {
			assert_true(str_eq(p->constraints[k].name,
					   STR("http://sts.kombit.dk/constraints/KLE/1")));
			out = arena_printf(world.a, STR_FMT " " STR_FMT, STR_ARG(out),
					   STR_ARG(p->constraints[k].value));
		}
		out = arena_printf(world.a, STR_FMT ";", STR_ARG(out));
	}
	return out;
}

static void
vectors_hold(void **state)
{
	struct mapped m = {.known = trust_hold(world.app->trust)};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		map(i, &m);
		if (m.ok != (vectors[i].want != NULL) || m.e.code != vectors[i].code)
			fail_msg("%s: %s %s", vectors[i].name, err_row(m.e.code)->name,
				 m.e.detail);
		if (!m.ok)
			continue;
		if (!str_eq(as_text(&m.answer), str_from(vectors[i].want)))
			fail_msg("%s: " STR_FMT, vectors[i].name, STR_ARG(as_text(&m.answer)));
		if (vectors[i].noted && m.answer.tally[vectors[i].noted] != 1)
			fail_msg("%s: not noted as %s", vectors[i].name,
				 rolemap_verdict_name(vectors[i].noted));
	}
	trust_release(m.known);
}

/* V1: the very bytes. */
static void
v1_digests(void **state)
{
	static const struct {
		bool digst;
		size_t bytes;
		const char *sha256;
	} want[] = {
		{false, 687,
		 "7ac91a23f20a397d6409c94f8492bd40541ee42ad3a165700df1ee5e057853a0"},
		{true, 688, "cbf21e1289f02fb6a1738b2c7cda1f6847b3a6be503985ab6dde4e0d87318497"},
	};
	static const char input[] =
		"ae052d450ca4352098d5c158d510dd746039af82d3e3a449e92e8dc343eea739";
	struct mapped m = {.known = trust_hold(world.app->trust)};
	uint8_t digest[32];

	(void)state;
	digest_sha256(str_from(vectors[0].xml), digest);
	assert_true(str_eq_c(hex_encode(world.a, str_of(digest, 32)), input));
	map(0, &m);
	assert_true(m.ok);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct buf out = BUF_INIT(65536);

		privilege_write(m.answer.groups, m.answer.count, want[i].digst, &out);
		digest_sha256(buf_str(&out), digest);
		assert_int_equal(out.len, want[i].bytes);
		assert_true(str_eq_c(hex_encode(world.a, str_of(digest, 32)), want[i].sha256));
		buf_release(&out);
	}
	/* the reason is kept for each */
	assert_int_equal(m.answer.line_count, 2);
	assert_true(str_eq(m.answer.lines[1].jfr, STR(VAGT)));
	assert_int_equal(m.answer.lines[1].group, 1);
	trust_release(m.known);
}

/* A system may prefer to lose the role to losing the login. */
static void
a_role_may_be_dropped(void **state)
{
	struct mapped m = {.ok = false};

	(void)state;
	saml_world_know(&world, "oiosamlProfil = \"OIOSAML3\"; udeladRolle = true;", NULL,
			NULL);
	m.known = trust_hold(world.app->trust);
	map(1, &m);
	assert_true(m.ok);
	assert_int_equal(m.answer.count, 0);
	assert_int_equal(m.answer.tally[ROLEMAP_VALUE_MISSING], 1);
	trust_release(m.known);
}

static int
setup(void **state)
{
	(void)state;
	saml_world_begin(&world, "rolemap");
	saml_world_know(&world, NULL, NULL, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	saml_world_end(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_hold),
		cmocka_unit_test(v1_digests),
		cmocka_unit_test(a_role_may_be_dropped),
	};

	log_setup(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT, false);
	return cmocka_run_group_tests(tests, setup, teardown);
}
