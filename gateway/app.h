/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running process shares. The app lives as long as the process; a platform (keys,
 * anchors, configuration) is a snapshot, replaced whole on reload: hold one for the length of a
 * call.
 */
#ifndef GATEWAY_APP_H
#define GATEWAY_APP_H

#include "base/once.h"
#include "crypto/certs.h"
#include "crypto/signer.h"
#include "soap/dispatch.h"
#include "store/store.h"
#include "trust/trust.h"
#include "gateway/http_call.h"

struct config; /* gateway/options.h */

struct platform {
	const struct config *config;
	struct anchors *anchors;
	struct signer *sts;	 /* assertions, RSTRs, business faults of the token service */
	struct signer *service;	 /* answers of the services */
	struct signer *hub;	 /* SAML messages of the bridge */
	/* certificates that issued tokens may be signed with (roll-over) */
	struct cert *sts_trusted[4];
	size_t sts_trusted_count;
};

struct app {
	struct store *store;
	struct trust *trust;
	struct once *once;
	const struct soap_service *const *services;
	size_t service_count;
	struct registry *registry;
	struct saml_bridge *bridge; /* saml/, NULL until it is wired */
};

const struct platform *app_platform_hold(struct app *app);
void app_platform_release(const struct platform *p);

/* The handlers that route.c knows. Each answers completely; none returns with status 0. */
void sts_call(struct app *app, const struct platform *p, struct http_call *c);
void service_call(struct app *app, const struct platform *p, const struct soap_service *service,
		  struct http_call *c);
/* browser listener */
void web_call(struct app *app, const struct platform *p, struct http_call *c);

#endif
