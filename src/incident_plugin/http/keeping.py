"""Operations of keeping and deleting: recycle bin, legal hold, deletion certificates."""

from __future__ import annotations

import asyncio
import io
import zipfile
from http import HTTPStatus
from typing import Annotated

import attrs
from starlette.responses import Response

from incident_plugin.application.administration.keeping import BinnedSummary, Deleted, LegalHolds, RecycleBin
from incident_plugin.domain.access import Permission
from incident_plugin.domain.certificates import VERIFY, DeletionCertificate
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Media, Operation


class ReasonBody(Body):
    """Why something is done."""

    reason: str = ""


@attrs.frozen(kw_only=True)
class BinAnswer:
    """The recycle bin."""

    projects: tuple[BinnedSummary, ...]


@attrs.frozen(kw_only=True)
class CertificatesAnswer:
    """Deletion certificates."""

    certificates: tuple[DeletionCertificate, ...]


@attrs.frozen(kw_only=True)
class KeepingResources:
    """Handlers of the operations on kept, binned and deleted projects."""

    _bin: RecycleBin
    _holds: LegalHolds

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        delete, purge, hold = (
            Permission.DELETE_MANAGE,
            Permission.PURGE_MANAGE,
            Permission.LEGAL_HOLD_MANAGE,
        )
        one, binned = "projects/{id}", "bin/{id}"
        in_hold = "Cannot save legal hold. Try again later."
        deleted = "Delete a project: into the recycle bin, where the site keeps one."
        return (
            Operation("DELETE", one, delete, deleted, self.delete),
            Operation("PUT", f"{one}/hold", hold, "Put a project on legal hold.", self.hold, in_hold),
            Operation("POST", f"{one}/hold/lift", hold, "Lift a legal hold.", self.lift, in_hold),
            Operation("GET", "bin", delete, "Projects in the recycle bin, the last deleted first.", self.bin),
            Operation("POST", f"{binned}/restore", delete, "Restore a project.", self.restore),
            Operation("POST", f"{binned}/purge", purge, "Delete a binned project for good.", self.purge),
            Operation(
                "GET", "certificates", purge, "Deletion certificates, newest first.", self.certificates
            ),
            Operation(
                "GET",
                "certificates/{id}/file",
                purge,
                "A deletion certificate with signature, key and directions (ZIP).",
                self.certificate,
            ),
        )

    async def delete(self, call: Call, body: ReasonBody | None = None) -> Deleted:
        return await asyncio.to_thread(self._bin.delete, call.actor, _id(call), _reason(body))

    async def hold(self, call: Call, body: ReasonBody | None = None) -> Project:
        return await asyncio.to_thread(self._holds.set, call.actor, _id(call), _reason(body))

    async def lift(self, call: Call, body: ReasonBody | None = None) -> Project:
        return await asyncio.to_thread(self._holds.lift, call.actor, _id(call), _reason(body))

    async def bin(self, call: Call) -> BinAnswer:
        return BinAnswer(projects=await asyncio.to_thread(self._bin.all, call.actor))

    async def restore(self, call: Call) -> Project:
        return await asyncio.to_thread(self._bin.restore, call.actor, _id(call))

    async def purge(self, call: Call, body: ReasonBody | None = None) -> DeletionCertificate:
        return await asyncio.to_thread(self._bin.purge, call.actor, _id(call), _reason(body))

    async def certificates(self, call: Call) -> CertificatesAnswer:
        return CertificatesAnswer(certificates=await asyncio.to_thread(self._bin.certificates, call.actor))

    async def certificate(self, call: Call) -> Annotated[Response, Media("application/zip")]:
        found = await asyncio.to_thread(self._bin.certificate, call.actor, _id(call))
        name = f"deletion-certificate-{found.id}.zip"
        return Response(
            archive_of(found),
            status_code=HTTPStatus.OK,
            media_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


def archive_of(certificate: DeletionCertificate) -> bytes:
    """Give a certificate as the files that openssl verifies, with directions."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("certificate.json", certificate.text)
        archive.writestr("certificate.sig", bytes.fromhex(certificate.signature))
        archive.writestr("public-key.pem", certificate.public_key)
        archive.writestr("VERIFY.txt", VERIFY)
    return made.getvalue()


def _id(call: Call) -> ProjectId:
    return ProjectId(call.number("id"))


def _reason(body: ReasonBody | None) -> str:
    return body.reason if body else ""
