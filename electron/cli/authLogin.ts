import type { AuthAction } from './authOptions.ts';
import { LoginFile, loginOf } from '../server/environments/logins.ts';
import { accessWithoutLogin } from './connect.ts';
import { exitCode } from './exitCode.ts';
import { inputSecret } from './inputSecret.ts';
import { clientOf } from './serverClient.ts';

/** Acts as an account from now on. */
export const loginAction: AuthAction = {
  takes: ['ID'],
  options: ['namespace'],
  async run(context, [id = ''], { namespace }) {
    const access = await accessWithoutLogin(context.home, context.place);
    const secret = await inputSecret(context, `Secret of ${id}: `);
    const { token } = await clientOf(access).auth.token(
      { id, secret, options: { namespace } },
      { signal: context.signal },
    );
    if (!token) return exitCode.failed;
    const { accessToken, refreshToken, expiry } = token;
    const login = loginOf(id, namespace, { accessToken, refreshToken, expiry: Number(expiry) });
    await new LoginFile(context.home, context.place.name).write(login);
    if (context.json) context.out.json({ account: id, loggedIn: true });
    else if (context.place.environment) context.say(`logged in as ${id} at ${context.place.name}`);
    else context.say(`logged in as ${id}; micro acts as this account until: micro auth logout`);
    return exitCode.fine;
  },
};

/** Is the user of this machine again. */
export const logoutAction: AuthAction = {
  takes: [],
  options: [],
  async run(context) {
    const was = await new LoginFile(context.home, context.place.name).remove();
    if (context.json) context.out.json({ loggedOut: was });
    else context.say(was ? 'logged out' : 'nobody was logged in');
    return exitCode.fine;
  },
};

/** Prints an access token: of the account that is named, whose secret is asked for, else of whoever is logged in. */
export const tokenAction: AuthAction = {
  takes: ['ID?'],
  options: ['namespace', 'expiry'],
  async run(context, [id], { namespace, expiryMs }) {
    if (id === undefined) {
      const { info } = await context.connect();
      if (context.json) context.out.json({ accessToken: info.token });
      else context.out.line(info.token);
      return exitCode.fine;
    }
    const access = await accessWithoutLogin(context.home, context.place);
    const secret = await inputSecret(context, `Secret of ${id}: `);
    const { token } = await clientOf(access).auth.token(
      { id, secret, tokenExpiry: BigInt(Math.ceil(expiryMs / 1000)), options: { namespace } },
      { signal: context.signal },
    );
    if (!token) return exitCode.failed;
    const { accessToken, refreshToken, expiry } = token;
    if (context.json) context.out.json({ accessToken, refreshToken, expiry: Number(expiry) });
    else context.out.line(accessToken);
    return exitCode.fine;
  },
};
