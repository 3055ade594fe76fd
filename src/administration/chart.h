/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An organisation as a chart, and its development as a plot, in SVG; and the same chart as
 * text. Readable from a handful of units to many thousands: what is too deep is folded into the
 * unit above it, which says how many are below.
 * Source: administration contract 4.7.7.
 */
#ifndef ADMINISTRATION_CHART_H
#define ADMINISTRATION_CHART_H

#include "administration/figures.h"
#include "base/buf.h"

/* Units that are shown if not said otherwise: levels are folded until no more are left. */
#define CHART_UNITS 400

struct chart_question {
	const struct picture *picture;
	enum rule_language language;
	const struct picture_object *top; /* this unit and what is below; NULL: everything */
	unsigned levels;                  /* shown; 0: as many as hold `most` units */
	size_t most;                      /* 0: CHART_UNITS */
	bool with_leaders;
	struct str when; /* the moment, for people */
};

/* *out is empty before; its cap bounds the picture. Errors: ANSWER_TOO_LARGE. */
MUST_USE bool chart_svg(const struct chart_question *q, struct arena *a, struct buf *out,
			struct err *e);
/* Units by line, below each other by two blanks. */
MUST_USE bool chart_text(const struct chart_question *q, struct arena *a, struct buf *out,
			 struct err *e);

struct trend_question {
	const struct figures *figures;
	enum rule_language language;
	struct str title;
};
/* Registrations as bars, live objects and units as lines. */
MUST_USE bool trend_svg(const struct trend_question *q, struct arena *a, struct buf *out,
			struct err *e);

#endif
