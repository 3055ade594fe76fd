/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects the service rooms to the process. */
#include "gateway/services.h"

bool
services_open(struct app *app, struct err *e)
{
	(void)e;
	app->services = NULL;
	app->service_count = 0;
	return true;
}

void
services_close(struct app *app)
{
	app->services = NULL;
	app->service_count = 0;
}

const struct soap_service *
services_by_name(const char *name)
{
	(void)name;
	return NULL;
}
