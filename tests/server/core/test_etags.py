import pytest
from starlette.datastructures import Headers

from server.core.etags import is_known


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"'])
@pytest.mark.parametrize(
    ("asked", "known"),
    [
        (['"abc"'], True), (['W/"abc"'], True), (['"x", W/"abc" ,"y"'], True), (['"x"', '"abc"'], True), (["*"], True), ([" * "], True),
        (['"ab"'], False), (['"xabc"'], False), (["abc"], False), (['"x,abc"'], False), ([""], False), ([], False),
    ],
)  # fmt: skip
def test_a_version_is_known_by_any_form_that_names_it(etag, asked, known):
    headers = Headers(raw=[(b"if-none-match", one.encode()) for one in asked])
    assert is_known(headers, etag) is known
