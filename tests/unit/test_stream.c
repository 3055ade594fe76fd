/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A document in pieces of any size: its parts are those of the tree, and it is as strict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "xml/stream.h"

struct feed {
	struct str rest;
	size_t piece;
	struct buf parts; /* in canonical form, one a line */
	unsigned stop_at, count;
};

static bool
on_read(void *arg, char *to, size_t room, size_t *got, struct err *e)
{
	struct feed *f = arg;

	(void)e;
	*got = f->piece < room ? f->piece : room;
	if (*got > f->rest.len)
		*got = f->rest.len;
	if (*got > 0)
		memcpy(to, f->rest.ptr, *got);
	f->rest = str_skip(f->rest, *got);
	return true;
}

static bool
is_part(struct str ns, struct str local, void *arg)
{
	(void)arg;
	return str_eq_c(local, "P") && str_eq_c(ns, "urn:p");
}

static bool
on_part(const struct xml_node *part, void *arg, struct err *e)
{
	struct feed *f = arg;

	if (++f->count == f->stop_at)
		return FAIL(e, RETUR_INPUT, "stopped");
	xml_node_write(part, &f->parts);
	buf_add_char(&f->parts, '\n');
	return true;
}

static enum err_code
run(struct feed *f, struct str text, size_t piece, const struct xml_limits *limits)
{
	const struct xml_stream x = {limits, on_read, is_part, on_part, f};
	struct err e = ERR_INIT;

	f->rest = text;
	f->piece = piece;
	f->count = 0;
	buf_clear(&f->parts);
	return xml_stream_parse(&x, &e) ? ERR_NONE : e.code;
}

static const struct xml_limits limits = {100000, 20, 1000, true};

#define D "<r xmlns='urn:p' xmlns:q='urn:q'>"

static const struct {
	const char *name, *text, *parts;
	enum err_code code;
} cases[] = {
	{"parts", D "<P>a</P> <x><q:y>z</q:y><P q:a='1'><P>b</P></P></x></r>",
	 "<P xmlns=\"urn:p\">a</P>\n"
	 "<P xmlns=\"urn:p\" xmlns:q=\"urn:q\" q:a=\"1\"><P>b</P></P>\n",
	 0},
	{"a declaration, comments, CDATA",
	 "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- <P> -->" D
	 "<P><![CDATA[<æ>]]><!-- x --></P></r>",
	 "<P xmlns=\"urn:p\">&lt;æ&gt;</P>\n", 0},
	{"the root is one", "\xef\xbb\xbf<P xmlns='urn:p'/>", "<P xmlns=\"urn:p\"></P>\n", 0},
	{"none", "<r><P/></r>", "", 0},
	{"nothing", "", "", XML_MALFORMED},
	{"it breaks off", D "<P>a</P><P>", "<P xmlns=\"urn:p\">a</P>\n", XML_MALFORMED},
	{"something behind it", D "</r><P/>", "", XML_MALFORMED},
	{"DOCTYPE", "<!DOCTYPE r [<!ENTITY a 'b'>]>" D "<P>&a;</P></r>", "", XML_FORBIDDEN},
	{"an entity", D "<P>&a;</P></r>", "", XML_FORBIDDEN},
	{"an instruction", D "<?x y?></r>", "", XML_FORBIDDEN},
	{"another encoding", "<?xml version='1.0' encoding='latin1'?>" D "</r>", "",
	 XML_FORBIDDEN},
	{"not UTF-8", D "<P>\xe6</P></r>", "", XML_FORBIDDEN},
	{"a character that does not end", D "<P>\xc3", "", XML_FORBIDDEN},
	{"no such prefix", D "<z:P/></r>", "", XML_MALFORMED},
	{"no such prefix of an attribute", D "<P z:a=''/></r>", "", XML_MALFORMED},
	{"a relative name", "<r xmlns='urn:p' xmlns:z='z'><P/></r>", "", XML_FORBIDDEN},
};

static void
parts_of_pieces(void **state)
{
	static const size_t pieces[] = {1, 2, 7, 100000};
	struct feed f = {0};

	(void)state;
	buf_init(&f.parts, 1u << 20);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t p = 0; p < ARRAY_LEN(pieces); p++) {
			enum err_code code =
				run(&f, str_from(cases[i].text), pieces[p], &limits);

			if (code != cases[i].code)
				fail_msg("%s: %s", cases[i].name,
					 code ? err_row(code)->name : "taken");
			if (!str_eq_c(buf_str(&f.parts), cases[i].parts))
				fail_msg("%s: " STR_FMT, cases[i].name,
					 STR_ARG(buf_str(&f.parts)));
		}
	buf_release(&f.parts);
}

/* '%' stands for the number. */
static void
many(struct buf *b, const char *what, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		for (const char *p = what; *p; p++)
			if (*p == '%')
				buf_printf(b, "%u", i);
			else
				buf_add_char(b, *p);
}

/* begin, `what` so many times, end */
static const struct {
	const char *name, *begin, *what, *end;
	unsigned count;
	enum err_code code;
} sizes[] = {
	{"many parts", D, "<P><a>%</a></P>", "</r>", 200000, 0},
	{"as many nodes as may be", D "<P>", "<a>%</a>", "</P></r>", 1000, 0},
	{"one more", D "<P>", "<a>%</a>", "</P></r>", 1001, XML_LIMIT},
	{"too deep", D "<P>", "<a><!--%-->", "", 30, XML_LIMIT},
	{"too deep around", "<r>", "<a><!--%-->", "", 17, XML_LIMIT},
	{"much text", D "<P>", "%        ", "</P></r>", 10000, XML_LIMIT},
	{"the same outside", D, "%        ", "</r>", 10000, 0},
	{"many attributes", D "<x ", "a%='' ", "/></r>", 256, 0},
	{"one more attribute", D "<x ", "a%='' ", "/></r>", 257, XML_LIMIT},
	{"very many", D "<x ", "a%='' ", "/></r>", 500000, XML_LIMIT},
	{"many names", D, "<a%/>", "</r>", 200000, XML_LIMIT},
};

static void
limits_hold(void **state)
{
	struct feed f = {0};

	(void)state;
	buf_init(&f.parts, 1u << 26);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		AUTO(buf_release) struct buf text = BUF_INIT(1u << 26);
		enum err_code code;

		buf_add_c(&text, sizes[i].begin);
		many(&text, sizes[i].what, sizes[i].count);
		buf_add_c(&text, sizes[i].end);
		code = run(&f, buf_str(&text), 4096, &limits);
		if (code != sizes[i].code)
			fail_msg("%s: %s", sizes[i].name, code ? err_row(code)->name : "taken");
	}
	assert_int_equal(run(&f, STR(D "<P/><P/><P/></r>"), 5, &limits), ERR_NONE);
	f.stop_at = 2;
	assert_int_equal(run(&f, STR(D "<P/><P/><P/></r>"), 5, &limits), RETUR_INPUT);
	assert_int_equal(f.count, 2);
	buf_release(&f.parts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_pieces),
		cmocka_unit_test(limits_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
