"""VERIFY.txt: one page in plain words, with the exact commands."""

from __future__ import annotations

_HEAD = """\
HOW TO VERIFY THIS EVIDENCE PACKAGE

{facts}

You need no program of the sender and no network. Open a terminal in the folder of this file.
The commands are part of Linux. On macOS write "shasum -a 256" for "sha256sum"; on Windows use
them in Git Bash or in the Windows Subsystem for Linux.

1. Is every file as it was?

     sha256sum --check --quiet manifest-sha256.txt tagmanifest-sha256.txt

   When it prints nothing, every listed file is unchanged.

2. Was a file added or taken away?

     find data -type f | wc -l       must print {payload}
     find . -type f | wc -l          must print {everything}

   bag-info.txt says the same: the Payload-Oxum {size}.{payload} is bytes.files of "data".
   (File managers may leave files of their own where you looked at a folder: .DS_Store on macOS,
   Thumbs.db and desktop.ini on Windows. Delete these and count again.)
"""
_SIGNED = """\
3. Who made it?

     openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s \\
       -content tagmanifest-sha256.txt -CAfile certificates.pem -purpose any -out /dev/null

   must say "CMS Verification successful". (If it says that a certificate has expired, which
   happens after years, add -no_check_time.)

4. Is it really theirs?  Anybody can make a certificate. Ask the site for the fingerprint of its
   certificate by another channel than the one this package came by: by telephone, or by letter.

     openssl x509 -in certificates.pem -noout -fingerprint -sha256

   must print what they tell you. When the package was made it was

     {first}
     {second}
"""
_UNSIGNED = """\
3. This package is not signed. The steps above show that nothing was changed by accident; whoever
   changes it on purpose can change the lists, too. Compare this hash with the site:

     sha256sum tagmanifest-sha256.txt
"""
_STAMPED = """\
5. When was it made?  A time-stamp authority saw the list of all files at the time shown by
   the second command; the first one must say "Verification: OK".

     openssl ts -verify -data tagmanifest-sha256.txt -in tagmanifest-sha256.txt.tsr \\
       -CAfile certificates.pem
     openssl ts -reply -in tagmanifest-sha256.txt.tsr -text
"""
_CONTENT = """\
WHAT IS IN IT, all below "data"

   package.json        what was asked for, what was delivered, what is missing and why
   player/index.html   opens in a browser, without a network
   master/             the video as the recorder delivered it (ffprobe shows what it is)
   activity-log.jsonl  who did what; report.pdf, court/ and stills/ where they were asked for
"""


def instructions(
    *,
    facts_line: str,
    payload_files: int,
    all_files: int,
    payload_size: int,
    fingerprint: str,
    stamped: bool,
) -> str:
    """Give the page; ``fingerprint`` is empty when the package is not signed."""
    parts = [
        _HEAD.format(facts=facts_line, payload=payload_files, everything=all_files, size=payload_size),
        _SIGNED.format(first=fingerprint[:48], second=fingerprint[48:]) if fingerprint else _UNSIGNED,
        *((_STAMPED,) if stamped else ()),
        _CONTENT,
    ]
    return "\n".join(parts)
