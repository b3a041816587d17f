"""The site's licence while the host runs: judged anew each time it is asked, with a memory of time."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from reference_host.config import LicenceConfig
from reference_host.durable import KeptDocument, StorageRefused
from reference_host.licence import Judgement, NotALicence, judge, missing, open_licence, public_key
from vms_hooks.host import Clock, LicenceStatus

#: The latest time is written down when it has gone on by this much: a clock set back by less gains nothing.
WRITTEN_EVERY = timedelta(hours=1)
#: A site needs the memory of the files it used lately only.
_REMEMBERED = 20


@attrs.frozen(kw_only=True)
class SiteLicence:
    """Judges the licence file of a site.

    The latest time is remembered for each file by itself: a clock that was once ahead by mistake must not
    lock a site out for as long, and a newly issued file begins anew.
    """

    _config: LicenceConfig | None
    _site: str
    _clock: Clock
    #: The latest time each file, by its digest, was judged at.
    _latest: KeptDocument[Mapping[str, datetime]]

    def judge(self, feature: str) -> Judgement:
        """Judge the licence now, for one feature."""
        if self._config is None:
            return missing("The site configuration names no licence file.")
        try:
            opened = open_licence(self._config.file, public_key(self._config.issuer_key))
        except NotALicence as refusal:
            return refusal.judgement
        now = self._clock.now()
        latest = self._latest.value.get(opened.digest)
        judgement = judge(opened, site=self._site, feature=feature, now=now, latest=latest)
        if latest is None or now - latest >= WRITTEN_EVERY:
            self._remember(opened.digest, now)
        return judgement

    def feature(self, feature: str) -> FeatureLicence:
        """Give the licence as the plug-in of a feature asks for it."""
        return FeatureLicence(self, feature)

    def _remember(self, digest: str, now: datetime) -> None:
        def remembered(latest: Mapping[str, datetime]) -> Mapping[str, datetime]:
            newest = {**latest, digest: max(now, latest.get(digest, now))}
            return dict(sorted(newest.items(), key=lambda each: each[1])[-_REMEMBERED:])

        with contextlib.suppress(StorageRefused):
            self._latest.change(remembered)


@attrs.frozen
class FeatureLicence:
    """The site's licence, for the feature of one plug-in; judged anew each time it is asked."""

    _licence: SiteLicence
    _feature: str

    def status(self) -> LicenceStatus:
        """Judge the licence now."""
        return self._licence.judge(self._feature).status
