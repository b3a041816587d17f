"""Backups sealed with a passphrase, and the commands of keeping, over a real store and real keys."""

from __future__ import annotations

import random
import secrets
from contextlib import closing
from pathlib import Path

import pytest

from incident_plugin import cli
from incident_plugin.adapters import sealed_backup
from incident_plugin.adapters.sealed_backup import SealedBackup, unsealed
from incident_plugin.adapters.signing import KEYS, SigningKey
from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application.administration.keeping import Purger
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.certificates import Reason
from incident_plugin.domain.errors import IncidentError, InvalidInput
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.http.keeping import archive_of
from tests.domain.examples import ANN, START, project

WORDS = "correct horse battery staple"


@pytest.fixture(autouse=True)
def cheap_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test open hundreds of files: the cost of a guess is not what is tested."""
    monkeypatch.setattr(sealed_backup, "_COST", {"n": 2, "r": 8, "p": 1})


class Plugin:
    """A plug-in's directory with a project, an entry of the audit log and a key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = SigningKey(folder / KEYS)
        self._ids = 0
        with closing(TinyDBStore(folder / "store")) as store:
            work = UnitOfWork(store, self, self)
            with work.begin(ANN) as unit:
                made = unit.create(lambda number: project(number, description="Bag taken"))
                unit.audit(Activity(action=Action.SETTING_CHANGED, subject="Retention", after="=30 days"))
                gone = unit.create(project)
                purger = Purger(clock=self, signer=self.key, site="Harbour")
                self.certificate = purger.purge(unit, gone, ANN, Reason.PERSON, "a test")
        self.project = made.id

    def now(self):
        return START

    def new(self) -> str:
        self._ids += 1
        return f"i{self._ids}"

    def described(self) -> str:
        with closing(TinyDBStore(self.folder / "store", writable=False)) as store, store.read() as reading:
            found = reading.project(self.project)
            assert found is not None
            return str(found.fields["description"])


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path / "plugin")


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    file = tmp_path / "passphrase"
    file.write_text(f"{WORDS}\n", "utf-8")
    return f"--passphrase-file={file}"


def small(folder: Path, size: int) -> Path:
    """Seal a file of so many random bytes in the place of a store."""
    data = secrets.token_bytes(size)
    (folder / "keys").mkdir(exist_ok=True)
    made = folder / "backup.sealed"
    maker = SealedBackup(
        copy_store=lambda target: target.write_bytes(data), keys=folder / "keys", settings='{"a": 1}'
    )
    maker.make(made, WORDS)
    with unsealed(made, WORDS, folder) as found:
        assert found.store.read_bytes() == data
        assert found.settings == '{"a": 1}'
    return made


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 512, 1 << 20, 3 << 20])
def test_what_is_sealed_comes_back_whatever_its_size(tmp_path: Path, size: int) -> None:
    """Also around the size of a piece; and nothing of it lies about afterwards."""
    small(tmp_path, size)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.sealed", "keys"]


def test_no_byte_can_be_changed_and_no_end_cut_off(tmp_path: Path) -> None:
    """Any byte flipped, any length cut, anything added: refused, and nothing is given."""
    made = small(tmp_path, 2_500_000)
    whole = made.read_bytes()
    piece = (1 << 20) + 16
    head = whole.index(b"\n") + 1
    broken = [whole[: head + piece], whole[: head + 2 * piece], whole[:head], whole + b"x", b"", whole[:-1]]
    broken.append(whole[:head] + whole[head + piece : head + 2 * piece] + whole[head : head + piece])
    for place in (*range(head), *random.sample(range(head, len(whole)), 60)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << random.randrange(8)
        broken.append(bytes(flipped))
    for data in broken:
        made.write_bytes(data)
        with pytest.raises(InvalidInput, match="Nothing was restored"), unsealed(made, WORDS, tmp_path):
            pytest.fail("a changed backup was opened")


def test_another_passphrase_opens_nothing(tmp_path: Path) -> None:
    """It cannot be told from a changed file, and it says so."""
    made = small(tmp_path, 100)
    with pytest.raises(InvalidInput, match="The passphrase is wrong"), unsealed(made, WORDS + "s", tmp_path):
        pytest.fail("it was opened")


def test_a_disk_that_refuses_leaves_no_half_backup(tmp_path: Path) -> None:
    """The target is whole or not there."""

    def full(target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    maker = SealedBackup(copy_store=full, keys=tmp_path, settings="{}")
    with pytest.raises(IncidentError, match="No space left"):
        maker.make(tmp_path / "made", WORDS)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_made_beside_a_server_is_restored_with_its_keys(
    plugin, tmp_path, passphrase, capsys
) -> None:
    """Store and signing key are as they were; what was there meanwhile is kept aside."""
    file = tmp_path / "all.sealed"
    with closing(TinyDBStore(plugin.folder / "store")):
        assert cli.main(["backup", "make", "--data", str(plugin.folder), passphrase, str(file)]) == 0
    assert b"Bag taken" not in file.read_bytes()
    other = Plugin(tmp_path / "other")
    assert cli.main(["backup", "restore", "--data", str(other.folder), passphrase, str(file)]) == 0
    said = capsys.readouterr().out
    assert f"was restored to {other.folder}. What was there is now" in said
    assert SigningKey(other.folder / KEYS).public_key == plugin.key.public_key
    assert other.described() == "Bag taken"
    assert cli.main(["store", "check", "--data", str(other.folder)]) == 0


@pytest.mark.parametrize("data", ["data", "data/plugins/incident"])
def test_a_machine_where_no_host_ran_yet_gets_it_where_the_host_will_look(
    data, plugin, tmp_path, passphrase
) -> None:
    """Whether the host's directory is named or the plug-in's."""
    file, new = tmp_path / "all.sealed", tmp_path / "new machine"
    assert cli.main(["backup", "make", "--data", str(plugin.folder), passphrase, str(file)]) == 0
    assert cli.main(["backup", "restore", "--data", str(new / data), passphrase, str(file)]) == 0
    folder = new / "data/plugins/incident"
    assert SigningKey(folder / KEYS, make=False).public_key == plugin.key.public_key
    assert cli.main(["store", "check", "--data", str(folder)]) == 0


def test_a_server_that_runs_is_not_restored_over(plugin, tmp_path, passphrase, capsys) -> None:
    """Its store is in use: nothing is changed, not even the keys."""
    file = tmp_path / "all.sealed"
    cli.main(["backup", "make", "--data", str(plugin.folder), passphrase, str(file)])
    with closing(TinyDBStore(plugin.folder / "store")):
        assert cli.main(["backup", "restore", "--data", str(plugin.folder), passphrase, str(file)]) == 1
    assert capsys.readouterr().err
    assert sorted(path.name for path in plugin.folder.iterdir()) == [KEYS, "store"]


def test_a_passphrase_that_can_be_guessed_is_refused(plugin, tmp_path, capsys) -> None:
    """Before anything is written."""
    (tmp_path / "short").write_text("secret")
    arguments = ["--data", str(plugin.folder), f"--passphrase-file={tmp_path / 'short'}", str(tmp_path / "x")]
    assert cli.main(["backup", "make", *arguments]) == 1
    assert "12 to 1,000 are needed" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_the_audit_log_is_verified_and_printed_from_a_shell(plugin, capfdbinary) -> None:
    """In each form, while a server runs."""
    data = ["--data", str(plugin.folder)]
    with closing(TinyDBStore(plugin.folder / "store")):
        assert cli.main(["audit", "verify", *data]) == 0
        assert b"All 2 entries are as they were written." in capfdbinary.readouterr().out
        for form, part in (
            ("csv", b"'=30 days"),
            ("jsonl", b'"=30 days"'),
            ("syslog", b"<109>1 2026-03-01T"),
        ):
            assert cli.main(["audit", "export", *data, "--form", form]) == 0
            assert part in capfdbinary.readouterr().out


def test_a_certificate_is_verified_from_a_shell(plugin, tmp_path, capsys) -> None:
    """Whole, it says what was deleted; changed, or of another key than the site's, it is refused."""
    file = tmp_path / "certificate.zip"
    file.write_bytes(archive_of(plugin.certificate))
    assert cli.main(["certificate", "verify", str(file)]) == 0
    said = capsys.readouterr().out
    assert "Incident project 2 of Harbour was deleted for good" in said
    mark = said.rsplit(maxsplit=1)[-1]
    assert cli.main(["certificate", "verify", str(file), "--fingerprint", mark.upper()]) == 0
    assert cli.main(["certificate", "verify", str(file), "--fingerprint", "00"]) == 1
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "certificate.json").write_text(plugin.certificate.text.replace("Ann", "Bob"))
    (folder / "certificate.sig").write_bytes(bytes.fromhex(plugin.certificate.signature))
    (folder / "public-key.pem").write_text(plugin.certificate.public_key)
    assert cli.main(["certificate", "verify", str(folder)]) == 1
    assert "was changed" in capsys.readouterr().err
    assert cli.main(["certificate", "verify", str(tmp_path / "none")]) == 1
