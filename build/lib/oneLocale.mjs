/**
 * For esbuild: of the languages that zod has its messages in, English alone. It exports all of them as one object, which no
 * bundler takes apart: a tenth of the server's program, read at each start and never used.
 */
export const oneLocale = {
  name: 'one-locale',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};
