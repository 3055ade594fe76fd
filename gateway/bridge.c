/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Steps that the bridge's handlers share: who may ask how often, which browser it is, what the
 * audit trail says, and the ways back to a system. An error goes to a system only at the
 * address that its verified request named.
 * Source: context-handler contract 1.7, 2.3, 2.5, 2.12, 6.7.
 */
#include "gateway/bridge.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "gateway/auditor.h"
#include "gateway/cookies.h"
#include "gateway/limiter.h"
#include "saml/authn.h"

#define DETAIL_BYTES (256UL * 1024)
#define ROLES_RECORDED_MAX 500

static const struct {
	const char *kind;
	struct limit limit;
} rates[] = {
	/* a whole municipality may sit behind one address */
	{"address", {.burst = 6000, .per_second = 200}},
	/* one system with all its users in the morning */
	{"issuer", {.burst = 6000, .per_second = 200}},
	/* all together: bounds the table of pending logins, which live ten minutes */
	{"all", {.burst = 60000, .per_second = 300}},
	/* what nobody is known to have sent takes no more room than this in the audit trail */
	{"refusal", {.burst = 1000, .per_second = 2}},
	{"refusals", {.burst = 10000, .per_second = 20}},
};

bool
bridge_admit(struct visit *v, const char *kind, struct str name, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(rates); i++)
		if (str_eq_c(str_from(rates[i].kind), kind) &&
		    !limiter_take(v->web->limiter, kind, name, &rates[i].limit, v->c->now))
			return FAIL(e, SAML_BUSY, "too many logins of this %s", kind);
	return true;
}

/* An id comes from the IdP as it is: one that could hold a CPR number is not written down. */
static bool
may_hold_cpr(struct str id)
{
	int digits = 0;

	for (size_t i = 0; i < id.len; i++) {
		if (id.ptr[i] >= '0' && id.ptr[i] <= '9')
			digits++;
		else if (id.ptr[i] != '-' && id.ptr[i] != ' ')
			digits = 0;
		if (digits == 10)
			return true;
	}
	return false;
}

/* [verdict, jobfunktionsrolle, brugersystemrolle]: who could do what, and why, years later. */
static json_t *
role_line(const struct rolemap_line *line)
{
	json_t *o = json_array();
	const struct str parts[] = {str_from(rolemap_verdict_name(line->verdict)), line->jfr,
				    line->bsr};

	for (size_t i = 0; i < ARRAY_LEN(parts) && str_is_set(parts[i]); i++) {
		struct str s = may_hold_cpr(parts[i]) ? STR("hidden") : parts[i];

		json_array_append_new(o, json_stringn(s.ptr, s.len));
	}
	return o;
}

static void
put_roles(json_t *o, const struct grant *g)
{
	json_t *dropped = json_object(), *lines = json_array();

	for (int i = ROLEMAP_NO_MAPPING; i < ROLEMAP_VERDICTS; i++)
		if (g->roles.tally[i] > 0)
			json_object_set_new(dropped,
					    rolemap_verdict_name((enum rolemap_verdict)i),
					    json_integer((json_int_t)g->roles.tally[i]));
	for (size_t i = 0; i < g->roles.line_count && i < ROLES_RECORDED_MAX; i++)
		json_array_append_new(lines, role_line(&g->roles.lines[i]));
	json_object_set_new(o, "jfr", json_integer((json_int_t)g->roles.received));
	json_object_set_new(o, "given", json_integer((json_int_t)g->roles.count));
	json_object_set_new(o, "dropped", dropped);
	json_object_set_new(o, "roles", lines);
}

/* [contract 6.7] no assertion, no CPR number, no name of a person */
static struct str
story_detail(struct visit *v, const struct bridge_story *s, enum err_code code)
{
	AUTO(json_decrefp) json_t *o = json_object();
	AUTO(buf_release) struct buf out = BUF_INIT(DETAIL_BYTES);

	json_put_text(o, "system", s->system);
	json_put_text(o, "idp", s->idp);
	json_put_text(o, "request", s->request_id);
	json_put_text(o, "assertion", s->assertion_id);
	json_put_text(o, "client", v->c->peer);
	json_put_text(o, "how", str_from(s->how));
	if (code != ERR_NONE)
		json_put_text(o, "page", page_reference(v, code));
	if (s->need)
		json_object_set_new(o, "level_needed", json_integer(level_need_old(s->need)));
	if (s->login) {
		json_object_set_new(o, "level", json_integer(s->login->level.old));
		if (s->login->level.is_nsis)
			json_put_text(o, "nsis", nsis_name(s->login->level.nsis));
	}
	if (s->grant) {
		put_roles(o, s->grant);
		json_put_text(o, "bootstrap", s->grant->bootstrap_id);
	}
	json_add_to(o, &out);
	/* half of it would be no JSON */
	return out.over ? STR("{\"too_long\":true}") : arena_dup(v->c->a, buf_str(&out));
}

/*
 * [contract 6.7] no name and no CPR number, though an IdP may send either as the user's number:
 * then it stands there sealed with this installation's secret, the same for the same user.
 */
static struct str
audit_user(struct visit *v, struct str user_key)
{
	struct str cvr, serial;
	uint8_t mac[32];

	if (!str_cut(user_key, '|', &cvr, &serial) || nameid_is_pseudonym(serial))
		return user_key;
	digest_hmac_sha256(str_of(v->web->secret, sizeof(v->web->secret)), user_key, mac);
	return arena_printf(v->c->a, STR_FMT "|mac:" STR_FMT, STR_ARG(cvr),
			    STR_ARG(hex_encode(v->c->a, str_of(mac, 16))));
}

struct audit_row
bridge_audit(struct visit *v, const struct bridge_story *s, enum err_code code)
{
	struct str actor = STR("browser");

	if (s->login && str_is_set(s->login->user_key))
		actor = audit_user(v, s->login->user_key);
	return (struct audit_row){
		.at = v->c->now,
		.action = STR("login"),
		.result = code == ERR_NONE ? STR("ok") : str_from(err_row(code)->name),
		.actor = actor,
		.cvr = s->login && str_is_set(s->login->cvr) ? s->login->cvr : STR_NONE,
		.object = str_is_set(s->system) ? s->system : STR_NONE,
		.request_id = v->c->request_id,
		.detail = story_detail(v, s, code),
	};
}

static void
log_refusal(struct visit *v, const struct bridge_story *s, const struct err *e)
{
	LOG_ERR(LOG_LEVEL_WARNING, "login.refused", e, LF("req", v->c->request_id),
		LF("page", page_reference(v, e->code)), LF("system", s->system),
		LF("idp", s->idp));
}

/* What anyone can have as often as he likes: a login that was begun does not change that. */
static bool
may_be_recorded(struct visit *v)
{
	struct err ignored = ERR_INIT;

	return bridge_admit(v, "refusal", v->c->peer, &ignored) &&
	       bridge_admit(v, "refusals", STR(""), &ignored);
}

void
bridge_refuse(struct visit *v, const struct bridge_story *s, struct bridge_write *more,
	      const struct err *e)
{
	struct audit_row row = bridge_audit(v, s, e->code);
	struct bridge_write w = {.now = v->c->now, .audit = &row};
	struct err bad = ERR_INIT;

	log_refusal(v, s, e);
	if (e->code == SAML_BUSY) {
		auditor_count(v->app->auditor, "login", e->code);
		return;
	}
	/* what an IdP signed is claimed with its record, once */
	if (more && str_is_set(more->seen)) {
		more->now = v->c->now;
		more->audit = &row;
		if (bridge_commit(v->app->store, more, &bad))
			return;
		err_clear(&bad);
	}
	/* a flood must not fill the audit trail: it is summed up there, and the log has it */
	if (!may_be_recorded(v))
		auditor_count(v->app->auditor, "login", e->code);
	else if (!bridge_commit(v->app->store, &w, &bad))
		LOG_ERR(LOG_LEVEL_ERROR, "audit.failed", &bad, LF("req", v->c->request_id));
}

struct str
bridge_bind(struct visit *v)
{
	struct str value = cookie_get(v->c, COOKIE_BINDING);

	if (value.len != 32) {
		value = random_hex(v->c->a, 16);
		cookie_set(v->c, COOKIE_BINDING, value, 0);
	}
	return cookie_key(value, v->c->a);
}

bool
bridge_is_bound(struct visit *v, const struct pending *p)
{
	struct str value = cookie_get(v->c, COOKIE_BINDING);

	return value.len == 32 && str_is_set(p->binding) &&
	       crypto_equal(cookie_key(value, v->c->a), p->binding);
}

static struct authn_order
make_order(struct visit *v, const struct pending *p, const struct peer_idp *idp, bool is_fresh)
{
	const struct peer_system *ps = peers_system(v->peers, p->system, v->c->now);
	bool is_old_scale = ps && !str_is_set(ps->system->min_nsis);
	struct authn_order o = {
		.issuer = v->hub.entity_id,
		.acs = arena_printf(v->c->a, STR_FMT "%s", STR_ARG(v->hub.base_url),
				    SAML_PATH_ACS),
		.signer = v->hub.signer,
		.to = idp->peer,
		.id = p->hub_request,
		.relay_state = p->handle,
		.force_authn = p->force_authn,
		.is_passive = p->is_passive,
		.is_fresh = is_fresh,
		.requester = idp->idp->supports_scope ? p->system : STR_NONE,
		.now = v->c->now,
	};

	/* [contract 2.3] this profile never gets a Scoping */
	if (str_eq(idp->idp->profile, STR("OIOSAML3_ADFS_RELAY_STATE")))
		o.requester = STR_NONE;
	o.class_ref_count = authn_class_refs(idp->idp, &p->need, is_old_scale, v->c->a,
					     &o.class_refs, &o.is_exact);
	return o;
}

void
bridge_ask_idp(struct visit *v, struct pending *p, const struct peer_idp *idp,
	       struct bridge_write *w, bool is_fresh)
{
	struct bridge_story story = {
		.system = p->system, .idp = idp->idp->entity_id, .request_id = p->request_id};
	struct authn_message m;
	struct authn_order o;
	struct err e = ERR_INIT;

	p->idp = idp->idp->entity_id;
	p->hub_request = authn_new_id(v->c->a);
	p->requested = v->c->now;
	p->force_authn |= is_fresh;
	o = make_order(v, p, idp, is_fresh);
	w->now = v->c->now;
	w->open = p;
	/* signed last: a request that came twice costs no signature */
	if (!bridge_commit(v->app->store, w, &e) || !authn_write(&o, v->c->a, &m, &e)) {
		bridge_refuse(v, &story, NULL, &e);
		page_error(v, &e, NULL);
		return;
	}
	LOG(LOG_LEVEL_INFO, "login.asked", LF("req", v->c->request_id), LF("system", p->system),
	    LF("idp", p->idp));
	if (m.is_post)
		page_post(v, &(struct page_form){.action = m.url,
						 .field = "SAMLRequest",
						 .value = m.message,
						 .relay_state = p->handle});
	else if (v->c->method == HTTP_METHOD_POST)
		page_go(v, m.url);
	else
		page_redirect(v, m.url);
}

bool
bridge_error_form(struct visit *v, const struct pending *p, enum err_code code,
		  struct page_form *out, struct err *e)
{
	AUTO(buf_release) struct buf xml = BUF_INIT(DETAIL_BYTES);
	struct respond_order o = {
		.issuer = v->hub.entity_id,
		.destination = p->acs,
		.in_response_to = p->request_id,
		.signer = v->hub.signer,
		.now = v->c->now,
	};

	if (!respond_write_error(&o, code, page_reference(v, code), v->c->a, &xml, e))
		return false;
	*out = (struct page_form){.action = p->acs,
				  .field = "SAMLResponse",
				  .value = base64_encode(v->c->a, buf_str(&xml)),
				  .relay_state = p->relay_state};
	return true;
}

void
bridge_answer_error(struct visit *v, const struct pending *p, const struct bridge_story *s,
		    struct bridge_write *w, const struct err *e)
{
	struct audit_row row = bridge_audit(v, s, e->code);
	struct page_form form;
	struct err bad = ERR_INIT;

	w->now = v->c->now;
	w->audit = &row;
	if (bridge_commit(v->app->store, w, &bad) &&
	    bridge_error_form(v, p, e->code, &form, &bad)) {
		log_refusal(v, s, e);
		page_post(v, &form);
		return;
	}
	/* replayed, or not stored: the system hears nothing */
	bridge_refuse(v, s, NULL, &bad);
	page_error(v, &bad, NULL);
}

void
bridge_answer(struct visit *v, const struct pending *p, const struct grant *g)
{
	page_post(v, &(struct page_form){.action = p->acs,
					 .field = "SAMLResponse",
					 .value = base64_encode(v->c->a, g->xml),
					 .relay_state = p->relay_state});
}
