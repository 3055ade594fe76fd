/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registrations as bytes: everything comes back, and damage is found wherever it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "klassifikation/types_6.h"
#include "organisation/types.h"
#include "registry/pack.h"
#include "tests/unit/oio_text.h"

static const char *const lines[] = {
	"",
	"E:X[2,9) E:[9,inf) G:Aktiv[2,9) G:Inaktiv[9,inf)",
	"Overordnet:A[-inf,inf) Tilhoerer:Q=x[2,3) Enhedstype:Q=@A[-5,inf)",
	"Adresser:P/r/t#1[2,9) Adresser:P/Q=rolle/t#[2,9) Opgaver:K/r/t#9[2,9)",
	"+A:<a/> +T:<t/> +R:<r/>",
};

static struct str
packed(const struct oio_type *t, const struct registrering *r, instant sent, struct arena *a)
{
	AUTO(buf_release) struct buf b = BUF_INIT(1024 * 1024);

	pack_registrering(t, r, sent, &b);
	return arena_dup(a, buf_str(&b));
}

static void
test_round(void **state)
{
	const struct oio_type *t = &type_organisationenhed;
	struct registrering in, out;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct str bytes;
	instant sent;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		in = (struct registrering){.note = i == 1 ? STR("note") : STR_NONE};
		if (i == 2)
			in.bruger = ref_of_urn(STR("urn:x"));
		oio_from_text(lines[i], a, &in.content);
		object_sort(&in.content);
		bytes = packed(t, &in, i == 3 ? DAYS(4) : INSTANT_MIN, a);
		assert_true(unpack_registrering(t, bytes, a, &out, &sent, &e));
		assert_true(str_eq(oio_to_text(&in.content, a), oio_to_text(&out.content, a)));
		assert_true(str_eq(in.note, out.note));
		assert_true(ref_eq(&in.bruger, &out.bruger));
		assert_true(sent == (i == 3 ? DAYS(4) : INSTANT_MIN));
		/* equal registrations, equal bytes */
		assert_true(str_eq(bytes, packed(t, &out, sent, a)));
	}
	arena_free(a);
}

static void
test_virkning(void **state)
{
	struct oio_item items[3] = {{.part = 0}};
	struct registrering in = {.content = {.items = items, .count = 3}}, out;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	instant sent;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		items[i] = (struct oio_item){.part = OIO_RELATION,
					     .field = ORGANISATION_OVERORDNET,
					     .v = {.fra = DAYS(2), .til = INSTANT_MAX}};
		items[i].u.relation.ref = ref_of_uuid(oio_letter('A'));
	}
	items[1].v.aktoer = ref_of_uuid(oio_letter('O'));
	items[1].v.aktoer_type = AKTOER_INTERESSEFAELLESSKAB;
	items[1].v.note = STR("");
	items[2].v = items[1].v;
	assert_true(unpack_registrering(&type_organisation,
					packed(&type_organisation, &in, INSTANT_MIN, a), a,
					&out, &sent, &e));
	assert_int_equal(out.content.items[0].v.aktoer_type, AKTOER_NONE);
	assert_false(str_is_set(out.content.items[0].v.note));
	for (size_t i = 1; i < 3; i++) {
		const struct virkning *v = &out.content.items[i].v;

		assert_int_equal(v->aktoer_type, AKTOER_INTERESSEFAELLESSKAB);
		assert_true(ref_eq(&v->aktoer, &items[1].v.aktoer));
		assert_true(str_is_set(v->note) && v->note.len == 0);
		assert_true(v->fra == DAYS(2) && v->til == INSTANT_MAX);
	}
	arena_free(a);
}

static void
test_repeated(void **state)
{
	struct oio_soegeord words[] = {{STR("a"), STR_NONE, STR("c")},
				       {STR_NONE, STR(""), STR_NONE}};
	struct oio_slot slots[OIO_ATTRIBUTES_MAX] = {{.tag = 0}};
	struct oio_item items[] = {
		{.part = OIO_ATTRIBUT,
		 .v = {.fra = 0, .til = INSTANT_MAX},
		 .u.egenskab = slots},
		{.part = OIO_TILSTAND,
		 .field = 8,
		 .v = {.fra = 0, .til = INSTANT_MAX},
		 .u.tilstand = {.tag = OIO_PUBLICERET, .flag = true, .flag_given = true}}};
	struct registrering in = {.content = {.items = items, .count = 2}}, out;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	instant sent;

	(void)state;
	slots[0] = (struct oio_slot){.tag = OIO_TEXT, .u.text = STR("æøå")};
	slots[7] = (struct oio_slot){.tag = OIO_SOEGEORD, .count = 2, .u.words = words};
	assert_true(unpack_registrering(&type_klasse_6, packed(&type_klasse_6, &in, 0, a), a,
					&out, &sent, &e));
	assert_true(item_same(&type_klasse_6, &items[0], &out.content.items[0]));
	assert_true(item_same(&type_klasse_6, &items[1], &out.content.items[1]));
	arena_free(a);
}

/* Every cut is damage; every changed byte is damage or another registration, never a crash. */
static void
test_damage(void **state)
{
	const struct oio_type *t = &type_organisationenhed;
	struct registrering in = {.note = STR("n")}, out;
	struct arena *a = arena_new();
	struct str bytes;
	instant sent;

	(void)state;
	oio_from_text("E:X[2,9) G:Aktiv[2,9) Overordnet:A[2,9) Adresser:P/r/Q=u#1[2,9) +A:<a/>",
		      a, &in.content);
	object_sort(&in.content);
	bytes = packed(t, &in, INSTANT_MIN, a);
	for (size_t i = 0; i < bytes.len; i++) {
		struct err e = ERR_INIT;
		char *copy = arena_dup_c(a, str_of(bytes.ptr, bytes.len));

		assert_false(unpack_registrering(t, str_of(bytes.ptr, i), a, &out, &sent, &e));
		assert_int_equal(e.code, STORE_DAMAGED);
		for (unsigned v = 0; v < 256; v += 5) {
			copy[i] = (char)v;
			err_clear(&e);
			if (!unpack_registrering(t, str_of(copy, bytes.len), a, &out, &sent,
						 &e))
				assert_int_equal(e.code, STORE_DAMAGED);
		}
	}
	/* the copy is terminated: one byte more than was packed */
	bytes = str_of(arena_dup_c(a, bytes), bytes.len + 1);
	assert_false(unpack_registrering(t, bytes, a, &out, &sent, &(struct err)ERR_INIT));
	arena_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_virkning),
		cmocka_unit_test(test_repeated),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
