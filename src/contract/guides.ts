// The guides become `info.description`. `{{name}}` in a guide is replaced by a list that is derived from the contract.
import { readFileSync } from 'node:fs';
import type { Contract } from './document.ts';
import { lists } from './lists.ts';

/** Puts the guides that `x-guides` names into `info.description`, in this order, with their lists filled in. */
export function addGuides(contract: Contract, folder = 'openapi/guides'): void {
  const names = contract.info['x-guides'] ?? [];
  contract.info.description = names
    .map((name) => fillIn(readFileSync(`${folder}/${name}.md`, 'utf8').trim(), `${folder}/${name}.md`, contract))
    .join('\n\n');
  delete contract.info['x-guides'];
}

/**
 * Returns the text with every placeholder replaced by its list.
 * @param file the name for error messages
 * @throws Error if a placeholder names no list
 */
export function fillIn(text: string, file: string, contract: Contract): string {
  return text.replace(/\{\{(.*?)\}\}/g, (placeholder, name: string) => {
    const list = Object.hasOwn(lists, name) ? lists[name] : undefined;
    if (!list)
      throw new Error(`${file}: ${placeholder} is not a list. The lists are ${Object.keys(lists).join(', ')}.`);
    return list(contract);
  });
}
