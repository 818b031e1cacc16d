import { GraphQLError } from 'graphql';
import type { StoredFileInfo } from '../../domain/files/stored-files.ts';
import { type UploadedFile, uploadFile } from '../../domain/files/upload-file.ts';
import { builder } from '../builder.ts';
import { type Answer, Payload } from './payload.ts';
import { answering } from './user-error.ts';

const NO_FILE =
  'A File comes in a multipart request (graphql-multipart-request-spec). Send larger files, or from a shell, to POST /upload.';

builder.scalarType('File', {
  description:
    'A file inside a multipart request, by https://github.com/jaydenseric/graphql-multipart-request-spec: one per request, at most 10 MiB together with the operation (MAX_MULTIPART_BYTES), and only with an Authorization header. For larger files there is POST /upload.',
  serialize: () => {
    throw new Error('a File is for input alone');
  },
  parseValue: (value) => {
    if (isFile(value)) return value;
    throw noFile();
  },
  parseLiteral: () => {
    throw noFile();
  },
});

/** By what it can do: which class it is of depends on who has read the form. */
function isFile(value: unknown): value is File {
  return (
    typeof value === 'object' &&
    value !== null &&
    'arrayBuffer' in value &&
    typeof value.arrayBuffer === 'function' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}

function noFile(): GraphQLError {
  return new GraphQLError(NO_FILE, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** `node(id:)` finds the viewer's own only, and only for whoever may import. */
export const Upload = builder.node(builder.objectRef<StoredFileInfo>('Upload'), {
  description:
    'A file that was sent in, to be imported or scrubbed; kept for 7 days, or until 6 hours after its import or scrub was done. By uploadFile when it is small, by POST /upload whatever its size. Nobody but whoever sent it in sees it or goes on with it, and that takes ADMIN, COMPLIANCE or INTEGRATOR.',
  id: { resolve: ({ id }) => id, description: 'The id of this upload, for previewImport, startImport and startScrub.' },
  loadOne: (id, { viewer, services }) => (viewer.can('file:import') ? services.uploads.find(viewer, id) : null),
  fields: (t) => ({
    name: t.exposeString('name', { description: "The file's name, without folders." }),
    size: t.exposeFloat('size', { description: 'Bytes that have come so far.' }),
    isComplete: t.exposeBoolean('isComplete', {
      description:
        'Whether all of it has come: only then can it be used. A resumable upload goes on by PATCH /upload/<id>.',
    }),
    expectedSize: t.float({
      nullable: true,
      description: 'Bytes that were announced when it was begun; null when nobody said how many there would be.',
      resolve: ({ declaredSize }) => declaredSize,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was begun.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description:
        'When it is deleted: 7 days after it was complete, 6 hours after its import or scrub was done, or a day after it was begun if it is never complete.',
    }),
  }),
});

builder.queryField('uploads', (t) =>
  t.field({
    type: [Upload],
    nullable: true,
    description:
      'What you have sent in and what is still there, complete or not, the newest 100 first: an upload whose id was lost is found here, goes on by PATCH /upload/<id>, or goes away by DELETE. ADMIN, COMPLIANCE and INTEGRATOR may.',
    authScopes: { may: 'file:import' },
    resolve: (_root, _args, { viewer, services }) => services.uploads.mine(viewer),
  }),
);

const UploadFileInput = builder.inputType('UploadFileInput', {
  description: 'A small file.',
  fields: (t) => ({
    file: t.field({ type: 'File', required: true, description: 'The file, as a part of the multipart request.' }),
    name: t.string({ description: 'What to call it; by default the name that the part of the request has.' }),
  }),
});

const UploadFilePayload = builder.objectRef<Answer<UploadedFile>>('UploadFilePayload').implement({
  interfaces: [Payload],
  description: 'The answer to uploadFile. Nothing in the log changes by it.',
  fields: (t) => ({
    upload: t.field({
      type: Upload,
      nullable: true,
      description: 'The upload, complete; null when nothing was done (see userErrors).',
      resolve: ({ outcome }) => outcome?.upload ?? null,
    }),
  }),
});

builder.mutationField('uploadFile', (t) =>
  t.field({
    type: UploadFilePayload,
    nullable: true,
    description:
      'Takes a small file by a multipart request, for previewImport, startImport and startScrub. Sent again it makes another upload, which does no harm: unused ones end after 7 days. ADMIN, COMPLIANCE and INTEGRATOR may.',
    authScopes: { may: 'file:import' },
    args: { input: t.arg({ type: UploadFileInput, required: true, description: 'The file.' }) },
    resolve: (_root, { input }, { viewer, services }) =>
      answering(async () => uploadFile(viewer, input, { uploads: services.uploads, sql: services.database.read })),
  }),
);
