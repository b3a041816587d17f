"""How long a report takes, and how much memory: 20 and 200 pages with pictures.

One peer draws the same lines, rules and pictures with reportlab's canvas, without laying anything out, with
binary streams and pictures that are not decoded, as ours: what is left is what layout costs. The other one is
WeasyPrint, given the same texts and pictures as HTML, where ``bench/requirements.txt`` is installed.
"""

from __future__ import annotations

import importlib.util
import io
import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from unittest import mock

import attrs
from bench.rows import Row, write
from PIL import Image
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.adapters.pdf_report.fonts import Fonts, Weight
from incident_plugin.adapters.pdf_report.layout import PAGE_HEIGHT, PAGE_WIDTH, Page
from incident_plugin.adapters.pdf_report.pictures import Jpeg
from incident_plugin.adapters.pdf_report.report import composed
from incident_plugin.application.reports.content import FootageFacts, ReportContent
from incident_plugin.domain.journal import GENESIS, Action, Activity, Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Comment, CommentId, Project, ProjectId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval

_RUNS = 7
_SLOW_RUNS = 3
_CHILDREN = 3
_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_WORDS = ("the", "man", "in", "a", "dark", "jacket", "crossed", "the", "yard", "and", "waited", "outside")
_FACES = {Weight.REGULAR: "Vera.ttf", Weight.BOLD: "VeraBd.ttf"}
_PEER = "raw canvas, same marks"


def _picture(chance: random.Random) -> bytes:
    """As big as a key picture of a camera: 480 x 270, about 40 kB."""
    small = Image.frombytes("RGB", (160, 90), chance.randbytes(160 * 90 * 3))
    file = io.BytesIO()
    small.resize((480, 270)).save(file, "JPEG", quality=80)
    return file.getvalue()


def content(pages: int) -> ReportContent:
    """Material for a report of about so many pages: a third each of sequences, comments and log."""
    chance = random.Random(pages)
    people = [Person(id=PersonId(f"u{n}"), name=f"Operator {n}") for n in range(8)]

    def text(words: int) -> str:
        return " ".join(chance.choices(_WORDS, k=words))

    def sequence(number: int) -> Sequence:
        start = _NOON + timedelta(minutes=number)
        footage = Footage(
            camera=CameraId(f"c{number}"),
            camera_name=f"Camera {number}",
            recorder="North",
            interval=Interval(start, start + timedelta(seconds=75)),
        )
        person = chance.choice(people)
        return Sequence(id=SequenceId(f"s{number}"), footage=footage, added_by=person, added_at=_NOON)

    def comment(number: int) -> Comment:
        return Comment(id=CommentId(f"k{number}"), text=text(90), author=chance.choice(people), at=_NOON)

    def entry(number: int) -> Entry:
        activity = Activity(action=Action.FIELD_CHANGED, subject="Description", before=text(8), after=text(8))
        return Entry(
            project=ProjectId(1),
            number=number,
            at=_NOON + timedelta(seconds=number),
            actor=chance.choice(people),
            activity=activity,
            salt="",
            previous=GENESIS,
        )

    third = pages / 3
    sequences = tuple(sequence(n) for n in range(int(third * 6.3)))
    return ReportContent(
        project=Project(
            id=ProjectId(1),
            created_by=people[0],
            created_at=_NOON,
            fields={"status": "new", "description": text(200)},
            comments=tuple(comment(n) for n in range(int(third * 8))),
            sequences=sequences,
        ),
        footage={s.id: FootageFacts(gaps=()) for s in sequences},
        entries=tuple(entry(n) for n in range(1, int(third * 27))),
        properties=DELIVERED,
        pictures={s.id: _picture(chance) for s in sequences[:60]},
        missing=(),
        site="Harbour north",
        time_zone="Europe/Copenhagen",
        generated_at=_NOON,
        generated_by=people[0],
        show_user_names=False,
    )


class _Whole:
    """A JPEG picture as the library takes it without decoding it."""

    def __init__(self, jpeg: Jpeg) -> None:
        self._jpeg = jpeg

    def __str__(self) -> str:
        return self._jpeg.digest.hex()

    def jpeg_fh(self) -> io.BytesIO:
        """Give the coded picture."""
        return io.BytesIO(self._jpeg.fetch())


def _drawn_raw(pages: list[Page]) -> bytes:
    file = io.BytesIO()
    for name in _FACES.values():
        pdfmetrics.registerFont(TTFont(name, name, shapable=False))
    canvas = Canvas(file, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1)
    for page in pages:
        for area in page.areas:
            canvas.setFillColorRGB(area.colour.red, area.colour.green, area.colour.blue)
            canvas.rect(area.x, area.y, area.width, area.height, stroke=0, fill=1)
        for picture in page.pictures:
            canvas.drawImage(_Whole(picture.jpeg), picture.x, picture.y, picture.width, picture.height)
        for words in page.words:
            style = words.style
            canvas.setFont(_FACES[style.weight], style.size)
            canvas.setFillColorRGB(style.colour.red, style.colour.green, style.colour.blue)
            canvas.drawString(words.x, words.y, words.text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _timed(wanted: int, limit: float) -> list[Row]:
    material = content(wanted)
    maker = PdfReportMaker()
    maker.make(material, io.BytesIO())
    pages = composed(material, Fonts(())).pages
    ours, raw = [], []
    for _ in range(_RUNS):
        ours.append(_seconds(lambda: maker.make(material, io.BytesIO())))
        with mock.patch.object(rl_config, "useA85", 0):
            raw.append(_seconds(lambda: _drawn_raw(pages)))
    value, peer = median(ours), median(raw)
    name = f"report of {len(pages)} pages, {len(material.pictures)} pictures"
    row = partial(Row, name=name, value=value, unit="s", n=_RUNS)
    return [
        row(
            against=f"limit of {limit} s",
            ratio=value / limit,
            goal=f"< {limit} s",
            holds=value < limit,
        ),
        row(
            against=_PEER,
            ratio=value / peer,
            goal="<= 2 x",
            holds=value <= 2 * peer,
        ),
        *_beside_weasyprint(name, material, value),
    ]


def _beside_weasyprint(name: str, material: ReportContent, value: float) -> list[Row]:
    if importlib.util.find_spec("weasyprint") is None:
        print("report     WeasyPrint is not installed (bench/requirements.txt): not compared with it")
        return []
    from bench.peers.weasyprint_report import printed  # noqa: PLC0415 - heavy, and not always there

    peer = median(_seconds(lambda: printed(material)) for _ in range(_SLOW_RUNS))
    return [
        Row(
            name=name,
            value=value,
            unit="s",
            n=_SLOW_RUNS,
            against=f"WeasyPrint, same content: {peer:.3g} s",
            ratio=peer / value,
            goal=">= 15 x faster",
            holds=peer >= 15 * value,
        )
    ]


def _memory(pages: int) -> Row:
    """Growth of a fresh process by its first report: the most it held, the library's import included."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(pickle.dumps(content(pages)))
        file.flush()
        command = [sys.executable, "-c", _CHILD, file.name]
        grown = [float(subprocess.check_output(command, text=True)) for _ in range(_CHILDREN)]
    value, limit = median(grown), 80.0
    return Row(
        name=f"memory of a report of about {pages} pages",
        value=value,
        unit="MB",
        against=f"limit of {limit:.0f} MB",
        ratio=value / limit,
        goal=f"< {limit:.0f} MB",
        holds=value < limit,
        n=_CHILDREN,
    )


def _memory_of_sequences(number: int) -> Row:
    """The same with a picture for each of so many sequences, which are read from the disk one by one."""
    with tempfile.NamedTemporaryFile() as file:
        material = content(round(number / 2.1))
        file.write(pickle.dumps(attrs.evolve(material, project=attrs.evolve(material.project, comments=()))))
        file.flush()
        command = [sys.executable, "-c", _MANY + _CHILD, file.name]
        grown = [float(subprocess.check_output(command, text=True)) for _ in range(_CHILDREN)]
    name = f"memory of a report of {len(material.project.sequences):,} sequences with pictures"
    return Row.below(name, median(grown), "MB", limit=80.0, n=_CHILDREN)


#: Gives every sequence a picture of its own, on the disk, as the use case does.
_MANY = """
def prepared(material):
    import attrs
    from incident_plugin.application.reports.pictures import SpooledPictures
    jpeg, spooled = next(iter(material.pictures.values())), SpooledPictures()
    for number, sequence in enumerate(material.project.sequences):
        # A comment makes each another picture.
        spooled.put(sequence.id, jpeg[:2] + b"\\xff\\xfe\\x00\\x06%04d" % number + jpeg[2:])
    return attrs.evolve(material, pictures=spooled)
"""

#: Linux: resident size now, and at its highest (proc(5), VmRSS and VmHWM).
_CHILD = """
import pickle, re, sys
from pathlib import Path
from incident_plugin.adapters.pdf_report import PdfReportMaker

def megabytes(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

material = pickle.loads(Path(sys.argv[1]).read_bytes())
if "prepared" in globals():
    material = prepared(material)
assert "reportlab" not in sys.modules
before = megabytes("VmRSS")
with open("/dev/null", "wb") as file:
    PdfReportMaker().make(material, file)
print(megabytes("VmHWM") - before)
"""


if __name__ == "__main__":
    write(
        "report",
        [*_timed(20, 0.5), *_timed(200, 2.0), _memory(20), _memory(200), _memory_of_sequences(1_000)],
    )
