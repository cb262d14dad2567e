/** Variables by which electron-builder is told of certificates and of the account that notarises. */
export const signingVariables = [
  'CSC_LINK',
  'CSC_KEY_PASSWORD',
  'WIN_CSC_LINK',
  'WIN_CSC_KEY_PASSWORD',
  'APPLE_ID',
  'APPLE_APP_SPECIFIC_PASSWORD',
  'APPLE_TEAM_ID',
];

/**
 * Takes those out of `env` that are empty, as a workflow hands on secrets that are not set. electron-builder takes an empty
 * CSC_LINK for the path of a certificate and fails, where it would pack without a signature.
 */
export function dropUnsetSecrets(env) {
  for (const name of signingVariables) if (env[name]?.trim() === '') delete env[name];
}
