"""The test kit: a host in memory for authors of plug-ins, and conformance suites for both sides.

Nothing here needs a test framework; ``docs/guide`` shows the use in pytest.
"""

from vms_hooks.testing.asgi import Answer, request
from vms_hooks.testing.harness import HostHarness
from vms_hooks.testing.host_conformance import HostUnderTest, check_host, host_checks
from vms_hooks.testing.installing import Installation
from vms_hooks.testing.nonconformity import Nonconformity
from vms_hooks.testing.plugin_conformance import PluginUnderTest, check_plugin, plugin_checks
from vms_hooks.testing.services import OPERATOR, STRANGER, SetClock, host_services

__all__ = [
    "OPERATOR",
    "STRANGER",
    "Answer",
    "HostHarness",
    "HostUnderTest",
    "Installation",
    "Nonconformity",
    "PluginUnderTest",
    "SetClock",
    "check_host",
    "check_plugin",
    "host_checks",
    "host_services",
    "plugin_checks",
    "request",
]
