/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Builds what a process shares: everything is loaded and checked before the first listener
 * opens.
 */
#include "gateway/app.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/auditor.h"
#include "gateway/limiter.h"
#include "version.h"

/*
 * Two keys a message, held for 15 minutes as a rule: 4,000 messages a second. Only what is used
 * takes memory, some 60 bytes each.
 */
#define ONCE_MAX_ENTRIES 8000000

static pthread_mutex_t platform_lock = PTHREAD_MUTEX_INITIALIZER;

static bool
load_signer(const struct config *c, enum setting cert, enum setting key, struct signer **out,
	    struct err *e)
{
	const struct signer_source from = key_source(c, cert, key, OPT_COUNT);

	return from.key == NULL || signer_open(&from, out, e);
}

bool
platform_anchors_load(const struct config *c, struct anchors **out, struct err *e)
{
	struct anchors_paths paths = {
		.anchors = config_text(c, OPT_ANCHORS),
		.intermediates = config_text(c, OPT_INTERMEDIATES),
		.crls = config_text(c, OPT_CRLS),
		.crl_required = config_flag(c, OPT_CRL_REQUIRED),
		.crl_grace_s = config_number(c, OPT_CRL_GRACE),
		.self_made_ok = !config_is_production(c),
	};

	if (paths.anchors == NULL)
		return FAIL(e, CONFIG_INVALID, "trust.anchors is not set");
	if (!anchors_load(&paths, out, e))
		return false;
	/* [administration 10.3] their private keys lie unguarded beside them */
	if (config_is_production(c) && anchors_are_dev(*out))
		return FAIL(e, CONFIG_INVALID,
			    "trust.anchors holds the development PKI, in production");
	return true;
}

/* The built-in system knows the bridge by hub.cert unless another is named. */
static bool
load_hvem(struct platform *p, struct err *e)
{
	const struct config *c = p->config;

	if (!config_is_set(c, OPT_HVEM_ENTITY_ID))
		return true;
	if (!load_signer(c, OPT_HVEM_CERT, OPT_HVEM_KEY, &p->hvem, e))
		return false;
	return !config_is_set(c, OPT_HVEM_METADATA_OF_HUB) ||
	       cert_load(config_text(c, OPT_HVEM_METADATA_OF_HUB), &p->hvem_hub, e);
}

static bool
load_identities(struct platform *p, struct err *e)
{
	for (int i = 0; i < IDENTITY_COUNT; i++)
		if (!identity_load(p->config, (enum identity_name)i, &p->id[i], e))
			return false;
	return true;
}

bool
platform_load(struct config *c, struct platform **out, struct err *e)
{
	struct platform *p = MEM_NEW(struct platform);

	atomic_init(&p->refs, 1);
	p->config = c;
	p->published = published_new();
	if (platform_anchors_load(c, &p->anchors, e) && load_identities(p, e) &&
	    load_hvem(p, e)) {
		*out = p;
		return true;
	}
	platform_release(p);
	return false;
}

void
platform_release(const struct platform *borrowed)
{
	struct platform *p;

	memcpy(&p, &borrowed, sizeof(p));
	if (p == NULL || atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	for (size_t i = 0; i < IDENTITY_COUNT; i++)
		identity_release(&p->id[i]);
	published_free(p->published);
	signer_free(p->hvem);
	cert_free(p->hvem_hub);
	anchors_free(p->anchors);
	config_free(p->config);
	mem_free(p);
}

const struct platform *
app_platform_hold(struct app *app)
{
	struct platform *p;

	pthread_mutex_lock(&platform_lock);
	p = app->platform;
	atomic_fetch_add(&p->refs, 1);
	pthread_mutex_unlock(&platform_lock);
	return p;
}

const struct platform *
app_platform_keep(const struct platform *held)
{
	struct platform *p;

	memcpy(&p, &held, sizeof(p));
	atomic_fetch_add(&p->refs, 1);
	return held;
}

void
app_platform_replace(struct app *app, struct platform *p)
{
	struct platform *old;

	pthread_mutex_lock(&platform_lock);
	old = app->platform;
	app->platform = p;
	pthread_mutex_unlock(&platform_lock);
	platform_release(old);
}

static bool
restore_replay(struct app *app, struct err *e)
{
	AUTO(store_read_endp) struct reading *r = NULL;

	return store_read(app->store, &r, e) && store_replay_load(r, clock_now(), app->once, e);
}

/*
 * A publication of a whole municipality holds the lock for some seconds, more on a busy
 * machine; who writes meanwhile is served later rather than refused.
 */
#define PUBLICATION_MS 60000

static bool
open_rooms(struct app *app, struct err *e)
{
	const struct config *c = app->platform->config;
	struct store_options so = {
		.path = config_text(c, OPT_DATABASE),
		.create = true,
		.readers = (unsigned)config_number(c, OPT_WORKERS),
		.writer_busy_ms = PUBLICATION_MS,
	};
	const char *wsdl_dir = config_is_set(c, OPT_WSDL_DIR) ? config_text(c, OPT_WSDL_DIR)
							      : SLUSE_DATADIR "/wsdl";

	app->once = once_new(ONCE_MAX_ENTRIES);
	app->proven = proven_new();
	app->lists = privilege_memory_new();
	app->failures = limiter_new();
	app->uses = cert_uses_new();
	app->auditor = auditor_new();
	return store_open(&so, &app->store, e) && restore_replay(app, e) &&
	       trust_open(app->store, &app->trust, e) && wsdl_load(wsdl_dir, &app->wsdl, e);
}

bool
app_open(struct platform *p, struct app **out, struct err *e)
{
	struct app *app = MEM_NEW(struct app);

	app->platform = p;
	if (!open_rooms(app, e)) {
		app_close(app);
		return false;
	}
	*out = app;
	return true;
}

void
app_close(struct app *app)
{
	if (app == NULL)
		return;
	trust_close(app->trust);
	store_close(app->store);
	once_free(app->once);
	proven_free(app->proven);
	privilege_memory_free(app->lists);
	limiter_free(app->failures);
	cert_uses_free(app->uses);
	auditor_free(app->auditor);
	wsdl_free(app->wsdl);
	platform_release(app->platform);
	mem_free(app);
}
