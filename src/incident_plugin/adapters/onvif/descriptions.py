"""Where the service descriptions (WSDL) are that onvif-zeep installs."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from incident_plugin.domain.errors import RecorderUnavailable

_NEEDED = ("devicemgmt.wsdl", "media.wsdl", "search.wsdl", "replay.wsdl", "recording.wsdl", "onvif.xsd")


@cache
def description_directory() -> Path:
    """Give the directory with the WSDL files.

    Raises ``RecorderUnavailable`` when they are missing: some ways of installing lose them, and then no
    recorder can be used at all.
    """
    try:
        installed = files("onvif-zeep") or []
    except PackageNotFoundError:
        installed = []
    first = next((file for file in installed if file.parts[-2:] == ("wsdl", _NEEDED[0])), None)
    directory = Path(str(first.locate())).resolve().parent if first else None
    if directory is None or not all((directory / name).is_file() for name in _NEEDED):
        raise RecorderUnavailable(
            "No recorder can be used: the ONVIF service descriptions are missing from this installation."
            " Ask your administrator to install the package onvif-zeep again, not into a target directory."
        )
    return directory
