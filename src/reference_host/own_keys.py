"""Keys that people have chosen for commands, in place of those that plug-ins propose."""

from __future__ import annotations

from collections.abc import Mapping

from reference_host.durable import KeptDocument

#: Key by command, as the page writes it: ``Ctrl+F9``.
Keys = Mapping[str, str]


class OwnKeys:
    """The choices of all accounts; a command that is not among them has the key that was proposed."""

    def __init__(self, document: KeptDocument[Mapping[str, Keys]]) -> None:
        self._document = document

    def of(self, account: str) -> Keys:
        """Give somebody's choices."""
        return self._document.value.get(account, {})

    def choose(self, account: str, keys: Keys) -> None:
        """Replace somebody's choices; raises ``StorageRefused``."""
        self._document.change(lambda all_: {**all_, account: dict(keys)})
