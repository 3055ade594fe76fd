/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Units below the same parent whose names are the same, or nearly: but for capitals, blanks and
 * signs, or by one letter in a long name. A number makes a difference: Team 1 is not Team 2.
 * Source: administration contract 4.7.5 (O19).
 */
#include "administration/rules_parts.h"

#include <string.h>
#include "registry/fold.h"

/* names this short differ by more than a slip when they differ */
#define LONG_NAME 8
/* of one parent; a school has no more */
#define SIBLINGS_MAX 300

/* Small letters and digits alone. */
static struct str
bare(struct rules_run *r, struct str name)
{
	struct str folded = fold_text(name, r->a);
	char *out = arena_dup_c(r->a, folded);
	size_t n = 0;

	for (size_t i = 0; i < folded.len; i++) {
		unsigned char c = (unsigned char)folded.ptr[i];

		if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = (char)c;
	}
	return str_of(out, n);
}

static bool
is_letter_change(char c)
{
	return c < '0' || c > '9';
}

/* One letter changed, left out or put in; no digit. */
static bool
is_one_off(struct str x, struct str y)
{
	size_t i = 0, k;

	if (x.len > y.len)
		return is_one_off(y, x);
	if (y.len - x.len > 1 || x.len < LONG_NAME)
		return false;
	while (i < x.len && x.ptr[i] == y.ptr[i])
		i++;
	if (i == x.len)
		return y.len > x.len && is_letter_change(y.ptr[i]);
	k = x.len == y.len ? i + 1 : i;
	return is_letter_change(y.ptr[i]) && (k == i || is_letter_change(x.ptr[i])) &&
	       memcmp(x.ptr + k, y.ptr + i + 1, x.len - k) == 0;
}

typedef bool alike_fn(struct rules_run *r, const struct picture_object *x,
		      const struct picture_object *y);

static bool
is_same(struct rules_run *r, const struct picture_object *x, const struct picture_object *y)
{
	struct str a = fold_text(str_trim(picture_text(x, ENHED_NAVN)), r->a);

	return a.len > 0 && str_eq(a, fold_text(str_trim(picture_text(y, ENHED_NAVN)), r->a));
}

static bool
is_alike(struct rules_run *r, const struct picture_object *x, const struct picture_object *y)
{
	struct str a = bare(r, picture_text(x, ENHED_NAVN));
	struct str b = bare(r, picture_text(y, ENHED_NAVN));

	return a.len > 0 && !is_same(r, x, y) && (str_eq(a, b) || is_one_off(a, b));
}

static void
compare(struct rules_run *r, const struct picture_object *const *unit, size_t count,
	alike_fn *alike, const char *da, const char *en)
{
	size_t end = count < SIBLINGS_MAX ? count : SIBLINGS_MAX, i, k;

	for (i = 0; i < end; i++)
		for (k = i + 1; k < end; k++)
			if (alike(r, unit[i], unit[k]))
				rules_tell(r, unit[k], ENHED_NAVN, "%s: %s og %s", "%s: %s, %s",
					   r->q->language == RULE_ENGLISH ? en : da,
					   rules_name(r, unit[i]), rules_name(r, unit[k]));
}

static void
each_parent(struct rules_run *r, alike_fn *alike, const char *da, const char *en)
{
	const struct picture_object *o;
	size_t at = 0, count;
	const struct picture_object *const *list = picture_roots(r->p, &count);

	compare(r, list, count, alike, da, en);
	while ((o = rules_next(r, &type_organisationenhed, &at)) != NULL) {
		list = picture_children(r->p, o, &count);
		compare(r, list, count, alike, da, en);
	}
}

void
rule_siblings(struct rules_run *r)
{
	each_parent(r, is_same, "To enheder under samme overordnede hedder det samme",
		    "Two units below the same parent have one name");
}

void
rule_siblings_alike(struct rules_run *r)
{
	each_parent(r, is_alike, "To enheder under samme overordnede hedder næsten det samme",
		    "Two units below the same parent have nearly one name");
}
