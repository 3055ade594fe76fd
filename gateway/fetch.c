/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One POST, or one GET into a file, through libcurl. Server certificates are checked against
 * the anchors given and no others; no redirects are followed, no proxy is taken from the
 * environment.
 */
#include "gateway/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <unistd.h>

static size_t
take(char *bytes, size_t size, size_t count, void *arg)
{
	struct buf *out = arg;

	buf_add_bytes(out, bytes, size * count);
	return out->over ? 0 : size * count;
}

static struct curl_slist *
make_headers(const struct fetch_order *o)
{
	struct curl_slist *list = NULL;
	char line[512];

	snprintf(line, sizeof(line), "Content-Type: %s", o->content_type);
	list = curl_slist_append(list, line);
	list = curl_slist_append(list, "Expect:");
	if (o->soap_action != NULL) {
		snprintf(line, sizeof(line), "SOAPAction: \"%s\"", o->soap_action);
		list = curl_slist_append(list, line);
	}
	for (const char *const *h = o->headers; h && *h; h++)
		list = curl_slist_append(list, *h);
	return list;
}

static void
set_tls(CURL *curl, const struct fetch_order *o)
{
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_CAINFO,
			 o->ca_file != NULL ? o->ca_file : "/nonexistent");
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	if (o->client_cert != NULL) {
		curl_easy_setopt(curl, CURLOPT_SSLCERT, o->client_cert);
		curl_easy_setopt(curl, CURLOPT_SSLKEY, o->client_key);
	}
}

/* Plain HTTP may only reach this machine. */
static bool
may_reach(struct str url)
{
	return str_has_prefix(url, STR("https://")) ||
	       str_has_prefix(url, STR("http://127.0.0.1:")) ||
	       str_has_prefix(url, STR("http://localhost:")) ||
	       str_has_prefix(url, STR("http://[::1]:"));
}

static void
set_all(CURL *curl, const struct fetch_order *o, char *why)
{
	curl_easy_setopt(curl, CURLOPT_URL, o->url);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)o->timeout_s);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	set_tls(curl, o);
}

bool
fetch_post(const struct fetch_order *o, struct fetch_answer *answer, struct buf *out,
	   struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers;
	const char *type = NULL;
	CURLcode rc;
	long code = 0;
	CURL *curl;

	if (!may_reach(str_from(o->url)))
		return FAIL(e, FETCH_FAILED, "%s is neither https nor on this machine", o->url);
	curl = curl_easy_init();
	BUG_ON(curl == NULL);
	headers = make_headers(o);
	set_all(curl, o, why);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body.len);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, o->body.ptr);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
	rc = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	(void)snprintf(answer->type, sizeof(answer->type), "%s", type != NULL ? type : "");
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	answer->status = (int)code;
	if (rc == CURLE_OK)
		return true;
	return FAIL(e, FETCH_FAILED, "%s: %s", o->url,
		    why[0] != '\0' ? why : curl_easy_strerror(rc));
}

struct file {
	int fd;
	uint64_t left;
};

static size_t
take_to_file(char *bytes, size_t size, size_t count, void *arg)
{
	struct file *f = arg;
	size_t all = size * count, done = 0;

	if (all > f->left)
		return 0;
	f->left -= all;
	while (done < all) {
		ssize_t n = write(f->fd, bytes + done, all - done);

		if (n <= 0)
			return 0;
		done += (size_t)n;
	}
	return all;
}

bool
fetch_get(const struct fetch_order *o, int fd, uint64_t max_bytes, struct err *e)
{
	struct file f = {fd, max_bytes};
	char why[CURL_ERROR_SIZE] = "";
	CURLcode rc;
	long status = 0;
	CURL *curl;

	if (!may_reach(str_from(o->url)))
		return FAIL(e, FETCH_FAILED, "%s is neither https nor on this machine", o->url);
	curl = curl_easy_init();
	BUG_ON(curl == NULL);
	set_all(curl, o, why);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_to_file);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &f);
	rc = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	if (rc == CURLE_OK && status == 200)
		return true;
	if (rc == CURLE_OK)
		return FAIL(e, FETCH_FAILED, "%s: status %ld", o->url, status);
	return FAIL(e, FETCH_FAILED, "%s: %s", o->url,
		    rc == CURLE_WRITE_ERROR ? "too large, or it cannot be written"
		    : why[0] != '\0'        ? why
					    : curl_easy_strerror(rc));
}

const char *
fetch_library(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}
