import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type MessageUnderstanding,
  understandMessage,
  understandTurn,
} from '../../src/domain/messages/understand-message.ts';

/** A message of the labelled set: labelled/POLICY.md says how they came about. */
export interface LabelledMessage {
  readonly id: string;
  readonly split: string;
  readonly language: string;
  readonly kind: 'SMS' | 'CALL';
  readonly label: 'OPT_OUT' | 'NONE' | 'OPT_IN' | 'HELP';
  /** CALL, SMS, BOTH, `-` for neither, `?` where it isn't labelled. */
  readonly channels: string;
  readonly text: string;
}

const FILES = ['messages.tsv', 'fresh.tsv', 'tuning.tsv'];

export function labelledMessages(): LabelledMessage[] {
  return FILES.flatMap((file) => {
    const [, ...lines] = readFileSync(new URL(`labelled/${file}`, import.meta.url), 'utf8')
      .replace(/\n$/, '')
      .split('\n');
    return lines.map((line) => {
      const [id, split, language, kind, label, channels, text] = line.split('\t');
      return { id, split, language, kind, label, channels, text: text!.replaceAll('\\n', '\n') } as LabelledMessage;
    });
  });
}

/** The half that a message of `messages.tsv` belongs to. */
export function splitOf(text: string): 'tune' | 'untouched' {
  const number = createHash('sha256').update(text.replaceAll('\n', '\\n')).digest().readUInt32BE(0);
  return number % 10 < 6 ? 'tune' : 'untouched';
}

export function understood({ kind, text }: LabelledMessage): MessageUnderstanding {
  return kind === 'CALL' ? understandTurn(text) : understandMessage(text);
}

export interface Score {
  readonly n: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly precision: number;
  readonly recall: number;
  /** Of HIGH certainty alone. */
  readonly highPrecision: number;
  readonly highRecall: number;
  readonly wrong: readonly { readonly message: LabelledMessage; readonly understanding: MessageUnderstanding }[];
}

/** How well opt-outs are found, HIGH and MEDIUM together. */
export function scoreOf(messages: readonly LabelledMessage[]): Score {
  const read = messages.map((message) => ({ message, understanding: understood(message) }));
  const isWanted = ({ message }: (typeof read)[number]) => message.label === 'OPT_OUT';
  const isFound = ({ understanding }: (typeof read)[number]) => understanding.meaning === 'OPT_OUT';
  const isHigh = (one: (typeof read)[number]) => isFound(one) && one.understanding.certainty === 'HIGH';
  const wanted = read.filter(isWanted).length;
  const truePositives = read.filter((one) => isWanted(one) && isFound(one)).length;
  const falsePositives = read.filter((one) => !isWanted(one) && isFound(one)).length;
  const highTrue = read.filter((one) => isWanted(one) && isHigh(one)).length;
  return {
    n: read.length,
    truePositives,
    falsePositives,
    falseNegatives: wanted - truePositives,
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, wanted),
    highPrecision: ratio(highTrue, read.filter(isHigh).length),
    highRecall: ratio(highTrue, wanted),
    wrong: read.filter(({ message, understanding }) => understanding.meaning !== message.label),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
