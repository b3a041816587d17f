"""What the site puts at the head of its reports."""

from __future__ import annotations

import attrs

from incident_plugin.domain.errors import InvalidInput

#: Bytes of a logo at most: enough for any, and no burden on a report.
MAXIMUM_LOGO = 512 * 1024
_BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@attrs.frozen(kw_only=True)
class ReportLogo:
    """The picture at the head of reports."""

    #: There is one.
    id: str = "report"
    media_type: str
    data: bytes

    @classmethod
    def checked(cls, data: bytes) -> ReportLogo:
        """Give the logo of a file; raises ``InvalidInput`` for one that is too large or no picture."""
        if len(data) > MAXIMUM_LOGO:
            raise InvalidInput(
                f"The picture has {len(data) // 1024:,} kB; {MAXIMUM_LOGO // 1024:,} kB are possible. "
                "The logo was not changed: make the picture smaller."
            )
        for media_type, beginning in _BEGINNINGS.items():
            if data.startswith(beginning):
                return cls(media_type=media_type, data=data)
        raise InvalidInput("The logo is a PNG or JPEG picture. It was not changed: choose such a file.")
