/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints the option table as the list of settings in sluse.conf(5); make man puts it there. So
 * the page says what the table says, and a changed default is seen in review.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/options.h"

static void
print_seconds(int64_t s)
{
	if (s != 0 && s % 86400 == 0)
		printf("%" PRId64 "d", s / 86400);
	else if (s != 0 && s % 3600 == 0)
		printf("%" PRId64 "h", s / 3600);
	else if (s != 0 && s % 60 == 0)
		printf("%" PRId64 "min", s / 60);
	else
		printf("%" PRId64 "s", s);
}

static void
print_type(const struct option_row *row)
{
	static const char *const types[] = {
		[OPTION_TEXT] = "Text",
		[OPTION_PATH] = "File name",
		[OPTION_KEY] = "File name, or pkcs11: URI",
		[OPTION_ADDRESS] = "Address and port",
		[OPTION_URL] = "URL",
		[OPTION_NUMBER] = "Number",
		[OPTION_SECONDS] = "Duration",
		[OPTION_FLAG] = "true or false",
		[OPTION_TIME] = "Moment",
		[OPTION_CHOICE] = "One of",
	};

	printf("%s", types[row->type]);
	if (row->type == OPTION_CHOICE)
		printf(" %s", row->choices);
	if (row->type == OPTION_SECONDS) {
		printf(", ");
		print_seconds(row->min);
		printf(" to ");
		print_seconds(row->max);
	} else if (row->max != 0) {
		printf(", %" PRId64 " to %" PRId64, row->min, row->max);
	}
	if (row->fallback != NULL)
		printf("; default %s", row->fallback);
	printf("%s.\n", row->is_reloadable ? "" : "; takes effect at start only");
}

int
main(void)
{
	for (int i = 0; i < OPT_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		printf(".It Cm %s\n%s\n.br\n", row->name, row->text);
		print_type(row);
	}
	return 0;
}
