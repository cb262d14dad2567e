import { safeStorage } from 'electron';

/** The keychain of the system, as far as one is there. Call nothing before the app is ready. */
export interface Keychain {
  /** As people know it, e.g. "the macOS keychain"; undefined where there is none that keeps a secret. */
  readonly name: string | undefined;
  close(text: string): string;
  /** Throws when this keychain did not close it, or its user declines. */
  open(closed: string): string;
}

/** Of the keychains that Electron knows on Linux, those that are one. `basic_text` is a fixed password: it hides nothing. */
const LINUX_NAMES: Readonly<Record<string, string>> = {
  gnome_libsecret: 'the keyring of this desktop',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet',
};

/** The one that Electron reaches: Keychain on macOS, DPAPI on Windows, a secret service or KWallet on Linux. */
export class SystemKeychain implements Keychain {
  get name(): string | undefined {
    if (!safeStorage.isEncryptionAvailable()) return undefined;
    if (process.platform === 'darwin') return 'the macOS keychain';
    if (process.platform === 'win32') return 'the Windows data protection of your account';
    // Electron 26 and later tell which; before, encryption is not available with the fixed password.
    const { getSelectedStorageBackend } = safeStorage as Partial<typeof safeStorage>;
    return LINUX_NAMES[getSelectedStorageBackend?.call(safeStorage) ?? 'gnome_libsecret'];
  }

  close(text: string): string {
    return safeStorage.encryptString(text).toString('base64');
  }

  open(closed: string): string {
    return safeStorage.decryptString(Buffer.from(closed, 'base64'));
  }
}
