/** DER as PEM (RFC 7468). */
export function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** @throws Error that says what was expected; the text itself is not shown */
export function derOf(label: string, text: string): Buffer {
  const match = new RegExp(`-----BEGIN (?:NEW )?${label}-----([^-]+)-----END`).exec(text);
  if (!match) throw new Error(`there is no PEM of a ${label.toLowerCase()}`);
  return Buffer.from(match[1]!, 'base64');
}

/** The certificates in a text, in their order, each laid out as `pem` does whatever its lines and line ends were. */
export function certificatesIn(text: string): string[] {
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)].map(
    ([, body]) => {
      const lines = body!.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
      return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
    },
  );
}
