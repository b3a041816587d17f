export function run() {
  throw new Error('on purpose');
}
