import type { DownloadKind } from '../../domain/files/downloads.ts';
import type { StoredFileInfo } from '../../domain/files/stored-files.ts';
import { builder } from '../builder.ts';
import type { Services } from '../context.ts';

/** What `downloadOf` and `generatedDownloadOf` give. */
export interface DownloadShape {
  readonly url: string;
  readonly name: string;
  readonly size: number | null;
  readonly mediaType: string;
  readonly expiresAt: Date;
}

export const Download = builder.objectRef<DownloadShape>('Download').implement({
  description:
    'A file to fetch by a link. The link needs no key and ends after 15 minutes: pass it to nobody who may not have the file, and ask again for another.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description:
        'Where to GET it: an absolute URL where the server knows its own (PUBLIC_URL), else a path beginning with /download/, on the server that answers this. Parts of a stored file can be had by a Range header.',
    }),
    name: t.exposeString('name', { description: "The file's name." }),
    size: t.exposeFloat('size', {
      nullable: true,
      description: 'Its bytes; null when it is made while you fetch it.',
    }),
    mediaType: t.exposeString('mediaType', { description: 'What it is, such as "text/csv; charset=utf-8".' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When the link ends. The file itself may stay longer.',
    }),
  }),
});

/** A link to a stored file; null until it is complete. */
export function downloadOf({ downloads }: Services, file: StoredFileInfo): DownloadShape | null {
  if (!file.isComplete) return null;
  const { environmentId, id, name, size, mediaType } = file;
  return { name, size, mediaType, ...downloads.link('STORED_FILE', environmentId, id) };
}

/** A link to what is made while it is sent, by the source of this kind (src/app.ts). */
export function generatedDownloadOf(
  { downloads }: Services,
  made: { kind: DownloadKind; environmentId: number; id: string; name: string; mediaType: string },
): DownloadShape {
  const { kind, environmentId, id, name, mediaType } = made;
  return { name, size: null, mediaType, ...downloads.link(kind, environmentId, id) };
}
