from __future__ import annotations

import io

import pytest
from PIL import Image

from incident_plugin.adapters.pdf_report.pictures import read_jpeg

from .conftest import Print
from .samples import content, jpeg, project, sequence


def test_a_picture_is_embedded_bit_by_bit(printed: Print) -> None:
    """The picture in the report is the file that was given, once, beside its sequence."""
    picture = jpeg(480, 270)
    report = printed(content(pictures={s.id: picture for s in project().sequences}))
    embedded = {image.indirect_reference: image for page in report.reader.pages for image in page.images}
    assert len(embedded) == 1
    assert picture in report.pdf
    assert next(iter(embedded.values())).image.size == (480, 270)


@pytest.mark.parametrize("size", [(1, 1), (4000, 10), (10, 4000)])
def test_pictures_of_any_shape_are_fitted(printed: Print, size: tuple[int, int]) -> None:
    """A very flat or very high picture does not disturb the page."""
    assert printed(content(pictures={sequence(1).id: jpeg(*size)})).pages


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x02\xff\xd9",
        jpeg()[:-40],
        b"GIF89a" + jpeg(),
        b"%!PS-Adobe (/etc/passwd) run",
        b"\xff\xd8\xff" + b"\x00" * 100_000 + b"\xff\xd9",
        b"/etc/passwd",
    ],
)
def test_a_broken_picture_is_left_out_and_the_report_says_so(printed: Print, data: bytes) -> None:
    """What is no whole JPEG never reaches the file, and page one names the sequence."""
    report = printed(content(pictures={sequence(2).id: data}))
    assert "Picture of sequence 2 (Lobby): it could not be read." in report.pages[0]
    assert not any(page.images for page in report.reader.pages)


def test_a_grey_picture_is_a_picture() -> None:
    """Cameras at night give grey pictures; four colours are for printers."""
    for mode, kept in (("L", True), ("RGB", True), ("CMYK", False)):
        file = io.BytesIO()
        Image.new(mode, (8, 8)).save(file, "JPEG")
        assert (read_jpeg(file.getvalue) is not None) is kept
