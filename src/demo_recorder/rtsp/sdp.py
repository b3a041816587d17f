"""Session descriptions (RFC 4566, RFC 6184 section 8.2, RFC 7798 section 7, RFC 3551, RFC 3640, ONVIF)."""

from base64 import b64encode
from datetime import datetime

from demo_recorder.cameras import SOUND_TRACK, VIDEO_TRACK, Codec
from demo_recorder.encoder import ParameterSets
from demo_recorder.rtsp.rtp import PAYLOAD_TYPE
from demo_recorder.rtsp.target import SOUND, VIDEO, Target, clock_text
from demo_recorder.sound import SOUNDS
from demo_recorder.timebase import FRAME_RATE, RTP_CLOCK_RATE, FrameNumber, moment_of


def describe(target: Target, sets: ParameterSets, now: datetime) -> bytes:
    """The description of a stream."""
    lines = [
        "v=0",
        f"o=- {target.camera.number} {int(now.timestamp())} IN IP4 0.0.0.0",
        f"s={target.camera.name}",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        f"a=range:{_range(target, now)}",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {target.camera.codec}/{RTP_CLOCK_RATE}",
        f"a=fmtp:{PAYLOAD_TYPE} {_format(target.camera.codec, sets)}",
        f"a=framerate:{FRAME_RATE}",
        f"a=framesize:{PAYLOAD_TYPE} {target.camera.size[0]}-{target.camera.size[1]}",
        f"a=control:{VIDEO}",
        *_track(target, VIDEO_TRACK),
    ]
    if target.camera.sound is not None:
        heard = SOUNDS[target.camera.sound]
        lines += [
            f"m=audio 0 RTP/AVP {heard.payload_type}",
            f"a=rtpmap:{heard.payload_type} {heard.encoding}",
            *([f"a=fmtp:{heard.payload_type} {heard.parameters}"] if heard.parameters else []),
            f"a=control:{SOUND}",
            *_track(target, SOUND_TRACK),
        ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _format(codec: Codec, sets: ParameterSets) -> str:
    vps, sps, pps = (b64encode(unit).decode() for unit in (sets.vps, sets.sps, sets.pps))
    if codec is Codec.H265:
        return f"sprop-vps={vps};sprop-sps={sps};sprop-pps={pps}"
    profile = sets.sps[1:4].hex()
    return f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sps},{pps}"


def _track(target: Target, token: str) -> list[str]:
    return [] if target.recording is None else [f"a=x-onvif-track:{token}"]


def _range(target: Target, now: datetime) -> str:
    if target.recording is None:
        return "npt=now-"
    recording = target.recording
    end = now if recording.goes_on(now) else moment_of(FrameNumber(recording.newest(now) + 1))
    return f"clock={clock_text(moment_of(recording.start))}-{clock_text(end)}"
