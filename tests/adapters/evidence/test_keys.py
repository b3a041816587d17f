"""Keys that packages are signed with: made at first use, or the site's own after a ceremony."""

from __future__ import annotations

import os
import stat

import pytest

from incident_plugin.adapters.evidence.checking import check
from incident_plugin.adapters.evidence.keys import KeyRing
from incident_plugin.adapters.evidence.sources import Folder
from incident_plugin.adapters.evidence.stamps import Authority, Stamps
from incident_plugin.cli import main
from incident_plugin.domain.errors import InvalidInput, StoreUnavailable


def test_a_key_is_made_at_first_use_and_only_the_server_reads_it(tmp_path):
    """The same one is used from then on; a key that others may read is not used."""
    ring = KeyRing(tmp_path / "keys")
    first = ring.identity("Our\nsite")
    assert ring.identity("Our site").fingerprint == first.fingerprint
    (key,) = (tmp_path / "keys").rglob("key.pem")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    key.chmod(0o644)
    with pytest.raises(StoreUnavailable, match="others") as told:
        ring.identity("Our site")
    assert told.value.message_id == "incident.signing-key-unusable"


def test_rotation_keeps_certificates_and_no_old_private_key(tmp_path):
    """Old packages stay verifiable; nobody signs with the old key again."""
    ring = KeyRing(tmp_path / "keys")
    old = ring.identity("site").fingerprint
    new = ring.rotate("site").fingerprint
    assert [one.fingerprint for one in ring.known()] == [new, old]
    assert len(list((tmp_path / "keys").rglob("key.pem"))) == 1


def test_a_key_that_is_lost_is_told(tmp_path, capsys):
    """By the command, with the status of what is wrong; the former ones have no key, and that is right."""
    ring = KeyRing(tmp_path / "keys/evidence")
    ring.rotate("site")
    ring.rotate("site")
    assert main(["keys", "show", "--data", str(tmp_path)]) == 0
    assert "missing" not in capsys.readouterr().out
    next(tmp_path.rglob("key.pem")).unlink()
    assert main(["keys", "show", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("private key is missing") == 1
    assert ring.known()[0].fault


def test_no_key_is_made_where_no_host_looks(tmp_path, capsys):
    """A directory that was mistyped: a key there would sign nothing."""
    assert main(["keys", "rotate", "--data", str(tmp_path)]) == 1
    assert "plugins/incident/keys" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_root_leaves_alone_what_is_another_users(tmp_path, monkeypatch, capsys):
    """What root made there the host could not read."""
    (tmp_path / "keys").mkdir()
    if tmp_path.stat().st_uid == 0:
        os.chown(tmp_path, 54321, 54321)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert main(["keys", "rotate", "--data", str(tmp_path)]) == 1
    assert "runuser" in capsys.readouterr().err
    assert list((tmp_path / "keys").iterdir()) == []


@pytest.mark.parametrize("file", ["site-key.pem", "site-key.p12"])
def test_the_ceremony_of_the_guide_gives_a_key_that_signs(authorities, bench, tmp_path, file, capsys):
    """The page's own commands; the chain up to the site's root is in the package."""
    (tmp_path / "passphrase").write_text("a-passphrase\n")
    place = tmp_path / "data"
    (place / "plugins/incident/keys").mkdir(parents=True)
    arguments = ["keys", "use", "--data", str(place), str(authorities / file)]
    if file.endswith("p12"):
        arguments += ["--passphrase-file", str(tmp_path / "passphrase")]
    assert main(arguments) == 0
    assert "Fingerprint" in capsys.readouterr().out
    bench.keys.use((authorities / file).read_bytes(), "a-passphrase" if file.endswith("p12") else "")
    package = bench.package("one", b"a master")
    assert (package / "certificates.pem").read_text().count("BEGIN CERTIFICATE") == 3
    assert check(Folder(package)).faults == ()


def test_what_is_no_key_with_its_chain_is_refused(authorities, tmp_path):
    """Without the root, without a certificate, with another passphrase: the key in use stays."""
    ring = KeyRing(tmp_path / "keys")
    used = ring.identity("site").fingerprint
    alone = (authorities / "signer.key").read_bytes()
    for data in (
        b"nothing",
        alone,
        alone + (authorities / "signer.pem").read_bytes(),
        (authorities / "site-key.p12").read_bytes(),
    ):
        with pytest.raises(InvalidInput) as told:
            ring.use(data)
        assert told.value.message_id == "incident.signing-key-refused"
    assert ring.identity("site").fingerprint == used


def test_a_silent_time_stamp_authority_is_said_and_does_not_stop_an_export(bench, stamping):
    """The package is made without a time stamp, its instructions do not speak of one, and it is noted."""
    bench.stamps.configure(Authority(url="http://127.0.0.1:9/", certificates=stamping.certificates))
    package = bench.package("one", b"a master")
    result = bench.shelf.finished("one")
    assert result is not None
    assert "no time stamp" in result[0].note
    assert ".tsr" not in (package / "VERIFY.txt").read_text()
    assert check(Folder(package)).faults == ()


def test_an_authority_is_an_address_with_a_root(tmp_path, stamping):
    """Other schemes and certificates without a root are refused."""
    stamps = Stamps(tmp_path)
    for url, pem in (("file:///etc/passwd", stamping.certificates), ("http://a/", "no certificate")):
        with pytest.raises(InvalidInput):
            stamps.configure(Authority(url=url, certificates=pem))
    assert stamps.authority() is None
