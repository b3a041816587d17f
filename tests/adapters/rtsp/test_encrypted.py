"""RTSP over TLS: whose certificate is accepted, and that nothing is sent to anybody else."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager

import pytest
from tests.certificates import own_certificate
from tests.waiting import PATIENCE

from incident_plugin.adapters.rtsp import Credentials, Limits, RtspClient, Trust
from incident_plugin.domain.errors import RecorderUnavailable


@asynccontextmanager
async def served(file, recorder, kit):
    """The scripted recorder, encrypted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    recorder.media = kit.media(kit.footage(12, replay=False))
    server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"rtsps://127.0.0.1:{server.sockets[0].getsockname()[1]}/cam"


def client(trust: Trust) -> RtspClient:
    return RtspClient(
        Credentials(username="u", password="p"), name="Gate", trust=trust, limits=Limits(request=PATIENCE)
    )


async def first_picture(url: str, trust: Trust):
    async with client(trust).live(url) as stream:
        return await anext(aiter(stream))


@pytest.mark.parametrize("rule", ["pinned", "any"])
async def test_a_certificate_of_its_own_making_can_be_accepted(tmp_path, recorder, kit, rule):
    """By its fingerprint, or whatever it is; requests name the encrypted address."""
    file, fingerprint = own_certificate(tmp_path)
    trust = Trust(fingerprint=fingerprint) if rule == "pinned" else Trust(any=True)
    async with served(file, recorder, kit) as url:
        assert (await first_picture(url, trust)).key
    assert recorder.request("SETUP").startswith("SETUP rtsps://")


@pytest.mark.parametrize(
    ("days", "trust", "said"),
    [
        (1, Trust(), "self-signed certificate"),
        (-1, Trust(), "expired|self-signed"),
        (1, Trust(fingerprint="ab" * 32), "another certificate than the one that was confirmed"),
    ],
    ids=["unknown", "expired", "another"],
)
async def test_another_certificate_is_refused(days, trust, said, tmp_path, recorder, kit):  # noqa: PLR0917
    """In words that say where to confirm it; the recorder was asked nothing."""
    file, _ = own_certificate(tmp_path, days=days)
    async with served(file, recorder, kit) as url:
        with pytest.raises(RecorderUnavailable, match=rf"certificate of Gate .* not trusted .*({said})"):
            await first_picture(url, trust)
    assert recorder.requests == []


async def test_what_was_accepted_first_has_to_stay(tmp_path, recorder, kit):
    """Any certificate is accepted, but not another one at the same place."""
    trust = Trust(any=True)
    trust.check("nvr:322", b"first")
    trust.check("other:322", b"second")
    async with served(own_certificate(tmp_path)[0], recorder, kit) as url:
        trust.check(url.removeprefix("rtsps://").partition("/")[0], b"first")
        with pytest.raises(RecorderUnavailable, match="another certificate"):
            await first_picture(url, trust)
