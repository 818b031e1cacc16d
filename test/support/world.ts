import type { Role } from '../../src/auth/permissions.ts';
import type { Client } from './client.ts';
import { createClient } from './client.ts';
import { graphql } from './gql/index.ts';
import type { Quietline } from './quietline.ts';

/** One environment that nobody else is in, so that tests share a server without meeting. */
export interface World {
  readonly server: Quietline;
  readonly accountId: string;
  readonly environmentId: string;
  /** A client with a key of this role; the same one each time. */
  as(role: Role): Promise<Client>;
  /** A client with one more key of this role, such as to revoke it. */
  withNewKey(role: Role): Promise<Client>;
  /** The account's other environment. */
  readonly sandbox: World;
  /** The same environment seen through another server on the same database. */
  through(other: Quietline): World;
}

interface EnvironmentAccess {
  readonly id: number;
  readonly adminKey: string;
}

let accounts = 0;

/** A fresh account: `const world = await newEnvironment(server); const staff = await world.as('COMPLIANCE')`. */
export async function newEnvironment(server: Quietline, name = `Account ${++accounts}`): Promise<World> {
  const { accountId, environments } = await server.app.createAccount(name);
  const sandbox = worldOf(server, String(accountId), environments.sandbox);
  return worldOf(server, String(accountId), environments.production, sandbox);
}

function worldOf(server: Quietline, accountId: string, access: EnvironmentAccess, sandbox?: World): World {
  const admin = createClient(server, access.adminKey);
  const withNewKey = async (role: Role) => createClient(server, await newKey(admin, role));
  const clients = new Map<Role, Promise<Client>>([['ADMIN', Promise.resolve(admin)]]);
  const world: World = {
    server,
    accountId,
    environmentId: String(access.id),
    as(role) {
      const client = clients.get(role) ?? withNewKey(role);
      clients.set(role, client);
      return client;
    },
    withNewKey,
    get sandbox() {
      return sandbox ?? world;
    },
    through: (other) => worldOf(other, accountId, access, sandbox),
  };
  return world;
}

const CREATE_API_KEY = graphql(`
  mutation NewKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      secret
      userErrors {
        code
        message
      }
    }
  }
`);

async function newKey(admin: Client, role: Role): Promise<string> {
  const data = await admin.expectOk(CREATE_API_KEY, { input: { name: `Key of the ${role}`, role } });
  return data.createApiKey!.secret!;
}
