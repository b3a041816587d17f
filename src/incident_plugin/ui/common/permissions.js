// What to draw for whom. A hint only: the server decides.

/** @typedef {import('../../../../hooks/src/vms_hooks/page.d.ts').VmsBridge} Bridge */

/**
 * Whether the principal holds a permission; managing something implies viewing it.
 * @param {Bridge} bridge
 * @param {string} right below `incident.`, as `projects.comments.view`
 */
export function may(bridge, right) {
  const permission = `incident.${right}`;
  // Whoever sees no projects sees no part of one.
  if (/^projects\..*\./.test(right) && !may(bridge, 'projects.view')) return false;
  return bridge.permissions.has(permission) || bridge.permissions.has(permission.replace(/\.view$/, '.manage'));
}
