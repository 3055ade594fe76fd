/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Message ids and the like are chosen by peers, and nothing keeps a peer from putting a CPR
 * number into one. Records are kept for years and cannot be changed, so such a text is left
 * out.
 */
#include "store/audit.h"

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* How many digits from there on; 0 if another letter or digit stands beside them. */
static size_t
digits_at(struct str s, size_t at)
{
	size_t end = at;

	if (at > 0 && is_alnum(s.ptr[at - 1]))
		return 0;
	while (end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9')
		end++;
	return end < s.len && is_alnum(s.ptr[end]) ? 0 : end - at;
}

static bool
is_date(const char *ddmmyy)
{
	int day = (ddmmyy[0] - '0') * 10 + ddmmyy[1] - '0';
	int month = (ddmmyy[2] - '0') * 10 + ddmmyy[3] - '0';

	/* of people without a residence the day is 61 to 91 */
	return month >= 1 && month <= 12 &&
	       ((day >= 1 && day <= 31) || (day >= 61 && day <= 91));
}

struct str
audit_peer_text(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t run = digits_at(text, i);
		bool is_cpr = run == 10;

		if (run == 6 && text.len - i >= 11 &&
		    (text.ptr[i + 6] == '-' || text.ptr[i + 6] == ' '))
			is_cpr = digits_at(text, i + 7) == 4;
		if (is_cpr && is_date(text.ptr + i))
			return STR("(withheld)");
	}
	return text;
}

struct str
audit_asked_text(struct str text)
{
	text = audit_peer_text(text);
	if (text.len <= AUDIT_ASKED_BYTES)
		return text;
	text.len = AUDIT_ASKED_BYTES;
	/* not in the middle of a character: bytes that go on with one are 10xxxxxx */
	while (text.len > 0 && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
		text.len--;
	return text;
}
