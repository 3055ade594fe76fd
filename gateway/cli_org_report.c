/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The report of a run: each line that was refused or noted, with its reason, as text for
 * people, CSV for a spreadsheet and JSON Lines for programs. Cells of the CSV that a
 * spreadsheet would take for a formula begin with a quotation mark. Source: administration
 * contract 4.7.2, step 3.
 */
#include "gateway/cli_org_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/file.h"

#define REPORT_BYTES (256UL * 1024 * 1024)
#define FIRST_NOTES 20

enum form { FORM_TEXT, FORM_CSV, FORM_JSONL };

struct report {
	const struct org *o;
	struct arena *a;
	struct buf *out;
	enum form form;
	size_t count, most;
};

static const char *
note_word(int kind)
{
	return kind > 0 && kind <= NOTE_MISSING ? load_note_name[kind] : "";
}

static void
add_cell(struct buf *b, struct str s, char end)
{
	bool is_formula = s.len > 0 && strchr("=+-@\t\r", s.ptr[0]) != NULL;

	buf_add_char(b, '"');
	if (is_formula)
		buf_add_char(b, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			buf_add_char(b, '"');
		buf_add_char(b, s.ptr[i]);
	}
	buf_add_char(b, '"');
	buf_add_char(b, end);
}

static void
add_csv(struct buf *b, const struct import_note *n)
{
	add_cell(b, str_from(note_word(n->kind)), ';');
	add_cell(b, n->file, ';');
	if (n->line > 0)
		buf_printf(b, "%" PRId64, n->line);
	buf_add_char(b, ';');
	add_cell(b, n->column, ';');
	add_cell(b, n->text, '\n');
}

static void
add_json(struct buf *b, const struct import_note *n)
{
	json_t *o = json_object();

	json_put_text(o, "kind", str_from(note_word(n->kind)));
	json_put_text(o, "file", n->file);
	if (n->line > 0)
		json_object_set_new(o, "line", json_integer(n->line));
	json_put_text(o, "column", n->column);
	json_put_text(o, "reason", n->text);
	json_add_to(o, b);
	buf_add_char(b, '\n');
	json_decref(o);
}

/* enheder.csv:17 ean: tretten cifre ventes */
static void
add_text(struct report *r, const struct import_note *n)
{
	struct buf *b = r->out;

	buf_printf(b, "%-10s", note_word(n->kind));
	if (!str_is_empty(n->file))
		buf_printf(b, STR_FMT, STR_ARG(cli_shown(r->a, n->file)));
	if (n->line > 0)
		buf_printf(b, ":%" PRId64, n->line);
	if (!str_is_empty(n->column))
		buf_printf(b, " " STR_FMT, STR_ARG(cli_shown(r->a, n->column)));
	buf_printf(b, "%s" STR_FMT "\n", str_is_empty(n->file) ? "" : ": ",
		   STR_ARG(cli_shown(r->a, n->text)));
}

static bool
add_note(const struct import_note *n, void *arg, struct err *e)
{
	struct report *r = arg;

	(void)e;
	if (++r->count > r->most)
		return true;
	if (r->form == FORM_CSV)
		add_csv(r->out, n);
	else if (r->form == FORM_JSONL)
		add_json(r->out, n);
	else
		add_text(r, n);
	return true;
}

static enum form
form_of(const char *path)
{
	if (str_has_suffix(str_from(path), STR(".csv")))
		return FORM_CSV;
	return str_has_suffix(str_from(path), STR(".jsonl")) ? FORM_JSONL : FORM_TEXT;
}

bool
report_write(const struct org *o, int64_t run, const char *path, struct err *e)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(REPORT_BYTES);
	AUTO(store_read_endp) struct reading *r = NULL;
	struct report x = {.o = o, .a = a, .out = &b, .form = form_of(path), .most = SIZE_MAX};

	if (x.form == FORM_CSV)
		buf_add_c(&b, "\xef\xbb\xbf"
			      "art;fil;linje;kolonne;grund\n");
	return store_read(o->store, &r, e) && imports_notes(r, run, add_note, &x, e) &&
	       buf_done(&b, e) && file_write(path, b.len > 0 ? buf_str(&b) : STR(""), e);
}

/* ---- summary ---- */

static json_t *
counts_json(const int64_t counts[LOAD_COUNTS])
{
	json_t *o = json_object();

	for (size_t i = 0; i < LOAD_COUNTS; i++)
		json_object_set_new(o, load_count_name[i], json_integer(counts[i]));
	return o;
}

json_t *
report_run_json(const struct import_run *run)
{
	int64_t counts[LOAD_COUNTS];
	json_t *o = json_object();

	load_counts_of(run->facts, counts);
	json_object_set_new(o, "run", json_integer(run->id));
	json_put_text(o, "cvr", run->cvr);
	json_put_text(o, "source", run->source);
	json_put_text(o, "state", str_from(load_state_name[run->state]));
	json_put_text(o, "actor", run->actor);
	org_json_time(o, "began", run->began);
	if (run->ended != 0)
		org_json_time(o, "ended", run->ended);
	json_put_text(o, "sha256", run->digest);
	json_object_set_new(o, "bytes", json_integer(run->bytes));
	json_object_set_new(o, "draft", json_integer(run->draft));
	if (run->publication != 0)
		json_object_set_new(o, "publication", json_integer(run->publication));
	json_object_set_new(o, "counts", counts_json(counts));
	return o;
}

static void
print_first_notes(const struct org *o, int64_t run)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	AUTO(buf_release) struct buf b = BUF_INIT(REPORT_BYTES);
	AUTO(store_read_endp) struct reading *r = NULL;
	struct report x = {.o = o, .a = a, .out = &b, .most = FIRST_NOTES};
	struct err e = ERR_INIT;

	if (!store_read(o->store, &r, &e) || !imports_notes(r, run, add_note, &x, &e))
		return;
	cli_print(stdout, &b);
	if (x.count > x.most)
		printf("… og %zu til; --rapport FIL skriver dem alle\n", x.count - x.most);
}

static void
print_summary(const struct org *o, const struct load_outcome *out, int64_t publication)
{
	AUTO(arena_freep) struct arena *a = arena_new();
	const int64_t *c = out->counts;

	printf("Kørsel %" PRId64 " fra " STR_FMT ": %" PRId64 " poster, %" PRId64
	       " objekter%s\n",
	       out->run, STR_ARG(cli_shown(a, out->source)), c[COUNT_RECORDS], c[COUNT_OBJECTS],
	       out->was_continued ? " (fortsat)" : "");
	printf("  oprettet %" PRId64 "  ændret %" PRId64 "  uændret %" PRId64
	       "  afsluttet %" PRId64 "  mangler i kilden %" PRId64 "\n",
	       c[COUNT_CREATED], c[COUNT_CHANGED], c[COUNT_SAME], c[COUNT_ENDED],
	       c[COUNT_MISSING]);
	printf("  afviste %" PRId64 "  ignorerede værdier %" PRId64 "  genfundne %" PRId64
	       "  forslag %" PRId64 "\n",
	       c[COUNT_REFUSED], c[COUNT_IGNORED], c[COUNT_MATCHED], c[COUNT_PROPOSED]);
	print_first_notes(o, out->run);
	if (publication != 0)
		printf("Publiceret som nummer %" PRId64 ".\n", publication);
	else if (out->state == LOAD_STAGED)
		printf("Kladde %" PRId64 " venter: sluse organisation publicer %" PRId64
		       " --cvr " STR_FMT "\n",
		       out->draft, out->draft, STR_ARG(o->desk.cvr));
	else if (out->state == LOAD_UNCHANGED)
		printf("Intet at ændre.\n");
	else if (out->state == LOAD_STOPPED)
		printf("Standset: %" PRId64 " af kildens %" PRId64
		       " objekter ville blive nedlagt. Er det rigtigt, så gentag med "
		       "--accepter-fjernelser.\n",
		       c[COUNT_MISSING], c[COUNT_OWNED]);
}

void
report_summary(const struct org *o, const struct load_outcome *out, int64_t publication)
{
	json_t *doc;

	if (o->cli->json) {
		doc = json_object();
		json_object_set_new(doc, "run", json_integer(out->run));
		json_put_text(doc, "source", out->source);
		json_put_text(doc, "state", str_from(load_state_name[out->state]));
		json_object_set_new(doc, "continued", json_boolean(out->was_continued));
		json_object_set_new(doc, "draft", json_integer(out->draft));
		if (publication != 0)
			json_object_set_new(doc, "publication", json_integer(publication));
		json_object_set_new(doc, "counts", counts_json(out->counts));
		cli_print_json(doc);
	} else if (!o->cli->quiet) {
		print_summary(o, out, publication);
	}
}
