"""Reading exported video with programs that are not ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np

from demo_recorder.strip import StripReading, read_strip


def strips_in(file: Path) -> list[StripReading]:
    """Read the time strip of every picture, as ffmpeg decodes it."""
    probe = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(file)]
    told = subprocess.run(probe, check=True, capture_output=True, text=True)
    (video,) = json.loads(told.stdout)["streams"]
    assert video["codec_name"] == "h264"
    width, height = video["width"], video["height"]
    decode = ["ffmpeg", "-v", "error", "-i", str(file), "-vsync", "passthrough", "-f", "rawvideo"]
    raw = subprocess.run([*decode, "-pix_fmt", "gray", "-"], check=True, capture_output=True).stdout
    pictures = np.frombuffer(raw, dtype=np.uint8).reshape(-1, height, width)
    return [read_strip(picture) for picture in pictures]
