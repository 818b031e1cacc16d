import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

/** A place in an environment's log: the end of a change set (P2.2, R5.3). */
export interface Cursor {
  readonly environmentId: number;
  readonly epoch: string;
  readonly position: number;
  /** First 8 bytes of the chain hash there, in hex: a restored backup can't pass unnoticed. */
  readonly hash: string;
}

/** The text isn't a cursor that a server with this key has made. */
export class InvalidCursorError extends Error {
  readonly code = 'INVALID_CURSOR';
  constructor(message = 'This is not a cursor of this server. Pass one exactly as you received it.') {
    super(message);
    this.name = 'InvalidCursorError';
  }
}

/**
 * Seals what a client holds for us but must not read or make (P2.9): AES-256-GCM under a key derived from the server's
 * secret, with a purpose, so that a cursor of one kind can't be passed as another.
 */
export class Seal {
  readonly #key: Buffer;
  readonly #nonceKey: Buffer;
  readonly #purpose: Buffer;

  constructor(serverSecret: Uint8Array, purpose: string) {
    this.#key = Buffer.from(hkdfSync('sha256', serverSecret, 'quietline', `seal ${purpose}`, 32));
    this.#nonceKey = Buffer.from(hkdfSync('sha256', serverSecret, 'quietline', `nonce ${purpose}`, 32));
    this.#purpose = Buffer.from(purpose);
  }

  /** The same text seals to the same token (the nonce is derived from it), so cursors can be compared for equality. */
  seal(text: string): string {
    const nonce = createHmac('sha256', this.#nonceKey).update(text).digest().subarray(0, 12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(this.#purpose);
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url');
  }

  /** @throws InvalidCursorError */
  open(token: string): string {
    const bytes = token.length <= 1_024 && /^[\w-]+$/.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
    if (bytes.length < 29) throw new InvalidCursorError();
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12));
      decipher.setAAD(this.#purpose);
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    } catch {
      throw new InvalidCursorError();
    }
  }
}

/** Cursors as text: opaque to clients, the same on every server that shares the secret. */
export class CursorCodec {
  readonly #seal: Seal;

  constructor(serverSecret: Uint8Array) {
    this.#seal = new Seal(serverSecret, 'change cursor v1');
  }

  encode(cursor: Cursor): string {
    return this.#seal.seal(`${cursor.environmentId} ${cursor.epoch} ${cursor.position} ${cursor.hash}`);
  }

  /** @throws InvalidCursorError */
  decode(token: string): Cursor {
    const [environmentId, epoch, position, hash] = this.#seal.open(token).split(' ');
    return { environmentId: Number(environmentId), epoch: epoch!, position: Number(position), hash: hash! };
  }
}
