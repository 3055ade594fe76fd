/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts and assets of the pages. Source: context-handler contract 2.12. */
#include "gateway/pages_text.h"

#include <string.h>

#include "base/attr.h"
#include "gateway/pages.h"

const struct page_pair page_words[PAGE_WORDS] = {
	[WORD_GOING_ON] = {"Et øjeblik", "One moment"},
	[WORD_GO_ON] = {"Fortsæt", "Continue"},
	[WORD_CHOOSE_TITLE] = {"Log ind", "Log in"},
	[WORD_CHOOSE_TEXT] = {"Vælg den myndighed, du er ansat i.",
			      "Choose the authority that you work for."},
	[WORD_FILTER] = {"Søg", "Search"},
	[WORD_REMEMBER] = {"Husk mit valg i denne browser",
			   "Remember my choice in this browser"},
	[WORD_CANCEL] = {"Annullér", "Cancel"},
	[WORD_ERROR_TITLE] = {"Login lykkedes ikke", "The login did not succeed"},
	[WORD_BACK] = {"Tilbage til systemet", "Back to the system"},
	[WORD_REFERENCE] = {"Reference:", "Reference:"},
};

#define OWN_IT_DA "Kontakt it-afdelingen i din egen kommune, og oplys referencen."
#define OWN_IT_EN "Contact the IT department of your own municipality and tell the reference."
#define VENDOR_DA "Kontakt leverandøren af systemet, og oplys referencen."
#define VENDOR_EN "Contact the vendor of the system and tell the reference."
#define AGAIN_DA "Gå tilbage til systemet, og prøv igen."
#define AGAIN_EN "Go back to the system and try again."

static const struct page_trouble troubles[] = {
	{"CH-10", "Systemets forespørgsel om login er ikke gyldig.", VENDOR_DA,
	 "The system's request for a login is not valid.", VENDOR_EN},
	{"CH-12", "Der er ingen login-løsning, som kan bruges til dette system.", OWN_IT_DA,
	 "There is no login service that can be used for this system.", OWN_IT_EN},
	{"CH-20", "Svaret fra login-løsningen kunne ikke læses.", OWN_IT_DA,
	 "The answer of the login service could not be read.", OWN_IT_EN},
	{"CH-21", "Der er ikke begyndt et login i denne browser, eller det er udløbet.",
	 AGAIN_DA, "No login was begun in this browser, or it has ended.", AGAIN_EN},
	{"CH-22", "Svaret fra login-løsningen kunne ikke godkendes.", OWN_IT_DA,
	 "The answer of the login service could not be accepted.", OWN_IT_EN},
	{"CH-23", "Login-løsningen afviste dit login.", OWN_IT_DA,
	 "The login service refused your login.", OWN_IT_EN},
	{"CH-24", "Svaret fra login-løsningen kunne ikke dekrypteres.", OWN_IT_DA,
	 "The answer of the login service could not be decrypted.", OWN_IT_EN},
	{"CH-25", "Svaret fra login-løsningen er for gammelt.", AGAIN_DA,
	 "The answer of the login service is too old.", AGAIN_EN},
	{"CH-26", "Svaret fra login-løsningen gælder ikke dette login.", OWN_IT_DA,
	 "The answer of the login service is not for this login.", OWN_IT_EN},
	{"CH-27", "Oplysningerne om dig eller dine roller kunne ikke læses.", OWN_IT_DA,
	 "What was sent about you or your roles could not be read.", OWN_IT_EN},
	{"CH-28", "Svaret fra login-løsningen er allerede brugt.", AGAIN_DA,
	 "The answer of the login service was used already.", AGAIN_EN},
	{"CH-29", "Dit login har ikke det sikringsniveau, som systemet kræver.",
	 "Log ind med to faktorer, eller bed it-afdelingen om at se på login-løsningens "
	 "profil.",
	 "Your login does not have the level of assurance that the system requires.",
	 "Log in with two factors, or ask your IT department to look at the login service's "
	 "profile."},
	{"CH-30", "Login-løsningen må ikke bruges for din myndighed.", OWN_IT_DA,
	 "The login service may not be used for your authority.", OWN_IT_EN},
	{"CH-31", "Dine roller kunne ikke hentes.", OWN_IT_DA,
	 "Your roles could not be fetched.", OWN_IT_EN},
	{"CH-32", "En af dine roller mangler en værdi, som systemet kræver.", OWN_IT_DA,
	 "One of your roles lacks a value that the system requires.", OWN_IT_EN},
	{"CH-33", "Du har ingen roller i systemet.", OWN_IT_DA,
	 "You have no roles in the system.", OWN_IT_EN},
	{"CH-50", "Der opstod en teknisk fejl.", "Prøv igen om lidt.",
	 "There was a technical error.", "Try again in a little while."},
};

const struct page_trouble *
page_trouble(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(troubles); i++)
		if (strcmp(troubles[i].code, code) == 0)
			return &troubles[i];
	return &troubles[ARRAY_LEN(troubles) - 1];
}

static const char submit_js[] = "document.getElementById('go').submit();\n";

static const char choose_js[] =
	"(function () {\n"
	"	var box = document.getElementById('filter');\n"
	"	box.closest('p').hidden = false;\n"
	"	box.addEventListener('input', function () {\n"
	"		var want = box.value.toLocaleLowerCase('da');\n"
	"		document.querySelectorAll('#idps li').forEach(function (li) {\n"
	"			var text = li.textContent.toLocaleLowerCase('da');\n"
	"			li.hidden = text.indexOf(want) < 0;\n"
	"		});\n"
	"	});\n"
	"	box.focus();\n"
	"})();\n";

static const char style_css[] =
	":root { color-scheme: light dark; }\n"
	"body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; }\n"
	"main { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }\n"
	"h1 { font-size: 1.6rem; }\n"
	"ul { list-style: none; padding: 0; }\n"
	"li { margin: .4rem 0; }\n"
	"li button { width: 100%; text-align: left; }\n"
	"button { font: inherit; padding: .6rem .9rem; border: 1px solid #8a8a8a; "
	"border-radius: .3rem; cursor: pointer; }\n"
	"button:focus-visible, a:focus-visible, input:focus-visible { outline: 3px solid "
	"#2a6ebb; }\n"
	"input[type=search] { font: inherit; padding: .4rem; width: 20rem; max-width: 100%; }\n"
	"table { border-collapse: collapse; width: 100%; }\n"
	"th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; "
	"border-bottom: 1px solid #8a8a8a; overflow-wrap: anywhere; }\n"
	".quiet { border-color: transparent; text-decoration: underline; background: none; }\n"
	".lang { float: right; margin: 0; }\n"
	".ref { color: #6a6a6a; }\n"
	"@media (max-width: 40rem) { .desk { display: none; } }\n";

bool
page_asset(struct visit *v)
{
	static const struct {
		const char *path, *type, *text;
	} rows[] = {
		{"/assets/submit.js", "text/javascript; charset=utf-8", submit_js},
		{"/assets/choose.js", "text/javascript; charset=utf-8", choose_js},
		{"/assets/style.css", "text/css; charset=utf-8", style_css},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!str_eq_c(v->c->path, rows[i].path))
			continue;
		v->c->status = 200;
		v->c->answer_type = str_from(rows[i].type);
		buf_clear(&v->c->answer);
		buf_add_c(&v->c->answer, rows[i].text);
		http_set_header(v->c, "Cache-Control", STR("max-age=3600"));
		http_set_header(v->c, "X-Content-Type-Options", STR("nosniff"));
		return true;
	}
	return false;
}
