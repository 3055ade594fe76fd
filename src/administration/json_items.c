/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame of a large JSON file. Refuses anything in it but arrays of objects, one for each
 * member; what is inside an object is only counted over: braces and texts.
 * Source: RFC 8259, 2 and 7.
 */
#include "administration/json_items.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "crypto/digest.h"

#define NAME_MOST 40

struct scan {
	int fd;
	const char *path;
	char piece[65536];
	size_t at, have;
	uint64_t offset; /* of piece[at] */
	size_t line;
	struct digest *digest;
	bool is_end;

	struct buf item;
	json_item_fn *fn;
	void *arg;
	char list[NAME_MOST + 1];
	bool has_list;
	const char *fault;
};

/* The next byte, not taken; -1: none. */
static bool
peek(struct scan *s, int *c, struct err *e)
{
	ssize_t got;

	if (s->at == s->have && !s->is_end) {
		do
			got = read(s->fd, s->piece, sizeof(s->piece));
		while (got < 0 && errno == EINTR);
		if (got < 0)
			return FAIL(e, FILE_UNREADABLE, "%s: %s", s->path, strerror(errno));
		s->at = 0;
		s->have = (size_t)got;
		s->is_end = got == 0;
		digest_add(s->digest, str_of(s->piece, s->have));
	}
	*c = s->at < s->have ? (unsigned char)s->piece[s->at] : -1;
	return true;
}

static void
step(struct scan *s)
{
	s->line += s->piece[s->at] == '\n';
	s->at++;
	s->offset++;
}

/* White space is passed over. */
static bool
token(struct scan *s, int *c, struct err *e)
{
	for (;;) {
		if (!peek(s, c, e))
			return false;
		if (*c != ' ' && *c != '\t' && *c != '\r' && *c != '\n')
			return true;
		step(s);
	}
}

static bool
bad(struct scan *s, const char *why)
{
	if (!s->fault)
		s->fault = why;
	return true;
}

/* An object, from its brace on. */
static bool
take_object(struct scan *s, struct err *e)
{
	struct json_item item = {.line = s->line};
	bool in_text = false, is_escaped = false;
	size_t depth = 0;
	int c;

	buf_clear(&s->item);
	s->item.over = false;
	do {
		if (!peek(s, &c, e))
			return false;
		if (c < 0)
			return bad(s, "et objekt slutter ikke");
		buf_add_char(&s->item, (char)c);
		step(s);
		if (is_escaped) {
			is_escaped = false;
			continue;
		}
		is_escaped = in_text && c == '\\';
		if (c == '"')
			in_text = !in_text;
		depth += !in_text && c == '{';
		depth -= !in_text && c == '}';
	} while (depth > 0);
	item.text = s->item.over ? STR_NONE : buf_str(&s->item);
	item.list = s->has_list ? str_from(s->list) : STR_NONE;
	item.offset = s->offset;
	return s->fn(&item, s->arg, e);
}

static bool
take_array(struct scan *s, struct err *e)
{
	int c;

	if (!token(s, &c, e))
		return false;
	if (c != '[')
		return bad(s, "der skulle stå en liste");
	step(s);
	if (!token(s, &c, e))
		return false;
	while (c != ']') {
		if (c != '{')
			return bad(s, "der skulle stå et objekt");
		if (!take_object(s, e) || s->fault || !token(s, &c, e))
			return s->fault != NULL;
		if (c != ',' && c != ']')
			return bad(s, "der skulle stå et komma");
		if (c != ',')
			break;
		step(s);
		if (!token(s, &c, e))
			return false;
		if (c == ']')
			return bad(s, "der skulle stå et objekt");
	}
	step(s);
	return true;
}

/* A name without escapes, and its colon. */
static bool
take_name(struct scan *s, struct err *e)
{
	size_t len = 0;
	int c;

	if (!token(s, &c, e))
		return false;
	if (c != '"')
		return bad(s, "der skulle stå et navn");
	for (step(s);; step(s)) {
		if (!peek(s, &c, e))
			return false;
		if (c == '"')
			break;
		if (c < 0x20 || c == '\\' || len == NAME_MOST)
			return bad(s, "navnet på en liste kendes ikke");
		s->list[len++] = (char)c;
	}
	s->list[len] = '\0';
	s->has_list = true;
	step(s);
	if (!token(s, &c, e))
		return false;
	if (c != ':')
		return bad(s, "der skulle stå et kolon");
	step(s);
	return true;
}

static bool
take_members(struct scan *s, struct err *e)
{
	int c;

	do {
		step(s);
		if (!take_name(s, e) || s->fault || !take_array(s, e) || s->fault ||
		    !token(s, &c, e))
			return s->fault != NULL;
	} while (c == ',');
	if (c != '}')
		return bad(s, "der skulle stå et komma");
	step(s);
	return true;
}

static bool
take_all(struct scan *s, struct err *e)
{
	static const unsigned char bom[] = {0xef, 0xbb, 0xbf};
	int c;

	for (size_t i = 0; i < sizeof(bom); i++) {
		if (!peek(s, &c, e))
			return false;
		if (c != bom[i])
			break;
		step(s);
	}
	if (!token(s, &c, e))
		return false;
	if (c != '{' && c != '[')
		return bad(s, "filen er ikke JSON");
	if (!(c == '{' ? take_members(s, e) : take_array(s, e)))
		return false;
	if (s->fault || !token(s, &c, e))
		return s->fault != NULL;
	return c < 0 || bad(s, "der står mere efter det, der skulle læses");
}

bool
json_items(const char *path, size_t most, json_item_fn *fn, void *arg, const char **fault,
	   size_t *line, char hex[65], struct err *e)
{
	AUTO(digest_freep) struct digest *d = digest_new(HASH_SHA256);
	struct scan *s = MEM_NEW(struct scan);
	uint8_t out[HASH_MAX_BYTES];
	bool ok;

	*s = (struct scan){
		.fd = -1, .path = path, .line = 1, .digest = d, .fn = fn, .arg = arg};
	buf_init(&s->item, most);
	ok = file_open(path, &s->fd, e) && take_all(s, e);
	*fault = s->fault;
	*line = s->line;
	if (s->fd >= 0)
		(void)close(s->fd);
	buf_release(&s->item);
	mem_free(s);
	(void)digest_final(d, out);
	lines_hex(out, hex);
	return ok;
}
