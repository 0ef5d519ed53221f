"""Endpoints come from clients: what is not on the list leads nowhere, however it is written."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.push.hosts import SERVICES, is_allowed
from server.push.sending import Guarded

LISTED = [name.replace("*", "web") for name in SERVICES]
AROUND = st.sampled_from(
    ["", ".", "@", ":443", ":8443", "#", "?", "/", "\\", "%2e", "%00", "\t", " ", "evil.example", ".evil.example", "[::1]", "xn--"]
)


@pytest.mark.parametrize("host", LISTED)
def test_the_push_services_of_browsers_are_on_the_list(host):
    assert is_allowed(f"https://{host}/send/a-b_c:d?token=%2b+/=~")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://fcm.googleapis.com.evil.example/x", "https://push.apple.com/x",
        "https://evil.example/fcm.googleapis.com/", "https://fcm.googleapis.com@evil.example/", "https://evil.example\\.push.apple.com/x",
        "https://127.0.0.1/x", "https://[::1]/x", "https://xpush.apple.com/x", "https://FCM.googleapis.com/x", "https://fcm.googleapis.com",
        "https://web.push.apple.com./x", "//fcm.googleapis.com/x", "", "https:///x", "https://web.push.apple.com/\nHost: evil.example",
    ],
)  # fmt: skip
def test_nothing_else_is(endpoint):
    assert not is_allowed(endpoint)


@given(
    scheme=st.sampled_from(["https://", "http://", "https:", "ftp://", "https://user@", "https:/\\"]),
    parts=st.lists(st.one_of(AROUND, st.sampled_from(LISTED), st.text("abcdef0123456789.-:@/\\", max_size=12)), max_size=5),
    path=st.sampled_from(["/x", "", "/x#fcm.googleapis.com/", "/../x"]),
)
def test_whatever_is_allowed_is_read_as_a_listed_host_by_others_too(scheme, parts, path):
    endpoint = scheme + "".join(parts) + path
    if is_allowed(endpoint):
        read = urlsplit(endpoint)
        assert read.scheme == "https"
        assert read.port in {None, 443}
        assert read.username is None
        host = read.hostname or ""
        assert host in SERVICES or host.endswith((".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"))


@pytest.mark.parametrize(
    ("named", "endpoint", "is_good"),
    [
        ("relay.plant.example", "https://relay.plant.example/x", True),
        ("relay.plant.example", "http://relay.plant.example/x", False),
        ("relay.plant.example:8443", "https://relay.plant.example:8443/x", True),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/x", True),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9001/x", False),
        ("*.plant.example", "https://a.b.plant.example/x", True),
        ("*.plant.example", "https://plant.example/x", False),
    ],
)
def test_the_operator_names_more(named, endpoint, is_good):
    assert is_allowed(endpoint, (named,)) is is_good


async def test_a_listed_name_that_leads_into_the_plant_is_not_followed():
    guarded = Guarded(frozenset(), ())
    with pytest.raises(OSError, match="no host of the internet"):
        await guarded.resolve("localhost", 443)
    await guarded.close()
    own = Guarded(frozenset(), ("localhost:9000",))
    assert await own.resolve("localhost", 9000)
    await own.close()
