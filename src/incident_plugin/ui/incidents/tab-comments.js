// Comments: what people wrote, oldest first, and the place to write more.

import { confirmed } from '../common/dialog.js';
import { h, icon } from '../common/dom.js';
import { keyed, whenChanged } from '../common/keyed.js';
import { may } from '../common/permissions.js';
import { dateTime, utcTitle } from '../common/time.js';
import { strings } from '../locales/en.js';

/** @typedef {import('./project-model.js').ProjectModel} ProjectModel */
/** @typedef {import('../common/shapes.d.ts').Comment} Comment */

/** @param {ProjectModel} model */
export function commentsTab(model) {
  const texts = strings.incidents.comments;
  const editable = may(model.bridge, 'projects.comments.manage');
  const list = h('div', { class: 'comments', role: 'list' });
  const empty = h('p', { class: 'empty' }, texts.empty);
  const input = h('textarea', { maxLength: 20_000, oninput: () => model.keep('comment:new', input.value || null) });
  const add = h('button', { type: 'button', onclick: () => model.save('comment:new') }, icon('add'), texts.add);
  const form = h('div', { class: 'stack', hidden: !editable }, h('label', { class: 'field' }, texts.text, input), h('div', { class: 'row' }, add));
  return {
    element: h('div', { class: 'reading' }, list, empty, form),
    update() {
      const comments = model.project?.comments ?? [];
      empty.hidden = comments.length > 0;
      keyed(list, comments.map((comment) => ({ comment, edit: model.unsaved.comment(comment.id) !== undefined })),
        ({ comment }) => comment.id, () => h('article', { role: 'listitem', class: 'comment' }),
        whenChanged((element, { comment, edit }) => element.replaceChildren(...(edit ? editing(model, comment) : reading(model, comment, editable)))));
      const unsaved = model.unsaved.comment('new') ?? '';
      if (input.value !== unsaved) input.value = unsaved;
      add.disabled = !unsaved.trim() || model.state === 'saving' || model.gone;
    },
  };
}

/** @param {ProjectModel} model @param {Comment} comment @param {boolean} editable */
function reading(model, comment, editable) {
  const texts = strings.incidents.comments;
  const zone = model.bridge.timeZone;
  return [
    h('header', {},
      h('b', {}, comment.author.name), h('time', { class: 'dim', title: utcTitle(comment.at) }, dateTime(comment.at, zone)),
      comment.edited_at ? h('span', { class: 'dim', title: utcTitle(comment.edited_at) }, `${texts.edited} ${dateTime(comment.edited_at, zone)}`) : null,
      h('span', { class: 'grow' }),
      editable && h('button', { type: 'button', class: 'quiet', title: texts.edit, 'aria-label': texts.edit,
        onclick: (/** @type {Event} */ event) => startEditing(model, comment, event) }, icon('edit')),
      editable && h('button', { type: 'button', class: 'quiet', title: texts.delete, 'aria-label': texts.delete,
        onclick: () => remove(model, comment) }, icon('trash'))),
    h('p', { class: 'written' }, comment.text),
  ];
}

/** @param {ProjectModel} model @param {Comment} comment @param {Event} event */
function startEditing(model, comment, event) {
  const article = /** @type {HTMLElement} */ (event.currentTarget).closest('article');
  model.keep(`comment:${comment.id}`, comment.text);
  article?.querySelector('textarea')?.focus();
}

/** @param {ProjectModel} model @param {Comment} comment */
function editing(model, comment) {
  const texts = strings.incidents.comments;
  const key = `comment:${comment.id}`;
  const input = h('textarea', { maxLength: 20_000, value: model.unsaved.comment(comment.id) ?? '',
    'aria-label': texts.editing, oninput: () => model.keep(key, input.value) });
  return [
    input,
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'primary', onclick: () => model.save(key) }, strings.common.save),
      h('button', { type: 'button', onclick: () => model.keep(key, null) }, strings.common.cancel)),
  ];
}

/** @param {ProjectModel} model @param {Comment} comment */
async function remove(model, comment) {
  const { comments: texts, failures } = strings.incidents;
  const short = comment.text.length > 120 ? `${comment.text.slice(0, 120)}…` : comment.text;
  const text = texts.deleteText(comment.author.name, dateTime(comment.at, model.bridge.timeZone), short);
  if (await confirmed(texts.deleteTitle, text, texts.delete)) {
    await model.act(failures.save(failures.comment), 'DELETE', `/comments/${encodeURIComponent(comment.id)}`);
  }
}
