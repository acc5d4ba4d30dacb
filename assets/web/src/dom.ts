// The little that the page needs to work with its HTML. Text only ever goes in
// as textContent or an attribute value: names and messages are foreign.

import type { Key, Texts } from './strings';

/** The element with this id, which index.html has. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  return found(document.getElementById(id), `#${id}`) as Element as T;
}

/** The element inside another one, which must have it. */
export function inside<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  return found(root.querySelector(selector), selector) as T;
}

/** A copy of a template's elements. */
export function cloneTemplate(id: string): DocumentFragment {
  return byId<HTMLTemplateElement>(id).content.cloneNode(true) as DocumentFragment;
}

/** Puts sentences into elements marked with data-text, data-label and data-placeholder. */
export function applyTexts(root: ParentNode, texts: Texts): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-text]')) {
    element.textContent = texts[element.dataset.text as Key];
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-label]')) {
    element.setAttribute('aria-label', texts[element.dataset.label as Key]);
  }
  for (const element of root.querySelectorAll<HTMLInputElement>('[data-placeholder]')) {
    element.placeholder = texts[element.dataset.placeholder as Key];
  }
}

/** Changes the picture of a button. */
export function setIcon(button: Element, symbol: string): void {
  inside(button, 'use').setAttribute('href', `#${symbol}`);
}

/** Sets an attribute of data-… only if it differs, to spare the layout. */
export function setData(element: HTMLElement, name: string, value: string): void {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

function found<T>(element: T | null, what: string): T {
  if (element === null) throw new Error(`the page has no ${what}`);
  return element;
}
