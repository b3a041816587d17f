"""Who is let in by WS-Security, and who is not."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from onvif.exceptions import ONVIFError
from tests.programs import RunningRecorder

from demo_recorder.account import Account
from demo_recorder.soap.envelope import read_envelope
from demo_recorder.soap.faults import Fault
from demo_recorder.soap.security import TOLERANCE, TokenGuard

from .conftest import ACCOUNT
from .soap_client import DIGEST, envelope, fault_of, header, post, refusal, service

PROFILES = '<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>'
NOT_AUTHORIZED = ("Sender", "NotAuthorized")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def let_in(guard: TokenGuard, header: str) -> bool:
    try:
        guard.check(read_envelope(envelope(PROFILES, header).encode()).header)
    except Fault as fault:
        return fault.subcodes != ("NotAuthorized",)
    return True


def test_the_right_password_is_let_in(device: RunningRecorder) -> None:
    """A token made as the standard says opens the device."""
    reply = post(device, "media", envelope(PROFILES, header()))
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("application/soap+xml")


@pytest.mark.parametrize(
    "account",
    [
        evolve(ACCOUNT, password="wrong"),
        evolve(ACCOUNT, username="root"),
    ],
    ids=["password", "name"],
)
def test_a_wrong_account_is_refused(device: RunningRecorder, account: Account) -> None:
    """Which of the two was wrong is not said."""
    with pytest.raises(ONVIFError) as raised:
        service(device, "media", account).GetProfiles()
    found = refusal(raised.value)
    assert (found.codes, found.reason) == (NOT_AUTHORIZED, "user name or password is wrong")


@pytest.mark.parametrize(
    "body",
    [
        PROFILES,
        '<GetScopes xmlns="http://www.onvif.org/ver10/device/wsdl"/>',
        '<Nonsense xmlns="http://www.onvif.org/ver10/media/wsdl"/>',
    ],
    ids=["known", "of the device", "unknown"],
)
def test_without_token_nothing_is_told(device: RunningRecorder, body: str) -> None:
    """Not even whether an operation exists."""
    name = "device" if "device" in body else "media"
    reply = post(device, name, envelope(body))
    assert reply.status_code == 400
    assert fault_of(reply).codes == NOT_AUTHORIZED


def test_a_token_works_once(device: RunningRecorder) -> None:
    """A token overheard on the network is of no use."""
    message = envelope(PROFILES, header())
    assert post(device, "media", message).status_code == 200
    assert "before" in fault_of(post(device, "media", message)).reason


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_token_must_be_of_our_time(sign: int) -> None:
    """Within the tolerance either way, and not beyond it; used once even at its edges."""
    times = [NOW]
    guard = TokenGuard(ACCOUNT, lambda: times[-1])
    edge = header(created=NOW + sign * TOLERANCE)
    assert let_in(guard, edge)
    assert not let_in(guard, header(created=NOW + sign * (TOLERANCE + timedelta(seconds=1))))
    times.append(NOW + max(sign, 0) * 2 * TOLERANCE)
    assert not let_in(guard, edge)


@pytest.mark.parametrize("created", ["yesterday", " ", "2026-11-22", "24:00:00"])
def test_a_token_without_a_time_is_refused(created: str) -> None:
    """Even the right password does not help a token that says nothing of when it was made."""
    assert not let_in(TokenGuard(ACCOUNT, lambda: NOW), header(created=created))


def test_old_tokens_are_forgotten() -> None:
    """Memory for tokens does not grow without end."""
    times = [NOW]
    guard = TokenGuard(ACCOUNT, lambda: times[-1])
    for step in range(50):
        times.append(NOW + step * TOLERANCE)
        assert let_in(guard, header(created=times[-1]))
    assert len(guard._seen) <= 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DIGEST, DIGEST.replace("Digest", "Text")),
        ("<Nonce>", "<Nonce>not base64!"),
        ("Password", "Passport"),
        ("UsernameToken>", "SamlToken>"),
    ],
    ids=["text password", "nonce", "no password", "no token"],
)
def test_a_token_that_is_none_is_refused(old: str, new: str) -> None:
    """Damaged and unsupported tokens are refused, not mistaken."""
    assert not let_in(TokenGuard(ACCOUNT, lambda: datetime.now(UTC)), header().replace(old, new))
