/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds services and operations by path. Never looks at a header, nor into a body. */
#include "registry/rest.h"

/* path begins with `with`, and goes on behind a slash or not at all. */
static bool
is_below(struct str path, const char *with, struct str *rest)
{
	struct str w = str_from(with);

	if (path.len < w.len || !str_eq_nocase(str_of(path.ptr, w.len), w))
		return false;
	*rest = str_skip(path, w.len);
	return rest->len == 0 || rest->ptr[0] == '/';
}

const struct rest_service *
rest_service_find(const struct rest_service *const *services, size_t count, struct str path,
		  struct str *rest)
{
	path = str_without_slash(path);
	for (size_t i = 0; i < count; i++) {
		if (is_below(path, services[i]->path, rest))
			return services[i];
		for (const char *const *alias = services[i]->aliases; alias && *alias; alias++)
			if (is_below(path, *alias, rest))
				return services[i];
	}
	return NULL;
}

const struct rest_op *
rest_op_find(const struct rest_service *s, struct str rest)
{
	for (size_t i = 0; i < s->op_count; i++)
		if (str_eq_nocase(rest, str_from(s->ops[i].path)))
			return &s->ops[i];
	return NULL;
}
