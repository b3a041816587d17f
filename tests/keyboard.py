"""A page by keyboard alone: what can be operated, what Tab reaches, and whether one sees where one is."""

from __future__ import annotations

from typing import Any

import attrs
from playwright.async_api import Page

#: Finds what can be operated, in the document and in every shadow root below it; gives a key for each.
FIND = """() => {
  const wanted = ['a[href]', 'button:not(:disabled)', 'input:not(:disabled)', 'select:not(:disabled)',
    'textarea', 'summary', '[tabindex="0"]'].join();
  // A timeline draws its marks anew as time passes; any other element stays the one it is.
  window.keys ??= new WeakMap();
  window.named ??= (one) => (one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent
    || one.id).trim().slice(0, 40);
  window.keyOf ??= (one) => {
    if (one.classList.contains('mark')) return `mark of ${one.dataset.mark.split(' ')[0]}`;
    if (!window.keys.has(one)) window.keys.set(one, `${one.tagName} ${named(one)} ${Math.random()}`);
    return window.keys.get(one);
  };
  const modals = (root) => [...root.querySelectorAll('*')].flatMap((one) => [
    ...(one.matches('dialog:modal') ? [one] : []), ...(one.shadowRoot ? modals(one.shadowRoot) : [])]);
  const found = [];
  const look = (root) => {
    for (const one of root.querySelectorAll('*')) {
      if (one.shadowRoot) look(one.shadowRoot);
      // Radio buttons of one name are one stop; arrows move within.
      if (one.type === 'radio' && !one.checked) continue;
      const seen = one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
      if (one.matches(wanted) && one.tabIndex >= 0 && seen && !one.closest('[inert]')) found.push(keyOf(one));
    }
  };
  look(modals(document).at(-1) ?? document);
  return found;
}"""
#: Says what has the focus, and whether one sees it.
FOCUS = """async () => {
  // What the page does when the focus moves, it may do in the next turn.
  await new Promise((done) => setTimeout(done));
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  // A radio button is small: some pages draw the ring around its label. A frame cannot have one itself.
  const ringed = (part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  const seen = () => ringed(one) || (one.type === 'radio' && ringed(one.closest('label')))
    || (one.tagName === 'IFRAME' && ringed(one.parentElement));
  // That a frame has the focus, a page hears when it loses it itself.
  for (let turns = 0; turns < 100 && !seen(); turns++) await new Promise((done) => setTimeout(done, 20));
  const ring = seen();
  const box = one.getBoundingClientRect();
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return { key: keyOf(one), name: named(one), ring, inside };
}"""


@attrs.define
class Stops:
    """What of a page Tab reaches; ``operable`` is what ``FIND`` found there."""

    operable: list[str]
    _reached: dict[str, str] = attrs.field(factory=dict)
    _unseen: list[Any] = attrs.field(factory=list)

    @property
    def presses(self) -> range:
        """How often to press Tab.

        Twice round: a mark of a timeline moves with time, and takes the focus along when it is drawn anew.
        """
        assert self.operable
        return range(2 * len(self.operable) + 6)

    def reached(self, focus: Any) -> None:
        """Take note of what ``FOCUS`` says after a press."""
        if focus is None:
            return
        self._reached.setdefault(focus["key"], focus["name"])
        if not (focus["ring"] and focus["inside"]):
            self._unseen.append(focus)

    def names(self) -> list[str]:
        """Everything must have been reached, visibly; gives the names in their order."""
        missed = [key for key in self.operable if key not in self._reached]
        assert missed == [], "\n".join(missed)
        assert self._unseen == [], "\n".join(map(str, self._unseen))
        return list(self._reached.values())


async def go_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until something of this name has the focus; wherever the focus is on the way, it is seen."""
    await page.evaluate(FIND)
    passed = []
    for _ in range(200):
        await page.keyboard.press(key)
        focus: Any = await page.evaluate(FOCUS)
        if focus is None:
            continue
        passed.append(focus["name"])
        assert (focus["ring"], focus["inside"]) == (True, True), focus
        if name in focus["name"]:
            return
    raise AssertionError(f"{key} does not reach {name}, but {passed}")


async def focused(page: Page) -> str:
    """Give the name of what has the focus."""
    focus: Any = await page.evaluate(FOCUS)
    return "" if focus is None else focus["name"]
