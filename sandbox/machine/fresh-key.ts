import ssh2 from 'ssh2';

/** A new ed25519 key pair in OpenSSH's format. One in two hundred that ssh2 makes cannot be read back, by itself or others. */
export function freshKey(): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
