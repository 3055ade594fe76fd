/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loads: from tables to a draft. The same whether it was interrupted or not; what is there
 * already, what another owns, what the source does not speak of, what it lacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "administration/load.h"
#include "administration/publish.h"
#include "tests/unit/desk_world.h"
#include "tests/unit/source_world.h"

#define U(n) "0000000" n "-0000-4000-8000-000000000000"
/* midnight in Copenhagen of the day of the world */
#define TODAY SECONDS(1725919200)
#define UNITS "uuid;navn;overordnet_uuid;email\n"

static struct world w;
static struct source_world files;
static struct arena *a;
static struct desk d;
static struct load_order order;
static struct load_outcome out;

static int
start(void **state)
{
	(void)state;
	world_open(&w);
	source_world_make(&files);
	a = arena_new();
	d = world_desk(&w, KORSBAEK);
	order = (struct load_order){
		.desk = &d,
		.path = arena_printf(a, "%s/enheder.csv", files.path).ptr,
		.source = {.cvr = d.cvr,
			   .organisation = files.options.organisation,
			   .from = TODAY},
		.name = STR("apos"),
		.owns = OWNER_ALL,
		.most_removed_percent = 5,
		.least_removed = 20,
	};
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	arena_freep(&a);
	source_world_remove(&files);
	world_close(&w);
	return 0;
}

static void
write_units(const char *text)
{
	source_world_write(&files, "enheder.csv", str_from(text));
}

static void
load_to(enum load_state want)
{
	struct err e = ERR_INIT;

	if (!load_run(&order, a, &out, &e))
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
	if (out.state != want)
		fail_msg("%s, not %s", load_state_name[out.state], load_state_name[want]);
}

static void
load_fails(enum err_code want)
{
	struct err e = ERR_INIT;

	if (load_run(&order, a, &out, &e))
		fail_msg("%s is expected", err_row(want)->name);
	if (e.code != want)
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
}

static void
publish_it(void)
{
	AUTO(plan_freep) struct plan *p = NULL;
	const struct plan_options po = {.day = TODAY};
	const struct publish_options o = {.accept_warnings = true};
	struct receipt got;
	struct err e = ERR_INIT;

	if (!plan_draft(&d, out.draft, &po, &p, &e) || !publish(&d, p, &o, &got, &e))
		fail_msg("%s: %s", err_row(e.code)->name, e.detail);
}

static void
load_and_publish(const char *text)
{
	write_units(text);
	load_to(LOAD_STAGED);
	publish_it();
}

static void
expect_counts(int64_t created, int64_t changed, int64_t same, int64_t refused)
{
	assert_int_equal(out.counts[COUNT_CREATED], created);
	assert_int_equal(out.counts[COUNT_CHANGED], changed);
	assert_int_equal(out.counts[COUNT_SAME], same);
	assert_int_equal(out.counts[COUNT_REFUSED], refused);
}

static bool
add_edit(const struct edit *edit, int64_t seq, void *arg, struct err *e)
{
	struct buf *b = arg;
	char uuid[UUID_TEXT_LEN + 1];

	(void)e;
	buf_printf(b, "%s %.8s %lld %s", edit->type->name, uuid_format(edit->uuid, uuid).ptr,
		   (long long)seq, edit_op_name[edit->op]);
	for (size_t i = 0; i < edit->content.count; i++) {
		const struct oio_item *it = &edit->content.items[i];

		if (it->part == OIO_ATTRIBUT)
			buf_printf(b, " E:" STR_FMT, STR_ARG(egenskab_text(edit->type, it, 1)));
		else if (it->part == OIO_TILSTAND)
			buf_printf(b, " %s", it->u.tilstand.flag ? "Aktiv" : "Inaktiv");
		else
			buf_printf(b, " %s:%.8s", edit->type->fields[it->field].name,
				   uuid_format(it->u.relation.ref.uuid, uuid).ptr);
	}
	buf_add_char(b, '\n');
	return true;
}

/* What the draft of the last load holds, one edit a line. */
static struct str
drafted(void)
{
	AUTO(buf_release) struct buf b = BUF_INIT(64UL * 1024 * 1024);
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;

	if (!store_read(d.store, &r, &e) ||
	    !draft_each(r, out.draft, NULL, a, add_edit, &b, &e))
		fail_msg("%s", e.detail);
	return arena_dup(a, b.len > 0 ? buf_str(&b) : STR(""));
}

static void
expect_draft(const char *want)
{
	struct str got = drafted();

	if (!str_eq_c(got, want))
		fail_msg("got:\n" STR_FMT "\nwant:\n%s", STR_ARG(got), want);
}

static bool
add_note(const struct import_note *n, void *arg, struct err *e)
{
	(void)e;
	buf_printf(arg, "%s " STR_FMT ":%lld " STR_FMT ": " STR_FMT "\n",
		   load_note_name[n->kind], STR_ARG(n->file), (long long)n->line,
		   STR_ARG(n->column), STR_ARG(n->text));
	return true;
}

static void
expect_note(const char *part)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	size_t at;

	if (!store_read(d.store, &r, &e) || !imports_notes(r, out.run, add_note, &b, &e))
		fail_msg("%s", e.detail);
	if (!str_find(buf_str(&b), str_from(part), &at))
		fail_msg("no '%s' in:\n" STR_FMT, part, STR_ARG(buf_str(&b)));
}

/* ---- fresh, and again ---- */

static void
fresh_and_again(void **state)
{
	static const char text[] = UNITS U("2") ";Under;" U("1") ";\n" U("1") ";Top;;\n";

	(void)state;
	write_units(text);
	load_to(LOAD_STAGED);
	expect_counts(2, 0, 0, 0);
	expect_draft("OrganisationEnhed 00000001 1 importer E:Top Aktiv Tilhoerer:0f9c2a6e\n"
		     "OrganisationEnhed 00000002 1 importer E:Under Aktiv "
		     "Overordnet:00000001 Tilhoerer:0f9c2a6e\n");
	/* the same command: there is nothing left to do but publish */
	load_to(LOAD_STAGED);
	assert_true(out.was_continued);
	expect_counts(2, 0, 0, 0);
	publish_it();
	load_to(LOAD_UNCHANGED);
	expect_counts(0, 0, 2, 0);
	expect_draft("");
	write_units(UNITS U("2") ";Andet navn;" U("1") ";\n" U("1") ";Top;;\n");
	load_to(LOAD_STAGED);
	expect_counts(0, 1, 1, 0);
	expect_draft("OrganisationEnhed 00000002 1 ret E:Andet navn\n");
}

/* ---- interrupted ---- */

#define MANY 2600

static void
write_many(void)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);

	buf_add_c(&b, UNITS);
	for (int i = 1; i <= MANY; i++)
		buf_printf(&b, "%08x-0000-4000-8000-000000000000;Enhed %d;;%s\n", i, i,
			   i % 7 == 0 ? "a@b.example" : "");
	buf_add_c(&b, "ikke et uuid;Skidt;;\n");
	source_world_write(&files, "enheder.csv", buf_str(&b));
}

static bool
stop_after(const struct load_progress *p, void *arg)
{
	return p->records < *(const uint64_t *)arg;
}

static void
interrupted(void **state)
{
	uint64_t after;
	struct str want;
	int times = 0;

	(void)state;
	write_many();
	load_to(LOAD_STAGED);
	want = drafted();
	expect_counts(MANY + MANY / 7, 0, 0, 1);
	order.begin = BEGIN_AFRESH;
	order.progress = stop_after;
	order.arg = &after;
	for (after = 300; after < MANY; after += 300, times++) {
		load_fails(LOAD_INTERRUPTED);
		order.begin = BEGIN_CONTINUE;
	}
	assert_true(times > 5);
	after = UINT64_MAX;
	load_to(LOAD_STAGED);
	assert_true(out.was_continued);
	expect_counts(MANY + MANY / 7, 0, 0, 1);
	expect_note("afvist enheder.csv:2602 uuid");
	if (!str_eq(drafted(), want))
		fail_msg("the draft is another one");
}

static void
other_bytes(void **state)
{
	uint64_t after = 300;

	(void)state;
	order.begin = BEGIN_CONTINUE;
	write_many();
	load_fails(LOAD_NOTHING_LEFT);
	order.begin = BEGIN_EITHER;
	order.progress = stop_after;
	order.arg = &after;
	load_fails(LOAD_INTERRUPTED);
	order.progress = NULL;
	write_units(UNITS U("1") ";Top;;\n");
	load_fails(LOAD_OTHER_SOURCE);
	order.begin = BEGIN_REPLACE;
	load_to(LOAD_STAGED);
	expect_counts(1, 0, 0, 0);
	assert_false(out.was_continued);
	order.begin = BEGIN_CONTINUE;
	/* who now gives leave for CPR numbers is not told what was refused without it */
	order.source.may_cpr = true;
	load_fails(LOAD_OTHER_SOURCE);
	order.source.may_cpr = false;
	write_units(UNITS U("1") ";Toppen;;\n");
	load_fails(LOAD_OTHER_SOURCE);
}

/* Nobody may publish the half of it. */
static void
half_is_not_published(void **state)
{
	AUTO(plan_freep) struct plan *p = NULL;
	const struct plan_options po = {.day = TODAY};
	const struct publish_options o = {.accept_warnings = true};
	uint64_t after = 2000;
	struct receipt got;
	struct err e = ERR_INIT;

	(void)state;
	write_many();
	order.progress = stop_after;
	order.arg = &after;
	load_fails(LOAD_INTERRUPTED);
	assert_true(plan_draft(&d, out.draft, &po, &p, &e));
	assert_true(p->count > 0);
	assert_false(publish(&d, p, &o, &got, &e));
	assert_int_equal(e.code, DRAFT_STATE);
}

/* ---- what is refused ---- */

static void
refused(void **state)
{
	(void)state;
	write_units("uuid;navn;overordnet_uuid;email;leder_uuid\n" U("1") ";Top;;;\n" U(
		"2") ";Sin egen;" U("2") ";x@y.example;" U("5") "\n");
	load_to(LOAD_STAGED);
	/* its address and its manager's function fall with it */
	expect_counts(1, 0, 0, 1);
	expect_draft("OrganisationEnhed 00000001 1 importer E:Top Aktiv Tilhoerer:0f9c2a6e\n");
	expect_note("afvist enheder.csv:3 ");
}

static void
file_refused(void **state)
{
	(void)state;
	write_units("uuid;navn;farve\n" U("1") ";Top;blå\n");
	load_fails(SOURCE_INVALID);
	assert_true(out.run > 0);
	assert_int_equal(out.state, LOAD_FAILED);
	expect_note("afvist enheder.csv:1 farve");
	/* a trial says it too, and is no failure of the source */
	order.is_trial = true;
	load_fails(SOURCE_INVALID);
	assert_true(out.run > 1);
	expect_note("afvist enheder.csv:1 farve");
}

/* ---- what it lacks ---- */

static void
write_some(int first, int end)
{
	AUTO(buf_release) struct buf b = BUF_INIT(65536);

	buf_add_c(&b, UNITS);
	for (int i = first; i < end; i++)
		buf_printf(&b, "%08x-0000-4000-8000-000000000000;Enhed %d;;\n", i, i);
	source_world_write(&files, "enheder.csv", buf_str(&b));
}

static void
missing(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	order.extent = EXTENT_FULL;
	write_some(1, 41);
	load_to(LOAD_STAGED);
	publish_it();
	/* fewer than 20: not too many, although it is a half of what is left */
	write_some(1, 22);
	load_to(LOAD_STAGED);
	assert_int_equal(out.counts[COUNT_MISSING], 19);
	assert_int_equal(out.counts[COUNT_OWNED], 40);
	publish_it();
	load_to(LOAD_UNCHANGED);
	assert_int_equal(out.counts[COUNT_OWNED], 21);
	write_some(21, 22);
	order.begin = BEGIN_REPLACE;
	order.is_trial = true;
	load_to(LOAD_STOPPED);
	assert_true(load_discard(&d, &out, &e));
	order.is_trial = false;
	load_to(LOAD_STOPPED);
	assert_false(out.was_continued);
	assert_int_equal(out.counts[COUNT_MISSING], 20);
	expect_draft("");
	order.accept_removals = true;
	load_to(LOAD_STAGED);
	assert_true(out.was_continued);
	assert_int_equal(out.counts[COUNT_MISSING], 20);
	expect_note("mangler :0 : OrganisationEnhed 00000001-");
	/* of a source with refused lines nothing is missing: it was not read whole */
	order.begin = BEGIN_AFRESH;
	write_units(UNITS "skidt;Skidt;;\n");
	load_to(LOAD_UNCHANGED);
	assert_int_equal(out.counts[COUNT_MISSING], 0);
}

static void
missing_here_and_there_elsewhere(void **state)
{
	(void)state;
	order.extent = EXTENT_FULL;
	load_and_publish(UNITS U("1") ";Top;;\n" U("2") ";Under;" U("1") ";\n");
	order.name = STR("ad");
	load_to(LOAD_UNCHANGED);
	order.name = STR("apos");
	write_units(UNITS U("1") ";Top;;\n");
	load_to(LOAD_UNCHANGED);
	assert_int_equal(out.counts[COUNT_MISSING], 0);
}

/* What stays, and of which the source says nothing, names it no more. */
static void
missing_and_named(void **state)
{
	(void)state;
	order.extent = EXTENT_FULL;
	load_and_publish(UNITS U("1") ";Top;;\n" U("2") ";Under;" U("1") ";\n");
	order.name = STR("ad");
	order.extent = EXTENT_DELTA;
	load_and_publish(UNITS U("3") ";Andens;" U("2") ";\n");
	order.name = STR("apos");
	order.extent = EXTENT_FULL;
	write_units(UNITS U("1") ";Top;;\n");
	load_to(LOAD_STAGED);
	expect_draft("OrganisationEnhed 00000002 1 nedlaeg\n"
		     "OrganisationEnhed 00000003 1 afslut Overordnet:00000002\n");
}

/* ---- owners and silence ---- */

/* The text of an address belongs to the group of the role that it has. */
static void
owners_of_addresses(void **state)
{
	(void)state;
	load_and_publish(UNITS U("1") ";Top;;a@b.example\n");
	write_units(UNITS U("1") ";Top;;ny@b.example\n");
	order.owns = OWNER_ALL & ~(1U << GROUP_KONTAKTADRESSER);
	load_to(LOAD_UNCHANGED);
	assert_int_equal(out.counts[COUNT_IGNORED], 1);
	order.owns = OWNER_ALL & ~(1U << GROUP_NUMRE);
	load_to(LOAD_STAGED);
	expect_counts(0, 1, 1, 0);
}

static void
owners(void **state)
{
	(void)state;
	load_and_publish(UNITS U("1") ";Top;;\n" U("2") ";Under;" U("1") ";\n" U(
		"3") ";Side;" U("1") ";\n");
	order.owns = OWNER_ALL & ~(1U << GROUP_NAVNE);
	write_units(UNITS U("1") ";Top;;\n" U("2") ";Nyt navn;" U("3") ";\n" U("3") ";Side;" U(
		"1") ";\n");
	load_to(LOAD_STAGED);
	expect_counts(0, 1, 2, 0);
	assert_int_equal(out.counts[COUNT_IGNORED], 1);
	expect_draft("OrganisationEnhed 00000002 1 ret Overordnet:00000003\n");
	expect_note("ignoreret enheder.csv:3 Egenskab: OrganisationEnhed 00000002-");
	/* who does not own the structure begins no unit */
	order.begin = BEGIN_AFRESH;
	order.owns = 1U << GROUP_NAVNE;
	write_units(UNITS U("4") ";Ny;" U("1") ";\n");
	load_to(LOAD_UNCHANGED);
	assert_int_equal(out.counts[COUNT_IGNORED], 1);
}

static void
silence(void **state)
{
	(void)state;
	load_and_publish(UNITS U("1") ";Top;;a@b.example\n");
	/* another source without that column leaves it */
	order.name = STR("ad");
	write_units("uuid;navn\n" U("1") ";Top\n");
	load_to(LOAD_UNCHANGED);
	/* the one that said it ends it, also when no line says any more */
	order.name = STR("apos");
	write_units(UNITS U("1") ";Top;;\n");
	load_to(LOAD_STAGED);
	expect_counts(0, 1, 0, 0);
	assert_true(
		str_has_prefix(drafted(), STR("OrganisationEnhed 00000001 1 ret Adresser:")));
}

/* ---- other UUIDs ---- */

static void
matches(void **state)
{
	(void)state;
	load_and_publish(UNITS U("1") ";Top;;\n" U("2") ";Under;" U("1") ";\n" U(
		"3") ";Sekretariat;" U("1") ";\n" U("4") ";Sekretariat;" U("2") ";\n");
	order.name = STR("ny");
	write_units(UNITS U("7") ";Sekretariat;" U("6") ";\n" U("6") ";Under;" U("5") ";\n" U(
		"5") ";Top;;\n" U("8") ";Sekretariat;" U("5") ";\n");
	/* both of that name are by their parents only */
	load_to(LOAD_STAGED);
	assert_int_equal(out.counts[COUNT_MATCHED], 2);
	assert_int_equal(out.counts[COUNT_PROPOSED], 2);
	expect_counts(2, 0, 2, 0);
	expect_note("genfundet enheder.csv:3 : OrganisationEnhed 00000006-0000-4000-8000-"
		    "000000000000 er den lagrede 00000002-");
	expect_note("forslag enheder.csv:2 : OrganisationEnhed 00000007-0000-4000-8000-"
		    "000000000000 er den lagrede 00000004-");
	order.begin = BEGIN_AFRESH;
	order.accept_proposals = true;
	load_to(LOAD_UNCHANGED);
	assert_int_equal(out.counts[COUNT_MATCHED], 4);
	expect_counts(0, 0, 4, 0);
}

/* ---- trials ---- */

static void
trial(void **state)
{
	struct err e = ERR_INIT;
	uint64_t after = 2000;

	(void)state;
	order.is_trial = true;
	write_many();
	order.progress = stop_after;
	order.arg = &after;
	load_fails(LOAD_INTERRUPTED);
	order.progress = NULL;
	/* the first is swept away, and not gone on with */
	load_to(LOAD_TRIED);
	assert_false(out.was_continued);
	expect_counts(MANY + MANY / 7, 0, 0, 1);
	assert_true(load_discard(&d, &out, &e));
	expect_draft("");
	order.is_trial = false;
	order.begin = BEGIN_CONTINUE;
	load_fails(LOAD_NOTHING_LEFT);
	/* and no object is the source's for having been tried */
	order.begin = BEGIN_EITHER;
	order.extent = EXTENT_FULL;
	write_units(UNITS U("1") ";Top;;\n");
	load_to(LOAD_STAGED);
	assert_int_equal(out.counts[COUNT_OWNED], 0);
}

static void
which_organisation(void **state)
{
	struct err e = ERR_INIT;
	struct uuid u;

	(void)state;
	assert_false(load_organisation(&d, &u, &e));
	assert_int_equal(e.code, LOAD_ORGANISATION);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(fresh_and_again),
		CASE(interrupted),
		CASE(other_bytes),
		CASE(half_is_not_published),
		CASE(refused),
		CASE(file_refused),
		CASE(missing),
		CASE(missing_here_and_there_elsewhere),
		CASE(missing_and_named),
		CASE(owners),
		CASE(owners_of_addresses),
		CASE(silence),
		CASE(matches),
		CASE(trial),
		CASE(which_organisation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
