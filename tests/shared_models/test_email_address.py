"""An address is judged alike wherever it is typed, and is the same account however it is typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared_models.email_address import MAX_EMAIL_LENGTH, Email
from shared_models.validation import error_code

EMAIL = TypeAdapter(Email)


def refused(text: str) -> str:
    with pytest.raises(ValidationError) as found:
        EMAIL.validate_python(text)
    return error_code(found.value.errors()[0])


@given(st.emails().filter(lambda text: len(text) <= MAX_EMAIL_LENGTH and not text.rpartition(".")[2].isdigit()))
def test_what_mail_servers_deliver_to_is_accepted(text: str) -> None:
    assert EMAIL.validate_python(text) == text.lower()


@given(
    st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=20),
    st.sampled_from(["usine.local", "münchen.de", "a.b-c.org"]),
)
def test_the_same_address_is_one_value_however_it_is_typed(name: str, domain: str) -> None:
    kept = EMAIL.validate_python(f"{name}@{domain}")
    for form in ("NFC", "NFD"):
        assert EMAIL.validate_python(f"  {unicodedata.normalize(form, f'{name}@{domain}')} ") == kept
    assert EMAIL.validate_python(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "jean", "jean@", "@usine.fr", "jean@usine", "jean dupont@usine.fr", "jean@@usine.fr", "jean@usine..fr", "jean@-usine.fr",
        "jean@usine-.fr",
        "jean.@usine.fr", ".jean@usine.fr", "je..an@usine.fr", "jean@192.168.1.4", "jean@[10.0.0.1]", '"jean"@usine.fr', "jean@us_ine.fr",
        "jean@usine.fr\u0000", "jean\u200b@usine.fr", "jean@usine.fr, paul@usine.fr", "Jean <jean@usine.fr>", f"{'x' * 65}@usine.fr",
        f"jean@{'x' * 64}.fr", "je\ud800an@usine.fr",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    assert refused(text) in {"email_invalid", "character_unreadable"}


def test_what_no_column_holds_is_too_long() -> None:
    assert refused(f"jean@{'x' * 50}.{'y' * 50}.fr") == "string_too_long"
