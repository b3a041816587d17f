'use strict';
// Shows a package from the disk: what is in it, its video, its times and its gaps. Texts are only ever text.
(() => {
  const text = document.getElementById('package').textContent;
  const described = JSON.parse(text);
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const list = document.querySelector('nav');
  const video = document.querySelector('video');
  const clock = document.querySelector('.clock');
  const strip = document.querySelector('.strip');
  const [facts, hashes] = document.querySelectorAll('table');
  const missing = document.querySelector('.missing');
  const state = document.querySelector('.state');
  let shown = null;

  const offsetOf = (moment) => {
    const zone = /(Z|[+-]\d\d:\d\d)$/.exec(moment.site)[1];
    if (zone === 'Z') return 0;
    const [hours, minutes] = zone.slice(1).split(':').map(Number);
    return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60000;
  };
  const two = (number) => String(number).padStart(2, '0');
  const wall = (at, moment) => {
    const offset = offsetOf(moment);
    const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 3600000))}:${two(Math.abs(offset) / 60000 % 60)}`;
    return `${new Date(at + offset).toISOString().slice(0, 23).replace('T', ' ')} ${zone}`;
  };
  const utc = (at) => `${new Date(at).toISOString().slice(0, 23).replace('T', ' ')} UTC`;
  const span = ({ start, end }) => `${wall(Date.parse(start.utc), start)} to ${wall(Date.parse(end.utc), end)}`;
  // What was asked for, and the pictures before it that a decoder starts at: what is missing at an end shows too.
  const extent = ({ requested, first_to_last: there }) => [
    Math.min(Date.parse(requested.start.utc), Date.parse(there.start.utc)), Math.max(Date.parse(requested.end.utc), Date.parse(there.end.utc))];
  const place = (exhibit, at) => {
    const [start, end] = extent(exhibit);
    return Math.min(100, Math.max(0, (at - start) / (end - start) * 100));
  };

  const draw = () => {
    if (!shown || !shown.first_to_last) return;
    const at = Date.parse(shown.first_to_last.start.utc) + video.currentTime * 1000;
    clock.textContent = `${wall(at, shown.first_to_last.start)}   ${utc(at)}`;
    const head = strip.querySelector('.head');
    if (head) head.style.left = `${place(shown, at)}%`;
  };

  const choose = (exhibit, button) => {
    shown = exhibit;
    for (const other of list.children) other.setAttribute('aria-current', String(other === button));
    const file = exhibit.files.find(({ kind }) => kind === 'court') || exhibit.files.find(({ kind }) => kind === 'master');
    state.textContent = file ? '' : 'There is no video of this exhibit.';
    video.hidden = !file;
    if (file) video.src = `../${file.name.replace(/^data\//, '')}`;
    else video.removeAttribute('src');
    strip.replaceChildren();
    if (exhibit.first_to_last) {
      for (const part of exhibit.delivered) {
        const left = place(exhibit, Date.parse(part.start.utc));
        const bar = make('div', { className: 'there' });
        bar.style.left = `${left}%`;
        bar.style.width = `${place(exhibit, Date.parse(part.end.utc)) - left}%`;
        strip.append(bar);
      }
      strip.append(make('div', { className: 'head' }));
    }
    missing.replaceChildren(...(exhibit.missing.length
      ? [make('p', {}, 'Missing of what was asked for:'),
        make('ul', {}, ...exhibit.missing.map((gap) => make('li', {}, `${span(gap)}: ${gap.reason}`)))]
      : []));
    const rows = [
      ['Camera', `${exhibit.camera_name} (${exhibit.recorder})`],
      ['Device', exhibit.device ? [exhibit.device.manufacturer, exhibit.device.model,
        exhibit.device.firmware && `firmware ${exhibit.device.firmware}`, exhibit.device.serial && `serial number ${exhibit.device.serial}`].filter(Boolean).join(', ') : ''],
      ['Asked for', span(exhibit.requested)],
      ['First to last picture', exhibit.first_to_last ? span(exhibit.first_to_last) : 'none'],
      ['Sound', exhibit.sound || ''],
      ['Recorder clock minus server clock', exhibit.clock_offset ? exhibit.clock_offset.text : 'not measured'],
      ['Comment', exhibit.comment],
      ['Notes', exhibit.notes.join(' ')],
      ['Shown here', file ? `${file.name}${file.kind === 'court' ? ': a copy for any player. The evidence is the file in data/master.' : ''}` : ''],
    ];
    const fill = (table, lines) => table.replaceChildren(...lines.filter(([, value]) => value).map(([name, value]) => make('tr', {},
      make('th', { scope: 'row' }, name), make('td', {}, value))));
    fill(facts, rows);
    const order = ['master', 'court', 'stills'];
    const ranked = [...exhibit.files].sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
    fill(hashes, ranked.map((one) => [one.name, one.sha256]));
    document.querySelector('summary').textContent = `SHA-256 of its files (${ranked.length})`;
    draw();
  };

  document.querySelector('.about').textContent = `${described.site}, made ${wall(Date.parse(described.created_at.utc), described.created_at)}. `
    + 'This page only shows the package. VERIFY.txt says how to verify it.';
  list.replaceChildren(...described.exhibits.map((exhibit) => {
    const button = make('button', { type: 'button' }, make('b', {}, `${exhibit.exhibit}  ${exhibit.camera_name}`),
      make('p', { className: 'dim' }, wall(Date.parse(exhibit.requested.start.utc), exhibit.requested.start)),
      exhibit.missing.length ? make('p', { className: 'missing' }, 'Parts are missing') : null);
    button.addEventListener('click', () => choose(exhibit, button));
    return button;
  }));
  for (const event of ['timeupdate', 'seeked', 'loadedmetadata']) video.addEventListener(event, draw);
  video.addEventListener('error', () => {
    if (shown) state.textContent = 'This browser does not play this file. Open it with another player, such as VLC.';
  });
  strip.addEventListener('click', (event) => {
    if (shown && shown.first_to_last) {
      const box = strip.getBoundingClientRect();
      const [start, end] = extent(shown);
      const at = start + (event.clientX - box.left) / box.width * (end - start);
      video.currentTime = Math.max(0, (at - Date.parse(shown.first_to_last.start.utc)) / 1000);
    }
  });
  if (list.firstElementChild) list.firstElementChild.click();
})();
