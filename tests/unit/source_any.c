/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a source, and what must hold whatever they are. */
#include "tests/unit/source_any.h"

#include <ctype.h>
#include <stdlib.h>

#include "tests/unit/source_world.h"

static struct source_world *world;

static bool
any_klasse(struct str number, void *arg, struct uuid *out)
{
	(void)arg;
	*out = source_uuid(STR("klasse"), number, (struct uuid){0});
	return number.len != 2;
}

static void
remove_world(void)
{
	source_world_remove(world);
}

static void
make_world(void)
{
	static struct source_world w;

	source_world_make(&w);
	w.options.may_cpr = true;
	w.options.klasse = any_klasse;
	world = &w;
	(void)atexit(remove_world);
}

/* Ten digits by themselves. */
static bool
has_number(struct str s)
{
	size_t run = 0;

	for (size_t i = 0; i < s.len; i++) {
		run = isdigit((unsigned char)s.ptr[i]) ? run + 1 : 0;
		if (run == 10 && (i + 1 == s.len || !isalnum((unsigned char)s.ptr[i + 1])) &&
		    (i < 10 || !isalnum((unsigned char)s.ptr[i - 10])))
			return true;
	}
	return false;
}

/* Objects of one kind may come twice where sources share them (a person of two users). */
static bool
is_repeated(struct str refusals)
{
	size_t at;

	return str_find(refusals, STR("samme objekt"), &at);
}

static void
check_objects(struct str json)
{
	AUTO(buf_release) struct buf lines = BUF_INIT(1u << 26);

	buf_add(&lines, json);
	world->options.format = SOURCE_JSONL;
	world->options.mapping = NULL;
	source_world_write(world, "again.jsonl", json);
	source_world_read(world, "again.jsonl", 0);
	BUG_ON(world->code != ERR_NONE);
	if (is_repeated(buf_str(&world->refusals)))
		return;
	BUG_ON(world->refusals.len > 0);
	BUG_ON(!str_eq(buf_str(&lines), buf_str(&world->json)));
}

void
source_any(enum source_format format, const char *name, struct str bytes,
	   const struct source_mapping *mapping)
{
	AUTO(buf_release) struct buf objects = BUF_INIT(1u << 26);
	AUTO(buf_release) struct buf refusals = BUF_INIT(1u << 26);
	AUTO(buf_release) struct buf json = BUF_INIT(1u << 26);
	enum err_code code;

	if (!world)
		make_world();
	world->options.format = format;
	world->options.mapping = mapping;
	source_world_write(world, name, bytes);
	source_world_read(world, name, 0);
	code = world->code;
	buf_add(&objects, buf_str(&world->objects));
	buf_add(&refusals, buf_str(&world->refusals));
	buf_add(&json, buf_str(&world->json));
	BUG_ON(has_number(buf_str(&refusals)));
	BUG_ON(code == SOURCE_INVALID && refusals.len == 0 && objects.len > 0);

	source_world_read(world, name, 0);
	BUG_ON(world->code != code || !str_eq(buf_str(&objects), buf_str(&world->objects)));
	BUG_ON(!str_eq(buf_str(&refusals), buf_str(&world->refusals)));
	source_world_read(world, name, world->last_record / 2);
	BUG_ON(!str_has_suffix(buf_str(&objects), buf_str(&world->objects)));
	if (json.len > 0)
		check_objects(buf_str(&json));
}
