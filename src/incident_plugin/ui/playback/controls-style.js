// How the controls of recorded video look, in one line with those of the host.

export const controlsSheet = new CSSStyleSheet();
controlsSheet.replaceSync(`
:host { display: inline-flex; align-items: center; gap: 4px; }
select { width: auto; min-height: 28px; padding: 2px 4px; }
.sound { display: inline-flex; align-items: center; gap: 4px; }
input[type=range] { width: 72px; }
`);
