import type { Client } from '../support/client.ts';

export const REPORT_CALL = /* GraphQL */ `
  mutation Report($input: RecordCallOutcomeInput!) {
    recordCallOutcome(input: $input) {
      facts {
        kind outcome
        entry { id phone rawInput status source isActive reason evidence requestedAt campaign { key } list { key } createdBy { kind actor { name } } }
      }
      requests { turn speaker certainty words }
      warnings { code message }
      verdict { decision isBlocked reasons { code listKey source } }
      cursor
      userErrors { code message path }
    }
  }
`;

let calls = 0;

/** A call that nobody has reported. */
export const newCall = () => `call-${++calls}`;

/** Reports a call; the payload. */
export async function report(by: Client, phone: string, call: object) {
  return (await by.expectOk(REPORT_CALL, { input: { phone, callId: newCall(), ...call } })).recordCallOutcome;
}

/** What became of each fact, such as "DISPOSITION ADDED". */
export function outcomes({ facts }: { facts: { kind: string; outcome: string }[] }): string[] {
  return facts.map(({ kind, outcome }) => `${kind} ${outcome}`);
}

export function codes({ warnings }: { warnings: { code: string }[] }): string[] {
  return warnings.map(({ code }) => code);
}

/** A mutation of the configuration, by its name and the type of its input. */
export function configure(by: Client, mutation: string, type: string, input: object): Promise<unknown> {
  return by.expectOk(`mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code message } } }`, {
    input,
  });
}

export const saveDisposition = (by: Client, name: string, addsToDnc = true, campaign?: string) =>
  configure(by, 'saveDisposition', 'SaveDispositionInput', { name, addsToDnc, campaign });

export const createCampaign = (by: Client, key: string, more: object = {}) =>
  configure(by, 'createCampaign', 'CreateCampaignInput', { key, name: key, ...more });

export const updateSettings = (by: Client, settings: object) =>
  configure(by, 'updateSettings', 'UpdateSettingsInput', settings);

/** "CONTACT: please don't call me" as turns. */
export function turns(...lines: string[]): { speaker: string; text: string }[] {
  return lines.map((line) => {
    const [, speaker, text] = /^([A-Z]+): (.*)$/s.exec(line)!;
    return { speaker: speaker!, text: text! };
  });
}
