import { expect, test } from 'vitest';
import { allPermissions } from '../../src/auth/permissions.ts';
import { UnauthenticatedError } from '../../src/auth/unauthenticated-error.ts';
import { anonymousViewer, entrySourceOf, personViewer } from '../../src/auth/viewer.ts';
import { keyViewer } from './fakes.ts';

const person = personViewer({
  accountId: 1,
  environmentId: 7,
  environmentKey: 'production',
  authVersion: 3,
  sub: 'ada@example',
  role: 'AUDITOR',
  expiresAt: new Date(0),
});

test('anonymous is an object that may do nothing and has no environment', () => {
  expect(allPermissions.some((permission) => anonymousViewer.can(permission))).toBe(false);
  expect(anonymousViewer).toMatchObject({ kind: 'ANONYMOUS', role: null, accountId: 0, environmentId: 0, subject: '' });
});

test('a key and a person of the same number are different subjects', () => {
  expect(keyViewer({ keyId: 12 })).toMatchObject({ kind: 'API_KEY', subject: 'key:12', keyId: 12, name: 'first key' });
  expect(person).toMatchObject({ kind: 'PERSON', subject: 'person:ada@example', keyId: null, name: 'ada@example' });
});

test('a viewer can be neither changed nor given permissions', () => {
  expect(() => Object.assign(person, { role: 'ADMIN' })).toThrow(TypeError);
  expect(person.can('audit:read')).toBe(true);
  expect(person.can('entry:add')).toBe(false);
});

test('R1.8: the source of an entry is the door it came through', () => {
  expect(entrySourceOf(keyViewer())).toBe('API');
  expect(entrySourceOf(person)).toBe('MANUAL');
  expect(() => entrySourceOf(anonymousViewer)).toThrow(UnauthenticatedError);
});
