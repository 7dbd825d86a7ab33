import { describe, expect, test } from 'vitest';
import { rolesOf } from '../../src/domain/viewer.ts';
import { grantedBy } from '../../src/server/auth/claims.ts';

describe('a claim grants', () => {
  test.each<[string, Record<string, unknown>, string, string[]]>([
    ['a list of strings', { roles: ['a', 'b'] }, 'roles', ['a', 'b']],
    ['one string, which is not a list', { roles: 'a b,c' }, 'roles', ['a b,c']],
    ['a nested list', { realm: { access: { roles: ['a'] } } }, 'realm.access.roles', ['a']],
    [
      'a name that is a URL',
      { 'https://a.example/roles': ['a'] },
      'https://a.example/roles',
      ['a'],
    ],
    ['nothing when it is missing', {}, 'roles', []],
    ['nothing when its parent is missing', {}, 'realm.roles', []],
    ['nothing when its parent is a list', { realm: [['a']] }, 'realm.0', []],
    ['nothing when its parent is a string', { realm: 'abc' }, 'realm.length', []],
    ['nothing when it is inherited', {}, 'constructor.name', []],
    ['nothing when it is empty', { roles: [] }, 'roles', []],
    ['nothing when it is an empty string', { roles: '' }, 'roles', []],
    ['nothing for empty strings in a list', { roles: ['', 'a'] }, 'roles', ['a']],
    ['nothing when one value is a number', { roles: ['a', 1] }, 'roles', []],
    ['nothing when one value is a list', { roles: ['a', ['b']] }, 'roles', []],
    ['nothing when it is null', { roles: null }, 'roles', []],
    ['nothing when it is true', { roles: true }, 'roles', []],
    ['nothing when it is an object', { roles: { a: true } }, 'roles', []],
    ['no wildcard', { roles: '*' }, 'roles', ['*']],
    ['nothing when it is too long', { roles: Array(101).fill('a') }, 'roles', []],
  ])('%s', (_, payload, path, expected) => {
    expect(grantedBy(payload, path)).toEqual(expected);
  });
});

test.each<[string[], string[]]>([
  [['admin'], ['viewer', 'operator', 'admin']],
  [['operator'], ['viewer', 'operator']],
  [
    ['viewer', 'operator'],
    ['viewer', 'operator'],
  ],
  [['viewer'], ['viewer']],
  [['Admin', 'admins', 'adm', '*', ''], []],
  [[], []],
])('the names %j grant the roles %j', (granted, expected) => {
  expect([...rolesOf(granted)]).toEqual(expected);
});
