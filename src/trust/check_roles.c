/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Roles and their limits before they are known: a role belongs to the service or system it is
 * used with, a limit is of a type that the role has and its value fits the type, mandatory
 * limits are there, and a jobfunktionsrolle lies in the role domain of its owner.
 * Source: administration contract 3.6 to 3.10; context-handler contract 5.
 */
#include "trust/internal.h"

#include <regex.h>
#include <string.h>

struct check {
	const struct docs *d;
	struct findings *f;
};

/* ---- values ---- */

static bool
is_multi(struct str type)
{
	return str_eq_c(type, "MULTI") || str_eq_c(type, "ITSYSTEM_MULTI");
}

static bool
in_list(const json_t *type, struct str value)
{
	for (size_t i = 0; i < json_count(type, "vaerdiListe"); i++)
		if (str_eq(json_text(json_item(type, "vaerdiListe", i), "vaerdi"), value))
			return true;
	return false;
}

/* The whole value must match. */
static bool
matches(struct check *c, struct str pattern, struct str value)
{
	struct str p = arena_printf(c->f->arena, "^(" STR_FMT ")$", STR_ARG(pattern));
	regex_t re;
	bool fits;

	if (regcomp(&re, p.ptr, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	fits = regexec(&re, arena_dup_c(c->f->arena, value), 0, NULL, 0) == 0;
	regfree(&re);
	return fits;
}

static void
check_one_value(struct check *c, const struct doc *doc, const struct doc *type,
		struct str value)
{
	struct str pattern = json_text(type->json, "regulaertUdtryk");

	if (json_count(type->json, "vaerdiListe") > 0 && !in_list(type->json, value))
		finding_problem(c->f, doc->place, "'" STR_FMT "' is no value of " STR_FMT,
				STR_ARG(value), STR_ARG(type->id));
	if (str_is_set(pattern) && !matches(c, pattern, value))
		finding_problem(c->f, doc->place,
				"'" STR_FMT "' does not have the form of " STR_FMT,
				STR_ARG(value), STR_ARG(type->id));
}

static void
check_value(struct check *c, const struct doc *doc, const struct doc *type, struct str value)
{
	struct str one, rest = value;
	bool more = true;

	if (!is_multi(json_text(type->json, "type"))) {
		check_one_value(c, doc, type, value);
		return;
	}
	while (more) {
		more = str_cut(rest, ',', &one, &rest);
		check_one_value(c, doc, type, str_trim(one));
	}
}

static void
check_type(struct check *c, const struct doc *doc)
{
	struct str kind = json_text(doc->json, "type");
	struct str pattern = json_text(doc->json, "regulaertUdtryk");
	bool is_text = str_eq_c(kind, "TEXT");
	regex_t re;

	if (json_count(doc->json, "vaerdiListe") > 0 && !str_eq_c(kind, "SINGLE") &&
	    !str_eq_c(kind, "MULTI"))
		finding_problem(c->f, doc->place, "vaerdiListe is for SINGLE and MULTI only");
	if (!str_is_set(pattern))
		return;
	if (!is_text)
		finding_problem(c->f, doc->place, "regulaertUdtryk is for TEXT only");
	if (regcomp(&re, arena_dup_c(c->f->arena, pattern), REG_EXTENDED | REG_NOSUB) != 0)
		finding_problem(c->f, doc->place, "regulaertUdtryk is no POSIX expression");
	else
		regfree(&re);
}

/* ---- the types of a role: dataafgraensningstyper of a service's role or a BSR ---- */

static void
check_role_types(struct check *c, const struct doc *doc, const json_t *role)
{
	for (size_t i = 0; i < json_count(role, "dataafgraensningstyper"); i++) {
		struct str type =
			json_text(json_item(role, "dataafgraensningstyper", i), "type");

		if (!docs_find(c->d, DOC_DA_TYPE, type))
			finding_problem(c->f, doc->place,
					"dataafgraensningstype " STR_FMT " is not known",
					STR_ARG(type));
	}
}

static bool
role_has_type(const json_t *role, struct str type)
{
	for (size_t i = 0; i < json_count(role, "dataafgraensningstyper"); i++)
		if (str_eq(json_text(json_item(role, "dataafgraensningstyper", i), "type"),
			   type))
			return true;
	return false;
}

/* limits: the list dataafgraensninger of a line */
static bool
has_limit(const json_t *line, struct str type)
{
	for (size_t i = 0; i < json_count(line, "dataafgraensninger"); i++)
		if (str_eq(json_text(json_item(line, "dataafgraensninger", i), "type"), type))
			return true;
	return false;
}

static void
check_mandatory(struct check *c, const struct doc *doc, const json_t *role, struct str role_id,
		const json_t *line)
{
	for (size_t i = 0; i < json_count(role, "dataafgraensningstyper"); i++) {
		const json_t *t = json_item(role, "dataafgraensningstyper", i);
		struct str type = json_text(t, "type");

		if (json_flag(t, "kraevet", false) && !has_limit(line, type))
			finding_problem(c->f, doc->place,
					STR_FMT " asks for a limit of type " STR_FMT,
					STR_ARG(role_id), STR_ARG(type));
	}
}

static void
check_limit(struct check *c, const struct doc *doc, const json_t *limit, bool is_of_role)
{
	struct str id = json_text(limit, "type"), parameter = json_text(limit, "dynamisk");
	const struct doc *type = docs_find(c->d, DOC_DA_TYPE, id);
	size_t count = json_count(limit, "vaerdier");

	if (!type) {
		finding_problem(c->f, doc->place,
				"dataafgraensningstype " STR_FMT " is not known", STR_ARG(id));
		return;
	}
	if (!is_of_role)
		finding_problem(c->f, doc->place, "no role of the line has the type " STR_FMT,
				STR_ARG(id));
	if ((count > 0) == str_is_set(parameter))
		finding_problem(c->f, doc->place,
				STR_FMT ": one of vaerdier and dynamisk must be there",
				STR_ARG(id));
	for (size_t i = 0; i < count; i++)
		check_value(c, doc, type, json_text_at(limit, "vaerdier", i));
}

static void
check_limit_doubles(struct check *c, const struct doc *doc, const json_t *line)
{
	for (size_t i = 0; i < json_count(line, "dataafgraensninger"); i++) {
		struct str a = json_text(json_item(line, "dataafgraensninger", i), "type");

		for (size_t j = 0; j < i; j++)
			if (str_eq(a,
				   json_text(json_item(line, "dataafgraensninger", j), "type")))
				finding_problem(c->f, doc->place,
						STR_FMT " is there twice in one line",
						STR_ARG(a));
	}
}

/* ---- agreements ---- */

static const json_t *
service_role(const struct doc *service, struct str id)
{
	for (size_t i = 0; i < json_count(service->json, "roller"); i++) {
		const json_t *role = json_item(service->json, "roller", i);

		if (str_eq(json_text(role, "id"), id))
			return role;
	}
	return NULL;
}

static bool
line_has_type(const json_t *line, const struct doc *service, struct str type)
{
	for (size_t i = 0; i < json_count(line, "roller"); i++) {
		const json_t *role = service_role(service, json_text_at(line, "roller", i));

		if (role && role_has_type(role, type))
			return true;
	}
	return false;
}

static void
check_agreement_line(struct check *c, const struct doc *doc, const json_t *line)
{
	struct str id = json_text(line, "service");
	const struct doc *service = docs_find(c->d, DOC_SERVICE, id);

	if (!service) {
		finding_problem(c->f, doc->place, "service " STR_FMT " is not known",
				STR_ARG(id));
		return;
	}
	if (json_count(service->json, "roller") > 0 && json_count(line, "roller") == 0)
		finding_problem(c->f, doc->place, "service " STR_FMT " has roles: name some",
				STR_ARG(id));
	for (size_t i = 0; i < json_count(line, "roller"); i++) {
		struct str role_id = json_text_at(line, "roller", i);
		const json_t *role = service_role(service, role_id);

		if (role)
			check_mandatory(c, doc, role, role_id, line);
		else
			finding_problem(c->f, doc->place, STR_FMT " is no role of " STR_FMT,
					STR_ARG(role_id), STR_ARG(id));
	}
	for (size_t i = 0; i < json_count(line, "dataafgraensninger"); i++) {
		const json_t *limit = json_item(line, "dataafgraensninger", i);

		check_limit(c, doc, limit,
			    line_has_type(line, service, json_text(limit, "type")));
	}
	check_limit_doubles(c, doc, line);
}

/* ---- brugersystemroller and jobfunktionsroller ---- */

static void
check_user_role(struct check *c, const struct doc *doc)
{
	struct str id = json_text(doc->json, "system");
	const struct doc *system = docs_find(c->d, DOC_SYSTEM, id);

	if (!system)
		finding_problem(c->f, doc->place, "system " STR_FMT " is not known",
				STR_ARG(id));
	else if (!json_object_get(system->json, "brugervendt"))
		finding_problem(c->f, doc->place, "system " STR_FMT " has no facet brugervendt",
				STR_ARG(id));
	check_role_types(c, doc, doc->json);
}

/* [administration 3.10] <role domain as URL>roles/jobrole/<name>/1 */
static void
check_domain(struct check *c, const struct doc *doc)
{
	struct str cvr = json_text(doc->json, "ejer"), rest = doc->id;
	const struct doc *owner = docs_find(c->d, DOC_MYNDIGHED, cvr);
	struct str domain;

	if (!owner)
		return;
	domain = json_text(owner->json, "rolledomaene");
	if (!str_is_set(domain)) {
		finding_problem(c->f, doc->place, "ejer: " STR_FMT " has no rolledomaene",
				STR_ARG(cvr));
		return;
	}
	if (str_has_prefix(rest, STR("http://")))
		rest = str_skip(rest, 7);
	else if (str_has_prefix(rest, STR("https://")))
		rest = str_skip(rest, 8);
	if (!str_has_prefix(rest, domain) ||
	    !str_has_prefix(str_skip(rest, domain.len), STR("/roles/jobrole/")) ||
	    rest.len == domain.len + strlen("/roles/jobrole/"))
		finding_problem(c->f, doc->place,
				"id must be http(s)://" STR_FMT "/roles/jobrole/...",
				STR_ARG(domain));
}

static void
check_job_role_line(struct check *c, const struct doc *doc, const json_t *line)
{
	struct str id = json_text(line, "brugersystemrolle");
	const struct doc *role = docs_find(c->d, DOC_BSR, id);

	if (!role) {
		finding_problem(c->f, doc->place, "brugersystemrolle " STR_FMT " is not known",
				STR_ARG(id));
		return;
	}
	check_mandatory(c, doc, role->json, id, line);
	for (size_t i = 0; i < json_count(line, "dataafgraensninger"); i++) {
		const json_t *limit = json_item(line, "dataafgraensninger", i);

		check_limit(c, doc, limit, role_has_type(role->json, json_text(limit, "type")));
	}
	check_limit_doubles(c, doc, line);
}

void
check_roles(const struct docs *d, struct findings *f)
{
	struct check c = {d, f};

	for (size_t i = 0; i < d->count; i++) {
		const struct doc *doc = &d->at[i];

		if (doc->kind == DOC_DA_TYPE)
			check_type(&c, doc);
		if (doc->kind == DOC_BSR)
			check_user_role(&c, doc);
		if (doc->kind == DOC_JFR)
			check_domain(&c, doc);
		for (size_t j = 0; j < json_count(doc->json, "roller"); j++)
			check_role_types(&c, doc, json_item(doc->json, "roller", j));
		for (size_t j = 0; j < json_count(doc->json, "linjer"); j++) {
			const json_t *line = json_item(doc->json, "linjer", j);

			if (doc->kind == DOC_JFR)
				check_job_role_line(&c, doc, line);
			else
				check_agreement_line(&c, doc, line);
		}
	}
}
