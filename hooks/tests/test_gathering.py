"""What pages are sent: in order, described by the published schema, and no plug-in in another's place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from vms_hooks import contributions as c
from vms_hooks import hookimpl
from vms_hooks.document import Contributions, plain
from vms_hooks.gathering import Pages, gather
from vms_hooks.places import PLACES, TOOLBARS
from vms_hooks.schema import CONTRIBUTIONS_FILE, contributions_schema, written
from vms_hooks.spec import PluginSpec
from vms_hooks.testing import OPERATOR, HostHarness
from vms_hooks.testing.json_schema import faults
from vms_hooks.testing.probe import Probe
from vms_hooks.testing.services import ListedAccess
from vms_hooks.values import Camera, Interval


class Rival(Probe):
    """Wants what the probe has: its tab's address, its element and its key."""

    @property
    def _element(self) -> c.Element:
        return c.Element(tag="probe-shown", module="rival/shown.js")

    @hookimpl
    def vms_tabs(self) -> Any:
        element = c.Element(tag="rival-tab", module="rival/shown.js")
        return (c.Tab(id="rival.tab", path="probe", title="Rival", element=element),)

    @hookimpl
    def vms_commands(self) -> Any:
        return (c.Command(id="rival.greet", title="Rival's", module="r.js", shortcut="F9"),)


class Keyed(Probe):
    @hookimpl
    def vms_commands(self) -> Any:
        when = frozenset({c.Requirement.TIME_MARKED, c.Requirement.PLAYBACK})
        return (c.Command(id="probe.greet", title="Greet", module="p.js", shortcut="F9", when=when),)


async def gathered(tmp_path: Path, *plugins: Probe, pages: Pages | None = None) -> Contributions:
    hosts = []
    for plugin in plugins:
        (tmp_path / plugin.id).mkdir()
        hosts.append(HostHarness(plugin, identity=plugin.id, storage=tmp_path / plugin.id))
        await hosts[-1].__aenter__()
    wanted = pages or Pages(toolbars=tuple(place.name for place in TOOLBARS), export_lists=True)
    drawn = await gather([host.plugin for host in hosts], ListedAccess(), OPERATOR, wanted)
    for host in hosts:
        await host.__aexit__()
    return drawn


async def test_what_only_one_can_have_goes_to_the_first(tmp_path: Path) -> None:
    """Address, element and key stay with the first; the other loses just that, and this is said."""
    drawn = await gathered(tmp_path, Rival("rival"), Keyed("probe"))
    assert [tab.plugin for tab in drawn.tabs] == ["probe"]
    assert {panel.plugin for panel in drawn.live_panels} == {"probe"}
    assert [(command.id, command.shortcut) for command in drawn.commands] == [
        ("probe.greet", "F9"),
        ("rival.greet", ""),
    ]
    told = " ".join(trouble.reason for trouble in drawn.trouble if trouble.plugin == "rival")
    assert 'its path "probe" is taken' in told
    assert 'the element "probe-shown" is already defined by /plugins/probe/probe/shown.js' in told
    assert 'The key F9 runs "Greet"' in told


async def test_only_what_a_host_has_is_asked_for(tmp_path: Path) -> None:
    """A host without toolbars and without an export tab asks for neither, and keeps its own addresses."""
    probe = Probe("probe")
    drawn = await gathered(tmp_path, probe, pages=Pages(reserved_paths=frozenset({"probe"}), mounts="/x/"))
    assert drawn.toolbar_items == {}
    assert drawn.export_lists == ()
    assert drawn.tabs == ()
    assert "vms_toolbar_items" not in probe.journal
    assert "vms_export_lists" not in probe.journal
    assert drawn.plugins[0].base == "/x/probe/"
    assert drawn.live_views[0].page == "/x/probe/page.html"


async def test_the_document_is_described_by_its_schema(tmp_path: Path) -> None:
    """The published schema is the generated one, and fits a document in which every place is filled."""
    assert CONTRIBUTIONS_FILE.read_text(encoding="utf-8") == written(contributions_schema())
    document = plain(await gathered(tmp_path, Keyed("probe"), Rival("rival")))
    assert isinstance(document, dict)
    assert all(value for key, value in document.items() if key != "starting")
    assert document["commands"][0]["when"] == ["playback", "time-marked"]  # type: ignore[index,call-overload]
    assert faults(json.loads(json.dumps(document)), contributions_schema()) == ()


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"tabs": 5}, "$.tabs is 5 and not of type array"),
        ({"tabs": [{"id": "x"}]}, "$.tabs[0] has no 'plugin'"),
        ({"contract": None}, "$.contract is None and not of type string"),
        ({"toolbar_items": {"a": [5]}}, "$.toolbar_items.a[0] is 5 and not of type object"),
        ({"commands": [{"when": ["noon"]}]}, "$.commands[0].when[0] is 'noon' and none of"),
        ({"permissions": [True]}, "$.permissions[0] is True and not of type string"),
    ],
)
def test_the_schema_refuses_what_it_must(wrong: dict[str, Any], what: str) -> None:
    """A schema that lets everything through describes nothing."""
    document = plain(Contributions(contract="1.0"))
    assert isinstance(document, dict)
    assert what in "; ".join(faults(document | wrong, contributions_schema()))


def test_values_become_plain() -> None:
    """Instants as RFC 3339, sets sorted; anything else is refused."""
    noon = Camera(id="a", name="A", capabilities=frozenset({"ptz", "live"}))
    assert plain(noon) == {"id": "a", "name": "A", "group": "", "capabilities": ["live", "ptz"]}
    with pytest.raises(TypeError, match="no value of the contract"):
        plain(object())
    assert attrs.has(Interval)


def test_every_place_names_its_hook_and_its_version() -> None:
    """Places are listed once, and each belongs to a hook there is."""
    assert len({place.name for place in PLACES}) == len(PLACES)
    assert all(place.name.rpartition("/")[2].isdecimal() for place in PLACES)
    assert {place.hook for place in PLACES} <= set(dir(PluginSpec))
    page = (Path(CONTRIBUTIONS_FILE).parents[1] / "page.d.ts").read_text()
    assert all(f"'{place.mode}'" in page for place in PLACES)
