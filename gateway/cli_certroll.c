/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse cert roll: a new signing key for the token service, the services or the bridge, from
 * the request to the day when the old one is forgotten. Makes files and plans; what is in force
 * is the configuration, and that is changed when it is asked for, with --write.
 * Source: administration contract 4.9; token-service contract 7.4; docs/decisions/0015.
 */
#include "gateway/cli_roll.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "crypto/revocation.h"
#include "gateway/app.h"
#include "gateway/file.h"
#include "saml/hub.h"
#include "trust/trust.h"

#define RIPENING DAYS(30)        /* from when peers can know it to when it signs */
#define RIPENING_LEAST HOURS(48) /* what a peer needs to fetch metadata */
#define KEY_BITS 3072
#define REQUEST_MAX_BYTES (64UL * 1024)

const struct roll_name roll_names[IDENTITY_COUNT] = {
	[IDENTITY_STS] = {"sts", "token service"},
	[IDENTITY_SERVICE] = {"service", "services"},
	[IDENTITY_HUB] = {"hub", "bridge"},
};

static void
add_text(json_t *list, struct str text)
{
	json_array_append_new(list, json_stringn(text.ptr, text.len));
}

void
roll_say(json_t *list, const char *fmt, ...)
{
	AUTO(buf_release) struct buf b = BUF_INIT(4096);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	add_text(list, buf_str(&b));
}

struct str
roll_moment(instant t)
{
	static char text[4][TIME_TEXT_MAX];
	static unsigned turn;

	return time_format_local(t, text[turn++ % 4]);
}

/* --- checks of a successor --- */

static bool
check_when(struct plan *x, struct err *e)
{
	const struct cert *next = signer_cert(x->next), *old = signer_cert(x->id->current);
	bool is_production = config_is_production(x->p->config);

	if (x->from == INSTANT_MAX) {
		x->from = time_floor_ms(x->now) + RIPENING;
		/* a week before the old one ends, if the rest is long enough */
		if (x->from > cert_not_after(old) - DAYS(7))
			x->from = cert_not_after(old) - DAYS(7);
		if (x->from < x->now + RIPENING_LEAST)
			x->from = time_floor_ms(x->now) + RIPENING_LEAST;
	}
	if (x->from < x->now)
		return FAIL(e, CONFIG_INVALID, "the moment has passed");
	if (is_production && x->from < x->now + RIPENING_LEAST)
		return FAIL(e, CONFIG_INVALID, "peers need 48 hours at least");
	if (x->from < cert_not_before(next) || x->from >= cert_not_after(next))
		return FAIL(e, CONFIG_INVALID, "the new certificate is not valid then");
	if (x->from > cert_not_after(old))
		roll_say(x->warnings,
			 "the old certificate ends before the new one signs: " STR_FMT,
			 STR_ARG(roll_moment(cert_not_after(old))));
	return true;
}

static void
check_chain(struct plan *x, const struct cert *next)
{
	instant when = x->now > cert_not_before(next) ? x->now : cert_not_before(next);
	struct cert *up[LIMIT_CHAIN];
	struct err why = ERR_INIT;
	size_t count;

	if (!anchors_issuers(x->p->anchors, next, when, up, &count, &why)) {
		roll_say(x->warnings, "it does not chain to trust.anchors: %s", why.detail);
		return;
	}
	while (count > 0)
		cert_free(up[--count]);
}

static bool
check_next(struct plan *x, struct err *e)
{
	const struct cert *next = signer_cert(x->next), *old = signer_cert(x->id->current);

	if (str_eq(cert_key_sha256(next), cert_key_sha256(old)))
		return FAIL(e, CONFIG_INVALID, "it has the key of the old one");
	/* [token-service 7.4] */
	if (x->name == IDENTITY_STS && str_is_empty(cert_ski(next)))
		return FAIL(e, CONFIG_INVALID, "it has no SubjectKeyIdentifier");
	/* [token-service 6.3] the server would refuse the configuration */
	if (x->name == IDENTITY_STS && cert_key_kind(next) != KEY_RSA &&
	    config_flag(x->p->config, OPT_STS_JWT))
		return FAIL(e, CONFIG_INVALID,
			    "it is no RSA key, which JSON Web Tokens need (sts.jwt)");
	if (cert_key_kind(next) == KEY_RSA && cert_key_bits(next) < KEY_BITS)
		roll_say(x->warnings, "its key has %d bits; %d are expected",
			 cert_key_bits(next), KEY_BITS);
	if (cert_key_kind(next) != cert_key_kind(old))
		roll_say(x->warnings,
			 "its key is of another kind than the old one's: not every "
			 "peer can verify that");
	if (cert_not_after(next) <= cert_not_after(old))
		roll_say(x->warnings, "it ends no later than the old one");
	if (!str_eq(cert_issuer_net(next), cert_issuer_net(old)))
		roll_say(x->warnings,
			 "it has another issuer: peers may need its authority too");
	check_chain(x, next);
	return check_when(x, e);
}

/* --- what each peer has to do --- */

static void
add_peer(struct plan *x, const char *kind, struct str id, struct str name, const char *todo)
{
	json_t *o = json_object();

	json_put_text(o, "kind", str_from(kind));
	json_put_text(o, "id", id);
	json_put_text(o, "name", name);
	json_put_text(o, "todo", str_from(todo));
	json_array_append_new(x->peers, o);
}

static void
add_peers(struct plan *x)
{
	const char *todo = x->name == IDENTITY_STS
				   ? "trust the new certificate for tokens and answers of the "
				     "token service, beside the old one"
				   : "trust the new certificate for answers of the services, "
				     "beside the old one";

	for (size_t i = 0; i < trust_system_count(x->known); i++) {
		const struct trust_system *s = trust_system_at(x->known, i);

		if (s->is_blocked)
			continue;
		if (x->name != IDENTITY_HUB && s->cert_count > 0)
			add_peer(x, "system", s->id, s->navn, todo);
		if (x->name == IDENTITY_HUB && str_is_set(s->entity_id))
			add_peer(x, "system", s->entity_id, s->navn,
				 "read " SAML_PATH_IDP_METADATA " again");
	}
	for (size_t i = 0; x->name == IDENTITY_HUB && i < trust_idp_count(x->known); i++) {
		const struct trust_idp *idp = trust_idp_at(x->known, i);

		if (idp->is_active)
			add_peer(x, "idp", idp->entity_id, idp->navn,
				 "read " SAML_PATH_SP_METADATA " again");
	}
}

static void
put_setting(json_t *settings, const char *key, const char *value)
{
	char whole[PATH_MAX];

	if (value == NULL)
		return;
	if (strncmp(value, "pkcs11:", 7) != 0 && realpath(value, whole) != NULL)
		value = whole;
	json_object_set_new(settings, key, json_string(value));
}

static void
add_settings(struct plan *x)
{
	json_t *settings = json_object();
	const struct roll_flags *f = x->f;

	put_setting(settings, "next_cert", f->cert);
	put_setting(settings, "next_key", f->key);
	put_setting(settings, "next_key_password", f->password);
	json_put_text(settings, "next_from", roll_moment(x->from));
	json_object_set_new(x->out, "settings", settings);
}

static void
add_first_step(struct plan *x)
{
	const char *section = roll_names[x->name].name;

	if (!x->f->write)
		roll_say(x->steps,
			 "now: put these settings into section %s (or let --write do it)",
			 section);
	roll_say(x->steps,
		 "now: " ROLL_RELOAD ": the new certificate is published and believed, the "
		 "old one signs");
}

static void
add_date(struct plan *x, instant at, const char *what)
{
	json_t *o = json_object();

	json_put_text(o, "at", roll_moment(at));
	json_put_text(o, "what", str_from(what));
	json_array_append_new(x->calendar, o);
}

/* From when to when there are two of them. */
static void
add_calendar(struct plan *x, const struct cert *next)
{
	const struct cert *old = signer_cert(x->id->current);
	bool ends_first = cert_not_after(old) < x->from;

	if (ends_first)
		add_date(x, cert_not_after(old), "the old certificate ends");
	add_date(x, x->from, "the new key signs; the old certificate is believed still");
	if (x->name == IDENTITY_STS)
		add_date(x, instant_add(x->from, ROLL_TOKEN_LIFE),
			 "the last token by the old key has ended");
	if (!ends_first)
		add_date(x, cert_not_after(old), "the old certificate ends");
	add_date(x, cert_not_after(next), "the new certificate ends");
}

static void
add_steps(struct plan *x)
{
	const char *section = roll_names[x->name].name;

	if (x->from > x->now)
		roll_say(x->steps, "until " STR_FMT ": have every peer below do its part",
			 STR_ARG(roll_moment(x->from)));
	roll_say(x->steps, "at " STR_FMT ": the new one signs, without a restart",
		 STR_ARG(roll_moment(x->from)));
	if (x->name == IDENTITY_STS)
		roll_say(x->steps,
			 "then: make it %s.cert and %s.key, name the old certificate in "
			 "sts.trusted and remove next_* (or let cert roll sts --finish --write "
			 "do "
			 "it); after 8 hours take it out again",
			 section, section);
	else if (x->name == IDENTITY_HUB)
		roll_say(x->steps,
			 "when no peer uses the old certificate any more: make it hub.cert "
			 "and hub.key and remove next_* (or let cert roll hub --finish --write "
			 "do "
			 "it); until then IdPs may encrypt to the old one");
	else
		roll_say(x->steps,
			 "then: make it %s.cert and %s.key and remove next_* (or let cert roll "
			 "%s "
			 "--finish --write do it)",
			 section, section, section);
}

/* --- output --- */

static void
put_cert(json_t *o, const char *key, const struct signer *s)
{
	if (s != NULL)
		json_object_set_new(o, key, cert_describe(signer_cert(s)));
}

static void
print_list(const char *title, const json_t *list)
{
	size_t i;
	json_t *v;

	if (json_array_size(list) > 0)
		printf("\n%s\n", title);
	json_array_foreach(list, i, v) printf("  - %s\n", json_string_value(v));
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *t = json_string_value(json_object_get(o, key));

	return t ? t : "-";
}

static void
print_cert(const char *title, const json_t *o)
{
	if (o != NULL)
		printf("%-9s %s\n          %s to %s, %s\n", title, text_of(o, "subject"),
		       text_of(o, "notBefore"), text_of(o, "notAfter"),
		       text_of(o, "thumbprintSha1"));
}

static void
print_text(const struct plan *x)
{
	const json_t *settings = json_object_get(x->out, "settings");
	const char *key;
	size_t i;
	json_t *v;

	printf("%s\n\n", roll_names[x->name].what);
	print_cert("current", json_object_get(x->out, "current"));
	print_cert("next", json_object_get(x->out, "next"));
	if (json_object_get(x->out, "signsFrom"))
		printf("%-9s %s\n", "signs", text_of(x->out, "signsFrom"));
	print_list("Mind", x->warnings);
	if (settings)
		printf("\nSettings of section %s\n", roll_names[x->name].name);
	json_object_foreach((json_t *)(uintptr_t)settings, key, v)
		printf("  %s = \"%s\";\n", key, json_string_value(v));
	if (json_object_get(x->out, "removed"))
		print_list("Settings that go", json_object_get(x->out, "removed"));
	if (json_object_get(x->out, "written"))
		printf("\nWritten to %s\n", text_of(x->out, "written"));
	if (json_array_size(x->calendar) > 0)
		printf("\nCalendar\n");
	json_array_foreach(x->calendar, i, v)
		printf("  %s  %s\n", text_of(v, "at"), text_of(v, "what"));
	print_list("Steps", x->steps);
	if (json_array_size(x->peers) > 0)
		printf("\nPeers\n");
	json_array_foreach(x->peers, i, v)
		printf("  - %s %s (%s): %s\n", text_of(v, "kind"), text_of(v, "id"),
		       text_of(v, "name"), text_of(v, "todo"));
}

static void
print(struct plan *x)
{
	json_put_text(x->out, "identity", str_from(roll_names[x->name].name));
	put_cert(x->out, "current", x->id->current);
	put_cert(x->out, "next", x->next ? x->next : x->id->next);
	if (x->from != INSTANT_MAX)
		json_put_text(x->out, "signsFrom", roll_moment(x->from));
	json_object_set(x->out, "warnings", x->warnings);
	json_object_set(x->out, "calendar", x->calendar);
	json_object_set(x->out, "steps", x->steps);
	json_object_set(x->out, "peers", x->peers);
	if (x->c->json) {
		json_dumpf(x->out, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		print_text(x);
	}
}

/* --- what is asked for --- */

static struct signer_source
new_source(const struct plan *x, const char *key)
{
	return (struct signer_source){
		.key = key,
		.cert = x->f->cert,
		.password = x->f->password,
		.pkcs11_module = config_text(x->p->config, OPT_PKCS11_MODULE),
	};
}

static bool
make_request(struct plan *x, struct err *e)
{
	AUTO(buf_release) struct buf text = BUF_INIT(REQUEST_MAX_BYTES);
	const char *key = x->f->new_key ? x->f->new_key : x->f->key;
	struct signer_source from = new_source(x, key);

	if (x->f->new_key && !key_make(x->f->new_key, KEY_BITS, e))
		return false;
	if (!key_request(&from, signer_cert(x->id->current), &text, e) ||
	    !file_write(x->f->csr, buf_str(&text), e))
		return false;
	roll_say(x->steps, "have the authority issue a certificate for the request %s",
		 x->f->csr);
	roll_say(x->steps, "then: sluse cert roll %s --key %s --cert FILE",
		 roll_names[x->name].name, key);
	return true;
}

static bool
plan_switch(struct plan *x, struct err *e)
{
	struct signer_source from = new_source(x, x->f->key);

	if (!signer_open(&from, &x->next, e))
		return false;
	x->from = x->f->from;
	if (!check_next(x, e))
		return false;
	add_settings(x);
	if (x->f->write && !roll_write(x, e))
		return false;
	add_calendar(x, signer_cert(x->next));
	add_first_step(x);
	add_steps(x);
	add_peers(x);
	return true;
}

static void
tell_state(struct plan *x)
{
	x->from = x->id->next_from;
	if (x->id->next == NULL)
		roll_say(x->steps,
			 "no successor; begin with: sluse cert roll %s --new-key FILE "
			 "--csr FILE",
			 roll_names[x->name].name);
	else if (x->id->next_from == INSTANT_MAX)
		roll_say(x->steps, "the successor is published; set next_from");
	else {
		add_calendar(x, signer_cert(x->id->next));
		add_steps(x);
	}
	if (x->id->next != NULL)
		add_peers(x);
}

static bool
run(struct plan *x, struct store *s, struct err *e)
{
	if (x->id->current == NULL)
		return FAIL(e, CONFIG_INVALID, "%s is not configured",
			    roll_names[x->name].name);
	if (!trust_as_of(s, INSTANT_MAX, &x->known, e))
		return false;
	if (x->f->finish)
		return roll_finish(x, e);
	if (x->f->csr)
		return make_request(x, e);
	if (x->f->cert || x->f->key)
		return plan_switch(x, e);
	tell_state(x);
	return true;
}

static bool
open_all(const struct cli *c, struct plan *x, struct store **s, struct err *e)
{
	struct config *config = NULL;

	return cli_config_and_clock(c, &config, e) && platform_load(config, &x->p, e) &&
	       cli_store(c, true, s, e);
}

int
cert_roll(const struct cli *c, const char *identity, const struct roll_flags *f)
{
	AUTO(store_closep) struct store *s = NULL;
	struct plan x = {.c = c, .f = f, .name = IDENTITY_COUNT, .from = INSTANT_MAX};
	struct err e = ERR_INIT;
	bool ok;

	for (int i = 0; i < IDENTITY_COUNT; i++)
		if (strcmp(roll_names[i].name, identity) == 0)
			x.name = (enum identity_name)i;
	if (x.name == IDENTITY_COUNT)
		return cli_usage(c, "cert roll sts, service or hub");
	x.out = json_object();
	x.steps = json_array();
	x.peers = json_array();
	x.warnings = json_array();
	x.calendar = json_array();
	ok = open_all(c, &x, &s, &e);
	if (ok) {
		x.now = clock_now();
		x.id = &x.p->id[x.name];
		ok = run(&x, s, &e);
	}
	if (ok)
		print(&x);
	json_decref(x.out);
	json_decref(x.steps);
	json_decref(x.peers);
	json_decref(x.warnings);
	json_decref(x.calendar);
	trust_release(x.known);
	signer_free(x.next);
	platform_release(x.p);
	return ok ? EXIT_OK : cli_failed(c, &e);
}
