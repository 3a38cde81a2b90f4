"""Who is let in, and that visitors are strangers to each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.datastructures import Headers

from open_the_eyes.service.api_keys import ApiKeys, account_of, make_key
from open_the_eyes.web.cookie_auth import COOKIE, CookieAuth, is_visitor


@pytest.fixture
def key(tmp_path: Path) -> str:
    return make_key(tmp_path / "keys")


@pytest.fixture
def keys(tmp_path: Path, key: str) -> ApiKeys:
    assert key
    return ApiKeys.read(tmp_path / "keys")


def cookie_of(header: str | None) -> Headers:
    assert header is not None
    return Headers({"cookie": header.partition(";")[0]})


def test_everybody_is_let_in_where_there_are_no_keys_each_as_somebody_else() -> None:
    browser_auth = CookieAuth(None)
    owners = {browser_auth.owner_of(cookie_of(browser_auth.sign_in(Headers({})))) for _ in range(3)}
    assert None not in owners
    assert len(owners) == 3


def test_a_visitor_is_known_again_and_the_owner_does_not_tell_the_cookie() -> None:
    browser_auth = CookieAuth(None)
    came = cookie_of(browser_auth.sign_in(Headers({})))
    assert browser_auth.owner_of(came) == browser_auth.owner_of(came)
    name = came["cookie"].partition("=")[2]
    assert name[:10] not in str(browser_auth.owner_of(came))


def test_a_key_opens_and_nothing_else_does(keys: ApiKeys, key: str) -> None:
    browser_auth = CookieAuth(keys)
    for wrong in ("", "ote_", key[:-1], key + "x", key.upper()):
        assert browser_auth.sign_in(Headers({}), wrong) is None
    assert browser_auth.owner_of(cookie_of(browser_auth.sign_in(Headers({}), key))) is not None


def test_a_name_counts_only_with_its_signature(keys: ApiKeys, key: str) -> None:
    browser_auth = CookieAuth(keys)
    name, _, signature = cookie_of(browser_auth.sign_in(Headers({}), key))["cookie"].partition("=")[2].partition(".")
    other = "B" + name[1:] if name[0] != "B" else "C" + name[1:]
    for forged in (
        name,
        f"{name}.",
        f"{name}.{signature[:-1]}",
        f"{other}.{signature}",
        f"{name}.{'0' * 64}",
        f'"{name}.é"',
        f"{name}.{'0' * 16}.{signature.partition('.')[2]}",
    ):
        assert browser_auth.owner_of(Headers({"cookie": f"{COOKIE}={forged}"})) is None


def test_browsers_of_one_key_are_strangers_to_each_other_and_take_its_room(tmp_path: Path, key: str) -> None:
    other = make_key(tmp_path / "keys")
    keys = ApiKeys.read(tmp_path / "keys")
    browser_auth = CookieAuth(keys)
    one, two, three = (
        str(browser_auth.owner_of(cookie_of(browser_auth.sign_in(Headers({}), shown)))) for shown in (key, key, other)
    )
    assert one != two
    assert account_of(one) == account_of(two) == keys.owner_of(key)
    assert account_of(three) == keys.owner_of(other)
    assert all(is_visitor(owner) and len(owner) <= 60 for owner in (one, two, three))


def test_after_a_restart_the_same_browser_and_key_find_the_same_jobs(keys: ApiKeys, key: str) -> None:
    first, second = CookieAuth(keys), CookieAuth(keys)
    came = cookie_of(first.sign_in(Headers({}), key))
    assert second.owner_of(came) is None
    assert second.owner_of(cookie_of(second.sign_in(came, key))) == first.owner_of(came)


@pytest.mark.parametrize(
    "cookie", ["", "ote_visitor", "ote_visitor=", "ote_visitor=short", 'ote_visitor="', "a=b; c", "\x00", "x" * 100_000]
)
def test_cookies_that_are_none_of_ours_name_nobody(cookie: str) -> None:
    assert CookieAuth(None).owner_of(Headers({"cookie": cookie})) is None


@pytest.mark.parametrize(
    "other",
    [
        'prefs={"theme":"dark"}',
        'a=hello world "x"',
        "naïve=é",
        "x[0]=1",
        "foo",
        "path=/a",
        "big=" + "a" * 5000,
        "not_ote_visitor=b",
        'open="',
    ],
    ids=lambda other: other[:12],
)
def test_cookies_of_other_programs_at_this_address_do_not_hide_ours(keys: ApiKeys, key: str, other: str) -> None:
    browser_auth = CookieAuth(keys)
    ours = cookie_of(browser_auth.sign_in(Headers({}), key))["cookie"]
    owner = browser_auth.owner_of(Headers({"cookie": ours}))
    assert owner is not None
    for lines in ([f"{other}; {ours}"], [f"{ours}; {other}"], [other, ours]):
        came = Headers(raw=[(b"cookie", line.encode()) for line in lines])
        assert browser_auth.owner_of(came) == owner


def test_the_cookie_stays_with_the_browser_and_comes_along_with_a_link_on_another_site() -> None:
    header = CookieAuth(None).sign_in(Headers({})) or ""
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in header


@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        ({}, False),
        ({"origin": "http://localhost:7860"}, False),
        ({"x-forwarded-proto": "http"}, False),
        ({"origin": "https://photos.example"}, True),
        ({"x-forwarded-proto": "https"}, True),
        ({"x-forwarded-proto": "HTTPS, http"}, True),
    ],
)
def test_behind_a_proxy_with_https_the_cookie_goes_over_nothing_else(headers: dict[str, str], secure: bool) -> None:
    header = CookieAuth(None).sign_in(Headers(headers)) or ""
    assert ("; Secure" in header) is secure


@pytest.mark.parametrize(
    ("path", "is_public"),
    [
        ("/", True),
        ("/login", True),
        ("/assets/index-1a.js", True),
        ("/icons/eye.svg", True),
        ("/manifest.json", True),
        ("/gradio_api/app_id", True),
        ("/config", False),
        ("/photos", False),
        ("/v1/jobs", False),
        ("/pictures/1/whole/none.jpg", False),
        ("/download/1/a.jpg", False),
        ("/gradio_api/run/predict", False),
        ("/login/../v1/jobs", False),
        ("//v1/jobs", False),
    ],
)
def test_only_what_holds_nothing_of_anybody_is_open_to_anybody(path: str, is_public: bool) -> None:
    assert CookieAuth(None).is_public(path) is is_public
