/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simple case folding of the letters that European names are written with. Letters whose lower
 * case has another length in UTF-8 are left alone, so a folded text is as long as the text.
 * Source: Unicode CaseFolding.txt, status C, for the blocks named.
 */
#include "registry/fold.h"

struct block {
	unsigned first, last;
	unsigned add;       /* to the code point; 0: even and odd are a pair */
	unsigned upper_odd; /* of pairs: the upper case is the odd one */
};

static const struct block blocks[] = {
	{0x00c0, 0x00d6, 0x20, 0}, /* À–Ö, so Å Æ */
	{0x00d8, 0x00de, 0x20, 0}, /* Ø–Þ */
	{0x0100, 0x012f, 0, 0},    {0x0132, 0x0137, 0, 0},
	{0x0139, 0x0148, 0, 1},    {0x014a, 0x0177, 0, 0},
	{0x0179, 0x017e, 0, 1},    {0x0391, 0x03a1, 0x20, 0}, /* Greek */
	{0x03a3, 0x03ab, 0x20, 0}, {0x0410, 0x042f, 0x20, 0}, /* Cyrillic */
	{0x0400, 0x040f, 0x50, 0},
};

static unsigned
fold_point(unsigned c)
{
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const struct block *b = &blocks[i];

		if (c < b->first || c > b->last)
			continue;
		if (b->add)
			return c + b->add;
		return (c & 1) == b->upper_odd ? c + 1 : c;
	}
	return c;
}

struct str
fold_text(struct str s, struct arena *a)
{
	char *out = arena_dup_c(a, s);
	unsigned char *p = (unsigned char *)out;
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (p[i] < 0x80) {
			if (p[i] >= 'A' && p[i] <= 'Z')
				p[i] = (unsigned char)(p[i] + 0x20);
			continue;
		}
		/* all letters of the blocks take two bytes, before and after */
		if ((p[i] & 0xe0) == 0xc0 && i + 1 < s.len && (p[i + 1] & 0xc0) == 0x80) {
			unsigned c = fold_point((p[i] & 0x1fu) << 6 | (p[i + 1] & 0x3fu));

			p[i] = (unsigned char)(0xc0 | c >> 6);
			p[i + 1] = (unsigned char)(0x80 | (c & 0x3f));
			i++;
		}
	}
	return str_of(out, s.len);
}
