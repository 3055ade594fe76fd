/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse idp: serve the development IdP until told to stop, or write metadata for the files that
 * sluse apply reads.
 */
#include <getopt.h>
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "gateway/app.h"
#include "gateway/cli.h"
#include "gateway/file.h"
#include "gateway/http.h"
#include "gateway/idp.h"
#include "base/limits.h"

#define DEFAULT_LISTEN "127.0.0.1:8445"

struct flags {
	const char *listen, *metadata, *hvem_metadata;
	bool is_oiosaml2, encrypts;
};

static bool
read_flags(struct cli *c, struct flags *f)
{
	static const struct option long_options[] = {
		{"listen", required_argument, NULL, 'l'},
		{"metadata", required_argument, NULL, 'm'},
		{"hvem-metadata", required_argument, NULL, 'h'},
		{"oiosaml2", no_argument, NULL, '2'},
		{"encrypt", no_argument, NULL, 'e'},
		{NULL, 0, NULL, 0},
	};
	int o;

	*f = (struct flags){.listen = DEFAULT_LISTEN};
	optind = 1;
	while ((o = getopt_long(c->argc, c->argv, "", long_options, NULL)) != -1) {
		if (o == 'l' && optarg != NULL)
			f->listen = optarg;
		else if (o == 'm')
			f->metadata = optarg;
		else if (o == 'h')
			f->hvem_metadata = optarg;
		else if (o == '2')
			f->is_oiosaml2 = true;
		else if (o == 'e')
			f->encrypts = true;
		else
			return false;
	}
	return optind == c->argc;
}

/* https://localhost:PORT, as browsers and the bridge see it */
static void
set_base_url(struct idp *idp, const char *address)
{
	const char *colon = strrchr(address, ':');

	idp->base_url = arena_printf(idp->a, "https://localhost%s", colon ? colon : "");
}

static bool
write_metadata(const struct idp *idp, const char *path, struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(LIMIT_METADATA_BYTES);

	return idp_metadata(idp, idp->a, &xml, e) && file_write(path, buf_str(&xml), e);
}

/* What /hvem/metadata says, without a server. */
static bool
write_hvem_metadata(const struct config *c, const char *path, struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(LIMIT_METADATA_BYTES);
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(signer_freep) struct signer *signer = NULL;
	struct metadata_small m = {
		.role = SAML_ROLE_SYSTEM,
		.entity_id = config_str(c, OPT_HVEM_ENTITY_ID),
		.location = arena_printf(a, STR_FMT "/hvem/acs",
					 STR_ARG(config_str(c, OPT_URL_BROWSER))),
		.organisation = config_str(c, OPT_HUB_ORGANISATION),
	};

	if (!config_is_set(c, OPT_HVEM_ENTITY_ID) || !config_is_set(c, OPT_HVEM_CERT))
		return FAIL(e, CONFIG_INVALID, "hvem.entity_id or hvem.cert is not set");
	if (!signer_load(config_text(c, OPT_HVEM_KEY), config_text(c, OPT_HVEM_CERT), &signer,
			 e))
		return false;
	m.signer = signer;
	return metadata_publish_small(&m, a, &xml, e) && file_write(path, buf_str(&xml), e);
}

static bool
start(struct idp *idp, const struct flags *f, struct http_server **server, struct err *e)
{
	struct http_listener_options l = {
		.kind = LISTENER_BROWSER, .fd = -1, .max_body_bytes = LIMIT_FORM_BODY_BYTES};
	struct http_options o = {
		.listeners = &l,
		.listener_count = 1,
		.io_threads = 1,
		.max_connections = 1000,
		.max_held_bytes = LIMIT_FORM_BODY_BYTES * 16,
		.idle_timeout_s = 60,
		.pool = worker_pool_new(4, 64),
		.handler = idp_call,
		.arg = idp,
	};
	char name[128];

	if (!tls_new(idp->config, false, &l.tls, e) || !listen_open(f->listen, &l.fd, e))
		return false;
	listen_name(l.fd, name, sizeof(name));
	set_base_url(idp, name);
	LOG(LOG_LEVEL_INFO, "listening", LF_C("setting", "idp"), LF_C("address", name));
	return http_start(&o, server, e);
}

static int
serve(struct cli *c, struct idp *idp, const struct flags *f)
{
	struct http_server *server = NULL;
	struct err e = ERR_INIT;
	sigset_t signals;
	int sig;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (!start(idp, f, &server, &e))
		return cli_failed(c, &e);
	sigwait(&signals, &sig);
	http_stop(server, 1);
	return EXIT_OK;
}

int
cmd_idp(struct cli *c)
{
	struct config *config = NULL;
	struct idp *idp = NULL;
	struct flags f;
	struct err e = ERR_INIT;
	int code = EXIT_OK;

	if (!read_flags(c, &f))
		return cli_usage(c, "wrong arguments");
	if (!cli_config_and_clock(c, &config, &e))
		return cli_failed(c, &e);
	if (f.hvem_metadata) {
		if (!write_hvem_metadata(config, f.hvem_metadata, &e))
			code = cli_failed(c, &e);
	} else if (!idp_open(config, &idp, &e)) {
		code = cli_failed(c, &e);
	} else {
		idp->is_oiosaml3 = !f.is_oiosaml2;
		idp->encrypts = f.encrypts;
		set_base_url(idp, f.listen);
		if (!f.metadata)
			code = serve(c, idp, &f);
		else if (!write_metadata(idp, f.metadata, &e))
			code = cli_failed(c, &e);
	}
	idp_close(idp);
	config_free(config);
	return code;
}
