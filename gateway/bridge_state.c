/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bridge's records. A pending login: a line with what ended it, empty while it is open,
 * then JSON. A session: JSON, a zero byte, what is sealed. A login at a system: JSON. Keys are
 * short; absent values are left out.
 */
#include "gateway/bridge_state.h"

#include "base/encoding.h"
#include "base/json.h"
#include "base/limits.h"
#include "crypto/cipher.h"
#include "crypto/digest.h"
#include "crypto/random.h"

#define RECORD_BYTES (4UL * 1024 * 1024)

static void
put_number(json_t *o, const char *key, int64_t n)
{
	json_object_set_new(o, key, json_integer(n));
}

static void
put_list(json_t *o, const char *key, const struct str *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_stringn(list[i].ptr, list[i].len));
	json_object_set_new(o, key, array);
}

static struct str
text_of(const json_t *value, struct arena *a)
{
	if (!json_is_string(value))
		return STR_NONE;
	return arena_dup(a, str_of(json_string_value(value), json_string_length(value)));
}

static struct str
get(const json_t *o, const char *key, struct arena *a)
{
	return text_of(json_object_get(o, key), a);
}

static int64_t
get_number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static struct str
dump(struct str before, const json_t *o, struct arena *a)
{
	AUTO(buf_release) struct buf out = BUF_INIT(RECORD_BYTES);

	buf_add(&out, before);
	json_add_to(o, &out);
	return arena_dup(a, buf_str(&out));
}

static json_t *
load(struct str json, struct err *e)
{
	json_t *o = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(o)) {
		json_decref(o);
		FAIL(e, INTERNAL, "a record of the bridge is damaged");
		return NULL;
	}
	return o;
}

struct str
pending_encode(const struct pending *p, struct arena *a)
{
	AUTO(json_decrefp) json_t *o = json_object();

	json_put_text(o, "handle", p->handle);
	json_put_text(o, "system", p->system);
	json_put_text(o, "request", p->request_id);
	json_put_text(o, "acs", p->acs);
	json_put_text(o, "relay", p->relay_state);
	put_number(o, "force", p->force_authn);
	put_number(o, "passive", p->is_passive);
	put_number(o, "stepped", p->has_stepped_up);
	put_number(o, "old", p->need.old_least);
	put_number(o, "old_exact", p->need.old_exact);
	put_number(o, "nsis", p->need.nsis_least);
	put_number(o, "nsis_exact", p->need.nsis_exact);
	if (p->has_idp_list)
		put_list(o, "idps", p->idp_list, p->idp_list_count);
	json_put_text(o, "binding", p->binding);
	json_put_text(o, "csrf", p->csrf);
	json_put_text(o, "idp", p->idp);
	json_put_text(o, "hub_request", p->hub_request);
	put_number(o, "created", p->created);
	put_number(o, "requested", p->requested);
	return dump(arena_printf(a, STR_FMT "\n", STR_ARG(p->used)), o, a);
}

struct str
pending_used(struct str record)
{
	struct str used, json;

	return str_cut(record, '\n', &used, &json) && used.len > 0 ? used : STR_NONE;
}

bool
pending_decode(struct str record, struct arena *a, struct pending *out, struct err *e)
{
	AUTO(json_decrefp) json_t *o = NULL;
	const json_t *idps;
	struct str *list, used, json;

	if (!str_cut(record, '\n', &used, &json))
		return FAIL(e, INTERNAL, "a login without what ended it");
	o = load(json, e);
	if (!o)
		return false;
	idps = json_object_get(o, "idps");
	list = ARENA_NEW_N(a, json_array_size(idps) + 1, struct str);
	for (size_t i = 0; i < json_array_size(idps); i++)
		list[i] = text_of(json_array_get(idps, i), a);
	*out = (struct pending){
		.handle = get(o, "handle", a),
		.system = get(o, "system", a),
		.request_id = get(o, "request", a),
		.acs = get(o, "acs", a),
		.relay_state = get(o, "relay", a),
		.force_authn = get_number(o, "force") != 0,
		.is_passive = get_number(o, "passive") != 0,
		.has_stepped_up = get_number(o, "stepped") != 0,
		.need = {.old_least = (int)get_number(o, "old"),
			 .old_exact = (unsigned)get_number(o, "old_exact"),
			 .nsis_least = (enum nsis)get_number(o, "nsis"),
			 .nsis_exact = (unsigned)get_number(o, "nsis_exact")},
		.has_idp_list = json_is_array(idps),
		.idp_list = list,
		.idp_list_count = json_array_size(idps),
		.binding = get(o, "binding", a),
		.csrf = get(o, "csrf", a),
		.idp = get(o, "idp", a),
		.hub_request = get(o, "hub_request", a),
		.created = get_number(o, "created"),
		.requested = get_number(o, "requested"),
		.used = arena_dup(a, pending_used(record)),
	};
	return true;
}

struct str
cookie_key(struct str value, struct arena *a)
{
	uint8_t digest[32];

	digest_sha256(value, digest);
	return hex_encode(a, str_of(digest, sizeof(digest)));
}

instant
session_until(const struct session *s, instant now)
{
	instant idle = now + SESSION_IDLE, end = s->created + SESSION_LIFE;

	return idle < end ? idle : end;
}

struct str
session_encode(const struct session *s, struct arena *a)
{
	AUTO(json_decrefp) json_t *o = json_object();
	AUTO(buf_release) struct buf out = BUF_INIT(RECORD_BYTES);

	put_number(o, "created", s->created);
	json_put_text(o, "login", s->login);
	json_put_text(o, "idp", s->idp);
	json_put_text(o, "system", s->system);
	put_number(o, "accepted", s->accepted);
	put_number(o, "authn", s->authn_instant);
	put_number(o, "ends", s->session_end);
	json_add_to(o, &out);
	buf_add_char(&out, '\0');
	buf_add(&out, s->sealed);
	return arena_dup(a, buf_str(&out));
}

bool
session_decode(struct str record, struct arena *a, struct session *out, struct err *e)
{
	AUTO(json_decrefp) json_t *o = NULL;
	struct str json, sealed;

	if (!str_cut(record, '\0', &json, &sealed))
		return FAIL(e, INTERNAL, "a session without its sealed part");
	o = load(json, e);
	if (!o)
		return false;
	*out = (struct session){
		.created = get_number(o, "created"),
		.login = get(o, "login", a),
		.idp = get(o, "idp", a),
		.system = get(o, "system", a),
		.accepted = get_number(o, "accepted"),
		.authn_instant = get_number(o, "authn"),
		.session_end = get_number(o, "ends"),
		.sealed = arena_dup(a, sealed),
	};
	return true;
}

static void
seal_key(struct str cookie, uint8_t out[32])
{
	digest_hmac_sha256(cookie, STR("idp_login attributes"), out);
}

struct str
cookie_seal(struct str cookie, struct str octets, struct arena *a)
{
	uint8_t key[32];

	seal_key(cookie, key);
	return aead_seal(str_of(key, sizeof(key)), octets, a);
}

bool
cookie_open(struct str sealed, struct str cookie, struct arena *a, struct str *octets,
	    struct err *e)
{
	uint8_t key[32];

	seal_key(cookie, key);
	return aead_open(str_of(key, sizeof(key)), sealed, a, octets, e);
}

static json_t *
role_json(const struct rolemap_line *line, const struct grant *g)
{
	json_t *o = json_object(), *limits = json_array();
	const struct privilege *p;

	json_put_text(o, "verdict", str_from(rolemap_verdict_name(line->verdict)));
	json_put_text(o, "jfr", line->jfr);
	json_put_text(o, "scope", line->scope_cvr);
	json_put_text(o, "bsr", line->bsr);
	if (line->verdict == ROLEMAP_GIVEN && line->group < g->roles.count) {
		p = &g->roles.groups[line->group];
		for (size_t i = 0; i < p->constraint_count; i++) {
			json_t *limit = json_object();

			json_put_text(limit, "type", p->constraints[i].name);
			json_put_text(limit, "value", p->constraints[i].value);
			json_array_append_new(limits, limit);
		}
	}
	json_object_set_new(o, "limits", limits);
	return o;
}

struct str
sys_login_encode(const struct grant_question *q, const struct grant *g, const struct session *s,
		 struct arena *a)
{
	AUTO(json_decrefp) json_t *o = json_object();
	json_t *roles = json_array();

	json_put_text(o, "session", s->key);
	json_put_text(o, "login", s->login);
	json_put_text(o, "system", q->system->entity_id);
	json_put_text(o, "idp", q->login->idp->entity_id);
	json_put_text(o, "assertion", g->assertion_id);
	json_put_text(o, "index", g->session_index);
	put_number(o, "at", q->now);
	for (size_t i = 0; i < g->roles.line_count; i++)
		json_array_append_new(roles, role_json(&g->roles.lines[i], g));
	json_object_set_new(o, "roles", roles);
	return dump(STR(""), o, a);
}
