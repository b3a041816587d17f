"""A host's word for a request counts once, soon, for this request, from somebody with the key; else never."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from vms_hooks.identity import (
    IDENTITY_HEADER,
    SIGNATURE_HEADER,
    IdentityRefused,
    Refusal,
    SharedKey,
    Signer,
    Verifier,
)
from vms_hooks.testing import SetClock
from vms_hooks.values import Principal

KEY, OTHER = SharedKey(b"k" * 32), SharedKey(b"o" * 32)
OLIVIA = Principal(id="olivia", name="Olivia Ø", roles=frozenset({"operator", "lead"}), session="s-1")
REQUEST = ("GET", "/plugins/incident/projects?text=a%20b")

Headers = list[tuple[bytes, bytes]]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def verifier(clock: SetClock) -> Verifier:
    return Verifier((KEY,), "incident", clock.now)


def asgi(headers: dict[str, str]) -> Headers:
    """As a server gives them to an application."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def signed(clock: SetClock, *, key: SharedKey = KEY, audience: str = "incident", **more: Any) -> Headers:
    return asgi(Signer(key=key, audience=audience, now=clock.now).headers(*REQUEST, OLIVIA, **more))


def refusal(verifier: Verifier, headers: Headers, request: tuple[str, str] = REQUEST, **more: Any) -> Refusal:
    with pytest.raises(IdentityRefused) as refused:
        verifier.word(*request, headers, **more)
    assert str(refused.value).endswith(".")
    return refused.value.refusal


def with_claims(change: Callable[[dict[str, Any]], Any], clock: SetClock) -> Headers:
    """Sign something else with the right key, as a faulty host would."""
    word = dict(signed(clock))[IDENTITY_HEADER.lower().encode()]
    claims = json.loads(base64.urlsafe_b64decode(word + b"=" * (-len(word) % 4)))
    change(claims)
    return by_hand(json.dumps(claims).encode())


def by_hand(document: bytes) -> Headers:
    """Make both headers as the documentation says, without the module's own help."""
    word = base64.urlsafe_b64encode(document).rstrip(b"=")
    mac = hmac.new(KEY.secret, b"vms-identity/1\n" + word, hashlib.sha256).digest()
    return [(b"vms-identity", word), (b"vms-signature", base64.urlsafe_b64encode(mac).rstrip(b"="))]


def test_the_principal_arrives_whole(clock: SetClock, verifier: Verifier) -> None:
    """Id, name in any script, roles and session are what the host said."""
    found = verifier.principal(*REQUEST, signed(clock))
    assert found == OLIVIA
    assert (found.name, found.session) == ("Olivia Ø", "s-1")


def test_a_host_in_another_language_can_sign(clock: SetClock, verifier: Verifier) -> None:
    """What is documented is enough: JSON, base64url, HMAC-SHA-256."""
    assert verifier.principal(*REQUEST, with_claims(lambda _: None, clock)) == OLIVIA


def test_a_forged_word_is_refused(clock: SetClock, verifier: Verifier) -> None:
    """Another key, every single changed byte, and a signature of something else."""
    assert refusal(verifier, signed(clock, key=OTHER)) is Refusal.FORGED
    headers = signed(clock)
    for index, (name, value) in enumerate(headers):
        for place in range(len(value)):
            changed = bytearray(value)
            changed[place] = ord("A") if value[place] != ord("A") else ord("B")
            forged = [*headers]
            forged[index] = (name, bytes(changed))
            # The last character of base64 has bits that mean nothing; its text is another all the same.
            assert refusal(verifier, forged) is Refusal.FORGED
    assert verifier.principal(*REQUEST, headers) == OLIVIA


def test_a_replayed_word_is_refused(clock: SetClock, verifier: Verifier) -> None:
    """The second time, and also after the first was used long ago."""
    headers = signed(clock)
    assert verifier.principal(*REQUEST, headers) == OLIVIA
    assert refusal(verifier, headers) is Refusal.REPLAYED
    clock.advance(seconds=29)
    assert refusal(verifier, headers) is Refusal.REPLAYED
    clock.advance(seconds=2)
    assert refusal(verifier, headers) is Refusal.EXPIRED


def test_a_replay_after_a_restart_is_refused(clock: SetClock, verifier: Verifier) -> None:
    """The new process does not remember what was used, so nothing older than itself counts."""
    headers = signed(clock)
    verifier.principal(*REQUEST, headers)
    clock.advance(seconds=1)
    assert refusal(Verifier((KEY,), "incident", clock.now), headers) is Refusal.EXPIRED


@pytest.mark.parametrize("seconds", [-31, 6, -86_400, 86_400])
def test_a_word_of_another_time_is_refused(clock: SetClock, seconds: float) -> None:
    """Too old, and from a future that no tolerance of clocks explains."""
    early = SetClock(clock.instant)
    early.advance(days=-2)
    verifier = Verifier((KEY,), "incident", early.now)
    early.instant = clock.instant
    clock.advance(seconds=seconds)
    assert refusal(verifier, signed(clock)) is Refusal.EXPIRED


@pytest.mark.parametrize(
    "request_",
    [
        ("DELETE", REQUEST[1]),
        ("GET", "/plugins/incident/projects"),
        ("GET", "/plugins/incident/projects?text=a%20c"),
        ("GET", "/plugins/other/projects?text=a%20b"),
    ],
)
def test_a_word_for_another_request_is_refused(
    clock: SetClock, verifier: Verifier, request_: tuple[str, str]
) -> None:
    """Method, path and query are what was signed."""
    assert refusal(verifier, signed(clock), request_) is Refusal.OTHER_REQUEST


def test_a_word_for_somebody_else_is_refused(clock: SetClock, verifier: Verifier) -> None:
    """Two plug-ins that share a key cannot use each other's requests, nor send the host its own back."""
    assert refusal(verifier, signed(clock, audience="host")) is Refusal.OTHER_AUDIENCE


def test_a_bound_body_must_be_the_one(clock: SetClock, verifier: Verifier) -> None:
    """Where the reader wants the body bound, another one, or an unbound one, is refused."""
    assert refusal(verifier, signed(clock, body=b"yes"), body=b"no") is Refusal.OTHER_REQUEST
    assert refusal(verifier, signed(clock), body=b"yes") is Refusal.OTHER_REQUEST
    assert verifier.word(*REQUEST, signed(clock, body=b"yes"), body=b"yes").principal == OLIVIA


def test_missing_and_doubled_headers_are_refused(clock: SetClock, verifier: Verifier) -> None:
    """Two of them could be read differently by two programs; a giant one is not read at all."""
    headers = signed(clock)
    assert refusal(verifier, []) is Refusal.MISSING
    assert refusal(verifier, headers[:1]) is Refusal.MISSING
    assert refusal(verifier, [*headers, headers[0]]) is Refusal.MISSING
    assert refusal(verifier, [(b"vms-identity", b"a" * 20_000), headers[1]]) is Refusal.MISSING


@pytest.mark.parametrize(
    "change",
    [
        lambda claims: claims.pop("nonce"),
        lambda claims: claims.update(issued="now"),
        lambda claims: claims.update(issued=10**30),
        lambda claims: claims.update(issued=True),
        lambda claims: claims.update(body=7),
        lambda claims: claims.update(principal=[]),
        lambda claims: claims["principal"].update(id=""),
        lambda claims: claims["principal"].update(roles=[1]),
        lambda claims: claims["principal"].update(roles=None),
        lambda claims: claims["principal"].update(admin=True),
    ],
)
def test_a_signed_word_of_another_form_is_refused(
    clock: SetClock, verifier: Verifier, change: Callable[[dict[str, Any]], Any]
) -> None:
    """A faulty host is told so; nothing is guessed."""
    assert refusal(verifier, with_claims(change, clock)) is Refusal.MALFORMED


@pytest.mark.parametrize("document", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 3000])
def test_a_signed_word_that_is_no_document_is_refused(verifier: Verifier, document: bytes) -> None:
    """Neither nothing, nor something else, nor something deep."""
    assert refusal(verifier, by_hand(document)) in (Refusal.MALFORMED, Refusal.MISSING)


def test_a_question_carries_no_person(clock: SetClock, verifier: Verifier) -> None:
    """A word without a principal is none that lets anybody in."""
    headers = asgi(Signer(key=KEY, audience="incident", now=clock.now).headers(*REQUEST, None))
    with pytest.raises(IdentityRefused):
        verifier.principal(*REQUEST, headers)


def test_keys_can_be_changed_without_a_pause(clock: SetClock) -> None:
    """The verifier takes the old and the new one, until the old one is removed."""
    both = Verifier((OTHER, KEY), "incident", clock.now)
    assert both.principal(*REQUEST, signed(clock)) == OLIVIA
    assert both.principal(*REQUEST, signed(clock, key=OTHER)) == OLIVIA
    assert refusal(Verifier((OTHER,), "incident", clock.now), signed(clock)) is Refusal.FORGED


def test_many_requests_are_remembered_no_longer_than_they_count(clock: SetClock, verifier: Verifier) -> None:
    """Memory is bounded by what can still be replayed."""
    for _ in range(5):
        for _ in range(1_500):
            verifier.principal(*REQUEST, signed(clock))
        clock.advance(seconds=60)
    assert len(verifier._used) <= 3_000


def test_a_weak_key_is_refused() -> None:
    """Short ones, and text that is no base64; a good one is read from its text."""
    for text in ("c2hvcnQ=", "not base64!"):
        with pytest.raises(ValueError, match="shared key"):
            SharedKey.from_text(text)
    assert SharedKey.from_text(base64.b64encode(KEY.secret).decode() + "\n") == KEY
    assert "k" * 32 not in repr(KEY)


def test_the_headers_have_their_documented_names(clock: SetClock) -> None:
    """Hosts in other languages send these."""
    sent = Signer(key=KEY, audience="incident", now=clock.now).headers(*REQUEST, OLIVIA)
    assert set(sent) == {IDENTITY_HEADER, SIGNATURE_HEADER} == {"VMS-Identity", "VMS-Signature"}
