"""A site's configuration: read whole, or refused in one sentence that names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference_host.config import ConfigError, SiteConfig, load_config
from reference_host.secret_store import load_secrets


def test_a_site_is_read(config: SiteConfig, tmp_path: Path) -> None:
    """Paths are relative to the file; roles, accounts and plug-ins arrive."""
    assert config.site.time_zone == "Europe/Copenhagen"
    assert config.data_directory == tmp_path / "data"
    assert config.accounts[0].roles == ("operator",)
    assert config.roles["admin"].cameras == ("*",)
    assert config.plugins["sample"].settings == {"recorder": {"address": "10.0.0.5"}}


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ('data_directory = "data"', "", "data_directory"),
        ('data_directory = "data"', 'data_dir = "data"', '"data_dir" is not a setting'),
        ("[site]", "[site", "not valid TOML"),
        ('time_zone = "Europe/Copenhagen"', 'time_zone = "Mars/Base"', 'no time zone "Mars/Base"'),
        ('id = "test"', "id = 5", r"Expected `str`, got `int` - at `\$.site.id`"),
        ('id = "test"', 'id = "test"\nnick = "t"', '"site.nick" is not a setting'),
        ('id = "admin"', 'id = "operator"', 'two accounts "operator"'),
        ('id = "admin"', 'id = "ad min"', "characters other than"),
        ('roles = ["admin"]', 'roles = ["boss"]', 'the role "boss", which is not defined'),
        ('roles = ["admin"]', "rolls = []", '"accounts.2.rolls" is not a setting'),
        ("$argon2id$", "$md5$", "not an argon2id hash"),
        ('issuer_key = "', 'issuer_key = "AAAA', "not an Ed25519 public key"),
        ('issuer_key = "', 'issuers = "', '"licence.issuers" is not a setting'),
        ("cameras = [", "camera = [", '"roles.operator.camera" is not a setting'),
        ("enabled = true", "enable = true", '"plugins.sample.enable" is not a setting'),
    ],
)
def test_each_fault_is_named(site_file: Path, right: str, wrong: str, what: str) -> None:
    """A misspelt setting is never silently ignored."""
    text = site_file.read_text()
    assert right in text
    site_file.write_text(
        text.replace(right, wrong, 1) if "argon2" not in right else text.replace(right, wrong)
    )
    with pytest.raises(ConfigError, match=what) as refusal:
        load_config(site_file)
    assert str(site_file) in str(refusal.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The missing file is named."""
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read: No such file"):
        load_config(tmp_path / "nowhere.toml")


def test_secrets_of_one_plugin_are_out_of_reach_of_another(config: SiteConfig) -> None:
    """A plug-in asks by name and gets its own only."""
    store = load_secrets(config.secrets_file)
    assert store.of("sample").get("recorder-password") == "s3cret"
    assert store.of("sample").get("key") is None
    assert store.of("stranger").get("recorder-password") is None
    assert "s3cret" not in repr(store) + repr(store.of("sample"))


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    """The mode is checked before anything is read."""
    path = tmp_path / "secrets.json"
    path.write_text("{}")
    path.chmod(0o640)
    with pytest.raises(ConfigError, match=r"mode 0640\). Set it to 0600"):
        load_secrets(path)


@pytest.mark.parametrize("content", ["", "[]", '{"sample": "s3cret"}', '{"sample": {"a": 5}}', '{"s3cret'])
def test_a_damaged_secrets_file_is_refused_without_quoting_it(tmp_path: Path, content: str) -> None:
    """The message says what shape is wanted and shows nothing of the content."""
    path = tmp_path / "secrets.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="must be JSON") as refusal:
        load_secrets(path)
    assert "s3cret" not in str(refusal.value)


def test_missing_secrets_are_named(tmp_path: Path) -> None:
    """A file that is configured must be there; none configured means none."""
    with pytest.raises(ConfigError, match="cannot be read"):
        load_secrets(tmp_path / "nowhere.json")
    assert load_secrets(None).of("sample").get("x") is None
