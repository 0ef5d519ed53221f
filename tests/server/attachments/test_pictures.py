"""Whatever is odd in a picture ends in a clean picture or in a clear refusal."""

import io
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from server.attachments import pictures, sniffing
from server.attachments.errors import FileKindRefused, MacrosRefused, PictureDamaged, PictureTooLarge
from server.core.settings import MEBIBYTE
from tests.server.attachments import samples

BUDGET = 16 * MEBIBYTE
KINDS = samples.pictures()
ENTRIES = st.tuples(st.integers(0, 0xFFFF), st.integers(0, 16), st.integers(0, 0xFFFFFFFF), st.binary(min_size=4, max_size=4))
ORIENTATION_6 = (0x0112, 3, 1, struct.pack("<HH", 6, 0))


def decoded(data):
    return Image.open(io.BytesIO(data))


class TestKept:
    @pytest.mark.parametrize("kind", KINDS)
    def test_from_dark_to_light_as_it_was(self, kind):
        kept = pictures.cleaned(KINDS[kind], BUDGET)
        assert (kept.width, kept.height) == samples.SIZE
        shades = decoded(kept.data).convert("RGBA").convert("L")
        middle = [shades.getpixel((x, 20)) for x in range(2, 60, 4)]
        expected = [255 * (255 * x // 59 > 127) for x in range(2, 60, 4)] if kind == "PNG 1" else [255 * x // 59 for x in range(2, 60, 4)]
        assert middle == pytest.approx(expected, abs=10)

    @pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.endswith(("clear", "transparency", "LA", "PNG RGBA"))])
    def test_with_its_transparency(self, kind):
        assert decoded(pictures.cleaned(KINDS[kind], BUDGET).data).mode == "RGBA"

    def test_the_clear_shade_of_sixteen_bits_alone_is_clear(self):
        transparent = samples.deep_grey(samples.chunk(b"tRNS", struct.pack(">H", 65_535 * 30 // 59)))
        alpha = decoded(pictures.cleaned(transparent, BUDGET).data).getchannel("A")
        assert [alpha.getpixel((x, 0)) for x in (29, 30, 31)] == [255, 0, 255]

    @given(st.lists(ENTRIES, max_size=4))
    @example([(0x0100, 5, 1, b"\x08\0\0\0")])  # a width that is a fraction
    @example([(0x8769, 4, 1, b"\xff\xff\xff\xff")])
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_upright_whatever_else_its_camera_wrote(self, entries):
        others = [entry for entry in entries if entry[0] != ORIENTATION_6[0]]
        sent = samples.with_exif(KINDS["JPEG RGB"], samples.exif([*others, ORIENTATION_6]))
        kept = pictures.cleaned(sent, BUDGET)
        assert (kept.width, kept.height) == (40, 60)
        assert not decoded(kept.data).getexif()

    @given(st.binary(max_size=300))
    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_whatever_stands_in_place_of_its_exif(self, rubbish):
        kept = pictures.cleaned(samples.with_exif(KINDS["JPEG RGB"], b"Exif\0\0" + rubbish), BUDGET)
        assert {kept.width, kept.height} == set(samples.SIZE)

    @pytest.mark.parametrize(("size", "budget", "kept_size"), [((9000, 6000), 64, (4096, 2731)), ((9000, 6000), 24, (2250, 1500))])
    def test_a_photo_that_is_too_large_to_decode_whole_is_decoded_smaller(self, size, budget, kept_size):
        kept = pictures.cleaned(samples.saved(Image.new("RGB", size, "teal"), "JPEG"), budget * MEBIBYTE)
        assert (kept.width, kept.height) == kept_size


class TestRefused:
    @pytest.mark.parametrize("side", [5_000, 50_000])
    def test_by_its_header_before_it_is_decoded(self, side):
        header = samples.png(side, side, 8, 0, b"")
        with pytest.raises(PictureTooLarge) as refusal:
            pictures.cleaned(header, BUDGET)
        assert 0 < refusal.value.params["megapixels"] <= pictures.MAX_MEGAPIXELS

    @given(samples.damaged(list(KINDS.values())))
    @settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_or_kept_clean_however_it_was_damaged(self, data):
        try:
            kept = pictures.read_developed(pictures.developed(data, str(BUDGET)))
        except (PictureDamaged, PictureTooLarge):
            return
        again = decoded(kept.data)
        again.load()
        assert again.size == (kept.width, kept.height)
        assert not again.getexif()
        assert not {"exif", "xmp", "comment", "icc_profile"} & again.info.keys()


def archives():
    names = (("[Content_Types].xml", "word/document.xml"), ("[Content_Types].xml", "xl/vbaProject.bin", "xl/workbook.xml"))
    for inside in names:
        for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", how) as archive:
                for name in ("mimetype", *inside):
                    archive.writestr(name, "application/vnd.oasis.opendocument.text")
            yield buffer.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n"
DOCUMENTS = [*archives(), PDF, "Relevé;12\n".encode(), b"\0\0\0\x18ftypheic", b"GIF89a", b"II*\0", b"BM"]


@given(samples.damaged(DOCUMENTS), st.sampled_from(["a.csv", "a.pdf", "a.docx", "", "\ud800.txt", "a\0b.txt"]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_documents_are_taken_or_refused_however_they_were_damaged(data, name):
    if not data or pictures.is_picture(data):
        return
    try:
        content = sniffing._document(data, name)
    except (FileKindRefused, MacrosRefused):
        return
    assert content.data == data
    assert sniffing.safe_name(name, content.extension).encode()


def test_an_archive_with_an_endless_list_of_files_is_not_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(40_000):
            archive.writestr(f"word/{number}", "")
    with pytest.raises(FileKindRefused):
        sniffing._document(buffer.getvalue(), "a.docx")
