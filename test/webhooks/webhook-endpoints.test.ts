import { beforeAll, expect, test } from 'vitest';
import { anotherServer } from '../accounts/installation.ts';
import { blocked, nextPhone } from '../messages/message-story.ts';
import { type Quietline, startQuietline } from '../support/quietline.ts';
import { newEnvironment } from '../support/world.ts';
import {
  AUTH_TOKEN,
  addressOf,
  createDocument,
  genericEndpoint,
  listDocument,
  postTwilio,
  removeDocument,
  twilioEndpoint,
  twilioForm,
  updateDocument,
} from './webhook-story.ts';

let server: Quietline;
beforeAll(async () => {
  server = await startQuietline();
});

test('made, listed, changed and removed; the secret is shown once at most, and is in no answer or log', async () => {
  const world = await newEnvironment(server);
  const staff = await world.as('COMPLIANCE');
  const twilio = await twilioEndpoint(staff);
  const generic = await genericEndpoint(staff);
  expect(generic.secret).toMatch(/^[\w-]{43}$/);
  expect(twilio).toMatchObject({ kind: 'TWILIO', carrierAnswers: true, publicUrl: null, url: twilio.path });
  const { webhookEndpoints } = await staff.expectOk(listDocument);
  expect(webhookEndpoints.map(({ name }: { name: string }) => name)).toEqual(['Ours', 'Twilio']);

  const changed = { webhookEndpointId: twilio.id, name: 'Twilio US', secret: 'f'.repeat(32) };
  expect((await staff.expectOk(updateDocument, { input: changed })).updateWebhookEndpoint).toMatchObject({
    isChanged: true,
    webhookEndpoint: { name: 'Twilio US' },
  });
  const phone = nextPhone();
  expect((await postTwilio(addressOf(server, twilio), twilioForm(phone, 'STOP'))).status).toBe(403);
  const renewed = { authToken: changed.secret };
  expect((await postTwilio(addressOf(server, twilio), twilioForm(phone, 'STOP'), renewed)).status).toBe(200);

  expect((await staff.expectOk(removeDocument, { id: twilio.id })).removeWebhookEndpoint.isChanged).toBe(true);
  expect((await staff.expectOk(removeDocument, { id: twilio.id })).removeWebhookEndpoint.isChanged).toBe(false);
  expect((await postTwilio(addressOf(server, twilio), twilioForm(phone, 'START'), renewed)).status).toBe(404);
  expect(await blocked(staff, phone)).toBe('OUTBOUND CALL, OUTBOUND SMS');
  await staff.expectError('REFUSED', updateDocument, { input: changed });

  const { auditLog } = await staff.expectOk(
    '{ auditLog(first: 20, filterBy: { kinds: [WEBHOOK] }) { nodes { operation changed details { name before after } } } }',
  );
  expect(auditLog.nodes.map(({ operation }: { operation: string }) => operation)).toEqual([
    'removeWebhookEndpoint',
    'updateWebhookEndpoint',
    'createWebhookEndpoint',
    'createWebhookEndpoint',
  ]);
  for (const secret of [AUTH_TOKEN, changed.secret, generic.secret]) {
    expect(JSON.stringify(auditLog)).not.toContain(secret);
    expect(server.log()).not.toContain(secret);
  }
});

test('a retry makes no second one, and shows no secret again (P1.8)', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  const first = await genericEndpoint(admin, { idempotencyKey: 'once' });
  expect(await genericEndpoint(admin, { idempotencyKey: 'once' })).toEqual({ ...first, secret: null });
});

test('what makes no endpoint says why, at its input', async () => {
  const admin = await (await newEnvironment(server)).as('ADMIN');
  for (const [input, code, field] of [
    [{ kind: 'TWILIO', name: 'n' }, 'REQUIRED', 'secret'],
    [{ kind: 'GENERIC', name: 'n', secret: 'short' }, 'INVALID_VALUE', 'secret'],
    [{ kind: 'GENERIC', name: 'n', secret: `${'x'.repeat(20)} y` }, 'INVALID_VALUE', 'secret'],
    [{ kind: 'GENERIC', name: ' ' }, 'REQUIRED', 'name'],
    [{ kind: 'GENERIC', name: 'n', carrierAnswers: true }, 'INVALID_VALUE', 'carrierAnswers'],
    [{ kind: 'GENERIC', name: 'n', publicUrl: 'sms.example.com' }, 'INVALID_VALUE', 'publicUrl'],
    [{ kind: 'GENERIC', name: 'n', publicUrl: 'https://me:pass@sms.example.com/' }, 'INVALID_VALUE', 'publicUrl'],
  ] as const) {
    const { data } = await admin.expectError(code, createDocument, { input });
    expect(data.createWebhookEndpoint.userErrors[0].path).toEqual(['input', field]);
    expect(JSON.stringify(data)).not.toContain('pass@');
  }
});

test('at most a hundred for each environment (invariant 10); those that were removed do not count', async () => {
  const world = await newEnvironment(server);
  const admin = await world.as('ADMIN');
  const { id } = await genericEndpoint(admin);
  const { database } = await anotherServer((server.storage as { url: string }).url);
  await database.write.query(
    `INSERT INTO webhook_endpoint (environment_id, id, kind, name, token, sealed_secret, carrier_answers, created_by_id)
     SELECT environment_id, n, kind, name, 'token of ' || environment_id || ' ' || n, '', carrier_answers, created_by_id
       FROM webhook_endpoint, generate_series(2, 100) n WHERE environment_id = $1`,
    [Number(world.environmentId)],
  );
  await admin.expectError('TOO_MANY', createDocument, { input: { kind: 'GENERIC', name: 'n' } });
  await admin.expectOk(removeDocument, { id });
  await genericEndpoint(admin);
});

test('ADMIN and COMPLIANCE alone, in their own environment (R7, invariant 8)', async () => {
  const world = await newEnvironment(server);
  const { id } = await twilioEndpoint(await world.as('ADMIN'));
  const node = 'query ($id: ID!) { node(id: $id) { id } }';
  for (const role of ['AGENT', 'DIALER', 'INTEGRATOR', 'AUDITOR', 'READ_ONLY'] as const) {
    const client = await world.as(role);
    await client.expectError('FORBIDDEN', listDocument);
    await client.expectError('FORBIDDEN', createDocument, { input: { kind: 'GENERIC', name: 'n' } });
    await client.expectError('FORBIDDEN', removeDocument, { id });
    expect((await client.query(node, { id })).data).toEqual({ node: null });
  }
  const sandbox = await world.sandbox.as('ADMIN');
  await sandbox.expectError('NOT_FOUND', removeDocument, { id });
  await sandbox.expectError('NOT_FOUND', updateDocument, { input: { webhookEndpointId: id, name: 'Mine' } });
  expect((await sandbox.query(node, { id })).data).toEqual({ node: null });
});
