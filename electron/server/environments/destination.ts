import { MicroError } from '../../../shared/contract/errors.ts';
import type { ClusterServer } from './clusterServerProcess.ts';
import { type KubernetesEnvironment, placeOf, type ServerEnvironment } from './environment.ts';
import { type FreshToken, LoginFile, loginOf } from './logins.ts';
import { type Address, postJson } from './postJson.ts';
import { createAgent, plainAgent } from './trust.ts';

/** A server that is spoken to, with whoever logged in there. */
export interface Destination extends Address {
  name: string;
  namespace: string;
  /** An access token for the next request. Rejects with `environment.not-logged-in`, or with what a new one failed by. */
  token(): Promise<string>;
  /** Ends its connections. */
  close(): void;
}

/** The server of an environment at an address. Nothing is sent yet. */
export function openDestination(home: string, environment: ServerEnvironment): Destination {
  const { name, url, namespace } = environment;
  const address = { url, agent: createAgent(url, environment) };
  const login = new LoginFile(home, name);
  return {
    ...address,
    name,
    namespace,
    async token() {
      const token = await login.token((refreshToken) => refreshAt(address, refreshToken));
      if (token !== undefined) return token;
      throw new MicroError('environment.not-logged-in', `nobody is logged in at ${name} (${placeOf(environment)})`, {
        next: `log in: micro auth login ID --environment ${name}`,
      });
    },
    close: () => address.agent.destroy(),
  };
}

/** The server of a cluster's environment, spoken to as its own user unless somebody logged in there. */
export function openClusterDestination(
  home: string,
  { name, namespace }: KubernetesEnvironment,
  server: ClusterServer,
): Destination {
  const address = { url: server.proxy, agent: plainAgent() };
  const login = new LoginFile(home, name);
  return {
    ...address,
    name,
    namespace,
    token: async () => (await login.token((refreshToken) => refreshAt(address, refreshToken))) ?? server.token,
    close: () => address.agent.destroy(),
  };
}

/** Logs an account in at an environment and keeps that. Rejects with `auth.wrong-secret` and the like. */
export async function logIn(
  home: string,
  environment: ServerEnvironment,
  account: { id: string; secret: string },
): Promise<void> {
  const address = { url: environment.url, agent: createAgent(environment.url, environment) };
  try {
    const { namespace } = environment;
    const { id, secret } = account;
    const { token } = await postJson<TokenAnswer>(address, 'auth.Auth/Token', { id, secret, options: { namespace } });
    await new LoginFile(home, environment.name).write(loginOf(id, namespace, freshOf(token)));
  } finally {
    address.agent.destroy();
  }
}

/** A new access token for a refresh token. */
export async function refreshAt(address: Address, refreshToken: string): Promise<FreshToken> {
  const { token } = await postJson<TokenAnswer>(address, 'auth.Auth/Token', { refreshToken });
  return freshOf(token);
}

interface TokenAnswer {
  /** 64-bit numbers are texts in JSON. */
  token?: { accessToken?: string; refreshToken?: string; expiry?: string };
}

function freshOf(token: TokenAnswer['token']): FreshToken {
  const { accessToken, refreshToken, expiry } = token ?? {};
  if (accessToken && refreshToken) return { accessToken, refreshToken, expiry: Number(expiry) };
  throw new MicroError('environment.no-server', 'the server answered a login without a token');
}
