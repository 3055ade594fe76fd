/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing SVG through the writer of xml/: it escapes. Characters that XML cannot hold stand as
 * U+FFFD.
 * Source: SVG 1.1.
 */
#include "administration/svg.h"

#include "base/encoding.h"
#include "xml/names.h"
#include "xml/write.h"

/* of the typeface below, for cutting; wide letters are paid for by narrow ones */
#define LETTER_TENTHS 66

struct svg {
	struct arena *a;
	struct xml_out *x;
};

/* Contrast of every text to its ground is at least 4.5 to 1. */
static const char style[] =
	"text{font:12px 'DejaVu Sans','Liberation Sans',Arial,sans-serif;fill:#1a1a1a}"
	".title{font-size:18px;font-weight:bold}.small{font-size:10px;fill:#404040}"
	".grey{fill:#555}.on{fill:#fff;font-weight:bold}"
	".ground{fill:#fff}.root{fill:#12395b}.head{fill:#1f5f99}"
	".box{fill:#eef3f8;stroke:#8aa4bd}.fold{fill:#fff4d6;stroke:#a07000}"
	".link{fill:none;stroke:#8aa4bd}.axis{stroke:#404040}.grid{stroke:#d0d0d0}"
	".bar{fill:#8aa4bd}.line{fill:none;stroke:#b03a00;stroke-width:2}"
	".other{fill:none;stroke:#12395b;stroke-width:2;stroke-dasharray:5 3}";

static struct str
clean(struct svg *s, struct str text)
{
	AUTO(buf_release) struct buf b = BUF_INIT(SVG_BYTES);
	uint32_t code;
	size_t len;

	for (size_t i = 0; i < text.len; i += len) {
		len = utf8_char(text.ptr + i, text.len - i, &code);
		if (len > 0 && (code >= 0x20 || code == '\t' || code == '\n') &&
		    code != 0xfffe && code != 0xffff) {
			buf_add_bytes(&b, text.ptr + i, len);
			continue;
		}
		len = len > 0 ? len : 1;
		buf_add_c(&b, "\xef\xbf\xbd");
	}
	return b.len > 0 ? arena_dup(s->a, buf_str(&b)) : STR("");
}

static void
number(struct svg *s, const char *name, int value)
{
	xml_out_attr(s->x, "", STR_NONE, name, arena_printf(s->a, "%d", value));
}

static void
word(struct svg *s, const char *name, const char *value)
{
	xml_out_attr(s->x, "", STR_NONE, name, str_from(value));
}

static void
open_element(struct svg *s, const char *name, const char *class)
{
	xml_out_open(s->x, "", NS_SVG, name);
	if (class)
		word(s, "class", class);
}

/* What nobody sees as it is blank is told as a dash: the writer leaves blank texts out. */
static void
leaf(struct svg *s, const char *name, const char *id, struct str text)
{
	struct str shown = clean(s, text);

	open_element(s, name, NULL);
	if (id)
		word(s, "id", id);
	xml_out_text(s->x, str_trim(shown).len > 0 ? shown : STR("–"));
	xml_out_close(s->x);
}

struct svg *
svg_new(struct arena *a, struct buf *to, int width, int height, const char *language)
{
	struct svg *s = ARENA_NEW(a, struct svg);

	*s = (struct svg){.a = a, .x = xml_out_new(a, to)};
	xml_out_open(s->x, "", NS_SVG, "svg");
	number(s, "width", width);
	number(s, "height", height);
	xml_out_attr(s->x, "", STR_NONE, "viewBox",
		     arena_printf(a, "0 0 %d %d", width, height));
	word(s, "version", "1.1");
	word(s, "role", "img");
	word(s, "aria-labelledby", "title desc");
	word(s, "lang", language);
	return s;
}

void
svg_describe(struct svg *s, struct str title, struct str description)
{
	leaf(s, "title", "title", title);
	leaf(s, "desc", "desc", description);
	leaf(s, "style", NULL, str_from(style));
}

void
svg_end(struct svg *s)
{
	xml_out_close(s->x);
}

void
svg_group(struct svg *s, struct str title)
{
	open_element(s, "g", NULL);
	leaf(s, "title", NULL, title);
}

void
svg_group_end(struct svg *s)
{
	xml_out_close(s->x);
}

void
svg_box(struct svg *s, const char *class, int x, int y, int width, int height)
{
	open_element(s, "rect", class);
	number(s, "x", x);
	number(s, "y", y);
	number(s, "width", width);
	number(s, "height", height);
	number(s, "rx", 3);
	xml_out_close(s->x);
}

void
svg_elbow(struct svg *s, int x, int y, int across, int down)
{
	open_element(s, "path", "link");
	xml_out_attr(s->x, "", STR_NONE, "d",
		     arena_printf(s->a, "M%d %dV%dH%d", x, y, down, across));
	xml_out_close(s->x);
}

void
svg_line(struct svg *s, const char *class, int x, int y, int to_x, int to_y)
{
	open_element(s, "line", class);
	number(s, "x1", x);
	number(s, "y1", y);
	number(s, "x2", to_x);
	number(s, "y2", to_y);
	xml_out_close(s->x);
}

void
svg_polyline(struct svg *s, const char *class, struct str points)
{
	open_element(s, "polyline", class);
	xml_out_attr(s->x, "", STR_NONE, "points", points);
	xml_out_close(s->x);
}

/* At most so many characters, the last one an ellipsis if it was cut. */
static struct str
cut(struct svg *s, struct str text, int width)
{
	size_t most = width > 0 ? (size_t)(width * 10 / LETTER_TENTHS) : 0, n = 0, i;
	size_t before = 0;

	if (most == 0)
		return text;
	for (i = 0; i < text.len; i++) {
		if (((unsigned char)text.ptr[i] & 0xc0) == 0x80)
			continue;
		n++;
		if (n == most)
			before = i;
		if (n > most)
			return arena_printf(s->a, STR_FMT "…",
					    STR_ARG(str_of(text.ptr, before)));
	}
	return text;
}

void
svg_text(struct svg *s, const char *class, const char *anchor, int x, int y, int width,
	 struct str text)
{
	struct str shown = cut(s, clean(s, text), width);

	open_element(s, "text", class);
	number(s, "x", x);
	number(s, "y", y);
	word(s, "text-anchor", anchor);
	xml_out_text(s->x, str_trim(shown).len > 0 ? shown : STR("–"));
	xml_out_close(s->x);
}
