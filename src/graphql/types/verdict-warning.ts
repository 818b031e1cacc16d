import type { ConsentStanding } from '../../domain/verdicts/consent-standing.ts';
import type { VerdictWarning as Warning } from '../../suppression-index/verdict.ts';
import { warningSentence } from '../../suppression-index/verdict-sentence.ts';
import { builder } from '../builder.ts';
import { ConsentLevelEnum, MessageTypeEnum } from './consent-enums.ts';

const VerdictWarningCode = builder.enumType('VerdictWarningCode', {
  description: 'What does not decide about a contact, and should be known.',
  values: {
    UNKNOWN_CAMPAIGN: {
      description: 'There is no campaign with the key that was given, or it is archived: every list counted.',
    },
    CONSENT_INSUFFICIENT: {
      description:
        'No consent on file suffices for a text of this type, and the setting consentEnforcement is WARN. With BLOCK it is a reason instead, with OFF neither.',
    },
  },
});

export const VerdictWarning = builder.objectRef<Warning>('VerdictWarning').implement({
  description: 'Something to know about a contact that does not decide whether it may happen.',
  fields: (t) => ({
    code: t.field({ type: VerdictWarningCode, description: 'What kind.', resolve: ({ code }) => code }),
    message: t.string({ description: 'What an agent can read out. In English.', resolve: warningSentence }),
  }),
});

export const ConsentVerdict = builder.objectRef<ConsentStanding>('ConsentVerdict').implement({
  description: 'Whether the consent on file suffices for a text of one type.',
  fields: (t) => ({
    messageType: t.field({
      type: MessageTypeEnum,
      description: 'What the text is about, as asked.',
      resolve: ({ messageType }) => messageType,
    }),
    required: t.field({
      type: ConsentLevelEnum,
      description: 'The level that such a text needs, for this purpose or one that includes it.',
      resolve: ({ required }) => required,
    }),
    isSufficient: t.boolean({
      description:
        'Whether an active consent to texts of that level is on file. Implied consent suffices for a reply in its own thread alone: name your number as `businessNumber` to have that looked at. It says nothing of opt-outs, which block whatever consent there is.',
      resolve: ({ isSufficient }) => isSufficient,
    }),
  }),
});
