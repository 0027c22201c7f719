import { randomBytes } from 'node:crypto';

/** Exponents and logarithms of the generator 3 in GF(256) with the polynomial of AES. */
const exponents = new Uint8Array(255);
const logarithms = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power += 1) {
  exponents[power] = value;
  logarithms[value] = power;
  const doubled = (value << 1) ^ (value & 0x80 ? 0x11b : 0);
  value ^= doubled;
}

function multiply(one: number, other: number): number {
  if (one === 0 || other === 0) return 0;
  return exponents[(logarithms[one]! + logarithms[other]!) % 255]!;
}

function divide(one: number, other: number): number {
  if (one === 0) return 0;
  return exponents[(logarithms[one]! - logarithms[other]! + 255) % 255]!;
}

/**
 * Splits a secret into shares of which `threshold` open it (Shamir, over GF(256)): the values of a random polynomial for
 * each byte, and at the end of each share the place that they belong to. One share of one is the secret itself.
 */
export function split(secret: Buffer, shares: number, threshold: number): Buffer[] {
  if (threshold === 1) return Array.from({ length: shares }, () => Buffer.from(secret));
  const polynomials = [...secret].map((byte) => [byte, ...randomBytes(threshold - 1)]);
  return Array.from({ length: shares }, (_, index) => {
    const place = index + 1;
    const values = polynomials.map((factors) =>
      factors.reduceRight((sum, factor) => multiply(sum, place) ^ factor, 0),
    );
    return Buffer.from([...values, place]);
  });
}

/** What the shares together give: the secret when they are right and enough, other bytes when not. @throws Error */
export function combine(shares: readonly Buffer[]): Buffer {
  const [first] = shares;
  if (first === undefined || shares.some(({ length }) => length !== first.length))
    throw new Error('all parts must be the same length');
  if (shares.length === 1) return first;
  const places = shares.map((share) => share.at(-1)!);
  if (new Set(places).size < places.length) throw new Error('duplicate part detected');
  const weights = places.map((place, index) =>
    places.reduce(
      (product, other, at) => (at === index ? product : multiply(product, divide(other, other ^ place))),
      1,
    ),
  );
  return Buffer.from(
    [...first.subarray(0, -1)].map((_, byte) =>
      shares.reduce((sum, share, index) => sum ^ multiply(share[byte]!, weights[index]!), 0),
    ),
  );
}
