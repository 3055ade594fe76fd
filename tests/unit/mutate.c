/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing one place of a text. Refuses to change nothing: then the test would prove nothing.
 */
#include "mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"

struct str
mutate(struct arena *a, struct str text, const char *find, const char *with)
{
	struct buf b = BUF_INIT(64u << 20);
	struct str out;
	size_t at;

	if (!str_find(text, str_from(find), &at))
		fail_msg("nothing to change: %s", find);
	buf_add(&b, str_of(text.ptr, at));
	buf_add_c(&b, with);
	buf_add(&b, str_skip(text, at + str_from(find).len));
	out = arena_dup(a, buf_str(&b));
	buf_release(&b);
	return out;
}

struct str
between(struct str text, const char *from, const char *to)
{
	size_t at;

	if (!str_find(text, str_from(from), &at))
		fail_msg("not there: %s", from);
	text = str_skip(text, at + str_from(from).len);
	if (!str_find(text, str_from(to), &at))
		fail_msg("not there: %s", to);
	return str_of(text.ptr, at);
}
