/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures as SVG: no script, nothing from outside, every text escaped, a title and a
 * description for those who do not see it.
 * Source: SVG 1.1; WAI-ARIA Graphics (role img).
 */
#ifndef ADMINISTRATION_SVG_H
#define ADMINISTRATION_SVG_H

#include "base/arena.h"
#include "base/buf.h"

/* No picture is larger. */
#define SVG_BYTES (64UL * 1024 * 1024)

struct svg;

/* Begins a picture of that size in pixels; its text goes to `to`. language: da, en. */
struct svg *svg_new(struct arena *a, struct buf *to, int width, int height,
		    const char *language);
void svg_describe(struct svg *s, struct str title, struct str description);
/* Ends it. */
void svg_end(struct svg *s);

/* A group whose title is told when pointed at. */
void svg_group(struct svg *s, struct str title);
void svg_group_end(struct svg *s);
/* class: box, head, fold, axis, bar …: svg.c has the styles */
void svg_box(struct svg *s, const char *class, int x, int y, int width, int height);
/* From there down to `down`, then across to `across`. */
void svg_elbow(struct svg *s, int x, int y, int across, int down);
void svg_line(struct svg *s, const char *class, int x, int y, int to_x, int to_y);
/* Points as svg has them: "x,y x,y". */
void svg_polyline(struct svg *s, const char *class, struct str points);
/* anchor: start, middle, end. Cut with an ellipsis to what fits in so many pixels; 0: whole. */
void svg_text(struct svg *s, const char *class, const char *anchor, int x, int y, int width,
	      struct str text);

#endif
