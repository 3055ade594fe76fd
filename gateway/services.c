/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects the service rooms to the process. */
#include "gateway/services.h"

#include "crypto/random.h"
#include "organisation/service.h"
#include "registry/registry.h"

static bool
make_uuid(struct uuid *out, struct err *e)
{
	(void)e;
	*out = random_uuid();
	return true;
}

bool
services_open(struct app *app, struct err *e)
{
	const struct registry_options o = {
		.operator_cvr = config_str(app->platform->config, OPT_REGISTRY_OPERATOR),
		.make_uuid = make_uuid,
	};
	struct registry *r;

	if (!registry_open(app->store, &o, &r, e))
		return false;
	app->registry = r;
	app->services = organisation_services;
	app->service_count = organisation_service_count;
	return true;
}

void
services_close(struct app *app)
{
	registry_close(app->registry);
	app->registry = NULL;
	app->services = NULL;
	app->service_count = 0;
}

const struct soap_service *
services_by_name(const char *name)
{
	for (size_t i = 0; i < organisation_service_count; i++)
		if (str_eq_nocase(str_from(organisation_services[i]->name), str_from(name)))
			return organisation_services[i];
	return NULL;
}
