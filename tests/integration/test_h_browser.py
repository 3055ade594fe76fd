# SPDX-License-Identifier: GPL-3.0-or-later
"""The bridge over the wire: five users of the test IdP at /hvem, and a server that is stopped while
a user is away at the IdP."""

import pytest
from browser import Browser


def base(land):
    return f"https://localhost:{land.ports['browser']}"


def at_idp(land, language="da"):
    browser = Browser(land.tls(), language)
    page = browser.get(base(land) + "/hvem")
    assert page.url.startswith(f"https://localhost:{land.ports['idp']}/sso"), page.text
    return browser, page


# user, roles on the page, or the error page's code
USERS = [
    ("agnete", ["laes_sag/1", "25.02.04,25.02.10", "01.*", "jobrole/sagsbehandler/1", "jobrole/vagt/1"]),
    ("bent", ["admin/1", "laes_sag/1", "27.*", "jobrole/leder/1"]),
    ("carla", ["Ingen.", "giver ingen rolle i dette system"]),
    ("dagny", "CH-30"),
    ("erik", ["Ingen.", "ikke delegeret"]),
]


@pytest.mark.parametrize("user,want", USERS)
def test_users(land, user, want):
    browser, page = at_idp(land)
    page = browser.submit(page, button=("user", user))
    page = browser.submit(page)
    if isinstance(want, str):
        assert page.status == 403 and want in page.text, page.text
        return
    page = browser.carry(page)
    assert page.url == base(land) + "/hvem" and page.status == 200, page.text
    for text in want:
        assert text in page.text, page.text


def test_the_user_may_refuse(land):
    browser, page = at_idp(land, "en")
    page = browser.submit(browser.submit(page, button=("refuse", "1")))
    assert page.status == 400 and "CH-23" in page.text and "Back to the system" in page.body
    page = browser.submit(page)
    assert page.url.endswith("/hvem/acs") and page.status == 400


def test_a_restart_while_the_user_is_away(own_land):
    own_land.start()
    browser, page = at_idp(own_land)
    assert own_land.stop("serve") == 0
    page = browser.submit(page, button=("user", "agnete"))
    own_land.start_server()
    page = browser.carry(page)
    assert page.status == 200 and "Agnete" in page.text, page.text
    # the session survives one too, and answers a new request without the IdP
    own_land.stop("serve")
    own_land.start_server()
    seen = len(browser.visited)
    browser.cookies["localhost"].pop("__Host-hvem")
    page = browser.carry(browser.get(base(own_land) + "/hvem"))
    assert page.status == 200 and "Agnete" in page.text
    assert not [u for _, u, _ in browser.visited[seen:] if f":{own_land.ports['idp']}/" in u]
    assert [x["result"] for x in own_land.audit("--action", "login")] == ["ok", "ok"]


def test_the_idp_is_for_development_only(own_land):
    text = own_land.config.read_text()
    own_land.config.write_text(text.replace('environment = "development"', 'environment = "production"')
                               .replace("clock_shift = 0;", ""))
    done = own_land.sluse("idp", "--metadata", "-", check=False)
    assert done.returncode != 0 and "production" in done.stderr
