// The kinds of filters: what they are called, which parameters they set, what their chips say.

import { may } from '../common/permissions.js';
import { offered } from '../common/properties.js';
import { dateTime } from '../common/time.js';
import { strings } from '../locales/en.js';
import { choices, fieldTitle, shownValue } from '../incidents/field-names.js';

/** @typedef {import('../common/api.js').Bridge} Bridge */
/** @typedef {import('../common/shapes.d.ts').IncidentProperties} IncidentProperties */
/** @typedef {import('./query.js').Query} Query */
/** @typedef {{owners: string[], creators: {id: string, name: string}[]}} People */

/** What filters are chosen from. @typedef {{bridge: Bridge, properties: IncidentProperties, people: People}} Surroundings */

/**
 * One kind: `names` are its parameters; `offer` gives what can be chosen.
 * @typedef {object} Kind
 * @property {string} key
 * @property {string} title
 * @property {string[]} names
 * @property {'choice' | 'one' | 'number' | 'text' | 'time' | 'range' | 'period' | 'whole' | 'decimal'} editor
 * @property {(present: string[]) => {id: string, name: string, colour?: any, symbol?: any}[]} [offer]
 */

/** @param {Surroundings} around @returns {Kind[]} those that the principal may use */
export function kinds({ bridge, properties, people }) {
  const texts = strings.list;
  const title = (/** @type {keyof typeof texts.kinds} */ key) => texts.kinds[key];
  const field = (/** @type {string} */ name, /** @type {string} */ called, empty = true) => /** @type {Kind} */ ({
    key: name, title: called, names: [name], editor: 'choice',
    offer: (present) => [...known(choices(name, properties), present, (id) => String(shownValue(name, id, properties))), ...(empty ? [nothing()] : [])],
  });
  /** @type {[string, Kind[]][]} */
  const groups = [
    ['projects.view', [{ key: 'id', title: title('id'), names: ['id'], editor: 'number' }]],
    ['projects.details.view', [
      field('status', title('status'), false), field('type', title('type')), field('priority', title('priority')),
      { key: 'owner', title: title('owner'), names: ['owner'], editor: 'choice',
        offer: (present) => [...known(people.owners.map((name) => ({ id: name, name })), present, (id) => id), nothing()] },
      { key: 'open', title: title('state'), names: ['open'], editor: 'one', offer: () => Object.entries(texts.states).map(([id, name]) => ({ id, name })) },
    ]],
    ['projects.view', [{ key: 'creator', title: title('creator'), names: ['creator'], editor: 'one',
      offer: (present) => [{ id: 'me', name: texts.me }, ...known(people.creators, present.filter((id) => id !== 'me'), (id) => id)] }]],
    ['projects.sequences.view', [
      { key: 'camera', title: title('camera'), names: ['camera'], editor: 'choice', offer: (present) => known(bridge.cameras(), present, (id) => id) },
      { key: 'during', title: title('during'), names: ['from', 'to'], editor: 'range' },
      { key: 'starts-after', title: title('starts-after'), names: ['starts-after'], editor: 'time' },
      { key: 'ends-before', title: title('ends-before'), names: ['ends-before'], editor: 'time' },
    ]],
    ['projects.view', [{ key: 'created', title: title('created'), names: ['created-from', 'created-to'], editor: 'range' }]],
    ['projects.categories.view', [
      ...properties.categories.filter(({ enabled }) => enabled !== false).map(({ id, name }) => field(`category:${id}`, name)),
      ...properties.data.map((data) => ofData(data)),
    ]],
  ];
  return groups.flatMap(([right, found]) => (may(bridge, right) ? found : []));
}

/** @param {IncidentProperties['data'][number]} data @returns {Kind} */
function ofData({ id, name, kind }) {
  const common = { key: `data:${id}`, title: name, names: [`data:${id}`] };
  if (kind === 'check-box') return { ...common, editor: 'choice', offer: () => [{ id: 'yes', name: strings.list.yes }, { id: 'no', name: strings.list.no }, nothing()] };
  return { ...common, editor: /** @type {const} */ ({ 'date-time': 'period', 'whole-number': 'whole', decimal: 'decimal', text: 'text' })[kind] };
}

/** Between the ends of what a value of incident data lies between. */
const BETWEEN = '..';

/** Both ends; a value alone is both. @param {string} [value] */
export function ends(value = '') {
  const [least, most = least] = value.split(BETWEEN);
  return [least, most];
}

/** The other way round. @param {string} least @param {string} most @returns {string | null} */
export function between(least, most) {
  if (!least && !most) return null;
  return least === most ? least : least + BETWEEN + most;
}

/** The choice of having no value. */
const nothing = () => ({ id: '', name: strings.list.noValue });

/**
 * Those that are offered now, and those that are chosen though nobody offers them any more.
 * @template {{id: string, name: string}} V
 * @param {V[]} values
 * @param {string[]} present
 * @param {(id: string) => string} name
 */
function known(values, present, name) {
  const now = values.filter((value) => offered(values, null).includes(value) || present.includes(value.id));
  const gone = present.filter((id) => id !== '' && !now.some((value) => value.id === id))
    .map((id) => ({ id, name: name(id) === id ? `${id} (${strings.list.gone})` : name(id) }));
  return [...now, ...gone];
}

/**
 * What the chip of a filter says.
 * @param {Kind} kind
 * @param {Query} query
 * @param {Surroundings} around
 */
export function chipText(kind, query, { bridge, properties }) {
  const given = query.get(kind.key) ?? [];
  const [least, most] = given.length === 1 && given[0].includes(BETWEEN) ? ends(given[0]) : [];
  const texts = strings.list;
  if (most !== undefined && (kind.editor === 'whole' || kind.editor === 'decimal')) {
    return least && most ? `${least} – ${most}` : least ? texts.atLeast(least) : texts.atMost(most);
  }
  const period = most !== undefined && kind.editor === 'period';
  const values = period ? [[least], [most]] : kind.names.map((name) => query.get(name) ?? []);
  if (kind.editor === 'range' || period) {
    const [from, to] = values.map(([value]) => (value ? momentText(value, bridge.timeZone) : ''));
    if (values[0][0] === 'yesterday' && values[1][0] === 'today') return texts.quick.yesterday;
    if (from && to) return `${from} – ${to}`;
    return from ? quick(values[0][0]) ?? `${from} ${texts.after}` : `${to} ${texts.before}`;
  }
  if (kind.editor === 'time' || (kind.editor === 'period' && given[0])) return momentText(values[0][0] ?? '', bridge.timeZone);
  const offers = kind.offer?.(values[0]) ?? [];
  return texts.anyOf(values[0].map((value) => (value === '' ? texts.none
    : offers.find(({ id }) => id === value)?.name ?? String(shownValue(kind.key, value, properties)))));
}

/** @param {string} value */
function quick(value) {
  return Object.entries(strings.list.quick).find(([key]) => key === value)?.[1];
}

/**
 * @param {string} value as in the address
 * @param {string} timeZone
 */
export function momentText(value, timeZone) {
  const texts = strings.list;
  const ago = /^-(\d+)([smhdw])$/.exec(value);
  if (ago) return texts.ago(ago[1], texts.agoUnits[/** @type {'s'} */ (ago[2])]);
  if (Number.isNaN(Date.parse(value)) || !value.includes('T')) return quick(value) ?? value;
  return dateTime(value, timeZone).replace(/:00$/, '');
}

/** What an address may have that no kind of ours sets. @param {string} name @param {IncidentProperties} properties */
export function otherTitle(name, properties) {
  return name === 'hour' ? strings.list.kinds.hour : name.includes(':') ? fieldTitle(name, properties) : strings.list.unknown(name);
}

/** @param {string} value `0-13` @returns {string} `Mon 13:00` */
export function hourText(value) {
  const [day, hour] = value.split('-').map(Number);
  return `${strings.dashboard.days[day] ?? value} ${String(hour).padStart(2, '0')}:00`;
}
