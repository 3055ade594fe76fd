/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running process shares. The app lives as long as the process; a platform
 * (configuration, keys, anchors) is a snapshot, replaced whole on reload: hold one for the
 * length of a call.
 */
#ifndef GATEWAY_APP_H
#define GATEWAY_APP_H

#include <stdatomic.h>
#include "base/once.h"
#include "crypto/certs.h"
#include "crypto/proven.h"
#include "crypto/signer.h"
#include "registry/rest.h"
#include "soap/dispatch.h"
#include "saml/privilege_memory.h"
#include "store/store.h"
#include "trust/trust.h"
#include "gateway/cert_use.h"
#include "gateway/http_call.h"
#include "gateway/identity.h"
#include "gateway/options.h"
#include "gateway/published.h"
#include "gateway/wsdl.h"

struct platform {
	atomic_uint refs;
	struct config *config;
	struct anchors *anchors;            /* what system certificates must chain to */
	struct identity id[IDENTITY_COUNT]; /* what we sign with; by enum identity_name */
	struct signer *hvem;   /* of the built-in system; NULL if it is switched off */
	struct cert *hvem_hub; /* by which it knows the bridge; NULL: all those of the bridge */
	struct published *published; /* metadata as it was signed */
};

struct app {
	struct store *store;
	struct trust *trust;
	struct once *once;
	/* of our own tokens: signatures that were verified, privileges that were read before */
	struct proven *proven;
	struct privilege_memory *lists;
	struct cert_uses *uses; /* when certificates were last used */
	struct auditor *auditor;
	struct limiter *failures; /* of systems: calls that were not proven, by address */
	const struct soap_service *const *services;
	size_t service_count;
	const struct rest_service *const *rest_services;
	size_t rest_service_count;
	void *registry;                /* soap_call.state, rest_task.state */
	struct revocation *revocation; /* NULL: nothing is fetched, as in tests */
	void *web;      /* of webcall.c, NULL: no bridge */
	struct wsdl_files *wsdl;
	struct platform *platform; /* through app_platform_hold */
	atomic_bool is_ready, is_stopping;
	atomic_uint large_calls; /* at work; route.c */
};

/* What certificates of systems must chain to. Errors: those of the files, CONFIG_INVALID. */
MUST_USE bool platform_anchors_load(const struct config *c, struct anchors **out,
				    struct err *e);
/* Reads every key and certificate that the configuration names. Errors: those of the files. */
MUST_USE bool platform_load(struct config *c, struct platform **out,
			    struct err *e); /* takes c */
void platform_release(const struct platform *p);

MUST_USE bool app_open(struct platform *p, struct app **out, struct err *e); /* takes p */
void app_close(struct app *app);
const struct platform *app_platform_hold(struct app *app);
/* One reference more to one that is held. */
const struct platform *app_platform_keep(const struct platform *p);
void app_platform_replace(struct app *app, struct platform *p); /* takes p */

/* The handlers that route.c knows. Each answers completely; none returns with status 0. */
void route_call(struct http_call *c, void *app);
void operations_call(struct app *app, const struct platform *p, struct http_call *c);
void sts_call(struct app *app, const struct platform *p, struct http_call *c);
void service_call(struct app *app, const struct platform *p, const struct soap_service *service,
		  struct http_call *c);
/* false: no path of theirs */
bool rest_call(struct app *app, const struct platform *p, struct http_call *c);
bool rest_service_call(struct app *app, const struct platform *p, struct http_call *c);
void web_call(struct app *app, const struct platform *p, struct http_call *c);

#endif
