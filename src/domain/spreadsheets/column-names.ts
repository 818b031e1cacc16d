/** What an import takes from a file. */
export const columnFields = [
  'phone',
  'reason',
  'evidence',
  'expiresAt',
  'requestedAt',
  'externalReference',
  'businessNumber',
] as const;
export type ColumnField = (typeof columnFields)[number];

export interface NamedField {
  readonly field: ColumnField;
  /** The name is one that people give such a column; else only a word in it. */
  readonly isExact: boolean;
}

/** Names as people write them, in English and Spanish; without accents, `_` and capitals. Separated by commas. */
const names: Record<ColumnField, string> = {
  phone: `phone, phones, phone number, phone numbers, phonenumber, phone no, number, numbers, telephone,
    telephone number, tel, tel no, mobile, mobile number, mobile phone, cell, cell number, cell phone, cellphone, msisdn,
    ani, caller, caller id, contact number, contact phone, customer phone, lead phone, primary phone, home phone,
    work phone, business phone, company phone, e164, dnc, dnc number, do not call, to, to number, telefono, telefonos,
    numero, numeros, numero de telefono, numero telefonico, numero de celular, numero de movil, movil, celular, telefono movil,
    telefono celular`,
  reason: `reason, reasons, dnc reason, opt out reason, why, note, notes, comment, comments, description, motivo, razon,
    causa, nota, notas, comentario, comentarios, descripcion`,
  evidence: `evidence, proof, recording, recording url, call recording, source url, link, url, transcript, evidencia,
    prueba, grabacion, enlace`,
  expiresAt: `expires, expires at, expires on, expiry, expiry date, expiration, expiration date, until, valid until,
    valid to, end date, caduca, caducidad, fecha de caducidad, vence, vencimiento, fecha de vencimiento, expira, hasta,
    valido hasta`,
  requestedAt: `requested, requested at, requested on, request date, date requested, date of request, opt out date,
    optout date, opted out at, opted out on, unsubscribe date, unsubscribed at, unsubscribed on, dnc date, date,
    date added, added at, added on, created, created at, created on, received at, timestamp, fecha, fecha de solicitud,
    solicitado, fecha de baja, fecha de alta`,
  externalReference: `external reference, external id, reference, reference id, ref, ref no, id, lead id, contact id,
    customer id, client id, crm id, account id, account number, record id, case id, ticket, ticket id, order number,
    uuid, referencia, referencia externa, id externo, id de cliente, codigo`,
  businessNumber: `business number, company number, our number, from, from number, sender, sender id, sender number, did,
    numero de empresa, numero de la empresa, numero comercial, nuestro numero, remitente`,
};

/** One of these words in a longer name; the first that fits, for `Phone opt-out reason` is a reason. */
const words: readonly [ColumnField, RegExp][] = [
  ['expiresAt', /\b(?:expires|expiry|expiration|caducidad|vencimiento|expira)\b/],
  ['requestedAt', /\b(?:requested|unsubscribed|date|solicitud|solicitado|fecha)\b/],
  ['evidence', /\b(?:evidence|proof|recording|evidencia|prueba|grabacion)\b/],
  ['reason', /\b(?:reason|motivo|razon)\b/],
  ['externalReference', /\b(?:reference|referencia)\b|\bid$/],
  ['businessNumber', /\b(?:sender|remitente)\b/],
  ['phone', /\b(?:phone|telephone|tel|mobile|cell|cellphone|msisdn|telefono|movil|celular)\b/],
];
/** `Phone type` is no phone. */
const ABOUT_A_PHONE = /\b(?:type|status|country|code|ext|extension|carrier|valid|name|tipo|estado|pais|operador)\b/;
const LONGEST = 60;

const fieldByName = new Map<string, ColumnField>();
for (const field of columnFields) for (const name of names[field].split(/\s*,\s*/)) fieldByName.set(name, field);

/** The field that a column with this name is for, or null when the name says nothing. */
export function fieldNamed(name: string): NamedField | null {
  if (name.length > LONGEST) return null;
  const plain = plainName(name);
  const exact = fieldByName.get(plain) ?? fieldByName.get(plain.replace(/ \d+$/, ''));
  if (exact) return { field: exact, isExact: true };
  const found = words.find(([, word]) => word.test(plain));
  if (!found || (found[0] === 'phone' && ABOUT_A_PHONE.test(plain))) return null;
  return { field: found[0], isExact: false };
}

/** `Número_de_teléfono:` and `phoneNumber` as `numero de telefono` and `phone number`. */
function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();
}
