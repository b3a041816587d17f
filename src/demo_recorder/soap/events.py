"""The event service with pull points: motion where the person walks (ONVIF Core Specification section 9).

A pull waits here until something happens, so this service answers by itself rather than by handlers.
"""

import asyncio
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, frozen
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from demo_recorder.cameras import CAMERAS, Camera
from demo_recorder.soap.endpoint import read_body, refusal, reply, where
from demo_recorder.soap.envelope import Envelope, read_envelope
from demo_recorder.soap.faults import Fault, invalid_arguments, invalid_value, not_supported
from demo_recorder.soap.sign_in import Gate
from demo_recorder.timebase import Clock, latest_frame
from demo_recorder.walker import SECONDS_ON_CAMERA, camera_seeing

NAMESPACE = "http://www.onvif.org/ver10/events/wsdl"
PATH = "events_service"

_NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2"
_CHANGE = timedelta(seconds=SECONDS_ON_CAMERA)
_SHORTEST, _USUAL, _LONGEST = timedelta(seconds=10), timedelta(seconds=60), timedelta(hours=1)
_LONGEST_PULL = timedelta(seconds=60)
#: What a slow client missed longer ago is gone.
_KEPT = timedelta(minutes=10)
_MOST_SUBSCRIPTIONS = 16
_MOST_MESSAGES = 100
_DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:\.\d+)?S)?)?")
_ENVELOPE = (
    '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:tev="{events}"'
    ' xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa5="http://www.w3.org/2005/08/addressing"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:wstop="http://docs.oasis-open.org/wsn/t-1"'
    ' xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:xs="http://www.w3.org/2001/XMLSchema">'
    "<env:Header><wsa5:Action>{action}</wsa5:Action></env:Header><env:Body>{body}</env:Body></env:Envelope>"
)
_CONCRETE = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
_TOPICS = (
    "<tev:GetEventPropertiesResponse>"
    "<tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation>"
    "<wsnt:FixedTopicSet>true</wsnt:FixedTopicSet><wstop:TopicSet><tns1:VideoSource>"
    '<MotionAlarm wstop:topic="true"><tt:MessageDescription IsProperty="true">'
    '<tt:Source><tt:SimpleItemDescription Name="Source" Type="tt:ReferenceToken"/></tt:Source>'
    '<tt:Data><tt:SimpleItemDescription Name="State" Type="xs:boolean"/></tt:Data></tt:MessageDescription>'
    "</MotionAlarm></tns1:VideoSource></wstop:TopicSet>"
    f"<wsnt:TopicExpressionDialect>{_CONCRETE}</wsnt:TopicExpressionDialect>"
    "<tev:MessageContentFilterDialect>http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
    "</tev:MessageContentFilterDialect>"
    "<tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd"
    "</tev:MessageContentSchemaLocation></tev:GetEventPropertiesResponse>"
)
_CAPABILITIES = (
    '<tev:GetServiceCapabilitiesResponse><tev:Capabilities WSPullPointSupport="true" MaxPullPoints="16"'
    ' WSSubscriptionPolicySupport="false"/></tev:GetServiceCapabilitiesResponse>'
)


@frozen(kw_only=True)
class Motion:
    """Somebody came before a camera, or left."""

    camera: Camera
    at: datetime
    moves: bool
    #: How it is, rather than what changed.
    initial: bool = False


def states(now: datetime) -> list[Motion]:
    """How it is at a moment, for each camera."""
    seeing = camera_seeing(latest_frame(now))
    return [Motion(camera=one, at=now, moves=one == seeing, initial=True) for one in CAMERAS]


def changes(after: datetime, until: datetime) -> Iterator[Motion]:
    """What changed after one moment, and until another."""
    moment = next_change(after)
    while moment <= until:
        yield Motion(camera=camera_seeing(latest_frame(moment - _CHANGE)), at=moment, moves=False)
        yield Motion(camera=camera_seeing(latest_frame(moment)), at=moment, moves=True)
        moment += _CHANGE


def next_change(after: datetime) -> datetime:
    """When the person next goes from one camera to another."""
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((after - midnight) // _CHANGE + 1) * _CHANGE


@define(kw_only=True)
class _Subscription:
    expires: datetime
    #: Up to when its client was told.
    told: datetime
    waiting: list[Motion]

    def take(self, now: datetime, most: int) -> list[Motion]:
        since = max(self.told, now - _KEPT)
        self.waiting += changes(since, now)
        self.told = now
        taken, self.waiting = self.waiting[:most], self.waiting[most:]
        return taken


class EventService:
    """The event service and its subscriptions."""

    def __init__(self, gate: Gate, clock: Clock) -> None:
        """Begin without subscriptions."""
        self._gate = gate
        self._clock = clock
        self._subscriptions: dict[str, _Subscription] = {}
        self._closing = asyncio.Event()
        self._answers: dict[str, Callable[[Envelope, str], str]] = {
            "GetServiceCapabilities": lambda *_: _CAPABILITIES,
            "GetEventProperties": lambda *_: _TOPICS,
            "CreatePullPointSubscription": self._create,
        }
        self._managed: dict[str, Callable[[Envelope, _Subscription], str]] = {
            "Renew": self._renew,
            "SetSynchronizationPoint": self._synchronise,
        }

    def close(self) -> None:
        """Answer those who wait."""
        self._closing.set()

    async def post(self, request: Request) -> Response:
        """Answer a request to the service."""
        try:
            envelope = read_envelope(await read_body(request))
            name = envelope.action.localname
            if name != "GetServiceCapabilities":
                self._gate.check(request, envelope.header)
            answer = self._answers.get(name) if envelope.action.namespace == NAMESPACE else None
            if answer is None:
                raise not_supported(f"{name} is not offered by {PATH}")
            base, _ = where(request)
            return _answered(envelope, answer(envelope, base))
        except Fault as fault:
            return refusal(fault)

    async def manage(self, request: Request) -> Response:
        """Answer a request to a subscription."""
        try:
            envelope = read_envelope(await read_body(request))
            self._gate.check(request, envelope.header)
            return _answered(envelope, await self._managing(envelope, request.path_params["subscription"]))
        except Fault as fault:
            return refusal(fault)

    async def _managing(self, envelope: Envelope, token: str) -> str:
        self._forget_expired()
        subscription = self._subscriptions.get(token)
        if subscription is None:
            raise invalid_value("ResourceUnknownFault", "there is no such subscription, or it has expired")
        name = envelope.action.localname
        if name == "PullMessages":
            return await self._pull(envelope, subscription)
        if name == "Unsubscribe":
            del self._subscriptions[token]
            return "<wsnt:UnsubscribeResponse/>"
        if name not in self._managed:
            raise not_supported(f"{name} is not offered by a subscription")
        return self._managed[name](envelope, subscription)

    def _create(self, envelope: Envelope, base: str) -> str:
        self._forget_expired()
        if len(self._subscriptions) >= _MOST_SUBSCRIPTIONS:
            raise Fault(
                code="Receiver", subcodes=("Action", "ResourceProblem"), reason="too many subscriptions"
            )
        now = self._clock()
        expires = self._until(_text(envelope, "InitialTerminationTime"), now)
        token = secrets.token_hex(8)
        self._subscriptions[token] = _Subscription(expires=expires, told=now, waiting=states(now))
        return (
            "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>"
            f"<wsa5:Address>{base}{PATH}/{token}</wsa5:Address></tev:SubscriptionReference>"
            f"{_times(now, expires, 'wsnt')}</tev:CreatePullPointSubscriptionResponse>"
        )

    def _renew(self, envelope: Envelope, subscription: _Subscription) -> str:
        now = self._clock()
        subscription.expires = self._until(_text(envelope, "TerminationTime"), now)
        return (
            f"<wsnt:RenewResponse><wsnt:TerminationTime>{_stamp(subscription.expires)}</wsnt:TerminationTime>"
            f"<wsnt:CurrentTime>{_stamp(now)}</wsnt:CurrentTime></wsnt:RenewResponse>"
        )

    def _synchronise(self, _: Envelope, subscription: _Subscription) -> str:
        subscription.waiting += states(self._clock())
        return "<tev:SetSynchronizationPointResponse/>"

    async def _pull(self, envelope: Envelope, subscription: _Subscription) -> str:
        patience = min(_duration(_text(envelope, "Timeout")) or timedelta(0), _LONGEST_PULL)
        limit = _text(envelope, "MessageLimit")
        most = min(int(limit), _MOST_MESSAGES) if limit.isascii() and limit.isdigit() else _MOST_MESSAGES
        until = self._clock() + patience
        while not (found := subscription.take(now := self._clock(), max(1, most))) and now < until:
            if self._closing.is_set():
                break
            pause = (min(until, next_change(now)) - now).total_seconds()
            try:
                await asyncio.wait_for(self._closing.wait(), pause)
            except TimeoutError:
                continue
        # Who pulls is alive (ONVIF Core Specification section 9.2.2).
        subscription.expires = max(subscription.expires, now + _USUAL)
        return (
            f"<tev:PullMessagesResponse>{_times(now, subscription.expires, 'tev')}"
            f"{''.join(map(_message, found))}</tev:PullMessagesResponse>"
        )

    def _until(self, text: str, now: datetime) -> datetime:
        """A time or a length of time (Web Services Base Notification section 4.2), within our limits."""
        length = _duration(text) if text else _USUAL
        if length is None:
            try:
                length = datetime.fromisoformat(text).astimezone(UTC) - now
            except ValueError as error:
                raise invalid_arguments(f"{text[:40]!r} is neither a time nor a duration") from error
        return now + min(max(length, _SHORTEST), _LONGEST)

    def _forget_expired(self) -> None:
        now = self._clock()
        kept = {token: one for token, one in self._subscriptions.items() if one.expires > now}
        self._subscriptions = kept


def _answered(envelope: Envelope, body: str) -> Response:
    port = "SubscriptionManager" if envelope.action.namespace == _NOTIFICATION else "PullPointSubscription"
    root = "http://docs.oasis-open.org/wsn/bw-2" if envelope.action.namespace == _NOTIFICATION else NAMESPACE
    name = f"{envelope.action.localname}Response"
    known = name.startswith(("Pull", "SetSync", "Renew", "Unsub"))
    action = f"{root}/{port if known else 'EventPortType'}/{name}"
    return reply(200, _ENVELOPE.format(events=NAMESPACE, action=action, body=body).encode())


def _message(motion: Motion) -> str:
    operation = "Initialized" if motion.initial else "Changed"
    return (
        f'<wsnt:NotificationMessage><wsnt:Topic Dialect="{_CONCRETE}">tns1:VideoSource/MotionAlarm'
        "</wsnt:Topic>"
        f'<wsnt:Message><tt:Message UtcTime="{_stamp(motion.at)}" PropertyOperation="{operation}"><tt:Source>'
        f'<tt:SimpleItem Name="Source" Value="{motion.camera.source}"/></tt:Source><tt:Data>'
        f'<tt:SimpleItem Name="State" Value="{str(motion.moves).lower()}"/></tt:Data></tt:Message>'
        "</wsnt:Message></wsnt:NotificationMessage>"
    )


def _times(now: datetime, expires: datetime, prefix: str) -> str:
    return (
        f"<{prefix}:CurrentTime>{_stamp(now)}</{prefix}:CurrentTime>"
        f"<{prefix}:TerminationTime>{_stamp(expires)}</{prefix}:TerminationTime>"
    )


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _text(envelope: Envelope, name: str) -> str:
    children: Any = envelope.payload.iterchildren(etree.Element)
    return next(((one.text or "").strip() for one in children if etree.QName(one).localname == name), "")


def _duration(text: str) -> timedelta | None:
    """An xs:duration of days and less; None when it is none."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
