"""Operations on the incident properties as administrators define them."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated, cast

import attrs
from starlette.responses import Response

from incident_plugin.application.administration.defining import Defining, Definition
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.phrases import sentence
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.http import property_files
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Media, Operation, Parameter
from incident_plugin.http.property_files import PropertiesBody


class PreviewBody(Body):
    """A file of incident properties, to see what it would change."""

    text: str
    form: property_files.Form


@attrs.frozen(kw_only=True)
class PreviewAnswer:
    """The properties in a file, and in sentences what they would change."""

    properties: IncidentProperties
    changes: tuple[str, ...]


_PICTURES = ("image/png", "image/jpeg")
_TYPES = {"toml": "application/toml", "json": "application/json"}


_FORM = (Parameter("form", property_files.Form, "`toml` when left out."),)


@attrs.frozen(kw_only=True)
class DefiningResources:
    """Handlers of the operations on the definition of incident properties."""

    _defining: Defining

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, manage = Permission.PROPERTIES_VIEW, Permission.PROPERTIES_MANAGE
        failed = "Cannot save incident properties. Try again later."
        one, logo = "properties/definition", "properties/logo"
        preview = "Say what a file of incident properties would change."
        return (
            Operation("GET", one, view, "Incident properties with the use of each value.", self.definition),
            Operation("PUT", one, manage, "Replace the incident properties.", self.save, failed),
            Operation(
                "GET",
                "properties/file",
                view,
                "Incident properties as TOML or JSON.",
                self.file,
                parameters=_FORM,
            ),
            Operation("POST", "properties/preview", manage, preview, self.preview),
            Operation("GET", logo, view, "The picture at the head of reports.", self.logo),
            Operation("PUT", logo, manage, "Set the picture at the head of reports.", self.set_logo, failed),
            Operation("DELETE", logo, manage, "Take the picture away.", self.remove_logo, failed),
        )

    async def definition(self, call: Call) -> Definition:
        return await asyncio.to_thread(self._defining.definition, call.actor)

    async def save(self, call: Call, body: PropertiesBody) -> Definition:
        proposed = body.value()
        return await asyncio.to_thread(self._defining.save, call.actor, proposed)

    async def file(self, call: Call) -> Annotated[Response, Media(*_TYPES.values())]:
        form = call.query.get("form", "toml")
        if form not in _TYPES:
            raise InvalidInput("The file is either TOML or JSON.")
        found = await asyncio.to_thread(self._defining.definition, call.actor)
        return Response(
            property_files.write(found.properties, cast(property_files.Form, form)),
            media_type=_TYPES[form],
            headers={
                "Content-Disposition": f'attachment; filename="incident-properties.{form}"',
                "Cache-Control": "no-store",
            },
        )

    async def preview(self, call: Call, body: PreviewBody) -> PreviewAnswer:
        read = property_files.read(body.text, body.form)
        proposal = await asyncio.to_thread(self._defining.preview, call.actor, read)
        changes = tuple(sentence(activity) for activity in proposal.changes)
        return PreviewAnswer(properties=proposal.properties, changes=changes)

    async def logo(
        self, call: Call
    ) -> Annotated[Response, Media("image/png", "image/jpeg", or_nothing=True)]:
        logo = await asyncio.to_thread(self._defining.logo, call.actor)
        if logo is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return Response(
            logo.data,
            media_type=logo.media_type,
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )

    async def set_logo(self, call: Call, body: Annotated[bytes, Media(*_PICTURES)]) -> None:
        await asyncio.to_thread(self._defining.set_logo, call.actor, body)

    async def remove_logo(self, call: Call) -> None:
        await asyncio.to_thread(self._defining.set_logo, call.actor, None)
