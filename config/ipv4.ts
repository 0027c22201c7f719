/** An inclusive stretch of IPv4 addresses as unsigned 32-bit numbers. */
export type AddressSpan = { first: number; last: number };

/** `10.0.0.1` → 167772161; undefined when the text is not four decimal parts of 0-255 without leading zeros. */
export function addressNumber(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** 167772161 → `10.0.0.1`. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** `10.0.0.0/24` → its span, network and broadcast address included; undefined when the text is not a network. */
export function networkSpan(cidr: string): AddressSpan | undefined {
  const [address = '', length = '', ...rest] = cidr.split('/');
  const number = addressNumber(address);
  if (number === undefined || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(length) || Number(length) > 32)
    return undefined;
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(number / size) * size;
  return { first, last: first + size - 1 };
}

/** `10.0.0.0/24` → 24. */
export function prefixLength(cidr: string): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1));
}

/** `10.0.0.10-10.0.0.99` → its span; undefined when the text is not a range or runs backwards. */
export function rangeSpan(range: string): AddressSpan | undefined {
  const [first, last, ...rest] = range.split('-').map((part) => addressNumber(part.trim()));
  if (first === undefined || last === undefined || rest.length > 0 || last < first) return undefined;
  return { first, last };
}

export function spanSize(span: AddressSpan): number {
  return span.last - span.first + 1;
}

export function spanContains(outer: AddressSpan, inner: AddressSpan | number): boolean {
  const { first, last } = typeof inner === 'number' ? { first: inner, last: inner } : inner;
  return outer.first <= first && last <= outer.last;
}

export function spansOverlap(a: AddressSpan, b: AddressSpan): boolean {
  return a.first <= b.last && b.first <= a.last;
}
