/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds services by path and operations by the qualified name of Body's child. Never looks at a
 * SOAPAction header: what it says is not signed.
 */
#include "soap/dispatch.h"

static bool
is_at(const struct soap_service *s, struct str path)
{
	if (str_eq_nocase(path, str_from(s->path)))
		return true;
	for (const char *const *alias = s->aliases; alias && *alias; alias++)
		if (str_eq_nocase(path, str_from(*alias)))
			return true;
	return false;
}

const struct soap_service *
soap_service_find(const struct soap_service *const *services, size_t count, struct str path)
{
	path = str_without_slash(path);
	for (size_t i = 0; i < count; i++)
		if (is_at(services[i], path))
			return services[i];
	return NULL;
}

const struct soap_op *
soap_op_find(const struct soap_service *s, const struct xml_node *body_child)
{
	for (size_t i = 0; i < s->op_count; i++)
		if (xml_is(body_child, str_from(s->ns), s->ops[i].input) ||
		    (s->other_ns &&
		     xml_is(body_child, str_from(s->other_ns), s->ops[i].input)))
			return &s->ops[i];
	return NULL;
}

const struct soap_op *
soap_op_by_action(const struct soap_service *s, struct str action)
{
	for (size_t i = 0; i < s->op_count; i++)
		if (str_eq_c(action, s->ops[i].action))
			return &s->ops[i];
	return NULL;
}
