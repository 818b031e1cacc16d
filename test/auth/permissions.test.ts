import { expect, test } from 'vitest';
import { fieldPermissionSet, fieldPermissions } from '../../src/auth/field-permissions.ts';
import { ForbiddenError } from '../../src/auth/forbidden-error.ts';
import { missingPermission } from '../../src/auth/missing-permission.ts';
import { allPermissions, isRole, permissions, permissionsOf, roles, rolesWith } from '../../src/auth/permissions.ts';
import { requirePermission } from '../../src/auth/require-permission.ts';
import { UnauthenticatedError } from '../../src/auth/unauthenticated-error.ts';
import { anonymousViewer } from '../../src/auth/viewer.ts';
import { keyViewer } from './fakes.ts';

const letters = { ADMIN: 'A', COMPLIANCE: 'C', AGENT: 'G', DIALER: 'D', INTEGRATOR: 'I', AUDITOR: 'U', READ_ONLY: 'R' };

// Written from rules.md by hand, on purpose not derived from anything: this is the law, the code is what is tested.
const law = `
list:read               A C G D I U R
entry:read              A C G D I U R
number:see              A C G D I U .
evidence:see            A C . . . U .
number:check            A C G D I . .
number:check-past       A C . . . U .
entry:add               A C G D I . .
entry:edit              A C . . I . .
entry:remove            A C . . I . .
entry:unapprove         A C . . I . .
entry:approve           A C . . . . .
entry:permanent         A C . . . . .
entry:lift-call-opt-out A C . . . . .
file:import             A C . . I . .
import:approved         A C . . I . .
import:opt-outs         A C . . . . .
import:undo             A C . . . . .
task:see                A C . . . U .
task:cancel             A C . . . . .
entry:export            A C . . I U .
log:export              A C . . . U .
feed:follow             A C . D I U R
audit:read              A C . . . U .
contact:authorize       A C G D I . .
call:record             A C G D I . .
message:receive         A . . . I . .
consent:record          A C G . I . .
consent:revoke          A C G D I . .
consent:see             A C . . I U .
attempt:see             A C . . . U .
attempt:see-own         A C G . . U .
statistics:see          A C G D I U R
settings:write          A C . . . . .
list:manage             A C . . . . .
campaign:manage         A C . . . . .
webhook:manage          A C . . . . .
key:manage              A . . . . . .
environment:manage      A . . . . . .
`;

test('R7: the table of permissions is the law, row by row', () => {
  const printed = allPermissions.map((permission) => {
    const cells = roles.map((role) => (permissionsOf(role).has(permission) ? letters[role] : '.'));
    return `${permission.padEnd(23)} ${cells.join(' ')}`;
  });

  expect(`\n${printed.join('\n')}\n`).toBe(law);
});

test('R7: reading the table by role and by permission agrees', () => {
  for (const permission of allPermissions) {
    expect(roles.filter((role) => permissionsOf(role).has(permission))).toEqual(rolesWith(permission));
    expect(rolesWith(permission)).toBe(permissions[permission]);
  }
});

test('a text is a role only when it is one of the seven, exactly', () => {
  expect(roles.every(isRole)).toBe(true);
  for (const text of ['admin', 'ADMIN ', '', 'toString', null, 1, ['ADMIN']]) expect(isRole(text)).toBe(false);
});

test('a missing permission is named in a sentence, with the roles that have it', () => {
  expect(missingPermission('entry:approve')).toBe(
    'You need the permission entry:approve, which ADMIN and COMPLIANCE have.',
  );
  expect(missingPermission('key:manage')).toBe('You need the permission key:manage, which ADMIN has.');
  expect(missingPermission('audit:read')).toBe(
    'You need the permission audit:read, which ADMIN, COMPLIANCE and AUDITOR have.',
  );
  expect(missingPermission('list:read')).toBe('You need the permission list:read, which every role has.');
});

test('requirePermission: passes, names what is missing, and asks the anonymous for a credential', () => {
  expect(() => requirePermission(keyViewer({ role: 'COMPLIANCE' }), 'entry:approve')).not.toThrow();

  const agent = keyViewer({ role: 'AGENT' });
  expect(() => requirePermission(agent, 'entry:approve')).toThrow(ForbiddenError);
  expect(() => requirePermission(agent, 'entry:approve')).toThrow(
    expect.objectContaining({ code: 'FORBIDDEN', permission: 'entry:approve' }),
  );
  expect(() => requirePermission(anonymousViewer, 'list:read')).toThrow(UnauthenticatedError);
});

test('P2.8: subscribers are told apart by every permission that can change a field, and by nothing else', () => {
  for (const one of roles) {
    for (const other of roles) {
      const sameFields = fieldPermissions.every(
        (name) => permissionsOf(one).has(name) === permissionsOf(other).has(name),
      );
      expect(fieldPermissionSet(one) === fieldPermissionSet(other), `${one} and ${other}`).toBe(sameFields);
    }
  }
  expect(fieldPermissionSet('READ_ONLY')).toBe('list:read entry:read feed:follow statistics:see');
  expect(fieldPermissionSet(null)).toBe('');
  expect(fieldPermissions).toEqual(
    expect.arrayContaining(['number:see', 'evidence:see', 'number:check', 'audit:read']),
  );
});
