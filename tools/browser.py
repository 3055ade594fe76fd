#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small browser for the demo and the tests: cookies, redirects, forms. No JavaScript."""

import html.parser
import http.client
import urllib.parse


class Form:
    def __init__(self, action, method):
        self.action = action
        self.method = method.lower()
        self.fields = {}
        self.buttons = []


class _Forms(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms = []
        self.texts = []
        self._skip = 0

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.forms.append(Form(a.get("action", ""), a.get("method", "get")))
        elif tag in ("input", "button", "textarea") and self.forms and a.get("name"):
            if a.get("type") == "submit" or tag == "button":
                self.forms[-1].buttons.append((a["name"], a.get("value", "")))
            elif a.get("type") not in ("checkbox", "radio") or "checked" in a:
                self.forms[-1].fields[a["name"]] = a.get("value", "")
        elif tag in ("script", "style"):
            self._skip += 1

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._skip -= 1

    def handle_data(self, data):
        if not self._skip and data.strip():
            self.texts.append(" ".join(data.split()))


class Page:
    def __init__(self, url, status, headers, body):
        self.url = url
        self.status = status
        self.headers = headers
        self.body = body
        parser = _Forms()
        parser.feed(body)
        self.forms = parser.forms
        self.text = "\n".join(parser.texts)

    def __contains__(self, text):
        return text in self.text


class Browser:
    """One person's browser: cookies by host, as browsers keep them (ports do not count)."""

    def __init__(self, tls, language="da"):
        self.tls = tls
        self.language = language
        self.cookies = {}
        self.visited = []

    def _keep_cookies(self, host, headers):
        for value in headers.get_all("Set-Cookie") or []:
            first, *attributes = [part.strip() for part in value.split(";")]
            name, _, content = first.partition("=")
            lower = [x.lower() for x in attributes]
            if name.startswith("__Host-") and not ("secure" in lower and "path=/" in lower):
                continue
            if "max-age=0" in lower or not content:
                self.cookies.get(host, {}).pop(name, None)
            else:
                self.cookies.setdefault(host, {})[name] = content

    def _once(self, method, url, body, headers):
        parts = urllib.parse.urlsplit(url)
        target = parts.path or "/"
        if parts.query:
            target += "?" + parts.query
        jar = self.cookies.get(parts.hostname, {})
        headers = {"Accept-Language": self.language, **headers}
        if jar:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        if parts.scheme == "https":
            c = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=60, context=self.tls)
        else:
            c = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=60)
        try:
            c.request(method, target, body=body, headers=headers)
            r = c.getresponse()
            text = r.read().decode("utf-8", "replace")
        finally:
            c.close()
        self._keep_cookies(parts.hostname, r.headers)
        self.visited.append((method, url, r.status))
        return Page(url, r.status, r.headers, text)

    def request(self, method, url, fields=None, origin=None):
        """Follows redirects; returns the page where they end."""
        headers = {}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if origin:
            headers["Origin"] = origin
        for _ in range(20):
            page = self._once(method, url, body, headers)
            if page.status not in (301, 302, 303, 307):
                return page
            url = urllib.parse.urljoin(url, page.headers["Location"])
            method, body, headers = "GET", None, {}
        raise RuntimeError("too many redirects")

    def get(self, url):
        return self.request("GET", url)

    def submit(self, page, index=0, button=None, **fields):
        """Sends a form of the page with its own values and those given."""
        form = page.forms[index]
        url = urllib.parse.urljoin(page.url, form.action)
        values = {**form.fields, **fields}
        if button is not None:
            values.update([button])
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(page.url))
        if form.method == "get":
            return self.request("GET", url + "?" + urllib.parse.urlencode(values))
        return self.request("POST", url, values, origin)

    def carry(self, page):
        """Submits pages that only carry a SAML message on, as their script would."""
        while page.forms and {"SAMLResponse", "SAMLRequest"} & set(page.forms[0].fields):
            page = self.submit(page)
        return page
