/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints the tables of the object kinds, of the services and of who may what, one row a line.
 * tests/integration/test_e_tables.py compares the kinds and operations with the XSDs in wsdl/.
 */
#include <stdio.h>

#include "klassifikation/listehent.h"
#include "klassifikation/service_6.h"
#include "klassifikation/types_6.h"
#include "organisation/service.h"
#include "organisation/types.h"

static const char *const parts[] = {
	[OIO_ATTRIBUT] = "attribut",
	[OIO_TILSTAND] = "tilstand",
	[OIO_RELATION] = "relation",
};
static const char *const values[] = {
	[OIO_TEXT] = "text",
	[OIO_TEXTS] = "texts",
	[OIO_SOEGEORD] = "soegeord",
	[OIO_GYLDIGHED] = "gyldighed",
	[OIO_PUBLICERET] = "publiceret",
	[OIO_REF] = "ref",
	[OIO_ROLE_REF] = "role-ref",
};
static const char *const patterns[] = {
	[OIO_ANY] = "-",
	[OIO_DIGITS_8] = "8-digits",
	[OIO_DIGITS_10] = "10-digits",
	[OIO_DIGITS_3_OR_4] = "3-or-4-digits",
	[OIO_1_TO_100] = "1-to-100",
};
static const char *const erase[] = {
	[OIO_KEEP] = "-",
	[OIO_DROP] = "drop",
	[OIO_REPLACE] = "replace",
};

static void
print_rights(unsigned rights)
{
	static const struct {
		unsigned right;
		const char *name;
	} names[] = {{ACCESS_READ, "read"},           {ACCESS_WRITE, "write"},
		     {ACCESS_SEE_CPR, "see-cpr"},     {ACCESS_SEE_NAME, "see-name"},
		     {ACCESS_ANONYMISE, "anonymise"}, {ACCESS_PURGE, "purge"}};
	const char *sep = "";

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!(rights & names[i].right))
			continue;
		printf("%s%s", sep, names[i].name);
		sep = "+";
	}
	printf("%s", *sep ? "" : "-");
}

static void
print_type(const struct oio_type *t)
{
	printf("kind %u %s key=%s ns=" STR_FMT "%s%s%s%s%s%s%s\n", t->id, t->name, t->key,
	       STR_ARG(t->ns), t->has_extension ? " extension" : "",
	       t->may_lack_lists ? " may-lack-lists" : "", t->needs_key ? " needs-key" : "",
	       t->is_shared ? " shared" : "", t->from_is_open ? " from-is-open" : "",
	       t->single_repeats ? " single-repeats" : "", t->delegate ? " delegate" : "");
	for (size_t i = 0; i < t->count; i++) {
		const struct oio_field *f = &t->fields[i];

		printf("  %u %s %s " STR_FMT " %s max=%s chars=%u pattern=%s see=", f->id,
		       parts[f->part], values[f->value], STR_ARG(f->ns), f->name,
		       f->max == OIO_ONE ? "1" : "n", f->max_chars, patterns[f->pattern]);
		print_rights(f->see);
		printf(" erase=%s target=%s%s\n", erase[f->erase], f->target ? f->target : "-",
		       f->is_parent ? " parent" : "");
	}
	if (t->delegate)
		printf("  delegate %s via %s of %s by %s\n", t->fields[t->delegate->field].name,
		       t->fields[t->delegate->via].name, t->delegate->via_type->name,
		       t->delegate->via_type->fields[t->delegate->cvr].name);
}

static void
print_service(const struct soap_service *s)
{
	printf("service %s %s ns=%s wsdl=%s\n", s->name, s->path, s->ns, s->wsdl);
	for (size_t i = 0; s->aliases && s->aliases[i]; i++)
		printf("  alias %s\n", s->aliases[i]);
	for (size_t i = 0; s->entity_ids[i]; i++)
		printf("  audience %s\n", s->entity_ids[i]);
	for (size_t i = 0; i < s->op_count; i++)
		printf("  op %s %s %s %s %s\n", s->ops[i].name, s->ops[i].input,
		       s->ops[i].output, s->ops[i].action,
		       s->ops[i].is_write ? "write" : "read");
}

static void
print_rest(const struct rest_service *s)
{
	printf("rest %s %s%s\n", s->name, s->path,
	       s->needs_transaction ? " needs-transaction" : "");
	for (size_t i = 0; i < ENTITY_IDS_MAX && s->entity_ids[i]; i++)
		printf("  audience %s\n", s->entity_ids[i]);
	for (size_t i = 0; i < s->op_count; i++) {
		printf("  op %s %s %s ", s->ops[i].name, s->ops[i].is_get ? "GET" : "POST",
		       s->ops[i].path[0] ? s->ops[i].path : "-");
		print_rights(s->ops[i].need);
		printf("\n");
	}
}

static void
print_rules(const struct access_rules *rules)
{
	for (size_t i = 0; i < rules->role_count; i++) {
		printf("role " STR_FMT " ", STR_ARG(rules->roles[i].name));
		print_rights(rules->roles[i].rights);
		printf("\n");
	}
	for (size_t i = 0; i < rules->limit_count; i++) {
		printf("limit " STR_FMT " ", STR_ARG(rules->limits[i].name));
		print_rights(rules->limits[i].right);
		printf("\n");
	}
}

int
main(void)
{
	for (size_t i = 0; i < ORGANISATION_TYPE_COUNT; i++)
		print_type(organisation_types[i]);
	print_type(&type_klasse_6);
	print_type(&type_facet_6);
	print_type(&type_klassifikation_6);
	for (size_t i = 0; i < organisation_service_count; i++)
		print_service(organisation_services[i]);
	print_rules(&organisation_rules);
	for (size_t i = 0; i < klassifikation_6_service_count; i++)
		print_service(klassifikation_6_services[i]);
	print_rules(&klassifikation_6_rules);
	print_service(&klassifikationlistehent_2);
	print_rest(&klassifikationlistehent_rest);
	print_rules(&klassifikationlistehent_rules);
	return 0;
}
