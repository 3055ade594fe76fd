/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks of the rules share. */
#ifndef ADMINISTRATION_RULES_PARTS_H
#define ADMINISTRATION_RULES_PARTS_H

#include "administration/rules.h"
#include "organisation/types.h"
#include "organisation/wellknown.h"

struct rules_run {
	const struct picture *p;
	const struct rules_question *q;
	struct arena *a;
	const struct rule *rule; /* at work */
	struct rules_report *out;
};

#define RULE_NO_FIELD ((size_t)-1)

/* One finding; both texts take the same arguments. field: a row, or RULE_NO_FIELD. */
void rules_tell(struct rules_run *r, const struct picture_object *o, size_t field,
		const char *da, const char *en, ...) PRINTF_LIKE(4, 6) PRINTF_LIKE(5, 6);
/* A name for a sentence, terminated. */
const char *rules_name(struct rules_run *r, const struct picture_object *o);
/* A text for a sentence, terminated. */
const char *rules_text(struct rules_run *r, struct str text);
/* The next of the authority's own active objects of a kind, from *at on; NULL: no more. */
const struct picture_object *rules_next(const struct rules_run *r, const struct oio_type *t,
					size_t *at);
/* How many items of that row hold. */
size_t rules_items(const struct picture_object *o, size_t field);
bool rules_is_system_role(const struct rules_run *r, const struct picture_object *o);
/* Is there such a class? */
bool rules_has_class(const struct rules_run *r, struct uuid u);
/* Names an address of DAR, which need not be an object here. */
bool rules_is_dar(const struct oio_item *it);
/* Own active objects in order of a folded text; those without one are left out. */
struct rules_named {
	const struct picture_object *object;
	struct str key;
	struct uuid group;
};
size_t rules_by_text(struct rules_run *r, const struct oio_type *t, size_t text_row,
		     size_t group_row, struct rules_named **out);

/* rules_unit.c */
rule_check_fn rule_one_root, rule_unit_home, rule_home_root, rule_tree, rule_unit_name,
	rule_unit_key_cut, rule_unit_key, rule_home_firm, rule_unit_leader, rule_siblings,
	rule_siblings_alike, rule_unit_type;
/* rules_function.c */
rule_check_fn rule_function_kind, rule_function_home, rule_function_key, rule_paying,
	rule_paying_los, rule_contact, rule_contact_twice, rule_tasks, rule_tasks_twice,
	rule_used;
/* rules_user.c */
rule_check_fn rule_user, rule_user_unique, rule_person_posts, rule_user_home, rule_user_uuid,
	rule_person_reached, rule_person_name, rule_person_key;
/* rules_any.c */
rule_check_fn rule_never, rule_open_start, rule_midnight, rule_inactive, rule_communities,
	rule_copied, rule_resolves, rule_limits, rule_keys;
/* rules_address.c */
rule_check_fn rule_syntax, rule_address_text, rule_address_used, rule_address_twice,
	rule_address_role;

#endif
