"""Packages as ZIP: with a password that nobody else knows, and in parts."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pyzipper

from incident_plugin.adapters.evidence.checking import check
from incident_plugin.adapters.evidence.sources import Folder, opened
from incident_plugin.adapters.evidence.stored_zip import Member, StoredZip
from incident_plugin.adapters.evidence.zip_records import Entry, directory
from incident_plugin.cli import main
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.exports import ExportSettings

UNZIP = shutil.which("unzip")
SEVEN_ZIP = shutil.which("7zz") or shutil.which("7z")
PASSWORD = "pass wörd of many letters"


def test_another_program_opens_it_with_the_password(bench, video):
    """pyzipper reads AES-256 of AE-2, every file with its own salt; no file lies beside the ZIP."""
    place = bench.package("one", video, ExportSettings(encrypted=True), PASSWORD)
    (file,) = [path for path in place.iterdir() if path.suffix == ".zip"]
    assert PASSWORD.encode() not in file.read_bytes()
    with pyzipper.AESZipFile(file) as archive:
        archive.setpassword(PASSWORD.encode())
        assert archive.testzip() is None
        (master,) = [name for name in archive.namelist() if name.endswith(".mp4")]
        assert archive.read(master) == video
        assert {(i.wz_aes_strength, i.wz_aes_version) for i in archive.infolist()} == {(3, 2)}
        assert {i.extract_version for i in archive.infolist()} == {51}


@pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip is not installed")
@pytest.mark.parametrize("split", [None, 1 << 20], ids=["whole", "parts"])
def test_7_zip_opens_it_with_the_password(bench, tmp_path, split):
    """Whole or from its first part; every byte is as it was, and another password opens nothing."""
    film = bytes(range(256)) * 10_000
    place = bench.package("one", film, ExportSettings(encrypted=True, split_size=split), PASSWORD)
    file = min(path for path in place.iterdir() if ".zip" in path.name)

    def extracted(password: str, target: Path) -> subprocess.CompletedProcess[str]:
        command = [str(SEVEN_ZIP), "x", f"-p{password}", f"-o{target}", "-y", str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = extracted(PASSWORD, tmp_path / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    (package,) = (tmp_path / "out").iterdir()
    assert (package / "data/master/E01_Lobby.mp4").read_bytes() == film
    assert check(Folder(package)).faults == ()
    refused = extracted("another password", tmp_path / "wrong")
    assert refused.returncode != 0
    assert "Wrong password" in refused.stdout + refused.stderr


def test_verify_wants_the_password(bench, video, tmp_path, capsys):
    """With it everything is checked; with another one nothing, and it is said."""
    place = bench.package("one", video, ExportSettings(encrypted=True), PASSWORD)
    (file,) = place.glob("*.zip")
    for word, status in ((PASSWORD, 0), ("another password", 2)):
        (tmp_path / "password").write_text(f"{word}\n")
        assert main(["verify", str(file), "--password-file", str(tmp_path / "password")]) == status
    assert "another password" in capsys.readouterr().err


def test_a_program_without_a_terminal_is_told_how_to_give_the_password(bench, video):
    """Of a timer or another program nobody can ask."""
    place = bench.package("one", video, ExportSettings(encrypted=True), PASSWORD)
    (file,) = place.glob("*.zip")
    command = [sys.executable, "-W", "ignore", "-m", "incident_plugin.cli", "verify", str(file)]
    run = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, start_new_session=True
    )
    assert run.returncode == 2
    assert run.stderr.endswith("nobody typed it. Use --password-file.\n")
    assert "Traceback" not in run.stderr


def test_a_changed_byte_of_an_encrypted_file_is_found(bench, video):
    """The authentication code at the end of each entry does not fit any more."""
    place = bench.package("one", video, ExportSettings(encrypted=True), PASSWORD)
    (file,) = place.glob("*.zip")
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        master = next(i for i in archive.infolist() if i.filename.endswith(".mp4"))
    data[master.header_offset + 200] ^= 1
    file.write_bytes(data)
    with opened(file, PASSWORD) as source:
        assert any(fault.file.endswith(".mp4") for fault in check(source).faults)


@pytest.mark.parametrize("password", ["", PASSWORD])
def test_parts_join_to_the_whole(bench, password):
    """Cut at the size asked for, as 7-Zip cuts; verified from the first part, and joined by ``cat``."""
    settings = ExportSettings(encrypted=bool(password), split_size=1 << 20)
    place = bench.package("one", bytes(3_000_000), settings, password)
    parts = sorted(path for path in place.iterdir() if path.suffix[1:].isdigit())
    assert [part.stat().st_size for part in parts[:-1]] == [1 << 20, 1 << 20]
    with opened(parts[0], password) as source:
        assert check(source).faults == ()
    whole = place / "joined.zip"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    with opened(whole, password) as source:
        assert check(source).faults == ()


def test_an_encrypted_export_without_its_password_is_not_made(bench, video):
    """Nothing is ever written in clear because a password got lost."""
    with pytest.raises(InvalidInput, match="password is missing"):
        bench.package("one", video, ExportSettings(encrypted=True))


def test_any_part_of_a_downloaded_zip_is_given(tmp_path):
    """Its length is known beforehand, any range is what the whole has there, and standard tools open it."""
    at = datetime(2026, 11, 2, 12, 30, 44, tzinfo=UTC)
    contents = {"p/empty": b"", "p/data/master.mp4": bytes(range(256)) * 20_000, "p/café.txt": b"\n"}
    members = []
    for number, (name, data) in enumerate(contents.items()):
        path = tmp_path / str(number)
        path.write_bytes(data)
        members.append(Member(name=name, path=path, size=len(data), crc32=zlib.crc32(data), at=at))
    archive = StoredZip(members)
    whole = b"".join(archive.pieces())
    assert archive.size == len(whole)
    chance = random.Random(9)
    for _ in range(50):
        start, end = sorted(chance.sample(range(len(whole) + 1), 2))
        assert b"".join(archive.pieces(start, end)) == whole[start:end]
    with zipfile.ZipFile(io.BytesIO(whole)) as opened_again:
        assert opened_again.testzip() is None
        assert {name: opened_again.read(name) for name in opened_again.namelist()} == contents
        assert {entry.date_time for entry in opened_again.infolist()} == {(2026, 11, 2, 12, 30, 44)}


@pytest.mark.skipif(UNZIP is None, reason="unzip is not installed")
def test_unzip_opens_a_zip_without_password(tmp_path):
    """Info-ZIP's, which is on most systems and refuses what asks for a newer version than it knows."""
    film = tmp_path / "film"
    film.write_bytes(bytes(range(256)))
    member = Member(
        name="p/café.mp4",
        path=film,
        size=256,
        crc32=zlib.crc32(film.read_bytes()),
        at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    (tmp_path / "made.zip").write_bytes(b"".join(StoredZip([member]).pieces()))
    command = [str(UNZIP), "-q", "made.zip", "-d", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (package,) = (tmp_path / "out").iterdir()
    assert [file.read_bytes() for file in package.iterdir()] == [film.read_bytes()]


def test_a_zip_beyond_four_gigabytes_is_read(tmp_path):
    """Sizes and places that need 64 bits: the directory of a sparse giant says what there is."""
    behind = b"behind the giant"
    sizes = {"p/giant": (1 << 32) + 7, "p/small": len(behind)}
    entries = [
        Entry(name=name, size=size, stored=size, at=datetime(2026, 1, 1, tzinfo=UTC))
        for name, size in sizes.items()
    ]
    offsets = [0, len(entries[0].local()) + sizes["p/giant"]]
    end = directory(
        list(zip(entries, offsets, strict=True)), offsets[1] + len(entries[1].local()) + len(behind)
    )
    made = tmp_path / "made.zip"
    with made.open("wb") as file:
        for entry, offset in zip(entries, offsets, strict=True):
            file.seek(offset)
            file.write(entry.local())
        file.write(behind)
        file.write(end)
    with zipfile.ZipFile(made) as archive:
        assert {one.filename: one.file_size for one in archive.infolist()} == sizes
        assert {one.extract_version for one in archive.infolist()} == {45}
        assert archive.open("p/giant").read(3) == bytes(3)
        assert archive.getinfo("p/small").header_offset == offsets[1]
