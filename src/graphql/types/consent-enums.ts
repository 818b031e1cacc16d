import { builder } from '../builder.ts';

export const MessageTypeEnum = builder.enumType('MessageType', {
  description:
    'What a text to somebody is about. It decides which consent must be on file (47 CFR 64.1200(f)(9)); a consent for one of them covers those before it.',
  values: {
    CONVERSATIONAL: {
      description: 'A reply to somebody who texted first. Needs an IMPLIED consent of that thread, or a firmer one.',
    },
    TRANSACTIONAL: {
      description: 'Such as an order confirmation, an appointment reminder, a delivery update. Needs EXPRESS consent.',
    },
    PROMOTIONAL: {
      description: 'Offers, marketing campaigns, product announcements. Needs EXPRESS_WRITTEN consent.',
    },
  },
});

export const ConsentLevelEnum = builder.enumType('ConsentLevel', {
  description: 'How firmly somebody agreed to be contacted; each level includes those before it.',
  values: {
    IMPLIED: {
      description: 'They wrote first. Good for that thread alone: for replies from the number they wrote to.',
    },
    EXPRESS: { description: 'They said or wrote that they agree, such as by giving the number at checkout.' },
    EXPRESS_WRITTEN: {
      description: 'They agreed in writing to what is sent, such as by ticking a box that was not ticked before.',
    },
  },
});

export const ConsentMethodEnum = builder.enumType('ConsentMethod', {
  description: 'How a consent was given.',
  values: {
    WEB_FORM: { description: 'A web form in which they entered their number and ticked a consent box themselves.' },
    VERBAL: { description: 'Said during a phone call. Keep when and to whom in the evidence.' },
    INBOUND_TEXT: { description: 'They texted your number.' },
    PAPER_FORM: { description: 'A paper form with their signature.' },
  },
});
