import type { Account } from '../../shared/contract/gen/auth_pb.ts';
import type { AuthOptions } from './authOptions.ts';
import type { CliContext } from './context.ts';
import { type ExitCode, exitCode } from './exitCode.ts';
import { inputSecret } from './inputSecret.ts';
import { renderTable } from './table.ts';

/** Prints the accounts, as micro has it: id, name, scopes, metadata. */
export async function listAccounts(context: CliContext, { namespace }: AuthOptions): Promise<ExitCode> {
  const { client } = await context.connect();
  const { accounts } = await client.accounts.list({ options: { namespace } }, { signal: context.signal });
  if (context.json) {
    for (const account of accounts) context.out.json(accountJson(account));
    return exitCode.fine;
  }
  const lines = renderTable<Account>(
    [
      { title: 'ID', text: ({ id }) => id },
      { title: 'TYPE', text: ({ type }) => type },
      { title: 'NAME', text: ({ name }) => name },
      { title: 'SCOPES', text: ({ scopes }) => scopes.join(',') || '-' },
      { title: 'METADATA', text: ({ metadata }) => metadataText(metadata) },
    ],
    accounts,
    context.out.colours.bold,
  );
  if (accounts.length === 0) context.say('no accounts; the user of this machine needs none');
  else for (const line of lines) context.out.line(line);
  return exitCode.fine;
}

/** Makes an account and prints it as JSON, with its secret, as micro does. */
export async function createAccount(context: CliContext, id: string, options: AuthOptions): Promise<ExitCode> {
  const { namespace, scopes, type, name } = options;
  const { client } = await context.connect();
  const secret = options.secret ? await inputSecret(context, `Secret for ${id}: `) : '';
  const { account } = await client.auth.generate(
    { id, type, name, scopes, secret, options: { namespace } },
    { signal: context.signal },
  );
  if (!account) return exitCode.failed;
  const made = { ...accountJson(account), ...(secret === '' ? { secret: account.secret } : {}) };
  if (context.json) context.out.json(made);
  else context.out.line(JSON.stringify(made, null, 2));
  if (secret === '') context.err.line('note: the secret is shown this once; the server keeps a hash of it');
  return exitCode.fine;
}

/** Gives an account another secret. */
export async function updateSecret(context: CliContext, id: string, { namespace }: AuthOptions): Promise<ExitCode> {
  const { client } = await context.connect();
  const { scopes } = await client.authority.read({}, { signal: context.signal });
  const oldSecret = scopes.includes('admin') ? '' : await inputSecret(context, `Old secret of ${id}: `);
  const newSecret = await inputSecret(context, `New secret for ${id}: `);
  await client.accounts.changeSecret({ id, oldSecret, newSecret, options: { namespace } }, { signal: context.signal });
  if (context.json) context.out.json({ account: id, updated: true });
  else context.say(`${id} has another secret; its logins ended`);
  return exitCode.fine;
}

function accountJson({ id, type, name, scopes, metadata, issuer }: Account) {
  return { id, type, name, scopes, metadata: { ...metadata }, namespace: issuer };
}

function metadataText(metadata: Readonly<Record<string, string>>): string {
  return (
    Object.entries(metadata)
      .map(([key, value]) => `${key}=${value}`)
      .join(',') || '-'
  );
}
