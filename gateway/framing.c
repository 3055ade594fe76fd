/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a request ends, judged after libevent has read it in its own, lenient way. Refuses both
 * Content-Length and Transfer-Encoding, either of them twice, any value that libevent does not
 * read as the standard does, a body that it left on the connection, names that are no token,
 * and a second value of a header that says who calls. Standard: RFC 9112, 6; RFC 9110, 5.1.
 */
#include "gateway/framing.h"
#include "gateway/http.h"

#include <event2/event.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <string.h>
#include <sys/queue.h>

#include "base/str.h"

/* [RFC 9110 5.1] a field name is a token: a space in it would hide a header from one reader. */
static bool
is_token(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c))))
			return false;
	}
	return s.len > 0;
}

/* libevent reads no body after some of the others: it would be the next request. */
static bool
may_have_body(struct evhttp_request *req)
{
	enum evhttp_cmd_type method = evhttp_request_get_command(req);

	return method == EVHTTP_REQ_POST || method == EVHTTP_REQ_PUT ||
	       method == EVHTTP_REQ_PATCH;
}

/* [RFC 9112 6.2] digits alone, and as many bytes as were taken off the connection */
static bool
is_length_read(struct evhttp_request *req, struct str value)
{
	int64_t length;

	return str_is_digits(value, value.len) && str_to_i64(value, 0, INT64_MAX, &length) &&
	       (uint64_t)length ==
		       evbuffer_get_length(evhttp_request_get_input_buffer(req));
}

/* [RFC 9110 5.3] not a list: of two, each reader would believe another one */
static const struct str singles[] = {
	STR_INIT("host"),
	STR_INIT("authorization"),
	STR_INIT("x-transaktionsid"),
	STR_INIT("x-transaktionstid"),
	STR_INIT("x-requestid"),
};

/* false: it was there before. */
static bool
count_single(struct str name, unsigned seen[ARRAY_LEN(singles)])
{
	for (size_t i = 0; i < ARRAY_LEN(singles); i++)
		if (str_eq_nocase(name, singles[i]))
			return seen[i]++ == 0;
	return true;
}

/*
 * [RFC 9112 6.3] Two ways to tell where one message ends are an attack on somebody: what comes
 * after it would be one request to us and another to a proxy before us.
 */
bool
framing_is_plain(struct evhttp_request *req)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	struct evkeyval *h;
	unsigned lengths = 0, encodings = 0, seen[ARRAY_LEN(singles)] = {0};
	bool ok = true;

	TAILQ_FOREACH(h, headers, next)
	{
		struct str name = str_from(h->key), value = str_from(h->value);

		ok = ok && is_token(name);
		if (str_eq_nocase(name, STR("content-length"))) {
			lengths++;
			ok = ok && is_length_read(req, value);
		} else if (str_eq_nocase(name, STR("transfer-encoding"))) {
			encodings++;
			ok = ok && str_eq_nocase(value, STR("chunked")) && may_have_body(req);
		} else {
			ok = ok && count_single(name, seen);
		}
	}
	return ok && lengths + encodings <= 1;
}

const char *
http_library(void)
{
	return event_get_version();
}
