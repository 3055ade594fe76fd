/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sluse organisation ret and opret: editing in a draft. Without --kladde a draft is made for
 * it, and thrown away again when the edit is refused.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "administration/edit.h"
#include "administration/found.h"
#include "base/mem.h"
#include "gateway/cli_org.h"
#include "gateway/cli_org_edit.h"

struct flags {
	struct edit_frame frame;
	bool is_new_draft, with_below, publish;
	const char *title;
	const char *name, *code, *whose, *organisation, *virksomhed, *myndighed, *unit;
};

static const struct option longs[] = {
	{"fra", required_argument, NULL, 'f'},
	{"til", required_argument, NULL, 't'},
	{"kladde", required_argument, NULL, 'k'},
	{"titel", required_argument, NULL, 'T'},
	{"undertrae", no_argument, NULL, 'u'},
	{"publicer", no_argument, NULL, 'p'},
	{"navn", required_argument, NULL, 'n'},
	{"kode", required_argument, NULL, 'c'},
	{"for", required_argument, NULL, 'w'},
	{"organisation", required_argument, NULL, 'o'},
	{"virksomhed", required_argument, NULL, 'v'},
	{"myndighed", required_argument, NULL, 'm'},
	{"enhed", required_argument, NULL, 'e'},
	{NULL, 0, NULL, 0},
};

/* NULL, or what is wrong. */
static const char *
read_flag(struct flags *f, int c, const char *value)
{
	switch (c) {
	case 'f':
		return cli_time(value, &f->frame.fra) ? NULL : "--fra skal være en dato";
	case 't':
		return cli_time(value, &f->frame.til) ? NULL : "--til skal være en dato";
	case 'k':
		return org_number(value, &f->frame.draft) ? NULL : "--kladde er et nummer";
	case 'T':
		f->title = value;
		break;
	case 'u':
		f->with_below = true;
		break;
	case 'p':
		f->publish = true;
		break;
	case 'n':
		f->name = value;
		break;
	case 'c':
		f->code = value;
		break;
	case 'w':
		f->whose = value;
		break;
	case 'o':
		f->organisation = value;
		break;
	case 'v':
		f->virksomhed = value;
		break;
	case 'm':
		f->myndighed = value;
		break;
	case 'e':
		f->unit = value;
		break;
	default:
		return "se ovenfor";
	}
	return NULL;
}

static const char *
read_flags(struct org *o, struct arena *a, struct flags *f)
{
	const char *wrong = NULL;
	int c;

	*f = (struct flags){
		.frame = {.desk = &o->desk, .fra = EDIT_DAY, .til = INSTANT_MAX, .a = a}};
	while (!wrong && (c = getopt_long(o->argc, o->argv, "", longs, NULL)) != -1)
		wrong = read_flag(f, c, optarg);
	return wrong;
}

/* ---- one edit, in a draft that is there or is made for it ---- */

typedef bool edit_fn(struct flags *f, void *arg, struct err *e);

static int
refused(struct org *o, struct flags *f, struct err *e)
{
	struct err ignored = ERR_INIT;
	json_t *j;

	if (f->is_new_draft && !draft_discard(&o->desk, f->frame.draft, &ignored))
		fprintf(stderr, "kladde %" PRId64 " er tom og kan kasseres\n", f->frame.draft);
	if (!str_is_set(f->frame.text))
		return org_failed(o, e);
	if (o->cli->json) {
		j = json_object();
		json_put_text(j, "refused", f->frame.text);
		cli_print_json(j);
	} else {
		fprintf(stderr, "afvist: " STR_FMT "\n",
			STR_ARG(org_shown(o, f->frame.a, f->frame.text)));
	}
	return EXIT_INVALID;
}

static int
edit_in_draft(struct org *o, struct flags *f, edit_fn *fn, void *arg)
{
	const char *title = f->title ? f->title : "Rettelser";
	struct err e = ERR_INIT;

	f->is_new_draft = f->frame.draft == 0;
	if (f->is_new_draft &&
	    !draft_create(&o->desk, str_from(title), STR_NONE, &f->frame.draft, &e))
		return org_failed(o, &e);
	return fn(f, arg, &e) ? EXIT_OK : refused(o, f, &e);
}

static void
told(const struct org *o, const struct flags *f, const struct oio_type *t, struct uuid u)
{
	char text[UUID_TEXT_LEN + 1];
	json_t *j;

	if (o->cli->json) {
		j = json_object();
		json_object_set_new(j, "draft", json_integer(f->frame.draft));
		json_put_text(j, "type", str_from(t->key));
		org_json_uuid(j, "uuid", u);
		cli_print_json(j);
	} else if (!o->cli->quiet) {
		printf("kladde %" PRId64 ": %s %s\n", f->frame.draft, desk_type_short(t),
		       uuid_format(u, text).ptr);
	}
}

/* ---- ret ---- */

struct wish {
	const struct oio_type *type;
	struct uuid uuid, other;
	bool is_new;
	struct str role, text;
	struct edit_setting *settings;
	size_t count;
	size_t closed;
	int64_t undone;
};

static bool
do_set(struct flags *f, void *arg, struct err *e)
{
	struct wish *w = arg;

	return edit_set(&f->frame, w->type, w->uuid, w->is_new, w->settings, w->count, e);
}

static bool
do_close(struct flags *f, void *arg, struct err *e)
{
	struct wish *w = arg;

	return edit_close(&f->frame, w->type, w->uuid, f->with_below, &w->closed, e);
}

static bool
do_lead(struct flags *f, void *arg, struct err *e)
{
	struct wish *w = arg;

	return edit_leader(&f->frame, w->uuid, w->other, e);
}

static bool
do_address(struct flags *f, void *arg, struct err *e)
{
	struct wish *w = arg;

	return edit_address(&f->frame, w->type, w->uuid, w->role, w->text, e);
}

static bool
do_undo(struct flags *f, void *arg, struct err *e)
{
	struct wish *w = arg;

	return edit_undo(&f->frame, w->type, w->uuid, &w->undone, e);
}

/* "EnhedNavn=Borgerservice", "TilknyttedeBrugere-=UUID" */
static bool
read_setting(const char *text, struct edit_setting *out)
{
	struct str name, value;

	if (!str_cut(str_from(text), '=', &name, &value) || name.len == 0)
		return false;
	*out = (struct edit_setting){.name = name, .value = value};
	if (str_has_suffix(name, STR("-")) && name.len > 1) {
		out->is_end = true;
		out->name.len--;
	}
	return true;
}

static int
set_fields(struct org *o, struct flags *f, struct wish *w, char **args, int count)
{
	int code;

	w->settings = ARENA_NEW_N(f->frame.a, (size_t)count + 1, struct edit_setting);
	for (int i = 0; i < count; i++) {
		if (!read_setting(args[i], &w->settings[w->count]))
			return org_usage(o, "»%s« er ikke FELT=VÆRDI", args[i]);
		/* what is on a command line is for everybody on the machine to read */
		if (str_eq_c(w->settings[w->count++].name, "CPR-NummerTekst"))
			return org_usage(o,
					 "CPR-numre gives i en kilde, ikke på kommandolinjen");
	}
	if (w->count == 0)
		return org_usage(o, "hvad skal rettes?");
	code = edit_in_draft(o, f, do_set, w);
	if (code == EXIT_OK)
		told(o, f, w->type, w->uuid);
	return code;
}

static bool
read_place(const char *kind, const char *uuid, struct wish *w)
{
	w->type = desk_type_named(str_from(kind));
	return w->type && uuid_parse(str_from(uuid), &w->uuid);
}

/* A verb with what it is about; false: not that verb. */
static bool
other_verbs(struct org *o, struct flags *f, char **args, int n, int *code)
{
	struct wish w = {.type = &type_organisationenhed};
	struct edit_setting move;
	edit_fn *fn = NULL;

	if (strcmp(args[0], "flyt") == 0 && n == 3 && uuid_parse(str_from(args[1]), &w.uuid)) {
		move = (struct edit_setting){STR("Overordnet"), str_from(args[2]), false};
		w.settings = &move;
		w.count = 1;
		fn = do_set;
	} else if (strcmp(args[0], "leder") == 0 && n == 3 &&
		   uuid_parse(str_from(args[1]), &w.uuid) &&
		   uuid_parse(str_from(args[2]), &w.other)) {
		fn = do_lead;
	} else if (strcmp(args[0], "nedlaeg") == 0 && n == 3 &&
		   read_place(args[1], args[2], &w)) {
		fn = do_close;
	} else if (strcmp(args[0], "fortryd") == 0 && n == 3 &&
		   read_place(args[1], args[2], &w)) {
		fn = do_undo;
	} else if (strcmp(args[0], "adresse") == 0 && n == 5 &&
		   read_place(args[1], args[2], &w)) {
		w.role = str_from(args[3]);
		w.text = str_from(args[4]);
		fn = do_address;
	}
	if (!fn)
		return false;
	*code = edit_in_draft(o, f, fn, &w);
	if (*code == EXIT_OK)
		told(o, f, w.type, w.uuid);
	return true;
}

static bool
is_verb(const char *word)
{
	static const char *const verbs[] = {"flyt", "leder", "adresse", "nedlaeg", "fortryd"};

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(word, verbs[i]) == 0)
			return true;
	return false;
}

int
org_ret(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct flags f;
	const char *wrong = read_flags(o, a, &f);
	struct wish w = {.type = NULL};
	char **args = o->argv + optind;
	int n = o->argc - optind, code;

	if (wrong != NULL)
		return org_usage(o, "%s", wrong);
	if (n < 3)
		return org_usage(o, "hvad skal rettes?");
	if (other_verbs(o, &f, args, n, &code))
		return code;
	w.type = desk_type_named(str_from(args[0]));
	w.is_new = strcmp(args[1], "ny") == 0;
	if (is_verb(args[0]))
		return org_usage(o, "efter »%s« mangler noget, eller en UUID er ingen",
				 args[0]);
	if (!w.type)
		return org_usage(o, "»%s« er ingen slags objekt", args[0]);
	if (w.is_new && uuid_parse(str_from(args[2]), &w.uuid))
		return set_fields(o, &f, &w, args + 3, n - 3);
	if (w.is_new)
		w.uuid = o->desk.make_uuid();
	else if (!uuid_parse(str_from(args[1]), &w.uuid))
		return org_usage(o, "»%s« er hverken en UUID eller »ny«", args[1]);
	return set_fields(o, &f, &w, args + 2, n - 2);
}

/* ---- opret ---- */

static bool
do_found(struct flags *f, void *arg, struct err *e)
{
	return found_shared(&f->frame, arg, e);
}

static bool
do_root(struct flags *f, void *arg, struct err *e)
{
	return found_root(&f->frame, arg, e);
}

static bool
read_uuid(const char *text, struct uuid *out)
{
	return text == NULL || uuid_parse(str_from(text), out);
}

static int
finish(struct org *o, struct flags *f, int code)
{
	if (code != EXIT_OK || !f->publish)
		return code;
	return org_publish_draft(o, f->frame.draft, f->frame.fra);
}

static int
new_organisation(struct org *o, struct flags *f)
{
	struct founding what = {.cvr = str_from(f->whose),
				.name = str_from(f->name),
				.code = str_from(f->code)};
	int code;

	if (!f->whose || !f->name)
		return org_usage(o, "--for CVR og --navn NAVN skal med");
	if (!read_uuid(f->organisation, &what.organisation) ||
	    !read_uuid(f->virksomhed, &what.virksomhed) ||
	    !read_uuid(f->myndighed, &what.myndighed))
		return org_usage(o, "ikke en UUID");
	code = edit_in_draft(o, f, do_found, &what);
	if (code == EXIT_OK && !f->publish) {
		told(o, f, &type_organisation, what.organisation);
		if (!o->cli->json) {
			told(o, f, &type_virksomhed, what.virksomhed);
			told(o, f, &type_myndighed, what.myndighed);
		}
	}
	return finish(o, f, code);
}

static int
new_root(struct org *o, struct flags *f)
{
	struct founding_unit what = {.name = str_from(f->name)};
	int code;

	if (!f->name || !f->organisation)
		return org_usage(o, "--organisation UUID og --navn NAVN skal med");
	if (!read_uuid(f->organisation, &what.organisation) || !read_uuid(f->unit, &what.unit))
		return org_usage(o, "ikke en UUID");
	code = edit_in_draft(o, f, do_root, &what);
	if (code == EXIT_OK && !f->publish)
		told(o, f, &type_organisationenhed, what.unit);
	return finish(o, f, code);
}

int
org_opret(struct org *o)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	struct flags f;
	const char *wrong = read_flags(o, a, &f), *what;

	if (wrong != NULL)
		return org_usage(o, "%s", wrong);
	what = o->argc - optind == 1 ? o->argv[optind] : "";
	if (!f.title)
		f.title = "Ny organisation";
	if (strcmp(what, "organisation") == 0)
		return new_organisation(o, &f);
	if (strcmp(what, "rod") == 0)
		return new_root(o, &f);
	return org_usage(o, "organisation (af operatøren) eller rod?");
}
