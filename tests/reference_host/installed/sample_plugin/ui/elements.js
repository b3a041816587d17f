// Tiny elements that show what the host gave them.

class Shown extends HTMLElement {
  #vms = null;

  set vms(context) {
    this.#vms = context;
    this.draw(context);
  }

  get vms() {
    return this.#vms;
  }
}

const COLOURS = ['#2a4158', '#3c4a35', '#544337', '#463a57', '#37494a'];

customElements.define('sample-picture', class extends Shown {
  connectedCallback() {
    this.dataset.connected = String(Number(this.dataset.connected ?? 0) + 1);
  }

  draw({ camera, mode, clock }) {
    this.textContent = `${camera.name} ${mode} ${clock.mode}`;
    this.style.background = COLOURS[camera.name.length % COLOURS.length];
    this.style.padding = '12px';
  }
});

customElements.define('sample-panel', class extends Shown {
  draw({ bridge, mode }) {
    const add = document.createElement('button');
    add.textContent = 'Start thing';
    add.addEventListener('click', () => bridge.notify({
      kind: 'success', title: 'Thing started.', action: { label: 'Open', run: () => bridge.navigate({ tab: 'things', path: '8' }) },
    }));
    const text = document.createElement('p');
    text.textContent = `${mode} for ${bridge.principal.name}`;
    this.replaceChildren(text, add);
  }
});

customElements.define('sample-add', class extends Shown {
  draw({ camera }) {
    const button = document.createElement('button');
    button.textContent = '+';
    button.title = camera ? `Add ${camera.name}` : 'Add the marked time';
    this.replaceChildren(button);
  }
});

customElements.define('sample-status', class extends Shown {
  draw({ bridge }) {
    void bridge.fetch('whoami').then((response) => response.json()).then(({ id }) => { this.dataset.principal = id; });
  }
});

customElements.define('sample-tab', class extends Shown {
  draw({ path, bridge }) {
    this.textContent = `Things ${path || '(all)'}; secret: ${bridge.permissions.has('sample.secret')}`;
  }
});
