"""player/index.html: shows a package from the disk, in one file, without a network.

Style and script stand in the page, named by their hashes in its content security policy: a browser runs these
and nothing else. What people wrote is data that the script reads, and only ever becomes text.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

_PARTS = Path(__file__).parent / "player"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Evidence package</title>
<style>{style}</style>
</head>
<body>
<header><h1>Evidence package</h1><p class="about dim"></p></header>
<main>
<nav aria-label="Exhibits"></nav>
<section aria-label="Video">
<video controls preload="metadata"></video>
<p class="state" role="status"></p>
<div class="clock"></div>
<div class="strip" title="What was delivered"></div>
<div class="missing"></div>
<table></table>
<details><summary></summary><table class="hashes"></table></details>
</section>
</main>
<footer>
<label>Compare all files with the package's list: choose its folder
<input type="file" webkitdirectory></label>
<p class="checked" role="status"></p>
<ul class="faults"></ul>
</footer>
<script type="application/json" id="package">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def page(description: bytes) -> bytes:
    """Give the page of a package; ``description`` is its package.json."""
    style, *scripts = (
        (_PARTS / name).read_text("utf-8") for name in ("page.css", "sha256.js", "page.js", "check.js")
    )
    script = "\n".join(scripts)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}' 'unsafe-hashes'; script-src '{_hash(script)}'; "
        "media-src 'self' file:; img-src 'self' file:"
    )
    data = description.decode("utf-8")
    for character in "<>&\u2028\u2029":
        data = data.replace(character, f"\\u{ord(character):04x}")
    return _PAGE.format(policy=policy, style=style, script=script, data=data).encode()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
