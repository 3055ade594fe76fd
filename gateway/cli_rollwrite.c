/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse cert roll --write and --finish: what the plan says, put into the configuration file;
 * and at the end of a roll the successor put into its predecessor's place. Refuses to finish
 * before the successor signs, and to let go of an old certificate that tokens still rest on.
 * Source: token-service contract 7.4; docs/decisions/0015.
 */
#include "gateway/cli_roll.h"

#include <limits.h>
#include <string.h>

#include "gateway/audit_seal.h"

static void
change_to(struct conf_file *f, const char *name, struct str value)
{
	BUG_ON(f->count == CONF_CHANGES);
	f->changes[f->count++] = (struct conf_change){name, value};
}

static bool
write_file(struct plan *x, struct conf_file *f, struct err *e)
{
	if (!x->f->write)
		return true;
	if (!conf_file_write(f, e))
		return false;
	json_object_set_new(x->out, "written", json_string(f->path));
	return true;
}

/* The settings of the plan; of before, those that it has not go. */
bool
roll_write(struct plan *x, struct err *e)
{
	static const char *const names[] = {"next_cert", "next_key", "next_key_password",
					    "next_from"};
	AUTO(conf_file_release) struct conf_file f = {.text = STR_NONE};
	struct buf values[ARRAY_LEN(names)];
	bool ok = conf_file_read(cli_config_path(x->c), &f, e);

	f.name = x->name;
	f.section = roll_names[x->name].name;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str text = json_get_text(json_object_get(x->out, "settings"), names[i]);

		buf_init(&values[i], 2 * PATH_MAX);
		ok = ok && (!str_is_set(text) || conf_quote(text, &values[i], e));
		change_to(&f, names[i], str_is_set(text) ? buf_str(&values[i]) : STR_NONE);
	}
	ok = ok && write_file(x, &f, e);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		buf_release(&values[i]);
	return ok;
}

/* The old certificate is believed for as long as its tokens live. */
static bool
keep_old(struct plan *x, struct conf_file *f, struct err *e)
{
	const char *trusted = config_text(x->p->config, OPT_STS_TRUSTED);
	struct audit_keys held = {0};
	struct str old;
	bool ok, is_there = false;

	if (trusted == NULL) {
		if (!conf_get(f->text, f->section, "cert", &old, e))
			return false;
		if (!str_is_set(old))
			return FAIL(e, CONFIG_INVALID,
				    "the old certificate is in no file of "
				    "its own: name it in sts.trusted first");
		change_to(f, "trusted", old);
		return true;
	}
	ok = audit_keys_load(trusted, &held, e);
	for (size_t i = 0; i < held.count; i++)
		is_there = is_there || cert_eq(held.certs[i], signer_cert(x->id->current));
	audit_keys_release(&held);
	return ok && (is_there || FAIL(e, CONFIG_INVALID,
				       "sts.trusted is %s: put the old certificate into it "
				       "first",
				       trusted));
}

/* The successor's values, as they stand in the file, in place of the old ones. */
static bool
finish_changes(struct plan *x, struct conf_file *f, struct err *e)
{
	static const char *const names[][2] = {{"next_cert", "cert"},
					       {"next_key", "key"},
					       {"next_key_password", "key_password"}};
	json_t *settings = json_object(), *removed = json_array();

	json_object_set_new(x->out, "settings", settings);
	json_object_set_new(x->out, "removed", removed);
	if (x->name == IDENTITY_STS && !keep_old(x, f, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str value;

		if (!conf_get(f->text, f->section, names[i][0], &value, e))
			return false;
		if (i == 1 && !str_is_set(value))
			return FAIL(e, CONFIG_INVALID, "%s.next_key is not in %s", f->section,
				    f->path);
		change_to(f, names[i][1], value);
		change_to(f, names[i][0], STR_NONE);
	}
	change_to(f, "next_from", STR_NONE);
	for (size_t i = 0; i < f->count; i++) {
		struct str v = f->changes[i].value;

		if (str_is_set(v))
			json_put_text(settings, f->changes[i].name,
				      str_of(v.ptr + 1, v.len - 2));
		else
			json_array_append_new(removed, json_string(f->changes[i].name));
	}
	return true;
}

bool
roll_finish(struct plan *x, struct err *e)
{
	AUTO(conf_file_release) struct conf_file f = {.text = STR_NONE};

	x->from = x->id->next_from;
	if (x->id->next == NULL)
		return FAIL(e, CONFIG_INVALID, "no successor is configured");
	if (x->now < x->from)
		return FAIL(e, CONFIG_INVALID, "the successor does not sign yet");
	if (!conf_file_read(cli_config_path(x->c), &f, e))
		return false;
	f.name = x->name;
	f.section = roll_names[x->name].name;
	if (!finish_changes(x, &f, e) || !write_file(x, &f, e))
		return false;
	if (!x->f->write)
		roll_say(x->steps, "put these settings into section %s (or let --write do it)",
			 f.section);
	roll_say(x->steps, ROLL_RELOAD);
	if (x->name == IDENTITY_STS)
		roll_say(x->steps, "from " STR_FMT " on sts.trusted may go",
			 STR_ARG(roll_moment(instant_add(x->now, ROLL_TOKEN_LIFE))));
	return true;
}
