"""Packages as ZIP: with a password that nobody else knows, and in parts."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import pyzipper

from incident_plugin.adapters.evidence.checking import check
from incident_plugin.adapters.evidence.sources import Folder, opened
from incident_plugin.cli import main
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.exports import ExportSettings

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
