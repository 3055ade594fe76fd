/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the help of sluse organisation, so that a changed command is seen in review. */
#include <stdio.h>

#include "gateway/cli_org.h"

int
main(void)
{
	fputs(org_help, stdout);
	return 0;
}
