/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pages say, in both languages. */
#ifndef GATEWAY_PAGES_TEXT_H
#define GATEWAY_PAGES_TEXT_H

enum page_word {
	WORD_GOING_ON,
	WORD_GO_ON,
	WORD_CHOOSE_TITLE,
	WORD_CHOOSE_TEXT,
	WORD_FILTER,
	WORD_REMEMBER,
	WORD_CANCEL,
	WORD_ERROR_TITLE,
	WORD_BACK,
	WORD_REFERENCE,
	PAGE_WORDS
};

struct page_pair {
	const char *danish, *english;
};

extern const struct page_pair page_words[PAGE_WORDS];

/* One sentence what happened, one what to do. */
struct page_trouble {
	const char *code;
	const char *what_danish, *do_danish;
	const char *what_english, *do_english;
};

const struct page_trouble *page_trouble(const char *code); /* never NULL */

#endif
