// Sets the theme of last time before anything is drawn.

export const THEME = 'vms.theme';
document.documentElement.dataset.theme = localStorage.getItem(THEME) === 'light' ? 'light' : 'dark';
