// Look of a live picture and of what is said over it; goes on top of the common sheet and its colours.

export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host {
  display: block; position: relative; overflow: hidden; width: 100%; height: 100%; container-type: size;
  background: var(--s0);
}
video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.veil {
  position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 4px;
  padding: 12px; text-align: center; overflow-wrap: anywhere;
  background: color-mix(in srgb, var(--s0) 84%, transparent);
}
.veil p { margin: 0; max-width: 46ch; }
.title { font-size: 15px; font-weight: 600; }
.detail { color: var(--dim); }
svg { width: 32px; height: 32px; fill: none; stroke: currentColor; stroke-width: 1.5;
  stroke-linecap: round; stroke-linejoin: round; }
:host([data-state=connecting]) .veil { background: var(--s1); color: var(--dim); }
:host([data-state=lost]) :is(svg, .title), :host([data-state=unsupported]) :is(svg, .title) {
  color: var(--amber);
}
:host([data-state=live]) .veil {
  inset: auto 0 0 0; padding: 4px 8px; place-content: start; justify-items: start; text-align: start;
}
:host([data-state=live]) :is(svg, .title), :host([data-state=live]) .veil:not(.told) { display: none; }
@container (max-height: 120px) { svg { display: none; } }
`);
