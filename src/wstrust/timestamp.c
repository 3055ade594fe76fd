/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Timestamps of messages. Refuses one that is incomplete, from the future, over, or that would
 * hold for longer than replay keys are kept.
 * Standard: WS-Security 1.0, 10.
 */
#include "wstrust/timestamp.h"

#include "base/limits.h"
#include "xml/names.h"

static bool
read_time(const struct xml_node *n, const char *local, struct arena *a, instant *out,
	  struct err *e)
{
	const struct xml_node *c = xml_only(n, NS_WSU, local);
	struct err why = ERR_INIT;

	if (!c || xml_first(c))
		return FAIL(e, TIMESTAMP_MALFORMED, "not one %s", local);
	if (!time_parse(xml_text_trim(c, a), ZONE_REQUIRED, out, &why))
		return FAIL(e, TIMESTAMP_MALFORMED, "%s unreadable", local);
	return true;
}

bool
timestamp_check(const struct xml_node *n, instant now, struct arena *a, struct timestamp *out,
		struct err *e)
{
	const instant skew = SECONDS(LIMIT_CLOCK_SKEW_S);

	if (!read_time(n, "Created", a, &out->created, e) ||
	    !read_time(n, "Expires", a, &out->expires, e))
		return false;
	if (out->created > instant_add(now, skew))
		return FAIL(e, MESSAGE_EXPIRED, "created %lld s ahead",
			    (long long)instant_diff_s(out->created, now));
	if (out->expires <= out->created)
		return FAIL(e, MESSAGE_EXPIRED, "ends before it begins");
	if (out->expires > instant_add(out->created, SECONDS(LIMIT_TIMESTAMP_LIFE_S)))
		return FAIL(e, MESSAGE_EXPIRED, "lives %lld s",
			    (long long)instant_diff_s(out->expires, out->created));
	if (now >= instant_add(out->expires, skew))
		return FAIL(e, MESSAGE_EXPIRED, "by %lld s",
			    (long long)instant_diff_s(now, out->expires));
	return true;
}

void
timestamp_write(struct xml_out *o, struct str id, instant now)
{
	char text[TIME_TEXT_MAX];

	xml_out_apex(o, "u", NS_WSU, "Timestamp");
	xml_out_attr(o, "u", NS_WSU, "Id", id);
	xml_out_leaf(o, "u", NS_WSU, "Created", time_format_utc(now, text));
	xml_out_leaf(o, "u", NS_WSU, "Expires",
		     time_format_utc(instant_add(now, SECONDS(LIMIT_OWN_TIMESTAMP_S)), text));
	xml_out_close(o);
}
