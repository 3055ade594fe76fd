/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cookies. One that is there twice is not believed in either value. */
#include "gateway/cookies.h"

#include <inttypes.h>

struct str
cookie_get(const struct http_call *c, const char *name)
{
	struct str rest = c->cookie, part, key, value, found = STR_NONE;
	bool more = !str_is_empty(rest);
	unsigned count = 0;

	while (more) {
		more = str_cut(rest, ';', &part, &rest);
		if (str_cut(str_trim(part), '=', &key, &value) && str_eq_c(key, name)) {
			found = value;
			count++;
		}
	}
	return count == 1 ? found : STR_NONE;
}

void
cookie_set(struct http_call *c, const char *name, struct str value, int64_t max_age_s)
{
	struct str age = STR("");

	if (max_age_s != 0)
		age = arena_printf(c->a, "; Max-Age=%" PRId64, max_age_s < 0 ? 0 : max_age_s);
	http_set_header(c, "Set-Cookie",
			arena_printf(c->a,
				     "%s=" STR_FMT
				     "; Path=/; Secure; HttpOnly; SameSite=None" STR_FMT,
				     name, STR_ARG(value), STR_ARG(age)));
}
