"""One plug-in's hooks behind their wall: whatever it does, the host gets an answer or one clear fault."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from vms_hooks import hookimpl
from vms_hooks.caller import Deadlines, HookCaller
from vms_hooks.conduct import Conduct
from vms_hooks.contributions import (
    LIVE_VIEW_ITEM_TOOLBAR,
    STATUS_BAR,
    Command,
    Element,
    HttpMount,
    Permission,
    Tab,
    ToolbarItem,
)
from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.values import Principal, Target

OPERATOR = Principal(id="op", name="Olivia")
ELEMENT = Element(tag="small-tab", module="ui/tab.js")
#: Only what never answers is to be late, however busy the machine is.
LONG = Deadlines(importing=60, activation=60, declaration=60, starting=60, stopping=60, answer=60)
SHORT = Deadlines(importing=0.2, declaration=0.2)


def tab(**changes: Any) -> Tab:
    values: dict[str, Any] = {"id": "small.tab", "path": "small", "title": "Small", "element": ELEMENT}
    return Tab(**(values | changes))


class Tabs:
    """A plug-in whose tabs are whatever a test wants."""

    def __init__(self, answer: Callable[[], object]) -> None:
        self.answer = answer

    @hookimpl
    def vms_tabs(self, principal: Principal) -> Any:
        return self.answer()


async def caller_of(
    plugin: object, conduct: Conduct | None = None, deadlines: Deadlines = LONG
) -> HookCaller:
    caller = HookCaller("small", conduct or Conduct(), deadlines)
    await caller.register(lambda: plugin)
    return caller


async def tabs_of(answer: Callable[[], object]) -> Sequence[Tab]:
    return await (await caller_of(Tabs(answer))).tabs(OPERATOR)


def raising(error: BaseException) -> Callable[[], object]:
    def answer() -> object:
        raise error

    return answer


async def test_honest_answers_arrive_as_they_were_given() -> None:
    """A plug-in that keeps the contract is heard; one that says nothing contributes nothing."""
    assert await tabs_of(lambda: [tab()]) == (tab(),)
    silent = await caller_of(object())
    assert await silent.tabs(OPERATOR) == ()
    assert await silent.http_mount() is None
    assert await silent.open("small:1", OPERATOR) is None


async def test_a_raising_hook_is_one_fault() -> None:
    """What a hook raises reaches the host as a sentence with its cause, not as the exception."""
    with pytest.raises(PluginFault, match=r"small: vms_tabs raised ValueError: no tabs today\.") as caught:
        await tabs_of(raising(ValueError("no tabs today")))
    assert caught.value.kind is FaultKind.RAISED


@pytest.mark.parametrize("ending", [SystemExit(1), KeyboardInterrupt(), GeneratorExit()])
async def test_a_hook_cannot_end_the_host(ending: BaseException) -> None:
    """SystemExit and its like end the call, and neither the thread's program nor the event loop."""
    with pytest.raises(PluginFault) as caught:
        await tabs_of(raising(ending))
    assert caught.value.kind in (FaultKind.EXITED, FaultKind.RAISED)


async def test_a_hanging_hook_suspends_its_plugin_as_long_as_it_hangs() -> None:
    """The host waits no longer than the deadline, and asks again once the thread has returned after all."""
    let_go = threading.Event()
    conduct = Conduct()
    caller = await caller_of(Tabs(let_go.wait), conduct, SHORT)
    with pytest.raises(PluginFault) as caught:
        await caller.tabs(OPERATOR)
    assert caught.value.kind is FaultKind.HUNG
    with pytest.raises(PluginFault) as again:
        await caller.commands()
    assert again.value.kind is FaultKind.SUSPENDED
    assert "could not be stopped" in conduct.suspension
    let_go.set()
    while conduct.suspension:  # noqa: ASYNC110 - a thread's end
        await asyncio.sleep(0.01)
    assert await caller.commands() == ()
    assert "vms_tabs did not return" in conduct.reasons[-1]


async def test_an_answer_that_came_while_the_host_was_held_up_counts() -> None:
    """A busy event loop that sees answer and deadline at once takes the answer."""
    conduct, threads = Conduct(), list[threading.Thread]()

    def answer() -> object:
        threads.append(threading.current_thread())
        return ()

    caller = await caller_of(Tabs(answer), conduct, Deadlines(importing=60, declaration=2))
    asking = asyncio.ensure_future(caller.tabs(OPERATOR))
    while not threads:  # noqa: ASYNC110 - set by a thread
        await asyncio.sleep(0)
    threads[0].join()
    time.sleep(2)  # noqa: ASYNC251 - holds the loop up
    assert await asking == ()
    assert conduct.reasons == ()


async def test_a_hanging_import_is_left_behind() -> None:
    """An import that never ends costs its deadline."""
    let_go = threading.Event()
    with pytest.raises(PluginFault, match="import did not return"):
        await HookCaller("small", Conduct(), SHORT).register(lambda: let_go.wait() and object())
    let_go.set()


async def test_repeated_failures_suspend_and_a_success_forgives() -> None:
    """Three failures of one hook in a row are enough; anything between them starts the count anew."""
    answers: list[Callable[[], object]] = [
        *[raising(ValueError())] * 2,
        lambda: (),
        *[raising(ValueError())] * 3,
    ]
    conduct = Conduct(tolerated=3)

    def next_answer() -> object:
        return answers.pop(0)()

    caller = await caller_of(Tabs(next_answer), conduct)
    for _ in range(2):
        with pytest.raises(PluginFault):
            await caller.tabs(OPERATOR)
    assert await caller.tabs(OPERATOR) == ()
    for number in range(3):
        assert conduct.suspension == "", number
        with pytest.raises(PluginFault):
            await caller.tabs(OPERATOR)
    assert "3 times in a row" in conduct.suspension
    assert len(conduct.reasons) == 5


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (tab, "a sequence of Tab"),
        (lambda: "tabs", "a sequence of Tab"),
        (lambda: 5, "a sequence of Tab"),
        (lambda: [5], "a Tab was expected, 5 came"),
        (lambda: [ELEMENT], "a Tab was expected"),
        (lambda: [tab(title=None)], "a Tab was expected"),
        (lambda: [tab(order="first")], "a Tab was expected"),
        (lambda: [tab(element="small-tab")], "a Tab was expected"),
        (lambda: [tab(element=Element(tag=5, module="ui/tab.js"))], "a Tab was expected"),  # type: ignore[arg-type]
        (lambda: [tab(id="other.tab")], 'does not begin with "small."'),
        (lambda: [tab(id="smaller.tab")], 'does not begin with "small."'),
        (lambda: [tab(), tab()], "came twice"),
        (lambda: [tab(element=Element(tag="script", module="ui/tab.js"))], "name of a custom element"),
        (lambda: [tab(element=Element(tag="small-tab", module="https://evil/x.js"))], "below the plug-in's"),
        (lambda: [tab(element=Element(tag="small-tab", module="//evil/x.js"))], "below the plug-in's"),
        (lambda: [tab(element=Element(tag="small-tab", module="ui/../../x.js"))], "below the plug-in's"),
        (lambda: [tab(element=Element(tag="small-tab", module="/api/x.js"))], "below the plug-in's"),
    ],
)
async def test_lies_are_found(answer: Callable[[], object], what: str) -> None:
    """Wrong types at any depth, foreign ids, doubles and addresses outside the mount are refused."""
    with pytest.raises(PluginFault) as caught:
        await tabs_of(answer)
    assert caught.value.kind is FaultKind.LIED
    assert what in caught.value.reason


async def test_ids_of_permissions_are_checked_to_the_leaves() -> None:
    """A foreign right hidden below a proper heading is found."""

    class Greedy:
        @hookimpl
        def vms_permissions(self) -> Sequence[Permission]:
            leaf = Permission(id="host.administration", title="Everything")
            return (Permission(id="small.all", title="All", children=(leaf,)),)

    with pytest.raises(PluginFault, match=r"host\.administration"):
        await (await caller_of(Greedy())).permissions()


async def test_a_toolbar_item_stands_where_it_was_asked_for() -> None:
    """An item for another area is a lie."""

    class Elsewhere:
        @hookimpl
        def vms_toolbar_items(self, area: str, principal: Principal) -> Sequence[ToolbarItem]:
            return (ToolbarItem(id="small.item", area=STATUS_BAR, title="Item", element=ELEMENT),)

    caller = await caller_of(Elsewhere())
    assert len(await caller.toolbar_items(STATUS_BAR, OPERATOR)) == 1
    with pytest.raises(PluginFault, match="was asked for"):
        await caller.toolbar_items(LIVE_VIEW_ITEM_TOOLBAR, OPERATOR)


async def test_one_visit_to_a_page_with_many_toolbars_suspends_nobody() -> None:
    """A page asks for each of its toolbars: the same area must fail three times, not three areas once."""

    class Toolless:
        @hookimpl
        def vms_toolbar_items(self, area: str) -> Sequence[ToolbarItem]:
            raise ValueError(area)

    conduct = Conduct(tolerated=3)
    caller = await caller_of(Toolless(), conduct)
    for area in ("a/1", "b/1", "c/1", "d/1", "a/1", "a/1"):
        assert conduct.suspension == ""
        with pytest.raises(PluginFault):
            await caller.toolbar_items(area, OPERATOR)
    assert "vms_toolbar_items(a/1)" in conduct.suspension


async def test_optional_answers_are_checked_too() -> None:
    """A mount that is no application, a target that is no target, a command outside the mount."""

    class Liar:
        @hookimpl
        def vms_http_mount(self) -> Any:
            return HttpMount(app="not an application")  # type: ignore[arg-type]

        @hookimpl
        def vms_open(self, target: str, principal: Principal) -> Any:
            return Target(tab="small") if target == "small:1" else "nowhere"

        @hookimpl
        def vms_commands(self) -> Sequence[Command]:
            return (Command(id="small.run", title="Run", module="javascript:alert(1)"),)

    caller = await caller_of(Liar())
    assert await caller.open("small:1", OPERATOR) == Target(tab="small")
    for lie in (caller.open("other", OPERATOR), caller.http_mount(), caller.commands()):
        with pytest.raises(PluginFault) as caught:
            await lie
        assert caught.value.kind is FaultKind.LIED


async def test_a_hook_that_the_contract_does_not_know_is_refused() -> None:
    """A misspelt hook would never be called: the plug-in is told at once."""

    class Misspelt:
        @hookimpl
        def vms_tabz(self) -> None: ...

    with pytest.raises(PluginFault, match=r'vms_tabz .* no such hook\. .* mean "vms_tabs"') as caught:
        await caller_of(Misspelt())
    assert caught.value.kind is FaultKind.LIED


async def test_a_hook_with_an_argument_too_many_or_asynchronous_is_refused() -> None:
    """Both would fail at each call: the plug-in is told before the first one."""

    class Greedy:
        @hookimpl
        def vms_tabs(self, principal: Principal, browser: str) -> None: ...

    class Slow:
        @hookimpl
        async def vms_tabs(self, principal: Principal) -> None: ...

    with pytest.raises(PluginFault, match='wants an argument "browser"; the hook has principal'):
        await caller_of(Greedy())
    with pytest.raises(PluginFault, match="it is asynchronous"):
        await caller_of(Slow())


async def test_a_runtime_must_be_one() -> None:
    """Activation that returns something else, or nothing, fails."""

    class Empty:
        @hookimpl
        def vms_activate(self, host: Any, settings: Any) -> Any:
            return object()

    for plugin in (Empty(), object()):
        with pytest.raises(PluginFault, match="not a runtime"):
            await (await caller_of(plugin)).activate(None, {})  # type: ignore[arg-type]


async def test_hooks_of_one_plugin_are_called_one_at_a_time() -> None:
    """Two requests at once do not meet inside a plug-in."""
    met: list[bool] = []

    def answer() -> tuple[()]:
        try:
            meeting.wait(timeout=0.02)
            met.append(True)
        except threading.BrokenBarrierError:
            meeting.reset()
        return ()

    meeting = threading.Barrier(2)
    caller = await caller_of(Tabs(answer))
    assert await asyncio.gather(*(caller.tabs(OPERATOR) for _ in range(4))) == [()] * 4
    assert met == []
