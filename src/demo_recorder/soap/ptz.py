"""The PTZ service of the camera that can be moved (ONVIF PTZ Service Specification section 5)."""

from datetime import timedelta
from typing import Any

from demo_recorder.cameras import CAMERAS
from demo_recorder.mechanics import Mechanics, Position, Velocity
from demo_recorder.soap.faults import invalid_value
from demo_recorder.soap.service import Call, Service, find_profile
from demo_recorder.soap.wsdl import Answer

NAMESPACE = "http://www.onvif.org/ver20/ptz/wsdl"
NODE, CONFIGURATION = "node_ptz", "config_ptz"

_SPACES = "http://www.onvif.org/ver10/tptz"
_PAN_TILT, _ZOOM = f"{_SPACES}/PanTiltSpaces", f"{_SPACES}/ZoomSpaces"
#: A movement that nobody stops ends after this.
_TIMEOUT = timedelta(seconds=10)
_MOST_PRESETS = 16
_WHOLE = {"Min": -1.0, "Max": 1.0}


def ptz_service(mechanics: Mechanics) -> Service:
    """The service that moves the camera; its movements are kept while the recorder runs."""
    ptz = _Ptz(mechanics)
    return Service(
        path="ptz_service",
        wsdl="ptz.wsdl",
        namespace=NAMESPACE,
        handlers={
            "GetServiceCapabilities": lambda _: {
                "Capabilities": {"MoveStatus": True, "StatusPosition": True}
            },
            "GetNodes": lambda _: {"PTZNode": [_node()]},
            "GetNode": lambda _: {"PTZNode": _node()},
            "GetConfigurations": lambda _: {"PTZConfiguration": [configuration()]},
            "GetConfiguration": lambda _: {"PTZConfiguration": configuration()},
            "GetStatus": ptz.status,
            "ContinuousMove": ptz.move,
            "Stop": ptz.stop,
            "GetPresets": ptz.presets,
            "GotoPreset": ptz.go_to,
            "SetPreset": ptz.set_preset,
            "RemovePreset": ptz.remove_preset,
        },
    )


def configuration() -> dict[str, Any]:
    """What a media profile with PTZ refers to."""
    return {
        "token": CONFIGURATION,
        "Name": "PTZ",
        "UseCount": 1,
        "NodeToken": NODE,
        "DefaultContinuousPanTiltVelocitySpace": f"{_PAN_TILT}/VelocityGenericSpace",
        "DefaultContinuousZoomVelocitySpace": f"{_ZOOM}/VelocityGenericSpace",
        "DefaultPTZTimeout": _TIMEOUT,
    }


class _Ptz:
    def __init__(self, mechanics: Mechanics) -> None:
        self._mechanics = mechanics
        self._presets = {
            "1": ("Gate", Position(pan=-0.5, tilt=0.1, zoom=0.0)),
            "2": ("Door", Position(pan=0.4, tilt=-0.2, zoom=0.5)),
        }

    def status(self, call: Call) -> Answer:
        _check_profile(call)
        state = "MOVING" if self._mechanics.is_moving(call.now) else "IDLE"
        return {
            "PTZStatus": {
                "Position": _position(self._mechanics.position(call.now)),
                "MoveStatus": {"PanTilt": state, "Zoom": state},
                "UtcTime": call.now,
            }
        }

    def move(self, call: Call) -> Answer:
        _check_profile(call)
        wanted = call.argument("Velocity")
        pan_tilt, zoom = getattr(wanted, "PanTilt", None), getattr(wanted, "Zoom", None)
        velocity = Velocity(
            pan=_speed(getattr(pan_tilt, "x", 0)),
            tilt=_speed(getattr(pan_tilt, "y", 0)),
            zoom=_speed(getattr(zoom, "x", 0)),
        )
        lasting = call.argument("Timeout")
        self._mechanics.move(velocity, call.now, lasting if isinstance(lasting, timedelta) else _TIMEOUT)
        return {}

    def stop(self, call: Call) -> Answer:
        _check_profile(call)
        self._mechanics.stop(call.now)
        return {}

    def presets(self, call: Call) -> Answer:
        _check_profile(call)
        return {
            "Preset": [
                {"token": token, "Name": name, "PTZPosition": _position(position)}
                for token, (name, position) in self._presets.items()
            ]
        }

    def go_to(self, call: Call) -> Answer:
        _check_profile(call)
        self._mechanics.put(self._preset(call)[1], call.now)
        return {}

    def set_preset(self, call: Call) -> Answer:
        _check_profile(call)
        token = call.argument("PresetToken")
        if token is not None:
            self._preset(call)
        elif len(self._presets) >= _MOST_PRESETS:
            raise invalid_value("TooManyPresets", f"there is room for {_MOST_PRESETS} presets")
        else:
            token = next(str(n) for n in range(1, _MOST_PRESETS + 1) if str(n) not in self._presets)
        name = str(call.argument("PresetName") or f"Preset {token}")[:64]
        self._presets[token] = name, self._mechanics.position(call.now)
        return {"PresetToken": token}

    def remove_preset(self, call: Call) -> Answer:
        _check_profile(call)
        self._preset(call)
        del self._presets[call.argument("PresetToken")]
        return {}

    def _preset(self, call: Call) -> tuple[str, Position]:
        token = call.argument("PresetToken")
        if token not in self._presets:
            raise invalid_value("NoToken", f"there is no preset {token!r}")
        return self._presets[token]


def _check_profile(call: Call) -> None:
    token = call.argument("ProfileToken")
    camera = find_profile(CAMERAS, token, invalid_value("NoProfile", f"there is no media profile {token!r}"))
    if not camera.movable:
        raise invalid_value("NoPTZProfile", f"{camera.name} cannot be moved")


def _speed(value: object) -> float:
    try:
        speed = float(str(value))
    except ValueError as error:
        raise invalid_value("InvalidVelocity", f"{value!r} is no speed") from error
    if not -1.0 <= speed <= 1.0:
        raise invalid_value("InvalidVelocity", f"{value!r} is no speed from -1 to 1")
    return speed


def _position(position: Position) -> dict[str, Any]:
    return {
        "PanTilt": {"x": position.pan, "y": position.tilt, "space": f"{_PAN_TILT}/PositionGenericSpace"},
        "Zoom": {"x": position.zoom, "space": f"{_ZOOM}/PositionGenericSpace"},
    }


def _node() -> dict[str, Any]:
    return {
        "token": NODE,
        "FixedHomePosition": True,
        "Name": "PTZ",
        "SupportedPTZSpaces": {
            "ContinuousPanTiltVelocitySpace": [
                {"URI": f"{_PAN_TILT}/VelocityGenericSpace", "XRange": _WHOLE, "YRange": _WHOLE}
            ],
            "ContinuousZoomVelocitySpace": [{"URI": f"{_ZOOM}/VelocityGenericSpace", "XRange": _WHOLE}],
        },
        "MaximumNumberOfPresets": _MOST_PRESETS,
        "HomeSupported": False,
    }
