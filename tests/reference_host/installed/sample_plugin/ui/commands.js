export function run({ bridge, mode }) {
  const { cameras, selected } = bridge.view();
  bridge.notify({ kind: 'info', title: `Greetings from ${mode}`, detail: `${cameras.length} cameras, ${selected?.name ?? 'none'} selected` });
}
