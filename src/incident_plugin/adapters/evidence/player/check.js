'use strict';
// Compares the files of a package with its lists: what a page can do that nobody need trust more than itself.
(() => {
  const LISTS = ['manifest-sha256.txt', 'tagmanifest-sha256.txt'];
  const chosen = document.querySelector('footer input');
  const told = document.querySelector('.checked');
  const faults = document.querySelector('.faults');

  const hashed = async (file) => {
    const digest = new Sha256();
    const reader = file.stream().getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) digest.update(part.value);
    return digest.hex();
  };
  const expected = async (file) => {
    const lines = (await file.text()).split('\n').filter(Boolean);
    return lines.map((line) => [line.slice(66), line.slice(0, 64)]);
  };

  const check = async (files) => {
    const found = [];
    const wanted = [];
    for (const list of LISTS) {
      const file = files.get(list);
      if (file) wanted.push(...await expected(file));
      else found.push(`${list} is not in this folder. Choose the folder that has VERIFY.txt in it.`);
    }
    const listed = new Set(wanted.map(([name]) => name));
    for (const [number, [name, sha256]] of wanted.entries()) {
      told.textContent = `Reading ${number + 1} of ${wanted.length}: ${name}`;
      const file = files.get(name);
      if (!file) found.push(`${name} is missing.`);
      else if (await hashed(file) !== sha256) found.push(`${name} was changed.`);
    }
    for (const name of files.keys()) if (name.startsWith('data/') && !listed.has(name)) found.push(`${name} was added.`);
    return { found, count: wanted.length };
  };

  chosen.addEventListener('change', async () => {
    const files = new Map(Array.from(chosen.files, (file) => [file.webkitRelativePath.split('/').slice(1).join('/'), file]));
    faults.replaceChildren();
    told.className = 'checked';
    try {
      const { found, count } = await check(files);
      const list = files.get(LISTS[1]);
      told.classList.add(found.length ? 'bad' : 'good');
      told.textContent = found.length
        ? 'The files are not those that were listed:'
        : `All ${count} listed files are as they were listed. SHA-256 of that list: ${list ? await hashed(list) : ''}. `
          + 'Compare it with the receipt, and verify who signed it as VERIFY.txt says.';
      faults.replaceChildren(...found.map((fault) => Object.assign(document.createElement('li'), { textContent: fault })));
    } catch (error) {
      told.classList.add('bad');
      told.textContent = `A file cannot be read (${error.message}). Nothing is known of the others.`;
    }
  });
})();
