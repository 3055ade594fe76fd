/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects the service rooms to the process. */
#include "gateway/services.h"

#include <string.h>
#include "base/limits.h"
#include "crypto/random.h"
#include "klassifikation/listehent.h"
#include "klassifikation/service_6.h"
#include "klassifikation/types_6.h"
#include "organisation/service.h"
#include "registry/serve.h"

#define SERVICES_MAX 64

/* Each room's services, one after the other: filled before the first call. */
static const struct soap_service *all[SERVICES_MAX];
static size_t all_count;

static const struct soap_service *const others[] = {&klassifikationlistehent_2};
static const struct rest_service *const rest_services[] = {&klassifikationlistehent_rest};

static void
add_services(const struct soap_service *const *services, size_t count)
{
	BUG_ON(all_count + count > SERVICES_MAX);
	memcpy(&all[all_count], services, count * sizeof(*services));
	all_count += count;
}

static void
collect_services(void)
{
	if (all_count > 0)
		return;
	add_services(organisation_services, organisation_service_count);
	add_services(klassifikation_6_services, klassifikation_6_service_count);
	add_services(others, ARRAY_LEN(others));
}

static bool
make_uuid(struct uuid *out, struct err *e)
{
	(void)e;
	*out = random_uuid();
	return true;
}

/* From what is known now; it may change between two calls. */
static struct str
authority_name(void *arg, struct str cvr, struct arena *a)
{
	struct app *app = arg;
	const struct trust_snapshot *known = trust_hold(app->trust);
	const struct trust_myndighed *m = trust_myndighed(known, cvr);
	struct str name = m ? arena_dup(a, m->navn) : STR_NONE;

	trust_release(known);
	return name;
}

bool
services_open(struct app *app, struct err *e)
{
	const struct registry_options o = {
		.operator_cvr = config_str(app->platform->config, OPT_REGISTRY_OPERATOR),
		.make_uuid = make_uuid,
		.label_type = &type_klasse_6,
		.hierarchy_has_inactive =
			config_flag(app->platform->config, OPT_REGISTRY_INACTIVE),
		.key_is_optional =
			config_flag(app->platform->config, OPT_REGISTRY_KEY_OPTIONAL),
		.authority_name = authority_name,
		.authority_arg = app,
		.may_purge = config_flag(app->platform->config, OPT_REGISTRY_PURGE),
	};
	struct registry *r;

	if (!registry_open(app->store, &o, &r, e))
		return false;
	app->registry = r;
	collect_services();
	app->services = all;
	app->service_count = all_count;
	app->rest_services = rest_services;
	app->rest_service_count = ARRAY_LEN(rest_services);
	return true;
}

void
services_close(struct app *app)
{
	registry_close(app->registry);
	app->registry = NULL;
	app->services = NULL;
	app->service_count = 0;
	app->rest_services = NULL;
	app->rest_service_count = 0;
}

const struct soap_service *
services_by_name(const char *name)
{
	collect_services();
	for (size_t i = 0; i < all_count; i++)
		if (str_eq_nocase(str_from(all[i]->name), str_from(name)))
			return all[i];
	return NULL;
}

const struct rest_service *
services_rest_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rest_services); i++)
		if (str_eq_nocase(str_from(rest_services[i]->name), str_from(name)))
			return rest_services[i];
	return NULL;
}

const struct access_rules *
services_rules(struct str entity_id)
{
	collect_services();
	for (size_t i = 0; i < all_count; i++) {
		const struct registry_service *row = all[i]->row;

		for (size_t j = 0; row && j < ARRAY_LEN(all[i]->entity_ids); j++)
			if (all[i]->entity_ids[j] && str_eq_c(entity_id, all[i]->entity_ids[j]))
				return row->rules;
	}
	return NULL;
}

const struct str *
services_audiences(const char *const entity_ids[ENTITY_IDS_MAX],
		   const struct trust_snapshot *known, struct arena *a, size_t *count)
{
	struct str *out = ARENA_NEW_N(a, LIMIT_AUDIENCES, struct str);
	struct str spelling;
	size_t ids = 0, n;

	while (ids < ENTITY_IDS_MAX && entity_ids[ids]) {
		out[ids] = str_from(entity_ids[ids]);
		ids++;
	}
	n = ids;
	for (size_t i = 0; i < ids; i++) {
		const struct trust_service *service =
			trust_service_find(known, out[i], &spelling);

		for (size_t j = 0; service && j < service->identifier_count; j++)
			if (n < LIMIT_AUDIENCES)
				out[n++] = service->identifiers[j];
	}
	*count = n;
	return out;
}
