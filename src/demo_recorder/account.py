"""The one account of the device, shared by ONVIF and RTSP."""

from attrs import field, frozen


@frozen(kw_only=True)
class Account:
    """A user name with its password, which never shows in logs."""

    username: str
    password: str = field(repr=False)
