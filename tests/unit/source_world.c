/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder with the files of a source, and what its reader says of them as text. */
#include "tests/unit/source_world.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "administration/manifest.h"
#include "administration/object_json.h"
#include "base/encoding.h"
#include "crypto/digest.h"

static const char *const tables[] = {"enheder.csv", "brugere.csv", "tilknytninger.csv",
				     "funktioner.csv"};

void
source_world_make(struct source_world *w)
{
	struct err e = ERR_INIT;

	*w = (struct source_world){.path = "/tmp/sluse-source-XXXXXX"};
	BUG_ON(!mkdtemp(w->path));
	w->options.cvr = STR(WORLD_CVR);
	BUG_ON(!uuid_parse(STR(WORLD_ORG), &w->options.organisation));
	BUG_ON(!time_parse(STR("2026-01-01T00:00:00"), ZONE_LOCAL, &w->options.from, &e));
	buf_init(&w->objects, 1u << 26);
	buf_init(&w->refusals, 1u << 24);
	buf_init(&w->json, 1u << 26);
}

void
source_world_remove(struct source_world *w)
{
	char path[WORLD_PATH + 280];
	DIR *d = opendir(w->path);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		(void)snprintf(path, sizeof(path), "%s/%s", w->path, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)unlink(path);
	}
	if (d)
		(void)closedir(d);
	(void)rmdir(w->path);
	source_closep(&w->source);
	buf_release(&w->objects);
	buf_release(&w->refusals);
	buf_release(&w->json);
}

void
source_world_write(struct source_world *w, const char *name, struct str text)
{
	char path[WORLD_PATH + 64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", w->path, name);
	f = fopen(path, "we");
	BUG_ON(!f);
	BUG_ON(text.len > 0 && fwrite(text.ptr, 1, text.len, f) != text.len);
	BUG_ON(fclose(f) != 0);
}

void
source_world_manifest(struct source_world *w, const char *mode, const int rows[4])
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf out = BUF_INIT(65536);
	struct manifest m = {STR(WORLD_CVR), STR("Prøve"), STR("2026-01-02T03:04:05Z"),
			     SOURCE_DELTA, .count = 0};

	if (strcmp(mode, "fuld") == 0)
		m.extent = SOURCE_FULL;
	for (size_t i = 0; i < 4; i++) {
		AUTO(buf_release) struct buf text = BUF_INIT(1u << 26);
		char path[WORLD_PATH + 64], piece[4096];
		uint8_t digest[32];
		size_t got;
		FILE *f;

		if (rows[i] < 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", w->path, tables[i]);
		f = fopen(path, "re");
		BUG_ON(!f);
		while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
			buf_add_bytes(&text, piece, got);
		(void)fclose(f);
		digest_sha256(buf_str(&text), digest);
		m.files[m.count++] =
			(struct manifest_file){str_from(tables[i]), (uint64_t)rows[i],
					       hex_encode(a, str_of(digest, sizeof(digest)))};
	}
	manifest_write(&m, &out);
	source_world_write(w, MANIFEST_NAME, buf_str(&out));
}

/* ---- as text ---- */

static void
put_day(struct buf *b, instant t, bool given)
{
	char text[TIME_TEXT_MAX];
	struct str s;

	if (t == INSTANT_MIN || t == INSTANT_MAX)
		return;
	if (!given)
		buf_add_char(b, '~');
	s = time_format_local(t, text);
	buf_add(b, str_of(s.ptr, 10));
	if (t != time_local_midnight(t))
		buf_add(b, str_of(s.ptr + 10, 9));
}

static void
put_time(struct buf *b, const struct virkning *v)
{
	buf_add_char(b, '[');
	put_day(b, v->fra, v->fra_given);
	buf_add_char(b, ',');
	put_day(b, v->til, v->til != INSTANT_MAX);
	buf_add_char(b, ')');
}

static void
put_ref(struct buf *b, const struct oio_ref *ref)
{
	char text[UUID_TEXT_LEN + 1];

	if (ref->form == REF_URN)
		buf_add(b, ref->urn);
	else
		buf_add(b, uuid_format(ref->uuid, text));
}

static void
put_item(struct buf *b, const struct oio_type *t, const struct oio_item *i)
{
	struct oio_range range = oio_part_range(t, OIO_ATTRIBUT);

	if (i->part == OIO_ATTRIBUT) {
		for (size_t f = range.first; f < range.end; f++)
			if (i->u.egenskab[f].tag == OIO_TEXT)
				buf_printf(b, " %s=" STR_FMT, t->fields[f].name,
					   STR_ARG(i->u.egenskab[f].u.text));
	} else if (i->part == OIO_TILSTAND) {
		buf_printf(b, " %s=%s", t->fields[i->field].name,
			   i->u.tilstand.flag ? "Aktiv" : "Inaktiv");
	} else {
		buf_printf(b, " %s=", t->fields[i->field].name);
		put_ref(b, &i->u.relation.ref);
		if (ref_is_set(&i->u.relation.rolle.ref)) {
			buf_add_char(b, '/');
			put_ref(b, &i->u.relation.rolle.ref);
			buf_add_char(b, '/');
			put_ref(b, &i->u.relation.type.ref);
			buf_printf(b, "#" STR_FMT, STR_ARG(i->u.relation.indeks));
		}
	}
	put_time(b, &i->v);
}

static bool
on_object(const struct source_object *o, void *arg, struct err *e)
{
	struct source_world *w = arg;
	const struct registrering reg = {.livscyklus = LIV_IMPORTERET, .content = o->content};
	char text[UUID_TEXT_LEN + 1];

	if (++w->told == w->stop_after)
		return FAIL(e, RETUR_INPUT, "stopped");
	buf_printf(&w->objects, "%llu %s " STR_FMT "%s%s", (unsigned long long)o->record,
		   o->type->name, STR_ARG(uuid_format(o->uuid, text)),
		   o->is_derived ? " afledt" : "", o->is_ended ? " ophørt" : "");
	for (size_t i = 0; i < o->content.count; i++)
		put_item(&w->objects, o->type, &o->content.items[i]);
	buf_add_char(&w->objects, '\n');
	object_json_write(o->type, o->uuid, &reg, &w->json);
	return true;
}

static bool
on_refusal(const struct source_refusal *r, void *arg, struct err *e)
{
	struct source_world *w = arg;
	struct str file = r->file;

	(void)e;
	if (str_has_prefix(file, str_from(w->path)))
		file = str_skip(file, strlen(w->path) + 1);
	buf_printf(&w->refusals, "! " STR_FMT ":%zu " STR_FMT ": " STR_FMT "\n", STR_ARG(file),
		   r->line, STR_ARG(r->column), STR_ARG(r->reason));
	return true;
}

static bool
on_record(uint64_t record, void *arg, struct err *e)
{
	struct source_world *w = arg;

	(void)e;
	w->last_record = record;
	return true;
}

void
source_world_read(struct source_world *w, const char *name, uint64_t after)
{
	const struct source_handlers h = {on_object, on_refusal, on_record, w};
	struct err e = ERR_INIT;
	char path[WORLD_PATH + 64];

	(void)snprintf(path, sizeof(path), "%s%s%s", w->path, name ? "/" : "",
		       name ? name : "");
	source_closep(&w->source);
	buf_clear(&w->objects);
	buf_clear(&w->refusals);
	buf_clear(&w->json);
	w->told = 0;
	w->last_record = 0;
	if (source_open(path, &w->options, &w->source, &e) &&
	    source_read(w->source, after, &h, &e))
		BUG_ON(e.code != ERR_NONE);
	w->code = e.code;
	if (w->source)
		w->info = *source_info(w->source);
}
