/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sluse version: of the program, and of the libraries that it runs with. */
#include <jansson.h>
#include <stdio.h>

#include "crypto/digest.h"
#include "gateway/cli.h"
#include "gateway/fetch.h"
#include "gateway/http.h"
#include "version.h"
#include "xml/parse.h"

int
cmd_version(struct cli *c)
{
	const struct {
		const char *name, *version;
	} libraries[] = {
		{"OpenSSL", crypto_library()},   {"libxml2", xml_library()},
		{"SQLite", store_library()},     {"lasso", SLUSE_LASSO},
		{"libevent", http_library()},    {"curl", fetch_library()},
		{"libconfig", config_library()},
	};
	json_t *o;

	if (c->json) {
		o = json_pack("{s:s,s:{}}", "version", SLUSE_VERSION, "libraries");
		for (size_t i = 0; i < ARRAY_LEN(libraries); i++)
			json_object_set_new(json_object_get(o, "libraries"), libraries[i].name,
					    json_string(libraries[i].version));
		cli_print_json(o);
		return EXIT_OK;
	}
	printf("sluse %s\n", SLUSE_VERSION);
	for (size_t i = 0; i < ARRAY_LEN(libraries); i++)
		printf("  %s %s\n", libraries[i].name, libraries[i].version);
	return EXIT_OK;
}
