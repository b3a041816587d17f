"""The services' contracts: WSDL documents read once per process by zeep.

They are those of the onvif-zeep distribution, and for services that it does not know ours, in ``contracts``.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from attrs import frozen
from lxml import etree
from zeep import Settings
from zeep.exceptions import Error as ZeepError
from zeep.transports import Transport
from zeep.wsdl import Document

from demo_recorder.soap.envelope import Envelope
from demo_recorder.soap.faults import invalid_arguments

_DISTRIBUTION = "onvif-zeep"
_OURS = Path(__file__).parent / "contracts"

#: Arguments of a response, by the names that its WSDL gives them.
Answer = Mapping[str, Any]


_MIXED_TEXT = "mixed-text"


class MissingContractError(Exception):
    """The WSDL documents are not where the onvif-zeep distribution should have put them."""


@frozen(kw_only=True)
class Operation:
    """An operation of a service, as its WSDL describes it."""

    name: str
    document: Any
    zeep_operation: Any

    def arguments(self, envelope: Envelope) -> Any:
        """The arguments of a request, as zeep reads them; raises an InvalidArgs fault."""
        schema = self.document.types
        try:
            return schema.get_element(envelope.payload.tag).parse(envelope.payload, schema)
        except (ZeepError, ValueError, TypeError, AttributeError, LookupError) as error:
            # zeep reports elements of the wrong kind by whatever its parsing stumbles over.
            raise invalid_arguments(f"{self.name}: {error}") from error

    def response(self, answer: Answer) -> Any:
        """The envelope of a response."""
        envelope = self.zeep_operation.output.serialize(**answer).content
        for placeholder in list(envelope.iter(_MIXED_TEXT)):
            _become_text(placeholder)
        return envelope


@frozen(kw_only=True)
class Contract:
    """The operations of a service by their names."""

    namespace: str
    operations: Mapping[str, Operation]

    def operation(self, action: etree.QName) -> Operation | None:
        """The operation that a request names, if the service has it."""
        return self.operations.get(action.localname) if action.namespace == self.namespace else None


@cache
def read_contract(wsdl: str, namespace: str) -> Contract:
    """Read a WSDL document, once in a process; raises MissingContractError."""
    settings = Settings(strict=False, forbid_dtd=True, forbid_external=True)
    transport: Any = Transport()  # type: ignore[no-untyped-call]
    ours = _OURS / wsdl
    place = ours if ours.exists() else _wsdl_directory() / wsdl
    document = Document(str(place), transport, settings=settings)
    operations = {
        name: Operation(name=name, document=document, zeep_operation=operation)
        for name, operation in _operations(document, namespace)
    }
    return Contract(namespace=namespace, operations=operations)


def mixed_text(text: str, prefixes: Mapping[str, str]) -> Any:
    """Text for an element whose schema lets text and elements mix, with the prefixes used in it.

    zeep writes only elements there: this is one to give it, which the response turns into text.
    """
    placeholder = etree.Element(_MIXED_TEXT, nsmap=dict(prefixes))
    placeholder.text = text
    return placeholder


def _become_text(placeholder: Any) -> None:
    around = placeholder.getparent()
    prefixes = around.nsmap | placeholder.nsmap
    element = etree.Element(around.tag, dict(around.attrib), nsmap=prefixes)
    element.text = placeholder.text
    around.getparent().replace(around, element)


def _operations(document: Any, namespace: str) -> Iterator[tuple[str, Any]]:
    for binding in document.bindings.values():
        if binding.name.namespace == namespace:
            yield from binding.all().items()


def _wsdl_directory() -> Path:
    try:
        files = distribution(_DISTRIBUTION).files or []
    except PackageNotFoundError as error:
        raise MissingContractError(f"the distribution {_DISTRIBUTION} is not installed") from error
    for file in files:
        if file.name == "devicemgmt.wsdl":
            return Path(str(file.locate())).resolve().parent
    raise MissingContractError(
        f"the distribution {_DISTRIBUTION} came without its WSDL documents: install it again, with pip, "
        "into an environment rather than a target directory"
    )
