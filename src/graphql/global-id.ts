/** Ids as clients know them: opaque, and free to change, because only the server reads one. */
export function globalId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}

/** What a client's id names; of anything else the typename is no type of ours. */
export function readGlobalId(text: string): { readonly typename: string; readonly id: string } {
  const [typename, ...id] = Buffer.from(text, 'base64url').toString('utf8').split(':');
  return { typename: typename ?? '', id: id.join(':') };
}

/** The id within this type; null when the text is the id of something else, or none. */
export function idOf(typename: string, text: string): string | null {
  const named = readGlobalId(text);
  return named.typename === typename && named.id !== '' ? named.id : null;
}
