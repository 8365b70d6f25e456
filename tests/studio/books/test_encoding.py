"""Bytes become text, whoever wrote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.books.formats.encoding import clean, decode, is_binary

SAMPLES = {
    "cp1252": "“Ce n’était qu’un rêve”, dit-elle — et elle s’endormit à côté de la fenêtre ouverte. Das wäre schön.",
    "cp1251": "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. " * 4,
    "koi8-r": "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. " * 4,
    "shift_jis": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 6,
    "gb18030": "有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？学而时习之，不亦说乎？" * 4,
    "utf-16-le": "Hello there, plain and simple.",
    "utf-16-be": "Hello there, plain and simple.",
}


@pytest.mark.parametrize("encoding", sorted(SAMPLES))
def test_text_without_any_mark_is_recognised(encoding: str) -> None:
    data = SAMPLES[encoding].encode(encoding)
    assert not is_binary(data)
    assert decode(data) == SAMPLES[encoding]


@given(st.text(max_size=200), st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_marked_text_comes_back_exactly(text: str, encoding: str) -> None:
    text = text.encode("utf-8", "ignore").decode().replace("\0", "")  # no text has one
    assert decode(text.encode(encoding)) == text


@given(st.binary(max_size=500), st.text(max_size=20))
def test_any_bytes_decode_and_clean(data: bytes, declared: str) -> None:
    text = clean(decode(data, declared))
    assert not any(char < " " and char not in "\n\t" for char in text)
    text.encode("utf-8")


def test_a_declared_encoding_is_used_where_utf_8_does_not_fit() -> None:
    assert decode("Zażółć".encode("cp1250"), "windows-1250") == "Zażółć"
    assert decode("Zażółć".encode(), "windows-1250") == "Zażółć"


def test_clean_text_is_left_alone_and_odd_characters_are_put_right() -> None:
    assert clean("Plain.\n") == "Plain.\n"
    assert clean("a\r\nb\rc\x85d\u2028e\xa0f\ufb01g\xadh\u200b\ufeff\x00\ud800") == "a\nb\nc\nd\ne f" + "figh�"
    assert clean("क्\u200dष") == "क्\u200dष"  # joiners are letters' business in Indic scripts


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01" + bytes(60), bytes(range(256)), b"\x93\x11\x8a\xf0\x02" * 300, b"a\0b\0\0\0c" * 20]
)
def test_what_is_no_text_is_known(data: bytes) -> None:
    assert is_binary(data)


@pytest.mark.parametrize(
    "data", [b"Hello.", "Ünï".encode(), "日本語".encode() * 3000, b"a\x1b[0mb" * 3, b"\xef\xbb\xbfhi"]
)
def test_text_is_not_taken_for_binary(data: bytes) -> None:
    assert not is_binary(data)
