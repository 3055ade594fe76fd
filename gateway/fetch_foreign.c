/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests to addresses that stand in certificates: whoever can write one must not be able to
 * make this machine knock at its neighbours' doors. The name is checked against the list of the
 * configuration; without a list, every address that it leads to is checked when the connection
 * is made, so that a name cannot change its mind in between. No redirects, no proxies, no
 * compression, a limit of bytes and of time.
 * Source: RFC 6890 (special-purpose addresses); administration contract 5.4, 10.5.
 */
#include "gateway/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define CONNECT_S 5

/* Blocks of IPv4 that are nobody's on the public network: address, bits. */
static const struct {
	uint32_t net;
	unsigned bits;
} not_public[] = {
	{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
	{0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24},
	{0xc0586300, 24}, {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24},
	{0xcb007100, 24}, {0xe0000000, 4},  {0xf0000000, 4},
};

static bool
is_public_4(uint32_t address)
{
	for (size_t i = 0; i < ARRAY_LEN(not_public); i++)
		if ((address ^ not_public[i].net) >> (32 - not_public[i].bits) == 0)
			return false;
	return true;
}

/* Global unicast alone, without what wraps an IPv4 address or is for documents. */
static bool
is_public_6(const uint8_t a[16])
{
	static const uint8_t teredo[] = {0x20, 0x01, 0x00, 0x00};
	static const uint8_t documents[] = {0x20, 0x01, 0x0d, 0xb8};

	return (a[0] & 0xe0) == 0x20 && !(a[0] == 0x20 && a[1] == 0x02) &&
	       memcmp(a, teredo, 4) != 0 && memcmp(a, documents, 4) != 0;
}

static bool
is_public(const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		return is_public_4(ntohl(v4.sin_addr.s_addr));
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&v6, sa, sizeof(v6));
	return is_public_6(v6.sin6_addr.s6_addr);
}

struct work {
	const struct fetch_foreign *o;
	bool is_listed; /* by name: it may be anywhere */
	bool is_barred;
	struct buf *out;
};

static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct work *w = arg;

	if (purpose != CURLSOCKTYPE_IPCXN || (!w->is_listed && !is_public(&to->addr))) {
		w->is_barred = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t
take(char *bytes, size_t size, size_t count, void *arg)
{
	struct work *w = arg;

	buf_add_bytes(w->out, bytes, size * count);
	return w->out->over ? 0 : size * count;
}

static int
is_over(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct work *w = arg;

	(void)a, (void)b, (void)c, (void)d;
	return w->o->stop != NULL && atomic_load(w->o->stop);
}

/* One part of a URL, in small letters; false: it is not there, or too long. */
static bool
part(CURLU *u, CURLUPart what, unsigned flags, char *out, size_t room)
{
	char *text = NULL;
	bool done;

	if (curl_url_get(u, what, &text, flags) != CURLUE_OK)
		return false;
	done = text != NULL && strlen(text) < room;
	for (size_t i = 0; done && i <= strlen(text); i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a')
							  : text[i];
	curl_free(text);
	return done;
}

bool
fetch_host(const char *url, char out[256])
{
	char scheme[8], host[240], port[8], user[8];
	CURLU *u = curl_url();
	bool ok;

	BUG_ON(u == NULL);
	ok = curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK &&
	     part(u, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) &&
	     (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0) &&
	     part(u, CURLUPART_HOST, 0, host, sizeof(host)) &&
	     part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT, port, sizeof(port)) &&
	     !part(u, CURLUPART_USER, 0, user, sizeof(user));
	curl_url_cleanup(u);
	if (ok)
		snprintf(out, 256, "%s:%s", host, port);
	return ok;
}

/* Is "host:port" in a list of names with a port or without? */
static bool
is_listed(const char *hosts, struct str place)
{
	struct str rest = str_from(hosts), item, host = place;

	while (host.len > 0 && host.ptr[host.len - 1] != ':')
		host.len--;
	host.len -= host.len > 0;
	while (!str_is_empty(rest)) {
		(void)str_cut(rest, ',', &item, &rest);
		item = str_trim(item);
		if (str_eq_nocase(item, place) || str_eq_nocase(item, host))
			return true;
	}
	return false;
}

static bool
may_ask(const struct fetch_foreign *o, struct err *e)
{
	char place[256];
	struct str s;

	if (!fetch_host(o->url, place))
		return FAIL(e, FETCH_FORBIDDEN, "%s is no http(s) address", o->url);
	s = str_from(place);
	if (o->hosts != NULL)
		return is_listed(o->hosts, s) ||
		       FAIL(e, FETCH_FORBIDDEN, "%s is not among the hosts to ask", place);
	return str_has_suffix(s, STR(":80")) || str_has_suffix(s, STR(":443")) ||
	       FAIL(e, FETCH_FORBIDDEN, "%s is not at a usual port", place);
}

static void
set_all(CURL *curl, struct work *w, struct curl_slist *headers, char *why)
{
	const struct fetch_foreign *o = w->o;

	curl_easy_setopt(curl, CURLOPT_URL, o->url);
	if (str_is_set(o->body)) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, o->body.ptr);
	}
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)o->timeout_s);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)w->out->cap);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, w);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, w);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_over);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, w);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_CAINFO,
			 o->ca_file != NULL ? o->ca_file : "/nonexistent");
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
}

bool
fetch_foreign(const struct fetch_foreign *o, struct buf *out, struct err *e)
{
	struct work w = {.o = o, .is_listed = o->hosts != NULL, .out = out};
	char why[CURL_ERROR_SIZE] = "", type[128];
	struct curl_slist *headers = NULL;
	long status = 0;
	CURLcode rc;
	CURL *curl;

	if (!may_ask(o, e))
		return false;
	curl = curl_easy_init();
	BUG_ON(curl == NULL);
	if (str_is_set(o->body)) {
		snprintf(type, sizeof(type), "Content-Type: %s", o->content_type);
		headers = curl_slist_append(headers, type);
	}
	headers = curl_slist_append(headers, "Expect:");
	set_all(curl, &w, headers, why);
	rc = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (w.is_barred)
		return FAIL(e, FETCH_FORBIDDEN, "%s leads to an address that is not public",
			    o->url);
	if (rc != CURLE_OK)
		return FAIL(e, FETCH_FAILED, "%s: %s", o->url,
			    why[0] != '\0' ? why : curl_easy_strerror(rc));
	return status == 200 || FAIL(e, FETCH_FAILED, "%s: status %ld", o->url, status);
}
