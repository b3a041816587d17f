// Comments: what people wrote, oldest first, and the place to write more. Of thousands the newest are shown first.

import { confirmed } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { keyed, refill, whenChanged } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { dateTime } from '../common/time.js';
import { strings } from '../locales/en.js';
import { contested } from './contested.js';
import { moment, newsMark } from './said.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').Comment} Comment */

/** Characters of a comment that are shown before somebody asks for all of it, and how many older comments at a time. */
const LONG = 4_000;
const MORE = 500;
const MAXIMUM = 100_000;

/** @param {ProjectModel} model */
export function commentsTab(model) {
  const texts = strings.incidents.comments;
  const editable = may(model.bridge, 'projects.comments.manage');
  const list = h('div', { class: 'comments', role: 'list' });
  const empty = h('p', { class: 'empty' }, texts.empty);
  const count = h('span', { class: 'dim' });
  const older = h('button', { type: 'button', onclick: () => void model.showComments(MORE) }, icon('clock'), texts.older(MORE));
  const every = h('button', { type: 'button', onclick: () => void model.showComments(model.project?.comment_count ?? 0) }, texts.all);
  const hidden = h('div', { class: 'row center', hidden: true }, count, older, every);
  const input = h('textarea', { maxLength: MAXIMUM, dir: 'auto', oninput: () => model.keep('comment:new', input.value ? { text: input.value } : null),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !add.disabled) void model.save('comment:new');
    } });
  const add = h('button', { type: 'button', title: texts.addHint, onclick: () => {
    input.focus();
    void model.save('comment:new');
  } }, icon('add'), texts.add);
  const form = h('div', { class: 'stack', hidden: !editable }, h('label', { class: 'field' }, texts.text, input), h('div', { class: 'row' }, add));
  return {
    element: h('div', { class: 'reading' }, hidden, list, empty, form),
    refuge: input,
    update() {
      const comments = model.project?.comments ?? [];
      const missing = (model.project?.comment_count ?? 0) - comments.length;
      hidden.hidden = missing <= 0;
      count.textContent = texts.notShown(missing, model.project?.comment_count ?? 0);
      older.hidden = missing <= MORE;
      empty.hidden = comments.length > 0;
      const open = new Set(model.contested);
      keyed(list, comments.map((comment) => ({
        comment, edit: model.unsaved.comment(comment.id) !== undefined, gone: model.gone, news: model.news.of(`comment:${comment.id}`), conflict: open.has(`comment:${comment.id}`),
      })), ({ comment }) => comment.id, () => h('article', { role: 'listitem', class: 'comment' }),
      whenChanged((element, { comment, edit, conflict }) => refill(element, [
        ...(edit ? editing(model, comment, conflict) : reading(model, comment, editable && !model.gone))])));
      const unsaved = model.unsaved.comment('new')?.text ?? '';
      const added = input.value !== '' && unsaved === '';
      if (input.value !== unsaved) input.value = unsaved;
      // The comment that was added pushed the place for the next one down.
      if (added && form.matches(':focus-within')) form.scrollIntoView({ block: 'nearest' });
      add.disabled = !unsaved.trim() || model.state === 'saving' || model.gone;
    },
  };
}

/** @param {ProjectModel} model @param {Comment} comment @param {boolean} editable */
function reading(model, comment, editable) {
  const texts = strings.incidents.comments;
  const zone = model.bridge.timeZone;
  const edited = comment.edited_at && h('span', { class: 'dim' }, `${texts.edited} `,
    comment.edited_by && comment.edited_by.id !== comment.author.id ? `${comment.edited_by.name}, ` : '', moment(comment.edited_at, zone));
  return [
    h('header', {},
      h('b', { class: 'ellipsis' }, comment.author.name), moment(comment.at, zone, 'dim'), edited, newsMark(model.news.of(`comment:${comment.id}`), zone),
      h('span', { class: 'grow' }),
      editable && h('button', { type: 'button', class: 'quiet', title: texts.edit, 'aria-label': texts.edit,
        onclick: (/** @type {Event} */ event) => startEditing(model, comment, event) }, icon('edit')),
      editable && h('button', { type: 'button', class: 'quiet', title: texts.delete, 'aria-label': texts.delete,
        onclick: () => remove(model, comment) }, icon('trash'))),
    writing(comment.text),
  ];
}

/** A text, of a very long one the beginning. @param {string} text */
function writing(text) {
  if (text.length <= LONG) return h('p', { class: 'written', dir: 'auto' }, text);
  const { showAll, showLess } = strings.incidents.comments;
  const shown = h('p', { class: 'written', dir: 'auto' }, `${text.slice(0, LONG)}…`);
  let whole = false;
  const toggle = h('button', { type: 'button', onclick: () => {
    whole = !whole;
    shown.textContent = whole ? text : `${text.slice(0, LONG)}…`;
    toggle.textContent = whole ? showLess : showAll(text.length);
  } }, showAll(text.length));
  return h('div', {}, shown, toggle);
}

/** @param {ProjectModel} model @param {Comment} comment @param {Event} event */
function startEditing(model, comment, event) {
  const article = /** @type {HTMLElement} */ (event.currentTarget).closest('article');
  model.keep(`comment:${comment.id}`, { text: comment.text, seen: comment.edited_at });
  article?.querySelector('textarea')?.focus();
}

/** @param {ProjectModel} model @param {Comment} comment @param {boolean} conflict */
function editing(model, comment, conflict) {
  const texts = strings.incidents.comments;
  const key = `comment:${comment.id}`;
  const edit = model.unsaved.comment(comment.id) ?? { text: comment.text, seen: comment.edited_at };
  if (conflict) return [contested(model, key, comment.text, edit.text)];
  const input = h('textarea', { maxLength: MAXIMUM, value: edit.text, dir: 'auto', rows: Math.min(12, 3 + edit.text.split('\n').length),
    'aria-label': texts.editing, oninput: () => model.keep(key, { text: input.value, seen: edit.seen }),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !model.gone) void model.save(key);
    } });
  return [
    input,
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'primary', disabled: model.gone, onclick: () => model.save(key) }, strings.common.save),
      h('button', { type: 'button', onclick: () => model.keep(key, null) }, strings.common.cancel)),
  ];
}

/** @param {ProjectModel} model @param {Comment} comment */
async function remove(model, comment) {
  const { comments: texts, failures, undo } = strings.incidents;
  const short = comment.text.length > 120 ? `${comment.text.slice(0, 120)}…` : comment.text;
  const text = texts.deleteText(comment.author.name, dateTime(comment.at, model.bridge.timeZone), short);
  if (!await confirmed(texts.deleteTitle, text, texts.delete)) return;
  if (await model.act(failures.save(failures.comment), 'DELETE', `/comments/${encodeURIComponent(comment.id)}`)) {
    model.undo.did(undo.comment, () => model.restore([comment.id]));
  }
}
