/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: their states, what is in them, whose they are, what of them stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/desk_world.h"
#include "tests/unit/oio_text.h"

static struct world w;
static struct arena *a;

static int
start(void **state)
{
	(void)state;
	world_open(&w);
	a = arena_new();
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	arena_freep(&a);
	world_close(&w);
	return 0;
}

/* [administration 3.14], as a picture: what each event makes of each state */
static const struct {
	const char *state, *events[DRAFT_EVENT_COUNT];
} moves[] = {
	/*            redigér   indlæs      validér      godkend publicér      forkast */
	{"", {"", "", "", "", "", ""}},
	{"kladde", {"kladde", "indlaest", "valideret", "", "", "forkastet"}},
	{"indlaest", {"kladde", "indlaest", "valideret", "", "", "forkastet"}},
	{"valideret", {"kladde", "indlaest", "valideret", "klar", "", "forkastet"}},
	{"klar", {"kladde", "indlaest", "valideret", "klar", "publiceret", "forkastet"}},
	{"planlagt", {"", "", "", "", "", ""}},
	{"publiceret", {"", "", "", "", "", ""}},
	{"historisk", {"", "", "", "", "", ""}},
	{"forkastet", {"", "", "", "", "", ""}},
};

static void
states(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(moves), DRAFT_STATE_COUNT);
	for (int s = 0; s < DRAFT_STATE_COUNT; s++) {
		assert_string_equal(draft_state_name[s], moves[s].state);
		for (int v = 0; v < DRAFT_EVENT_COUNT; v++) {
			enum draft_state to =
				draft_next((enum draft_state)s, (enum draft_event)v);

			if (strcmp(draft_state_name[to], moves[s].events[v]) != 0)
				fail_msg("%s: %s gives '%s'", moves[s].state,
					 draft_event_name[v], draft_state_name[to]);
		}
	}
}

struct moving {
	const struct desk *desk;
	int64_t id;
	enum draft_event event;
};

static bool
move_job(struct tx *tx, void *arg, struct err *e)
{
	struct moving *m = arg;

	return draft_move(tx, m->desk, m->id, m->event, e);
}

static enum err_code
try_move(const struct desk *d, int64_t id, enum draft_event event)
{
	struct moving m = {d, id, event};
	struct err e = ERR_INIT;

	return store_write(d->store, move_job, &m, &e) ? ERR_NONE : e.code;
}

static void
stored_states(void **state)
{
	struct desk d = world_desk(&w, KORSBAEK), other = world_desk(&w, HAVNEBY);
	int64_t id = desk_draft(&d, "Ny struktur");

	(void)state;
	assert_int_equal(try_move(&d, id, DRAFT_PUBLICER), DRAFT_STATE);
	assert_int_equal(try_move(&d, id, DRAFT_VALIDER), ERR_NONE);
	assert_int_equal(try_move(&d, id, DRAFT_GODKEND), ERR_NONE);
	assert_int_equal(try_move(&d, id, DRAFT_PUBLICER), ERR_NONE);
	assert_int_equal(try_move(&d, id, DRAFT_REDIGER), DRAFT_STATE);
	assert_int_equal(try_move(&d, id + 1, DRAFT_VALIDER), DRAFT_UNKNOWN);
	id = desk_draft(&d, "En anden");
	/* another authority's is as if it were not there */
	assert_int_equal(try_move(&other, id, DRAFT_VALIDER), DRAFT_UNKNOWN);
	assert_int_equal(try_move(&d, id, DRAFT_VALIDER), ERR_NONE);
	assert_int_equal(desk_audited(&d, "kladde.opret"), 2);
}

static void
edits_are_seen_by_nobody(void **state)
{
	struct desk d = world_desk(&w, KORSBAEK);
	int64_t id = desk_draft(&d, "Ny enhed");

	(void)state;
	desk_edit(&d, id, 'u', EDIT_IMPORTER, 0, "E:Et[dag,inf) G:Aktiv[dag,inf)");
	desk_edit(&d, id, 'u', EDIT_RET, 0, "E:To[9,inf)");
	assert_false(str_is_set(desk_unit(&d, 'u', a)));
	assert_string_equal(desk_drafted(&d, id, 'u', 5, a).ptr,
			    "Importeret E:Et[5,9) E:To[9,inf) G:Aktiv[5,inf)");
	assert_string_equal(desk_drafted(&d, id, 'u', 9, a).ptr,
			    "Importeret E:To[9,inf) G:Aktiv[9,inf)");
}

static bool
count_edit(const struct edit *edit, int64_t seq, void *arg, struct err *e)
{
	(void)edit;
	(void)seq;
	(void)e;
	++*(int *)arg;
	return true;
}

static int
count_edits(int64_t id)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct err e = ERR_INIT;
	int n = 0;

	assert_true(store_read(w.store, &r, &e));
	assert_true(draft_each(r, id, NULL, a, count_edit, &n, &e));
	return n;
}

static void
discarded(void **state)
{
	struct desk d = world_desk(&w, KORSBAEK);
	int64_t id = desk_draft(&d, "Væk");
	struct err e = ERR_INIT;

	(void)state;
	desk_edit(&d, id, 'a', EDIT_IMPORTER, 0, "E:A[dag,inf)");
	desk_edit(&d, id, 'b', EDIT_IMPORTER, 0, "E:B[dag,inf)");
	assert_int_equal(count_edits(id), 2);
	assert_true(draft_discard(&d, id, &e));
	assert_int_equal(count_edits(id), 0);
	assert_int_equal(desk_audited(&d, "kladde.kasser"), 1);
	assert_false(draft_discard(&d, id, &e));
	assert_int_equal(e.code, DRAFT_STATE);
}

static bool
progress_job(struct tx *tx, void *arg, struct err *e)
{
	return draft_progress_set(tx, *(int64_t *)arg, STR("linje 17"), e);
}

static void
progress(void **state)
{
	AUTO(store_read_endp) struct reading *r = NULL;
	struct desk d = world_desk(&w, KORSBAEK);
	int64_t id = desk_draft(&d, "Indlæsning");
	struct err e = ERR_INIT;
	struct str bytes;

	(void)state;
	assert_true(store_write(w.store, progress_job, &id, &e));
	assert_true(store_read(w.store, &r, &e));
	assert_true(draft_progress_get(r, id, a, &bytes, &e));
	assert_true(str_eq_c(bytes, "linje 17"));
	assert_true(draft_progress_get(r, id + 1, a, &bytes, &e));
	assert_false(str_is_set(bytes));
}

static bool
purge_job(struct tx *tx, void *arg, struct err *e)
{
	const struct object_erasure x = {
		.key = {STR(KORSBAEK), type_organisationenhed.id, oio_letter('a')},
		.reason = STR("fysiskslet"),
		.actor = STR("test"),
		.at = w.now};
	struct object_new n = {.key = x.key, .at = w.now, .state = 2, .content = STR("x")};
	size_t count;

	(void)arg;
	return objects_append(tx, &n, e) && objects_purge(tx, &x, &count, e);
}

/* What is lawfully erased must not come back by a draft. */
static void
erased(void **state)
{
	struct desk d = world_desk(&w, KORSBAEK), other = world_desk(&w, HAVNEBY);
	int64_t id = desk_draft(&d, "Udkast"), theirs = desk_draft(&other, "Deres");
	struct err e = ERR_INIT;

	(void)state;
	desk_edit(&d, id, 'a', EDIT_IMPORTER, 0, "E:A[dag,inf)");
	desk_edit(&d, id, 'b', EDIT_IMPORTER, 0, "E:B[dag,inf)");
	desk_edit(&other, theirs, 'a', EDIT_IMPORTER, 0, "E:A[dag,inf)");
	assert_true(store_write(w.store, purge_job, NULL, &e));
	assert_int_equal(count_edits(id), 1);
	assert_int_equal(count_edits(theirs), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),
		cmocka_unit_test_setup_teardown(stored_states, start, stop),
		cmocka_unit_test_setup_teardown(edits_are_seen_by_nobody, start, stop),
		cmocka_unit_test_setup_teardown(discarded, start, stop),
		cmocka_unit_test_setup_teardown(progress, start, stop),
		cmocka_unit_test_setup_teardown(erased, start, stop),
	};

	return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
