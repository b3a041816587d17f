export function run({ bridge, mode, camera }) {
  const { cameras } = bridge.view();
  bridge.notify({ kind: 'info', title: `Greetings from ${mode}`, detail: `${cameras.length} cameras, ${camera?.name ?? 'none'} selected` });
}
