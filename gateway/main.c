/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Start order of what is process-wide, then the command line. No logic. */
#include <signal.h>

#include "gateway/cli.h"
#include "gateway/proc.h"
#include "saml/lasso.h"
#include "xml/parse.h"

int
main(int argc, char **argv)
{
	int code;

	proc_start();
	saml_lasso_init();
	xml_init();
	code = cli_main(argc, argv);
	xml_cleanup();
	saml_lasso_cleanup();
	return code;
}
