import type { ConsentMethod } from './consent.ts';

/** What people take for a consent and is none (seed 003, "What does NOT count as valid opt-in"), each with the reason. */
export const refusedMethods = {
  PURCHASED_LIST:
    "A purchased list is no consent: these people agreed to nothing with your business, and a consent can't be sold. Ask each of them yourself, by a form, on a call, or by letting them text you first.",
  CALLING_ONLY:
    'A number that was given for calling only is no consent to texts: what people agree to is the channel that they were asked about. Ask them whether you may text, and record that. A consent to calls is recorded with the channel CALL and the way it was really given: VERBAL, WEB_FORM or PAPER_FORM.',
  PRE_CHECKED_BOX:
    'A box that was checked beforehand is no consent: the person must check it themselves. Ask again with an empty box, and record that as WEB_FORM.',
  SCRAPED:
    'A number that was scraped from a website or social media is no consent: being published agrees to nothing. Ask the person, or let them text you first.',
} as const;

export type RefusedMethod = keyof typeof refusedMethods;

/** What a caller may say; the refused ones are there so that each can be answered with its reason. */
export type GivenMethod = ConsentMethod | RefusedMethod;

export function isRefused(method: GivenMethod): method is RefusedMethod {
  return method in refusedMethods;
}
