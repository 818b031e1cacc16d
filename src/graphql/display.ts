import type { Viewer } from '../auth/viewer.ts';
import { maskNumber } from '../domain/numbers/mask.ts';
import { withoutNumbers } from '../domain/shown-text.ts';

/** A number as this viewer may see it (R7). */
export function shownNumber(viewer: Viewer, phone: string): string {
  return viewer.can('number:see') ? phone : maskNumber(phone);
}

/** Free text as this viewer may see it: who sees masked numbers gets no run of digits that could be one (P2.9). */
export function shownText(viewer: Viewer, text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  return viewer.can('number:see') ? text : withoutNumbers(text);
}
